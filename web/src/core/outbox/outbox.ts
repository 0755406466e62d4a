// The local queue: work is written here first, then sent until the server acknowledges it; nothing is ever thrown away.

import type { DraftRecord, OutboxState, SendResult, Shelf, SubmissionRecord, Transport } from "./model";

export interface OutboxOptions {
  readonly shelf: Shelf;
  readonly transport: Transport;
  readonly newKey: () => string;
  readonly nowMs: () => number;
  /** Runs `task` after a while; returns what calls it off. Tests turn this clock by hand. */
  readonly later: (task: () => void, ms: number) => () => void;
}

const DRAFT_REST_MS = 600;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

export class Outbox {
  readonly #shelf: Shelf;
  readonly #transport: Transport;
  readonly #options: OutboxOptions;
  readonly #listeners = new Set<() => void>();
  readonly #waitingDrafts = new Map<string, DraftRecord>();
  readonly #saved = new Map<string, number>();
  #state: OutboxState = { link: "online", pendingSubmissions: 0, savedVersions: new Map(), refused: [], shelfFailed: false };
  #running: Promise<void> | null = null;
  #runAgain = false;
  #retryMs = FIRST_RETRY_MS;
  #callOffRetry: (() => void) | null = null;
  #callOffDraft: (() => void) | null = null;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#shelf = options.shelf;
    this.#transport = options.transport;
  }

  readonly state = (): OutboxState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Keep open work here at once and send it when the hand rests. */
  async saveDraft(assignmentId: string, version: number, payload: unknown): Promise<void> {
    const draft: DraftRecord = { assignmentId, version, payload, changedAtMs: this.#options.nowMs() };
    this.#waitingDrafts.set(assignmentId, draft);
    await this.#onShelf(() => this.#shelf.putDraft(draft));
    this.#callOffDraft ??= this.#options.later(() => {
      this.#callOffDraft = null;
      void this.flush();
    }, DRAFT_REST_MS);
  }

  /** The newest open work kept here for an assignment, sent or not. */
  findDraft(assignmentId: string): Promise<DraftRecord | undefined> {
    return this.#shelf.getDraft(assignmentId);
  }

  /** A version that came from the server counts as saved there. */
  noteSaved(assignmentId: string, version: number): void {
    this.#saved.set(assignmentId, version);
    this.#publish({});
  }

  /** Hand an answer in: once this resolves it is safe here, and it is sent until the server has it. */
  async submit(assignmentId: string, payload: unknown): Promise<SubmissionRecord> {
    const record: SubmissionRecord = {
      key: this.#options.newKey(),
      assignmentId,
      payload,
      queuedAtMs: this.#options.nowMs(),
      refusal: null,
    };
    this.#waitingDrafts.delete(assignmentId);
    await this.#onShelf(() => this.#shelf.putSubmission(record));
    await this.#count();
    void this.flush();
    return record;
  }

  /** Start sending what an earlier visit, a lost network or an ended login left behind. */
  async resume(): Promise<void> {
    this.#retryMs = FIRST_RETRY_MS;
    for (const draft of await this.#shelf.drafts()) {
      if (!this.#waitingDrafts.has(draft.assignmentId)) this.#waitingDrafts.set(draft.assignmentId, draft);
    }
    await this.flush();
  }

  /** Take a refused answer off the list after the person has seen what became of it. */
  async dismiss(key: string): Promise<void> {
    await this.#shelf.deleteSubmission(key);
    await this.#count();
  }

  /** Send all that waits, one run at a time; resolves when the run is over. */
  flush(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#runAgain = true;
    this.#running ??= this.#runs();
    return this.#running;
  }

  close(): void {
    this.#closed = true;
    this.#callOffRetry?.();
    this.#callOffDraft?.();
  }

  async #runs(): Promise<void> {
    try {
      while (this.#runAgain && !this.#closed) {
        this.#runAgain = false;
        this.#callOffRetry?.();
        this.#callOffRetry = null;
        // Answers first: they are what the next claim waits for, and a draft of the same work would be stale.
        if (!((await this.#sendSubmissions()) && (await this.#sendDrafts()))) return;
        this.#retryMs = FIRST_RETRY_MS;
      }
    } finally {
      // In the same turn as the last look at `runAgain`, so that no call falls between two runs.
      this.#running = null;
    }
  }

  async #sendSubmissions(): Promise<boolean> {
    for (const record of await this.#shelf.submissions()) {
      if (record.refusal !== null) continue;
      const result = await this.#transport.sendSubmission(record);
      if (!this.#goOn(result)) return false;
      if (result.kind === "acknowledged") await this.#shelf.deleteSubmission(record.key);
      if (result.kind === "refused") await this.#shelf.putSubmission({ ...record, refusal: result.refusal });
      await this.#count();
    }
    await this.#count();
    return true;
  }

  async #sendDrafts(): Promise<boolean> {
    for (const draft of [...this.#waitingDrafts.values()]) {
      const result = await this.#transport.sendDraft(draft);
      if (!this.#goOn(result)) return false;
      // A newer version may have come while this one was on the way; it stays in line.
      if (this.#waitingDrafts.get(draft.assignmentId) === draft) this.#waitingDrafts.delete(draft.assignmentId);
      // A draft the server will not have (the lease ended) stays on the shelf for the next visit.
      if (result.kind !== "acknowledged") continue;
      await this.#shelf.deleteDraft(draft.assignmentId, draft.version);
      this.noteSaved(draft.assignmentId, draft.version);
    }
    return true;
  }

  /** Whether the server could be talked to; otherwise everything stays and a later try is set. */
  #goOn(result: SendResult): boolean {
    if (result.kind === "login") {
      this.#publish({ link: "login" });
      return false;
    }
    if (result.kind === "offline") {
      this.#publish({ link: "offline" });
      this.#callOffRetry = this.#options.later(() => void this.flush(), this.#retryMs);
      this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS);
      return false;
    }
    this.#publish({ link: "online" });
    return true;
  }

  async #count(): Promise<void> {
    const all = await this.#shelf.submissions();
    const refused = all.filter((record) => record.refusal !== null);
    this.#publish({ pendingSubmissions: all.length - refused.length, refused });
  }

  async #onShelf(write: () => Promise<void>): Promise<void> {
    try {
      await write();
      if (this.#state.shelfFailed) this.#publish({ shelfFailed: false });
    } catch (cause) {
      this.#publish({ shelfFailed: true });
      throw cause;
    }
  }

  #publish(part: Partial<OutboxState>): void {
    this.#state = { ...this.#state, ...part, savedVersions: new Map(this.#saved) };
    for (const listener of this.#listeners) listener();
  }
}
