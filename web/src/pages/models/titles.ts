// What the pages of models answer in their titles.
import type { Evaluation, Model } from "@/api/types";
import { count, intervalText, valueText } from "@/format/numbers";
import { t } from "@/text/en";
import { verdictOf } from "./forest";
import { points, pointsInterval } from "./points";

/** The answer: better, worse or not told apart from the model beside it; else how good it is. */
export function titleOfOne(model: Model, evaluation: Evaluation | undefined): string {
  const f1 = evaluation?.measures["f1"];
  if (evaluation === undefined || f1 === undefined) return t.model.unmeasured(model.title);
  if (f1.value === null) return t.model.thin(count(evaluation.n_items));
  const difference = evaluation.differences?.["right_items"] ?? null;
  const verdict = verdictOf(difference);
  if (verdict === null || difference === null || evaluation.against === null) return t.model.measured(valueText(f1), intervalText(f1), count(f1.n_items));
  if (verdict === "same") return t.model.same(evaluation.against, pointsInterval(difference));
  return t.model[verdict](evaluation.against, points(Math.abs(difference.value ?? 0)).replace(/^[+]/, ""), pointsInterval(difference));
}

/** The answer: what is in use, and what is on its way. */
export function titleOfAll(rows: readonly Model[]): string {
  const use = rows.find((row) => row.standing === "in_use");
  const candidate = rows.find((row) => row.standing === "candidate");
  if (rows.length === 0) return t.models.titleNone;
  if (use !== undefined) return candidate === undefined ? t.models.titleUse(use.title) : t.models.titleCandidate(use.title, candidate.title);
  return candidate === undefined ? t.models.titleUnused(count(rows.length)) : t.models.titleFirst(candidate.title);
}
