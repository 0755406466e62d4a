// Which key does what: actions with their chords by scope, rebindable, with clashes named.

export type Scope = "canvas" | "task" | "review" | "list" | "app";

export interface Binding {
  readonly action: string;
  readonly scope: Scope;
  /** Chords such as "Ctrl+Shift+Z", "1", "ArrowLeft"; the first one is shown beside the label. */
  readonly chords: readonly string[];
  /** Works while a text field has the focus. */
  readonly inFields?: boolean;
}

export interface KeyLike {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export interface Clash {
  readonly chord: string;
  readonly actions: readonly [string, string];
}

/** The tool and flow keys of the annotate page. Digits 1 to 9 are the classes; tool letters are reserved. */
export const ANNOTATE_KEYS: readonly Binding[] = [
  { action: "tool.select", scope: "canvas", chords: ["V"] },
  { action: "tool.box", scope: "canvas", chords: ["R"] },
  { action: "tool.rotated", scope: "canvas", chords: ["Shift+R"] },
  { action: "tool.polygon", scope: "canvas", chords: ["P"] },
  { action: "tool.line", scope: "canvas", chords: ["Shift+P"] },
  { action: "tool.brush", scope: "canvas", chords: ["B"] },
  { action: "tool.eraser", scope: "canvas", chords: ["E"] },
  { action: "tool.point", scope: "canvas", chords: ["K"] },
  { action: "tool.segment", scope: "canvas", chords: ["M"] },
  { action: "tool.hand", scope: "canvas", chords: ["H"] },
  { action: "tag.toggle", scope: "canvas", chords: ["T"] },
  { action: "brush.smaller", scope: "canvas", chords: ["["] },
  { action: "brush.larger", scope: "canvas", chords: ["]"] },
  { action: "snap.toggle", scope: "canvas", chords: ["Shift+S"] },
  { action: "pan.hold", scope: "canvas", chords: ["Space"] },
  { action: "corner.place", scope: "canvas", chords: ["Enter"] },
  { action: "finish.hole", scope: "canvas", chords: ["Shift+Enter"] },
  { action: "finish.part", scope: "canvas", chords: ["Alt+Enter"] },
  { action: "cancel", scope: "canvas", chords: ["Escape"] },
  { action: "move.left", scope: "canvas", chords: ["ArrowLeft"] },
  { action: "move.right", scope: "canvas", chords: ["ArrowRight"] },
  { action: "move.up", scope: "canvas", chords: ["ArrowUp"] },
  { action: "move.down", scope: "canvas", chords: ["ArrowDown"] },
  { action: "move.left.far", scope: "canvas", chords: ["Shift+ArrowLeft"] },
  { action: "move.right.far", scope: "canvas", chords: ["Shift+ArrowRight"] },
  { action: "move.up.far", scope: "canvas", chords: ["Shift+ArrowUp"] },
  { action: "move.down.far", scope: "canvas", chords: ["Shift+ArrowDown"] },
  { action: "size.narrower", scope: "canvas", chords: ["Alt+ArrowLeft"] },
  { action: "size.wider", scope: "canvas", chords: ["Alt+ArrowRight"] },
  { action: "size.lower", scope: "canvas", chords: ["Alt+ArrowUp"] },
  { action: "size.taller", scope: "canvas", chords: ["Alt+ArrowDown"] },
  { action: "size.narrower.far", scope: "canvas", chords: ["Alt+Shift+ArrowLeft"] },
  { action: "size.wider.far", scope: "canvas", chords: ["Alt+Shift+ArrowRight"] },
  { action: "size.lower.far", scope: "canvas", chords: ["Alt+Shift+ArrowUp"] },
  { action: "size.taller.far", scope: "canvas", chords: ["Alt+Shift+ArrowDown"] },
  { action: "turn.left", scope: "canvas", chords: ["Q"] },
  { action: "turn.right", scope: "canvas", chords: ["W"] },
  { action: "turn.left.far", scope: "canvas", chords: ["Shift+Q"] },
  { action: "turn.right.far", scope: "canvas", chords: ["Shift+W"] },
  { action: "object.next", scope: "canvas", chords: ["Tab"] },
  { action: "object.previous", scope: "canvas", chords: ["Shift+Tab"] },
  { action: "object.delete", scope: "canvas", chords: ["Backspace", "Delete"] },
  { action: "object.duplicate", scope: "canvas", chords: ["Ctrl+D"] },
  { action: "object.copy", scope: "canvas", chords: ["Ctrl+C"] },
  { action: "object.paste", scope: "canvas", chords: ["Ctrl+V"] },
  { action: "object.propagate", scope: "canvas", chords: ["Ctrl+B"] },
  { action: "object.simplify", scope: "canvas", chords: ["Shift+Z"] },
  { action: "object.lock", scope: "canvas", chords: ["L"] },
  { action: "object.hide", scope: "canvas", chords: ["Shift+H"] },
  { action: "object.group", scope: "canvas", chords: ["Ctrl+G"] },
  { action: "order.front", scope: "canvas", chords: ["Home"] },
  { action: "order.back", scope: "canvas", chords: ["End"] },
  { action: "order.forward", scope: "canvas", chords: ["PageUp"] },
  { action: "order.backward", scope: "canvas", chords: ["PageDown"] },
  { action: "suggestion.accept", scope: "task", chords: ["Y"] },
  { action: "suggestion.reject", scope: "task", chords: ["N"] },
  { action: "suggestion.acceptAbove", scope: "task", chords: ["Shift+Y"] },
  { action: "undo", scope: "task", chords: ["Ctrl+Z"] },
  { action: "redo", scope: "task", chords: ["Ctrl+Shift+Z", "Ctrl+Y"] },
  { action: "zoom.fit", scope: "task", chords: ["0"] },
  { action: "zoom.in", scope: "task", chords: ["+", "="] },
  { action: "zoom.out", scope: "task", chords: ["-"] },
  { action: "zoom.selected", scope: "task", chords: ["Z"] },
  { action: "class.find", scope: "task", chords: ["/"] },
  { action: "hide.hold", scope: "task", chords: ["`"] },
  { action: "attributes", scope: "task", chords: ["I"] },
  { action: "escalate", scope: "task", chords: ["G"] },
  { action: "clause.search", scope: "task", chords: ["Shift+G"] },
  { action: "clause.next", scope: "task", chords: ["."] },
  { action: "clause.previous", scope: "task", chords: [","] },
  { action: "save", scope: "task", chords: ["S", "Ctrl+S"], inFields: true },
  { action: "submit", scope: "task", chords: ["Ctrl+Enter"], inFields: true },
  { action: "skip", scope: "task", chords: ["Ctrl+Space"] },
  { action: "help", scope: "app", chords: ["?"] },
  ...Array.from({ length: 9 }, (_, at): Binding[] => [
    { action: `class.${String(at + 1)}`, scope: "task", chords: [String(at + 1)] },
    { action: `relabel.${String(at + 1)}`, scope: "task", chords: [`Shift+${String(at + 1)}`] },
  ]).flat(),
];

export const REVIEW_KEYS: readonly Binding[] = [
  { action: "review.accept", scope: "review", chords: ["A"] },
  { action: "review.reject", scope: "review", chords: ["X"] },
  { action: "review.fix", scope: "review", chords: ["E"] },
  { action: "review.note", scope: "review", chords: ["C"] },
  { action: "review.next", scope: "review", chords: ["D"] },
  { action: "review.previous", scope: "review", chords: ["F"] },
];

export const ADJUDICATE_KEYS: readonly Binding[] = [
  { action: "dispute.next", scope: "review", chords: ["Tab"] },
  { action: "dispute.previous", scope: "review", chords: ["Shift+Tab"] },
  { action: "take.1", scope: "review", chords: ["1"] },
  { action: "take.2", scope: "review", chords: ["2"] },
  { action: "take.3", scope: "review", chords: ["3"] },
  { action: "take.merge", scope: "review", chords: ["M"] },
  { action: "take.draw", scope: "review", chords: ["R"] },
  { action: "take.nothing", scope: "review", chords: ["0"] },
  { action: "hide.settled", scope: "review", chords: ["H"] },
  { action: "beside.toggle", scope: "review", chords: ["S"] },
  { action: "review.note", scope: "review", chords: ["C"] },
  { action: "settle", scope: "review", chords: ["Ctrl+Enter"], inFields: true },
];

/** Bindings whose chords leave these free: a page's own keys win over those of the canvas. */
export function without(bindings: readonly Binding[], taken: readonly Binding[]): Binding[] {
  const chords = new Set(taken.flatMap((binding) => binding.chords.map(normaliseChord)));
  return bindings.filter((binding) => !binding.chords.some((chord) => chords.has(normaliseChord(chord))));
}

const SYMBOLS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Enter: "↵",
  Backspace: "⌫",
  Escape: "Esc",
  Delete: "Del",
};

