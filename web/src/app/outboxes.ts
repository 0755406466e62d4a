// The outbox of each project for whoever is signed in, wired to the API and to the browser's network events.

import { api } from "@/api/calls";
import { ApiError, UnreachableError } from "@/api/http";
import type { MarkIn, Receipt } from "@/api/types";
import { openShelf, Outbox } from "@/core/outbox";
import type { DraftRecord, SendResult, SubmissionRecord, Transport } from "@/core/outbox";

/** What a draft on the shelf holds. */
export interface DraftPayload {
  readonly marks: MarkIn[];
  readonly seconds: number;
}

/** What an answer on the shelf holds; it can be sent by any later visit. */
export interface AnswerPayload extends DraftPayload {
  readonly schema_version: number;
  readonly guideline_version: number;
}

export interface ProjectOutbox {
  readonly outbox: Outbox;
  /** What the server said to an answer, for the practice round. */
  readonly receipts: Map<string, Receipt>;
  /** The server's revision of each draft, to base the next one on. */
  readonly revisions: Map<string, number>;
}

const open = new Map<string, Promise<ProjectOutbox>>();

export function outboxFor(userId: string, project: string): Promise<ProjectOutbox> {
  const key = `${userId}/${project}`;
  const known = open.get(key);
  if (known !== undefined) return known;
  const made = makeOutbox(userId, project);
  open.set(key, made);
  return made;
}

/** Go on with what waits: after a new sign-in, or when the network is back. */
export async function resumeOutboxes(): Promise<void> {
  for (const each of open.values()) await (await each).outbox.resume();
}

globalThis.addEventListener("online", () => void resumeOutboxes());

async function makeOutbox(userId: string, project: string): Promise<ProjectOutbox> {
  const shelf = await openShelf(`${userId}-${project}`);
  const receipts = new Map<string, Receipt>();
  const revisions = new Map<string, number>();
  const transport = transportFor(project, receipts, revisions);
  const outbox = new Outbox({
    shelf,
    transport,
    newKey: () => crypto.randomUUID(),
    nowMs: () => Date.now(),
    later: (task, ms) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
  });
  void outbox.resume();
  return { outbox, receipts, revisions };
}

function transportFor(project: string, receipts: Map<string, Receipt>, revisions: Map<string, number>): Transport {
  return {
    async sendDraft(draft: DraftRecord): Promise<SendResult> {
      const payload = draft.payload as DraftPayload;
      const send = async (): Promise<void> => {
        const saved = await api.saveDraft(project, draft.assignmentId, { ...payload, revision: revisions.get(draft.assignmentId) ?? 0 });
        revisions.set(draft.assignmentId, saved.revision);
      };
      try {
        await send();
        return { kind: "acknowledged" };
      } catch (cause) {
        const newer = staleRevision(cause);
        if (newer === null) return resultOf(cause);
        // A lost reply, or a copy from an earlier visit: what is on this screen is newer, so it goes on top.
        revisions.set(draft.assignmentId, newer);
        return send().then((): SendResult => ({ kind: "acknowledged" }), resultOf);
      }
    },
    async sendSubmission(record: SubmissionRecord): Promise<SendResult> {
      try {
        receipts.set(record.assignmentId, await api.submit(project, record.assignmentId, { ...(record.payload as AnswerPayload), client_key: record.key }));
        return { kind: "acknowledged" };
      } catch (cause) {
        return resultOf(cause);
      }
    },
  };
}

function staleRevision(cause: unknown): number | null {
  if (!(cause instanceof ApiError) || cause.code !== "queue.draft_stale") return null;
  const { details } = cause;
  return typeof details === "object" && details !== null && "revision" in details && typeof details.revision === "number" ? details.revision : null;
}

function resultOf(cause: unknown): SendResult {
  if (cause instanceof UnreachableError) return { kind: "offline" };
  if (cause instanceof ApiError) {
    if (cause.status === 401) return { kind: "login" };
    if (cause.status === 429 || cause.status >= 500) return { kind: "offline" };
    return { kind: "refused", refusal: { code: cause.code, message: cause.message, hint: cause.hint } };
  }
  throw cause;
}
