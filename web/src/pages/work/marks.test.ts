// Marks of every shape there and back between the API and the canvas.
import { describe, expect, it } from "vitest";
import type { MarkIn } from "@/api/types";
import { bbox } from "@/core";
import { toMarks, toShapes, toSuggestions } from "./marks";

const SIZE = { width: 40, height: 30 };

const marks: MarkIn[] = [
  { client_id: "a", label_class: "x", shape: "bbox", bbox: [1, 2, 3.5, 4] },
  { client_id: "b", label_class: "x", shape: "rotated_bbox", bbox: [5, 5, 15, 25], geometry: { rotated: [10, 15, 20, 10, Math.PI / 2] } },
  { client_id: "c", label_class: "y", shape: "polygon", bbox: [0, 0, 20, 20], geometry: { polygon: [[[0, 0, 20, 0, 20, 20], [5, 2, 8, 2, 8, 5]]] }, attributes: { cut: true }, group: 3 },
  { client_id: "d", label_class: "y", shape: "mask", bbox: [1, 1, 4, 3], geometry: { rle: "o00002NO0S02PO0b0" } },
  { client_id: "e", label_class: "y", shape: "polyline", bbox: [1, 2, 9, 4], geometry: { points: [1, 2, 9, 4] } },
  { client_id: "f", label_class: "y", shape: "point", bbox: [7, 8, 7, 8], geometry: { points: [7, 8] }, source: { model: "m-1", confidence: 0.5, edits: ["class"] } },
  { client_id: "g", label_class: "y", shape: "keypoints", bbox: [1, 1, 5, 6], geometry: { points: [1, 1, 2, 5, 6, 1, 0, 0, 0] } },
  { client_id: "h", label_class: "z", shape: "tag", bbox: [0, 0, 40, 30] },
];

describe("marks", () => {
  it("come back as they were, in their order", () => {
    const plain = marks.filter((mark) => mark.shape !== "mask");
    const back = toMarks(toShapes(plain, SIZE), SIZE);
    back.forEach((mark, at) => {
      expect(mark).toMatchObject({ ...plain[at], bbox: plain[at]?.bbox.map((side) => expect.closeTo(side, 9) as unknown as number) });
    });
  });

  it("keep every pixel of a mask", () => {
    const shape = { id: "m", classId: "y", z: 1, geometry: bbox({ xMin: 0, yMin: 0, xMax: 1, yMax: 1 }) };
    expect(toMarks([shape], SIZE)).toHaveLength(1);
    const drawn = toShapes([{ client_id: "m", label_class: "y", shape: "mask", bbox: [1, 1, 4, 3], geometry: { rle: "o02L200Pb1" } }], SIZE);
    const again = toShapes(toMarks(drawn, SIZE), SIZE);
    expect(again[0]?.geometry).toEqual(drawn[0]?.geometry);
  });

  it("fall back to their box when their geometry cannot be read", () => {
    const [shape] = toShapes([{ client_id: "a", label_class: "x", shape: "polygon", bbox: [1, 2, 3, 4], geometry: { polygon: "no" } }], SIZE);
    expect(shape?.geometry).toEqual(bbox({ xMin: 1, yMin: 2, xMax: 3, yMax: 4 }));
  });

  it("leave suggestions out that nobody has looked at", () => {
    const open = toSuggestions([{ label_class: "x", bbox: [1, 2, 3, 4], shape: "bbox", model: "m-1", confidence: 0.7 }], 5, SIZE);
    expect(open[0]).toMatchObject({ z: 6, suggested: { model: "m-1", confidence: 0.7, state: "open" } });
    expect(toMarks(open, SIZE)).toEqual([]);
  });
});