const MODIFIERS = ["Ctrl", "Alt", "Shift"] as const;

/** The chord of a key event: modifiers in a fixed order, letters upper case, digits by their place on the board. */
export function chordOf(event: KeyLike): string {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const key = event.key === " " ? "Space" : (digit ?? event.key);
  const name = key.length === 1 ? key.toUpperCase() : key;
  // A shifted sign ("?", "+") already says that Shift was held; letters, digits and named keys do not.
  const shiftCounts = name.length > 1 || /[A-Z0-9]/.test(name);
  const held = [event.ctrlKey || event.metaKey, event.altKey, event.shiftKey && shiftCounts];
  return [...MODIFIERS.filter((_, at) => held[at]), name].join("+");
}

/** A chord written by hand, in the form `chordOf` gives. */
export function normaliseChord(chord: string): string {
  const plus = chord.endsWith("++") || chord === "+";
  const parts = (plus ? chord.slice(0, -1) : chord).split("+").filter((part) => part !== "");
  const key = plus ? "+" : (parts.pop() ?? "");
  const held = new Set(parts.map((part) => part.toLowerCase()));
  const name = key.length === 1 ? key.toUpperCase() : key;
  return [...MODIFIERS.filter((modifier) => held.has(modifier.toLowerCase())), name].join("+");
}

