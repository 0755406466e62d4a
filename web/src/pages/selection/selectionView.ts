// What the selection page works out: words for a reason, a form's request, the state of the saving.
import type { SelectionGain, SelectionItem, SelectionNew } from "@/api/types";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";

export type Method = NonNullable<SelectionNew["method"]>;
export const METHODS: readonly Method[] = ["auto", "typical", "clustered-margin", "margin", "random"];

export interface Draft {
  readonly name: string;
  readonly n: number;
  readonly method: Method;
  readonly typicalStart: boolean;
  /** In percent. */
  readonly random: number;
  readonly alike: number;
  readonly quotas: Readonly<Record<string, number>>;
  readonly embedding: string;
}

export const FIRST: Draft = { name: "", n: 100, method: "auto", typicalStart: true, random: 10, alike: 0.995, quotas: {}, embedding: "embeddings/plain-1" };

/** The request of a draft; empty quotas are left out, so that only what somebody asked for is asked. */
export function requestOf(draft: Draft, today: Date): SelectionNew {
  return {
    name: draft.name.trim() === "" ? `selection ${today.toISOString().slice(0, 10)}` : draft.name.trim(),
    n: draft.n,
    method: draft.method,
    typical_start: draft.typicalStart,
    random_share: draft.random / 100,
    alike: draft.alike,
    quotas: Object.fromEntries(Object.entries(draft.quotas).filter(([, count]) => count > 0)),
    embedding: draft.embedding,
    seed: 0,
  };
}

/** Why an item was chosen, as half a sentence. */
export function whyOf(item: SelectionItem, nameOf: (id: string) => string): string {
  const likeliest = item.likeliest === null ? "" : t.selecting.likeliest(nameOf(item.likeliest));
  const words = (t.selecting.why[item.reason] ?? ((c: string) => `${item.reason}${c}`))(likeliest);
  return item.score === null ? words : `${words}, ${t.selecting.score(rate(item.score, item.score < 0.1 ? 3 : 2))}`;
}

/** Why there is no saving to show yet; null when there is one. */
export function notMeasured(gain: SelectionGain, hadModel: boolean): string | null {
  if (gain.saving.value !== null) return null;
  if (!hadModel) return t.selecting.gainNoModel;
  if (gain.chosen.n >= gain.needs && gain.random.n >= gain.needs) return t.selecting.gainZero;
  return t.selecting.gainWhy(gain.needs, gain.chosen.n, gain.random.n);
}

/** Whether choosing is shown to save, shown to cost, or neither: the interval decides, not the value. */
export function verdictOf({ low, high }: SelectionGain["saving"]): "saves" | "costs" | "unsure" {
  if (low !== null && low > 0) return "saves";
  return high !== null && high < 0 ? "costs" : "unsure";
}

/** Reasons with their counts, the most frequent first. */
export function reasonsOf(reasons: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(reasons).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}
