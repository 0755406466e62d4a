// Marks of the API and shapes of the canvas: the same numbers under two names.
import type { Box, MarkIn } from "@/api/types";
import { bbox, boundsOf, countsOfString, isOpen, maskOf, maskOfCounts, polygon, polyline, rotated, stringOfCounts, wholeCounts } from "@/core";
import type { Attributes, Box as CanvasBox, Geometry, Shape, Size, Suggested } from "@/core";

/** A mark as the canvas hands it in: always with the key it was drawn under. */
export interface DrawnMark extends MarkIn {
  readonly client_id: string;
}

export function canvasBox([xMin, yMin, xMax, yMax]: Box): CanvasBox {
  return { xMin, yMin, xMax, yMax };
}

export function wireBox(box: CanvasBox): Box {
  return [box.xMin, box.yMin, box.xMax, box.yMax];
}

/** The geometry of a mark on a picture of this size; the box where the rest of it cannot be read. */
export function geometryOf(mark: Pick<MarkIn, "shape" | "bbox" | "geometry">, size: Size): Geometry {
  return special(mark.shape ?? "bbox", mark.geometry ?? {}, mark.bbox, size) ?? bbox(canvasBox(mark.bbox));
}

function special(shape: string, geometry: Readonly<Record<string, unknown>>, box: Box, size: Size): Geometry | null {
  const { rotated: turned, polygon: parts, rle, points } = geometry;
  if (shape === "rotated_bbox" && isNumbers(turned) && turned.length === 5) {
    const [cx = 0, cy = 0, width = 0, height = 0, angle = 0] = turned;
    return rotated(cx, cy, width, height, angle);
  }
  if (shape === "polygon" && isParts(parts)) return polygon(parts);
  if (shape === "mask" && typeof rle === "string") {
    const counts = countsOfString(rle);
    const pixels = counts === null ? null : maskOfCounts(counts, size.width, size.height);
    return pixels === null ? null : maskOf(pixels);
  }
  if (shape === "polyline" && isNumbers(points)) return polyline(points);
  if (shape === "keypoints" && isNumbers(points)) return { kind: "keypoints", points };
  if (shape === "point") return { kind: "point", x: box[0], y: box[1] };
  return shape === "tag" ? { kind: "tag" } : null;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === "number");
}

function isParts(value: unknown): value is number[][][] {
  return Array.isArray(value) && value.every((part) => Array.isArray(part) && part.length > 0 && part.every(isNumbers));
}

export function toShapes(marks: readonly MarkIn[], size: Size = { width: 0, height: 0 }): Shape[] {
  return marks.map((mark, at) => ({
    id: mark.client_id === undefined || mark.client_id === "" ? crypto.randomUUID() : mark.client_id,
    classId: mark.label_class,
    geometry: geometryOf(mark, size),
    z: at + 1,
    ...(mark.attributes === undefined || Object.keys(mark.attributes).length === 0 ? {} : { attributes: mark.attributes as Attributes }),
    ...(mark.group === undefined || mark.group === null ? {} : { group: mark.group }),
    ...(mark.source === undefined || mark.source === null ? {} : { suggested: suggestedOf(mark.source) }),
  }));
}

function suggestedOf({ model, confidence, edits }: NonNullable<MarkIn["source"]>): Suggested {
  const all = edits ?? [];
  return { model, confidence: confidence ?? null, state: all.length === 0 ? "kept" : "changed", edits: all };
}

/** A model's mark that waits for a person. */
export interface SuggestedMark extends MarkIn {
  readonly model: string;
  readonly confidence: number | null;
}

/** Suggestions as shapes above the marks there are: they become marks when somebody takes them. */
export function toSuggestions(marks: readonly SuggestedMark[], above: number, size: Size): Shape[] {
  return toShapes(marks, size).map((shape, at) => {
    const mark = marks[at];
    return { ...shape, z: above + at + 1, suggested: { model: mark?.model ?? "", confidence: mark?.confidence ?? null, state: "open", edits: [] } };
  });
}

/** The marks on the canvas, lowest first; suggestions nobody has looked at are none. */
export function toMarks(shapes: readonly Shape[], size: Size = { width: 0, height: 0 }): DrawnMark[] {
  return shapes.filter((shape) => !isOpen(shape)).map((shape) => toMark(shape, size));
}

function toMark(shape: Shape, size: Size): DrawnMark {
  const { geometry, suggested } = shape;
  const more = moreOf(geometry, size);
  return {
    client_id: shape.id,
    label_class: shape.classId,
    shape: geometry.kind,
    // What is true of the whole image has the whole image as its envelope.
    bbox: geometry.kind === "tag" ? [0, 0, size.width, size.height] : wireBox(boundsOf(shape)),
    ...(more === null ? {} : { geometry: more }),
    ...(shape.attributes === undefined ? {} : { attributes: shape.attributes }),
    ...(shape.group === undefined ? {} : { group: shape.group }),
    ...(suggested === undefined ? {} : { source: { model: suggested.model, confidence: suggested.confidence, edits: [...suggested.edits] } }),
  };
}

/** What the envelope does not say. */
function moreOf(geometry: Geometry, size: Size): Record<string, unknown> | null {
  switch (geometry.kind) {
    case "rotated_bbox":
      return { rotated: [geometry.cx, geometry.cy, geometry.width, geometry.height, geometry.angle] };
    case "polygon":
      return { polygon: geometry.parts };
    case "mask":
      return { rle: stringOfCounts(wholeCounts(geometry.pixels, size.width, size.height)) };
    case "polyline":
    case "keypoints":
      return { points: geometry.points };
    case "point":
      return { points: [geometry.x, geometry.y] };
    default:
      return null;
  }
}
