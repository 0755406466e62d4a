// Keys for hands that learnt elsewhere, and what a set of classes may not take.

import type { Binding, Clash } from "./keymap";
import { ANNOTATE_KEYS, KeyMap, normaliseChord } from "./keymap";

export type PresetName = "assay" | "cvat" | "label-studio";

/**
 * Chords by action where they differ from ours. CVAT: its default shortcuts; Ctrl with a digit names the class of the
 * selected mark there, ours is live for the next one as well. Label Studio: its default hotkeys.
 */
export const PRESETS: Readonly<Record<PresetName, Readonly<Record<string, readonly string[]>>>> = {
  assay: {},
  cvat: {
    "tool.box": ["N", "R"],
    "suggestion.reject": ["Shift+N"],
    "order.forward": ["+", "=", "PageUp"],
    "order.backward": ["-", "PageDown"],
    "zoom.in": ["Ctrl++", "Ctrl+="],
    "zoom.out": ["Ctrl+-"],
    "object.hide": ["H"],
    "tool.hand": ["Shift+H"],
    submit: ["F", "Ctrl+Enter"],
    save: ["Ctrl+S"],
    help: ["F1", "?"],
    ...Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`class.${String(at + 1)}`, [`Ctrl+${String(at + 1)}`, String(at + 1)]])),
  },
  "label-studio": {
    "tool.hand": ["H"],
    "tool.eraser": ["E"],
    submit: ["Ctrl+Enter", "Alt+Shift+Enter"],
    skip: ["Ctrl+Space"],
    "object.hide": ["Alt+H"],
    "object.lock": ["Alt+L"],
    "object.next": ["Alt+.", "Tab"],
    cancel: ["U", "Escape"],
    "zoom.in": ["Ctrl++", "+", "="],
    "zoom.out": ["Ctrl+-", "-"],
  },
};

export function isPreset(name: string): name is PresetName {
  return name in PRESETS;
}

/** What a person set, on top of a preset. */
export function keysFor(preset: PresetName, own: Readonly<Record<string, readonly string[]>> = {}, bindings: readonly Binding[] = ANNOTATE_KEYS): KeyMap {
  return new KeyMap(bindings, { ...PRESETS[preset], ...own });
}

/** Keys of classes that are a tool's or another class's: such a schema is not saved. */
export function clashesWithClasses(classes: readonly { readonly name: string; readonly key: string | null }[], keys: KeyMap = new KeyMap(ANNOTATE_KEYS)): Clash[] {
  const owner = new Map<string, string>();
  for (const { action, chords } of keys.list()) {
    if (/^(class|relabel)\./.test(action)) continue;
    for (const chord of chords) owner.set(chord, action);
  }
  const found: Clash[] = [];
  for (const { name, key } of classes) {
    if (key === null || key === "") continue;
    const chord = normaliseChord(key);
    const other = owner.get(chord);
    if (other !== undefined) found.push({ chord, actions: [other, name] });
    owner.set(chord, name);
  }
  return found;
}
