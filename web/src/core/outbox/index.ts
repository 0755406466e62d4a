// The public face of the outbox.
export type { DraftRecord, OutboxState, Refusal, SendResult, Shelf, SubmissionRecord, Transport } from "./model";
export { Outbox } from "./outbox";
export type { OutboxOptions } from "./outbox";
export { openShelf } from "./shelf";
