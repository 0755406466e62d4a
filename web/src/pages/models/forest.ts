// What an evaluation says, as rows: overall, by class, by slice; each beside the model it was compared with.
import type { Behind } from "@/api/calls";
import type { Estimate, Evaluation } from "@/api/types";
import { t } from "@/text/en";

export interface ForestRow {
  readonly id: string;
  readonly name: string;
  readonly mine: Estimate;
  readonly theirs: Estimate | null;
  readonly difference: Estimate | null;
  /** The items behind it. */
  readonly look: Behind;
  /** Words in place of bars, where there is too little. */
  readonly thin: string | null;
}

const HEADLINES = ["map33", "map50", "f1", "precision", "recall", "right_items"] as const;
/** Images below which a slice is too small to judge, as at the gate. */
export const MIN_SLICE = 30;
const SLICE = "right_items@";
/** Each physical object is a slice of its own; they are told apart by the gate, not by people. */
const OBJECTS = "group:";

function row(evaluation: Evaluation, key: string, name: string, look: Behind, thin: string | null = null): ForestRow | null {
  const mine = evaluation.measures[key];
  if (mine === undefined) return null;
  return { id: key, name, mine, theirs: evaluation.against_measures?.[key] ?? null, difference: evaluation.differences?.[key] ?? null, look, thin: thin ?? (mine.value === null ? t.model.notMeasured : null) };
}

const there = (each: ForestRow | null): each is ForestRow => each !== null;

export function overallRows(evaluation: Evaluation): ForestRow[] {
  return HEADLINES.map((key) => row(evaluation, key, t.model.measures[key] ?? key, { wrong: true })).filter(there);
}

/** Measures that are known by class here: those of boxes only where boxes were measured. */
export function classMeasures(evaluation: Evaluation): string[] {
  return ["f1", "precision", "recall", "ap33", "ap50"].filter((what) => evaluation.classes.some((each) => `${what}/${each}` in evaluation.measures));
}

export function classRows(evaluation: Evaluation, what: string, name: (id: string) => string): ForestRow[] {
  return evaluation.classes.map((each) => {
    const nothing = evaluation.measures[`recall/${each}`]?.n === 0 && evaluation.measures[`${what}/${each}`]?.value == null;
    return row(evaluation, `${what}/${each}`, name(each), { label_class: each }, nothing ? t.model.noMarks : null);
  }).filter(there);
}

export function sliceRows(evaluation: Evaluation, name: (id: string) => string): ForestRow[] {
  return Object.keys(evaluation.measures)
    .filter((key) => key.startsWith(SLICE) && !key.startsWith(SLICE + OBJECTS))
    .map((key) => {
      const slice = key.slice(SLICE.length);
      const n = evaluation.measures[key]?.n_items ?? 0;
      return row(evaluation, key, sliceName(slice, name), { slice }, n < MIN_SLICE ? t.model.tooFew(n, MIN_SLICE) : null);
    })
    .filter(there);
}

/** "has cell:yes" is "with Cell", "marks:2-5" is "2 to 5 marks", "line:3" is "line 3". */
export function sliceName(slice: string, name: (id: string) => string): string {
  const at = slice.indexOf(":");
  const [what, value] = at < 0 ? [slice, ""] : [slice.slice(0, at), slice.slice(at + 1)];
  if (what.startsWith("has ")) return t.model.slices.has(name(what.slice(4)));
  if (what === "marks") return t.model.slices.marks[value] ?? t.model.slices.other(what, value);
  if (what === "origin") return t.model.slices.origin[value] ?? t.model.slices.other(what, value);
  return t.model.slices.other(what, value);
}

/** The scale that every bar of a table shares: wide enough for all, in steps of .05, never outside 0 to 1. */
export function shareDomain(rows: readonly ForestRow[]): [number, number] {
  const known = rows.filter((each) => each.thin === null).flatMap((each) => [each.mine, ...(each.theirs === null ? [] : [each.theirs])]);
  const low = Math.min(1, ...known.map((each) => each.low ?? each.value ?? 1));
  const high = Math.max(0, ...known.map((each) => each.high ?? each.value ?? 0));
  if (low > high) return [0, 1];
  const from = Math.max(0, Math.floor((low - 0.01) / 0.05) * 0.05);
  const to = Math.min(1, Math.ceil((high + 0.01) / 0.05) * 0.05);
  return [Number(from.toFixed(2)), Number(Math.max(to, from + 0.05).toFixed(2))];
}

/** The same around nothing, for differences; at least two points each way, and room for a limit. */
export function differenceDomain(rows: readonly ForestRow[], limit = 0): [number, number] {
  const known = rows.filter((each) => each.thin === null).flatMap((each) => (each.difference === null ? [] : [each.difference]));
  const most = Math.max(0.02, limit * 1.5, ...known.flatMap((each) => [Math.abs(each.low ?? each.value ?? 0), Math.abs(each.high ?? each.value ?? 0)]));
  return [-most * 1.05, most * 1.05];
}

/** What the difference of images without an error says of two models: never more than its interval shows. */
export function verdictOf(difference: Estimate | null): "better" | "worse" | "same" | null {
  if (difference === null || difference.value === null || difference.low === null || difference.high === null) return null;
  if (difference.low > 0) return "better";
  return difference.high < 0 ? "worse" : "same";
}
