// Taking a side takes that side's mark at the place in question, and nothing else.
import { describe, expect, it } from "vitest";
import type { Adjudication, Box, Mark } from "@/api/types";
import { agreedMarks, iou, markAbout, marksFor, nextOpen } from "./resolve";

const mark = (id: string, bbox: Box): Mark => ({ id, client_id: id, label_class: "rbc", shape: "bbox", bbox, attributes: {}, geometry: null });

const place: Box = [0, 0, 10, 10];
const far: Box = [50, 50, 60, 60];
const dispute = { bbox: place, kind: "existence" as const, drawn_by: ["A"], label_classes: ["rbc"] };
const adjudication: Pick<Adjudication, "answers" | "consensus" | "disputes"> = {
  answers: [
    { label: "A", author: null, marks: [mark("a1", [0, 0, 10, 9]), mark("a2", far)] },
    { label: "B", author: null, marks: [mark("b2", far), mark("b3", [3, 0, 13, 10])] },
  ],
  consensus: [
    { ...mark("c1", place), confidence: 0.5, n_votes: 1 },
    { ...mark("c2", far), confidence: 0.98, n_votes: 2 },
  ],
  disputes: [dispute],
};

describe("resolving a dispute", () => {
  it("keeps the consensus that nobody disputes", () => {
    expect(agreedMarks(adjudication).map((m) => m.id)).toEqual(["c2"]);
  });

  it("takes a side's mark at that place, and none where the side drew none", () => {
    expect(marksFor({ how: "take", label: "A" }, dispute, adjudication).map((m) => m.id)).toEqual(["a1"]);
    expect(marksFor({ how: "take", label: "B" }, dispute, adjudication)).toEqual([]);
  });

  it("merges into the consensus mark, and leaves the place empty for nothing", () => {
    expect(marksFor({ how: "merge" }, dispute, adjudication).map((m) => m.id)).toEqual(["c1"]);
    expect(marksFor({ how: "nothing" }, dispute, adjudication)).toEqual([]);
  });

  it("chooses the mark with the largest overlap", () => {
    expect(markAbout([mark("x", [5, 5, 15, 15]), mark("y", [1, 1, 10, 10])], place)?.id).toBe("y");
    expect([iou(place, place), iou(place, far)]).toEqual([1, 0]);
  });

  it("goes on to the next open dispute, round the end, until none is left", () => {
    expect([nextOpen(0, 3, new Set([0])), nextOpen(2, 3, new Set([2])), nextOpen(1, 3, new Set([0, 1, 2])), nextOpen(0, 0, new Set())]).toEqual([1, 0, null, null]);
  });
});
