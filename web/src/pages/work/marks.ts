// Marks of the API and shapes of the canvas: the same numbers under two names.
import type { Box, MarkIn } from "@/api/types";
import { bbox, boundsOf } from "@/core";
import type { Box as CanvasBox, Shape } from "@/core";

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

export function toShapes(marks: readonly MarkIn[]): Shape[] {
  return marks.map((mark, at) => ({ id: mark.client_id === undefined || mark.client_id === "" ? crypto.randomUUID() : mark.client_id, classId: mark.label_class, geometry: bbox(canvasBox(mark.bbox)), z: at + 1 }));
}

export function toMarks(shapes: readonly Shape[]): DrawnMark[] {
  return shapes.map((shape) => ({ client_id: shape.id, label_class: shape.classId, shape: "bbox", bbox: wireBox(boundsOf(shape)) }));
}
