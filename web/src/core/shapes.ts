// What is drawn on an image: a union of geometries told apart by `kind`, and one table of what each kind can do.

import type { Box, Handle, Point, Size } from "./geometry";
import { areaOf, contains, distanceToOutline, HANDLES, handlePoint, isDrawable, moveWithin, resizeTo } from "./geometry";

export interface BboxGeometry extends Box {
  readonly kind: "bbox";
}

/** Every geometry the engine knows; a new kind joins here and in `OPERATIONS`, and the compiler names what is missing. */
export type Geometry = BboxGeometry;
export type GeometryKind = Geometry["kind"];

export interface Shape {
  readonly id: string;
  readonly classId: string;
  readonly geometry: Geometry;
  /** Drawing order: higher lies on top. */
  readonly z: number;
}

export interface GeometryOperations<G extends Geometry> {
  bounds(geometry: G): Box;
  area(geometry: G): number;
  contains(geometry: G, point: Point): boolean;
  distance(geometry: G, point: Point): number;
  handles(geometry: G): readonly { readonly handle: Handle; readonly at: Point }[];
  move(geometry: G, dx: number, dy: number, size: Size): G;
  drag(geometry: G, handle: Handle, to: Point, size: Size): G;
  isDrawable(geometry: G): boolean;
}

export function bbox(box: Box): BboxGeometry {
  return { kind: "bbox", xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax };
}

const bboxOperations: GeometryOperations<BboxGeometry> = {
  bounds: (geometry) => geometry,
  area: areaOf,
  contains,
  distance: distanceToOutline,
  handles: (geometry) => HANDLES.map((handle) => ({ handle, at: handlePoint(geometry, handle) })),
  move: (geometry, dx, dy, size) => bbox(moveWithin(geometry, dx, dy, size)),
  drag: (geometry, handle, to, size) => bbox(resizeTo(geometry, handle, to, size)),
  isDrawable,
};

const OPERATIONS: { readonly [K in GeometryKind]: GeometryOperations<Extract<Geometry, { kind: K }>> } = {
  bbox: bboxOperations,
};

export function operationsFor(geometry: Geometry): GeometryOperations<Geometry> {
  return OPERATIONS[geometry.kind];
}

export function boundsOf(shape: Shape): Box {
  return operationsFor(shape.geometry).bounds(shape.geometry);
}