/** A chord as it stands on a key cap. */
export function chordLabel(chord: string): string {
  if (chord === "+") return chord;
  return chord
    .split("+")
    .map((part) => (part === "Shift" ? "⇧" : (SYMBOLS[part] ?? part)))
    .join(" ");
}

export class KeyMap {
  readonly #bindings = new Map<string, Binding>();
  readonly #defaults: readonly Binding[];

  constructor(bindings: readonly Binding[], overrides: Readonly<Record<string, readonly string[]>> = {}) {
    this.#defaults = bindings;
    for (const binding of bindings) {
      const chords = (overrides[binding.action] ?? binding.chords).map(normaliseChord);
      this.#bindings.set(binding.action, { ...binding, chords });
    }
  }

  /** The action of a key event in these scopes, the first scope winning; null when the key means nothing here. */
  match(event: KeyLike, scopes: readonly Scope[], inField = false): string | null {
    const chord = chordOf(event);
    for (const scope of scopes) {
      for (const binding of this.#bindings.values()) {
        const here = binding.scope === scope && (!inField || (binding.inFields === true && chord.includes("+")));
        if (here && binding.chords.includes(chord)) return binding.action;
      }
    }
    return null;
  }

  chords(action: string): readonly string[] {
    return this.#bindings.get(action)?.chords ?? [];
  }

  /** The first chord of an action as a key cap shows it; "" when it has none. */
  label(action: string): string {
    const chord = this.chords(action)[0];
    return chord === undefined ? "" : chordLabel(chord);
  }

  rebind(action: string, chords: readonly string[]): KeyMap {
    return new KeyMap(this.#defaults, { ...this.overrides(), [action]: chords });
  }

  /** What differs from the defaults, for storing with the person. */
  overrides(): Record<string, readonly string[]> {
    const changed: Record<string, readonly string[]> = {};
    for (const { action, chords } of this.#defaults) {
      const now = this.chords(action);
      if (now.join(" ") !== chords.map(normaliseChord).join(" ")) changed[action] = now;
    }
    return changed;
  }

  /** Chords that would do two things at once; scopes named together are live together. */
  clashes(together: readonly Scope[]): Clash[] {
    const owner = new Map<string, string>();
    const found: Clash[] = [];
    for (const { action, scope, chords } of this.#bindings.values()) {
      if (!together.includes(scope)) continue;
      for (const chord of chords) {
        const other = owner.get(chord);
        if (other !== undefined && other !== action) found.push({ chord, actions: [other, action] });
        owner.set(chord, action);
      }
    }
    return found;
  }

  list(): Binding[] {
    return [...this.#bindings.values()];
  }
}
