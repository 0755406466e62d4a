// What becomes of each dispute: whose marks are taken for the place in question. Pure; the canvas shows the outcome.
import type { Adjudication, Box, Mark } from "@/api/types";

export type Choice = { readonly how: "take"; readonly label: string } | { readonly how: "merge" } | { readonly how: "nothing" } | { readonly how: "draw" };

/** Overlap below which a mark is not about the place in question. */
const ABOUT = 0.2;

export function iou(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const inter = width * height;
  const area = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1]);
  return inter / (area(a) + area(b) - inter);
}

/** The mark of a set that means the place: the one with the largest overlap, the earlier one on a tie. */
export function markAbout<M extends { readonly bbox: Box }>(marks: readonly M[], place: Box): M | null {
  let best: M | null = null;
  let bestIou = ABOUT;
  for (const mark of marks) {
    const overlap = iou(mark.bbox, place);
    if (overlap > bestIou) {
      best = mark;
      bestIou = overlap;
    }
  }
  return best;
}

/** The consensus marks that nobody disputes. */
export function agreedMarks({ consensus, disputes }: Pick<Adjudication, "consensus" | "disputes">): Mark[] {
  const disputed = new Set(disputes.map((dispute) => markAbout(consensus, dispute.bbox)).filter((mark) => mark !== null));
  return consensus.filter((mark) => !disputed.has(mark));
}

/** What one side drew at a dispute's place; the server says who drew there at all. */
export function sideMark(answer: Adjudication["answers"][number], dispute: Adjudication["disputes"][number]): Mark | null {
  return dispute.drawn_by.includes(answer.label) ? markAbout(answer.marks, dispute.bbox) : null;
}

/** The marks that a choice puts at a dispute's place. */
export function marksFor(choice: Choice, dispute: Adjudication["disputes"][number], { answers, consensus }: Pick<Adjudication, "answers" | "consensus">): Mark[] {
  if (choice.how === "nothing" || choice.how === "draw") return [];
  const answer = choice.how === "take" ? answers.find((each) => each.label === choice.label) : undefined;
  const mark = choice.how === "merge" ? markAbout(consensus, dispute.bbox) : answer === undefined ? null : sideMark(answer, dispute);
  return mark === null ? [] : [mark];
}

/** The dispute after `at` that nobody has decided yet, round the end; null when all are. */
export function nextOpen(at: number, n: number, closed: ReadonlySet<number>): number | null {
  for (let step = 1; step <= n; step += 1) {
    const next = (at + step) % n;
    if (!closed.has(next)) return next;
  }
  return null;
}
