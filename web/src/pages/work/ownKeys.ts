// A person's own keys: a preset and what they changed in it, kept in this browser.
import { useSyncExternalStore } from "react";
import { ANNOTATE_KEYS, isPreset, keysFor, PRESETS } from "@/core";
import type { Binding, Clash, KeyMap, PresetName } from "@/core";

const SHELF = "assay.keys";
/** Scopes that are live together on a work page. */
const TOGETHER = ["canvas", "task", "review", "app"] as const;

interface Own {
  readonly preset: PresetName;
  readonly own: Readonly<Record<string, readonly string[]>>;
}

const listeners = new Set<() => void>();
let now: Own = read();
const maps = new WeakMap<readonly Binding[], { own: Own; map: KeyMap }>();

function read(): Own {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(SHELF) ?? "null");
    if (typeof kept === "object" && kept !== null && "preset" in kept && typeof kept.preset === "string" && isPreset(kept.preset) && "own" in kept) {
      return { preset: kept.preset, own: kept.own as Own["own"] };
    }
  } catch {
    // A shelf that cannot be read, or holds something else, is an empty one.
  }
  return { preset: "assay", own: {} };
}

function write(next: Own): void {
  now = next;
  try {
    localStorage.setItem(SHELF, JSON.stringify(next));
  } catch {
    // Without a shelf the keys hold for this visit.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The keys of a page: its bindings under this person's preset and changes. The same object until they change. */
export function keysOf(bindings: readonly Binding[]): KeyMap {
  const known = maps.get(bindings);
  if (known?.own === now) return known.map;
  const map = keysFor(now.preset, now.own, bindings);
  maps.set(bindings, { own: now, map });
  return map;
}

export function useOwnKeys(bindings: readonly Binding[] = ANNOTATE_KEYS): KeyMap {
  return useSyncExternalStore(subscribe, () => keysOf(bindings));
}

export function usePreset(): PresetName {
  return useSyncExternalStore(subscribe, () => now.preset);
}

export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

export function choosePreset(preset: PresetName): void {
  write({ preset, own: {} });
}

/** Give an action another key; refused, with what has it already, when the key is taken. */
export function rebind(keys: KeyMap, action: string, chord: string): Clash | null {
  const next = keys.rebind(action, [chord]);
  const clash = next.clashes(TOGETHER).find(({ actions }) => actions.includes(action));
  if (clash !== undefined) return clash;
  write({ ...now, own: { ...now.own, [action]: [chord] } });
  return null;
}

export function resetKeys(): void {
  write({ preset: "assay", own: {} });
}
