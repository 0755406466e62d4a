// What a model may do for each class: the policy's rows, the certificate that stands for each, the audits' chart.
import type { Audits, Certificate, ClassSuggestion, Model, SuggestionPolicy } from "@/api/types";
import { percent, rate } from "@/format/numbers";
import { t } from "@/text/en";
import type { StateName } from "@/ui/State";

/** In a policy every class that is not named. */
export const EVERY = "*";

export interface ClassRow {
  readonly id: string;
  readonly rule: Required<ClassSuggestion>;
  readonly certificate: Certificate | null;
}

export const MANUAL: Required<ClassSuggestion> = { mode: "manual", show_above: 0.5, target: 0.05, sureness: 0.9 };

export function ruleOf(policy: SuggestionPolicy, id: string): Required<ClassSuggestion> {
  return { ...MANUAL, ...(policy.classes[id] ?? policy.classes[EVERY]) };
}

/** Every class of the schema, then all others, each with its newest certificate. */
export function classRowsOf(policy: SuggestionPolicy, classes: readonly string[], certificates: readonly Certificate[]): ClassRow[] {
  const newest = (id: string): Certificate | null => certificates.find((each) => each.label_class === id && each.state !== "replaced") ?? null;
  const own = classes.map((id) => ({ id, rule: ruleOf(policy, id), certificate: newest(id) }));
  const rest = { id: EVERY, rule: { ...MANUAL, ...policy.classes[EVERY] }, certificate: newest(EVERY) };
  return EVERY in policy.classes || rest.certificate !== null ? [...own, rest] : own;
}

/** Whether the answers that are suggested are those of this version. */
export function suggestsThis(policy: SuggestionPolicy, model: Model): boolean {
  return policy.version > 0 && [model.id, model.title, model.name, ...model.aliases].includes(policy.model);
}

export const CERTIFICATE_SHAPES: Record<Certificate["state"], StateName> = { certified: "ok", not_yet: "none", stopped: "stop", replaced: "none" };

/** What a certificate says, and what was done under it. */
export function certificateWords(row: ClassRow): { state: StateName; words: string; more: string } {
  const { certificate: held, rule } = row;
  if (held === null) return { state: "none", words: rule.mode === "automatic" ? t.suggesting.noneYet : t.suggesting.none, more: "" };
  const from = held.threshold === null ? "" : t.suggesting.threshold(rate(held.threshold));
  const done = held.n_taken + held.n_audits === 0 ? "" : t.suggesting.taken(String(held.n_taken), String(held.n_audits));
  return { state: CERTIFICATE_SHAPES[held.state], words: held.words, more: [from, done].filter((part) => part !== "").join("; ") };
}

export function share(value: number): string {
  const rounded = Math.round(1000 * value) / 10;
  return Number.isInteger(rounded) ? percent(rounded, 100) : `${String(rounded)}\u202f%`;
}

/** The audits as points of a chart: how far the sum is on its way to the limit. */
export function auditTop(audits: Audits): number {
  return Math.max(audits.limit * 1.15, ...audits.points.map((point) => point.score)) * 1.05;
}
