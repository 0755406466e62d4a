// What waits on this computer until the server has it: drafts of open work, and answers handed in.

/** Open work on one assignment; only the newest one counts. */
export interface DraftRecord {
  readonly assignmentId: string;
  /** The version of the canvas store that the payload holds. */
  readonly version: number;
  readonly payload: unknown;
  readonly changedAtMs: number;
}

/** An answer handed in: kept under its key until the server acknowledged it. */
export interface SubmissionRecord {
  /** Sent with every try, so that the server takes any number of tries as one answer. */
  readonly key: string;
  readonly assignmentId: string;
  readonly payload: unknown;
  readonly queuedAtMs: number;
  /** Set when the server refused it for good; kept and shown, never thrown away. */
  readonly refusal: Refusal | null;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** How a try ended, in the words the outbox decides by. */
export type SendResult =
  | { readonly kind: "acknowledged" }
  | { readonly kind: "offline" }
  | { readonly kind: "login" }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** The way to the server; it must not throw, and says "offline" for anything worth another try. */
export interface Transport {
  sendDraft(draft: DraftRecord): Promise<SendResult>;
  sendSubmission(submission: SubmissionRecord): Promise<SendResult>;
}

/** The shelf: IndexedDB in a browser, and the same code over a stand-in in tests. */
export interface Shelf {
  putDraft(draft: DraftRecord): Promise<void>;
  getDraft(assignmentId: string): Promise<DraftRecord | undefined>;
  deleteDraft(assignmentId: string, upToVersion: number): Promise<void>;
  drafts(): Promise<DraftRecord[]>;
  /** Stores the answer and removes its draft in one step. */
  putSubmission(submission: SubmissionRecord): Promise<void>;
  deleteSubmission(key: string): Promise<void>;
  /** Oldest first. */
  submissions(): Promise<SubmissionRecord[]>;
}

export interface OutboxState {
  /** "offline": not reachable, everything is kept here. "login": the session ended, everything is kept here. */
  readonly link: "online" | "offline" | "login";
  /** Answers not acknowledged yet. */
  readonly pendingSubmissions: number;
  /** The version the server holds of each draft of this session. */
  readonly savedVersions: ReadonlyMap<string, number>;
  readonly refused: readonly SubmissionRecord[];
  /** The shelf itself could not be written (storage full or blocked). */
  readonly shelfFailed: boolean;
}
