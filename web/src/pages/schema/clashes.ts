// Keys of classes that cannot be: a digit given twice, or a key that draws or does something on the canvas.
import type { LabelClass } from "@/api/types";
import { chordLabel, clashesWithClasses, keysFor, PRESETS } from "@/core";
import type { PresetName } from "@/core";
import { t } from "@/text/en";

const NAMES = Object.keys(PRESETS) as PresetName[];

/** Place of a class to why its key cannot be, under any of the key presets people may choose. */
export function clashesOf(classes: readonly LabelClass[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  const keyed = classes.map(({ key }, at) => ({ name: String(at), key: key ?? null }));
  for (const preset of NAMES) {
    for (const { chord, actions } of clashesWithClasses(keyed, keysFor(preset))) {
      const at = Number(actions[1]);
      const other = /^\d+$/.test(actions[0]) ? (classes[Number(actions[0])]?.name ?? "") : (t.keys.names[actions[0]] ?? actions[0]);
      if (!found.has(at)) found.set(at, t.schema.clash(chordLabel(chord), other, preset === "assay" ? null : t.keys.presets[preset]));
    }
  }
  classes.forEach(({ key }, at) => {
    if (key !== null && key !== undefined && !/^[1-9]$/.test(key) && !found.has(at)) found.set(at, t.schema.onlyDigits(key));
  });
  return found;
}
