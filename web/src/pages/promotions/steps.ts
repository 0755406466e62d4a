// The five steps of a promotion, each with its state and time: evaluate, gate, approvals, production, watch.
import type { PromotionSeen, Proposal } from "@/api/types";
import { t } from "@/text/en";
import type { StateName } from "@/ui/State";

export type StepName = "evaluate" | "gate" | "approvals" | "production" | "watch";

export interface Step {
  readonly name: StepName;
  readonly state: StateName;
  readonly words: string;
  readonly at: string | null;
}

const WORDS = t.promotion.stepWords;
const ORDER = ["requested", "evaluated", "waiting", "watched", "kept"] as const;

/** Where a promotion stopped, by what is known of it: its state alone does not say at which step it failed. */
export function stoppedAt(promotion: PromotionSeen): StepName | null {
  if (promotion.state === "refused") return "gate";
  if (promotion.state === "declined") return "approvals";
  if (promotion.state !== "failed") return null;
  if (promotion.evaluated_at === null) return "evaluate";
  return promotion.gated_at === null ? "gate" : "approvals";
}

export function stepsOf(promotion: PromotionSeen, proposal: Proposal | null, until: (at: string) => string): Step[] {
  const stopped = stoppedAt(promotion);
  return [evaluate(promotion, stopped), gate(promotion, stopped), approvals(promotion, proposal, stopped, until), production(promotion, stopped), watch(promotion, stopped, until)];
}

const done = (promotion: PromotionSeen, state: (typeof ORDER)[number]): boolean => {
  const at = ORDER.findIndex((each) => each === promotion.state);
  return promotion.state === "rolled_back" || (at >= 0 && at >= ORDER.indexOf(state));
};

function evaluate(promotion: PromotionSeen, stopped: StepName | null): Step {
  if (stopped === "evaluate") return { name: "evaluate", state: "stop", words: WORDS.failed, at: promotion.ended_at };
  if (promotion.evaluated_at === null) return { name: "evaluate", state: "waiting", words: WORDS.now, at: promotion.requested_at };
  return { name: "evaluate", state: "ok", words: WORDS.measured, at: promotion.evaluated_at };
}

function gate(promotion: PromotionSeen, stopped: StepName | null): Step {
  if (stopped === "evaluate") return { name: "gate", state: "none", words: WORDS.skipped, at: null };
  if (stopped === "gate") return { name: "gate", state: "stop", words: promotion.state === "refused" ? WORDS.refused : WORDS.failed, at: promotion.ended_at };
  if (promotion.gated_at !== null) return { name: "gate", state: "ok", words: WORDS.passed, at: promotion.gated_at };
  return promotion.state === "evaluated" ? { name: "gate", state: "waiting", words: WORDS.now, at: promotion.evaluated_at } : { name: "gate", state: "none", words: WORDS.next, at: null };
}

function approvals(promotion: PromotionSeen, proposal: Proposal | null, stopped: StepName | null, until: (at: string) => string): Step {
  const signed = proposal === null ? "" : WORDS.signatures(proposal.signatures.length, proposal.signatures_needed);
  const last = proposal?.signatures.at(-1)?.at ?? null;
  if (stopped === "approvals") return { name: "approvals", state: "stop", words: promotion.state === "declined" ? WORDS.declined : WORDS.failed, at: promotion.ended_at };
  if (stopped !== null) return { name: "approvals", state: "none", words: WORDS.skipped, at: null };
  if (promotion.taken_at !== null) return { name: "approvals", state: proposal?.emergency != null && proposal.emergency.second_by === null ? "warn" : "ok", words: signed, at: last ?? promotion.taken_at };
  if (promotion.state !== "waiting") return { name: "approvals", state: "none", words: WORDS.next, at: null };
  return { name: "approvals", state: "waiting", words: proposal === null ? WORDS.now : `${signed}, ${WORDS.until(until(proposal.expires_at))}`, at: last };
}

function production(promotion: PromotionSeen, stopped: StepName | null): Step {
  if (promotion.state === "rolled_back") return { name: "production", state: "stop", words: WORDS.rolledBack, at: promotion.ended_at };
  if (promotion.taken_at !== null) return { name: "production", state: "ok", words: WORDS.taken, at: promotion.taken_at };
  return { name: "production", state: "none", words: stopped === null ? WORDS.next : WORDS.skipped, at: null };
}

function watch(promotion: PromotionSeen, stopped: StepName | null, until: (at: string) => string): Step {
  if (promotion.state === "watched" && !promotion.in_use) return { name: "watch", state: "none", words: WORDS.replaced, at: null };
  if (promotion.state === "kept") return { name: "watch", state: "ok", words: WORDS.kept, at: promotion.ended_at };
  if (promotion.state === "rolled_back") return { name: "watch", state: "stop", words: WORDS.rolledBack, at: promotion.ended_at };
  if (promotion.state === "watched" && promotion.watch_until !== null) return { name: "watch", state: "waiting", words: WORDS.until(until(promotion.watch_until)), at: null };
  return { name: "watch", state: "none", words: stopped === null && !done(promotion, "watched") ? WORDS.next : WORDS.skipped, at: null };
}
