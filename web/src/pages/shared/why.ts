// What the "why" of an item holds beside typed fields: the inferred marks, read with care.
import type { Box, ItemWhy } from "@/api/types";

export interface InferredMark {
  readonly label_class: string;
  readonly bbox: Box;
  readonly confidence: number;
}

/** The marks of the newest consensus; null when nothing was inferred. */
export function inferredMarks({ consensus }: ItemWhy): InferredMark[] | null {
  const marks = consensus.at(-1)?.["marks"];
  return Array.isArray(marks) ? marks.filter(isMark) : null;
}

function isMark(value: unknown): value is InferredMark {
  if (typeof value !== "object" || value === null) return false;
  const mark = value as Partial<InferredMark>;
  return typeof mark.label_class === "string" && typeof mark.confidence === "number" && Array.isArray(mark.bbox) && mark.bbox.length === 4;
}
