// What the pages of promotions answer in their titles, and the tone of each state.
import type { Promotion, PromotionSeen, Proposal } from "@/api/types";
import { t } from "@/text/en";
import type { TagTone } from "@/ui/State";
import { gateLines, gateOf, headlineOf } from "./gate";

const PROMOTION_TONES: Record<Promotion["state"], TagTone> = { requested: "accent", evaluated: "accent", waiting: "accent", watched: "ok", kept: "ok", rolled_back: "stop", refused: "stop", declined: "warn", failed: "warn" };

/** What was said of it: why it ended where people or a step ended it, else the gate's answer, else why it was asked for. */
export function saidOf(promotion: Promotion, name: (id: string) => string): string {
  const gate = gateOf(promotion);
  if (promotion.reason !== null && (promotion.state === "rolled_back" || promotion.state === "declined" || promotion.state === "failed")) return promotion.reason;
  return gate === null ? promotion.why : headlineOf(gate, gateLines(gate, name));
}

/** It came into use, and another one has since. */
export function wasReplaced(promotion: Promotion): boolean {
  return (promotion.state === "watched" || promotion.state === "kept") && !promotion.in_use;
}

export function stateWords(promotion: Promotion): string {
  return t.promotions.states[wasReplaced(promotion) ? "replaced" : promotion.state] ?? promotion.state;
}

export function toneOf(promotion: Promotion): TagTone {
  return wasReplaced(promotion) ? "neutral" : PROMOTION_TONES[promotion.state];
}

/** The page's answer: what one may do now, else where it stands. */
export function titleOfOne(promotion: PromotionSeen, proposal: Proposal | null, when: (at: string) => string): string {
  if (promotion.state === "waiting" && proposal !== null) return proposal.may_sign ? t.promotion.yours(promotion.model, promotion.instead_of) : t.promotion.waits(promotion.model, promotion.instead_of);
  if (wasReplaced(promotion)) return t.promotion.titles["replaced"]?.(promotion.model, null, "") ?? promotion.title;
  const until = promotion.watch_until === null ? "" : when(promotion.watch_until);
  return t.promotion.titles[promotion.state]?.(promotion.model, promotion.instead_of, until) ?? promotion.title;
}

/** The answer: what waits or goes on first, then what is in use. */
export function titleOfAll(rows: readonly Promotion[], inUse: string | undefined, when: (at: string) => string): string {
  const waits = rows.find((row) => row.state === "waiting");
  if (waits !== undefined) return t.promotions.titleWaits(waits.model);
  const under = rows.find((row) => row.state === "requested" || row.state === "evaluated");
  if (under !== undefined) return t.promotions.titleUnder(under.model, t.promotions.states[under.state] ?? under.state);
  if (rows.length === 0) return t.promotions.titleNone;
  const watched = rows.find((row) => row.state === "watched" && row.in_use);
  if (watched !== undefined && watched.watch_until !== null) return t.promotions.titleWatched(watched.model, when(watched.watch_until));
  return inUse === undefined ? t.promotions.titleIdle : t.promotions.titleUse(inUse);
}
