// What was inferred for an item: the marks of its newest consensus.
import type { ItemWhy } from "@/api/types";

export type InferredMark = ItemWhy["consensus"][number]["marks"][number];

/** The marks of the newest consensus; null when nothing was inferred. */
export function inferredMarks({ consensus }: ItemWhy): InferredMark[] | null {
  return consensus.at(-1)?.marks ?? null;
}
