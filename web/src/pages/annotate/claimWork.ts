// The next piece of work: claimed from the server, with the newest of what was begun on it here or there.
import { api } from "@/api/calls";
import { UnreachableError } from "@/api/http";
import type { Assignment, Claim, MarkIn } from "@/api/types";
import type { AnswerPayload, DraftPayload, ProjectOutbox } from "@/app/outboxes";
import { outboxFor } from "@/app/outboxes";
import type { SuggestedMark } from "../work/marks";
import { keepOnly, takeHere } from "./tabs";

export interface Work {
  readonly assignment: Assignment;
  readonly marks: MarkIn[];
  /** What a model suggests and nobody has looked at; none while the policy withholds them. */
  readonly suggestions: SuggestedMark[];
  readonly seconds: number;
  /** Why an earlier answer to this came back, when it did. */
  readonly refusal: string | null;
}

export type NextWork = { readonly work: Work; readonly reason: "none" } | { readonly work: null; readonly reason: Claim["reason"] };

export async function nextWork(userId: string, project: string, practice: boolean): Promise<NextWork> {
  const box = await outboxFor(userId, project);
  // An answer still on its way holds its task; claiming first would give the same task again.
  await box.outbox.flush();
  const claim = await claimForThisTab(project, practice);
  keepOnly(claim.assignment?.id ?? null);
  if (claim.assignment === null) return { work: null, reason: claim.reason };
  return { work: await begunWork(box, project, claim.assignment), reason: "none" };
}

/** What the person still holds, unless it lies on the desk of another tab; then another task beside it. */
async function claimForThisTab(project: string, practice: boolean): Promise<Claim> {
  const claim = await api.claim(project, practice, true);
  if (claim.assignment === null || (await takeHere(claim.assignment.id))) return claim;
  const beside = await api.claim(project, practice, false);
  if (beside.assignment !== null) await takeHere(beside.assignment.id);
  return beside;
}

async function begunWork(box: ProjectOutbox, project: string, assignment: Assignment): Promise<Work> {
  const { draft, id } = assignment;
  box.revisions.set(id, draft?.revision ?? 0);
  const refused = box.outbox.state().refused.find((record) => record.assignmentId === id);
  if (refused !== undefined) {
    const answer = refused.payload as AnswerPayload;
    await box.outbox.dismiss(refused.key);
    return { assignment, suggestions: [], marks: answer.marks, seconds: answer.seconds, refusal: `${refused.refusal?.message ?? ""} ${refused.refusal?.hint ?? ""}`.trim() };
  }
  // What is still on the shelf here was never acknowledged, so it is newer than the server's copy.
  const local = (await box.outbox.findDraft(id))?.payload as DraftPayload | undefined;
  const begun = local !== undefined || draft !== null;
  return { assignment, suggestions: begun ? [] : await suggestionsFor(project, id), marks: local?.marks ?? draft?.marks ?? [], seconds: local?.seconds ?? draft?.seconds ?? 0, refusal: null };
}

/** What a model suggests for fresh work; a draft has taken or dropped it already. Refused, people label by hand. */
async function suggestionsFor(project: string, assignment: string): Promise<SuggestedMark[]> {
  try {
    return [...(await api.suggestion(project, assignment)).marks];
  } catch (cause) {
    // Lost on the way: the claim is tried again, and with it this.
    if (cause instanceof UnreachableError) throw cause;
    return [];
  }
}
