// The outbox's shelf in IndexedDB: one database a person, so that nobody sends another's work from a shared computer.

import type { DBSchema, IDBPDatabase } from "idb";
import { openDB } from "idb";
import type { DraftRecord, Shelf, SubmissionRecord } from "./model";

interface OutboxSchema extends DBSchema {
  drafts: { key: string; value: DraftRecord };
  submissions: { key: string; value: SubmissionRecord; indexes: { queued: number } };
}

export async function openShelf(userId: string): Promise<Shelf> {
  const database = await openDB<OutboxSchema>(`assay-outbox-${userId}`, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("drafts", { keyPath: "assignmentId" });
      fresh.createObjectStore("submissions", { keyPath: "key" }).createIndex("queued", "queuedAtMs");
    },
  });
  return shelfOver(database);
}

function shelfOver(database: IDBPDatabase<OutboxSchema>): Shelf {
  return {
    async putDraft(draft) {
      await database.put("drafts", draft);
    },
    getDraft: (assignmentId) => database.get("drafts", assignmentId),
    async deleteDraft(assignmentId, upToVersion) {
      const step = database.transaction("drafts", "readwrite");
      const kept = await step.store.get(assignmentId);
      if (kept !== undefined && kept.version <= upToVersion) await step.store.delete(assignmentId);
      await step.done;
    },
    drafts: () => database.getAll("drafts"),
    async putSubmission(submission) {
      const step = database.transaction(["drafts", "submissions"], "readwrite");
      await step.objectStore("submissions").put(submission);
      await step.objectStore("drafts").delete(submission.assignmentId);
      await step.done;
    },
    async deleteSubmission(key) {
      await database.delete("submissions", key);
    },
    submissions: () => database.getAllFromIndex("submissions", "queued"),
  };
}
