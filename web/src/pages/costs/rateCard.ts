// The rate card as it is edited: the first one, the next version of one in force, rows that change and go.
import type { PaidRole, RateCard, RateCardNew } from "@/api/types";

export const ROLES: readonly PaidRole[] = ["annotator", "reviewer", "expert", "lead", "engineer"];

export const FIRST: RateCardNew = { version: 0, currency: "EUR", per_hour: { annotator: "15", reviewer: "22", expert: "35", engineer: "60" }, contracts: [], monthly: [], retraining_minutes: 120, compute_minute: "0.004", stored_gb_month: "0.023", gold_minutes: 3, hours_a_week: 30, valid_from: null };

export function draftOf(card: RateCard | undefined): RateCardNew {
  if (card === undefined) return FIRST;
  const { created_at, created_by, valid_from, ...rest } = card;
  void created_at;
  void created_by;
  void valid_from;
  return { ...rest, valid_from: null };
}

/** What a field of money holds, as the server reads it: never in powers of ten. */
export function amountOf(value: string | number): string {
  if (value === "") return "0";
  return typeof value === "number" ? value.toFixed(6).replace(/\.?0+$/u, "") : value;
}

export function changed<Row>(rows: readonly Row[], at: number, part: Partial<Row>): Row[] {
  return rows.map((row, k) => (k === at ? { ...row, ...part } : row));
}

export function without<Row>(rows: readonly Row[], at: number): Row[] {
  return rows.filter((_, k) => k !== at);
}
