// What is drawn on an image: a union of geometries told apart by `kind`, and one table of what each kind can do.

import type { Box, Handle, Point, Size } from "./geometry";
import { areaOf, boxBetween, clampPoint, contains, distanceToOutline, HANDLES, handlePoint, isDrawable, moveWithin, resizeTo, sameBox } from "./geometry";
import type { MaskPixels } from "./maskPixels";
import type { Parts } from "./polygons";
import { lineOperations, polygonOperations } from "./polygons";
import type { Ring } from "./rings";
import { rotatedOperations } from "./rotated";

export interface BboxGeometry extends Box {
  readonly kind: "bbox";
}

/** Centre and size in pixels, angle in radians clockwise. */
export interface RotatedGeometry {
  readonly kind: "rotated_bbox";
  readonly cx: number;
  readonly cy: number;
  readonly width: number;
  readonly height: number;
  readonly angle: number;
}

export interface PolygonGeometry {
  readonly kind: "polygon";
  readonly parts: Parts;
}

export interface LineGeometry {
  readonly kind: "polyline";
  readonly points: Ring;
}

export interface MaskGeometry {
  readonly kind: "mask";
  readonly pixels: MaskPixels;
}

export interface PointGeometry {
  readonly kind: "point";
  readonly x: number;
  readonly y: number;
}

/** Points of a skeleton as x, y and visibility; shown, moved and kept, not drawn here. */
export interface KeypointsGeometry {
  readonly kind: "keypoints";
  readonly points: readonly number[];
}

/** Something true of the whole image: it has no place on it. */
export interface TagGeometry {
  readonly kind: "tag";
}

/** Every geometry the engine knows; a new kind joins here and in `OPERATIONS`, and the compiler names what is missing. */
export type Geometry = BboxGeometry | RotatedGeometry | PolygonGeometry | LineGeometry | MaskGeometry | PointGeometry | KeypointsGeometry | TagGeometry;
export type GeometryKind = Geometry["kind"];

/** A value of an attribute, as JSON holds it. */
export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Where a mark came from, when it was not drawn by hand. */
export interface Suggested {
  /** Name and version of the model or method. */
  readonly model: string;
  /** From 0 to 1; null when the method gives none. */
  readonly confidence: number | null;
  /** "open": not looked at yet, so no mark. "kept": taken as it was. "changed": taken and mended. */
  readonly state: "open" | "kept" | "changed";
  /** What was mended, in the order it first was. */
  readonly edits: readonly string[];
}

export interface Shape {
  readonly id: string;
  readonly classId: string;
  readonly geometry: Geometry;
  /** Drawing order: higher lies on top. */
  readonly z: number;
  readonly attributes?: Attributes;
  readonly suggested?: Suggested;
  /** Marks with the same number belong together. */
  readonly group?: number;
  /** The pointer passes through it and nothing changes it. */
  readonly locked?: boolean;
  readonly hidden?: boolean;
}

/** What a press on a selected mark takes hold of. */
export type Grip =
  | { readonly kind: "side"; readonly dx: Handle["dx"]; readonly dy: Handle["dy"] }
  | { readonly kind: "vertex"; readonly part: number; readonly ring: number; readonly vertex: number }
  | { readonly kind: "turn" };

export interface GeometryOperations<G extends Geometry> {
  bounds(geometry: G): Box;
  area(geometry: G): number;
  contains(geometry: G, point: Point): boolean;
  distance(geometry: G, point: Point): number;
  /** `scale` is screen pixels for one image pixel; some grips keep a distance on the screen. */
  grips(geometry: G, scale: number): readonly { readonly grip: Grip; readonly at: Point }[];
  move(geometry: G, dx: number, dy: number, size: Size): G;
  drag(geometry: G, grip: Grip, to: Point, size: Size): G;
  /** Turned clockwise about its middle; absent where turning means nothing. */
  turn?(geometry: G, radians: number, size: Size): G;
  /** Rings of corners, for snapping. */
  corners(geometry: G): readonly Ring[];
  isDrawable(geometry: G): boolean;
  same(a: G, b: G): boolean;
}

export function bbox(box: Box): BboxGeometry {
  return { kind: "bbox", xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax };
}

export function maskOf(pixels: MaskPixels): MaskGeometry {
  return { kind: "mask", pixels };
}

const bboxOperations: GeometryOperations<BboxGeometry> = {
  bounds: (geometry) => geometry,
  area: areaOf,
  contains,
  distance: distanceToOutline,
  grips: (geometry) => HANDLES.map((handle) => ({ grip: { kind: "side", ...handle }, at: handlePoint(geometry, handle) })),
  move: (geometry, dx, dy, size) => bbox(moveWithin(geometry, dx, dy, size)),
  drag: (geometry, grip, to, size) => (grip.kind === "side" ? bbox(resizeTo(geometry, grip, to, size)) : geometry),
  corners: ({ xMin, yMin, xMax, yMax }) => [[xMin, yMin, xMax, yMin, xMax, yMax, xMin, yMax]],
  isDrawable,
  same: sameBox,
};

const maskOperations: GeometryOperations<MaskGeometry> = {
  bounds: ({ pixels }) => pixels.box,
  area: ({ pixels }) => pixels.area,
  contains: ({ pixels }, point) => pixels.has(point),
  distance: ({ pixels }, point) => (pixels.has(point) ? 0 : Infinity),
  grips: () => [],
  move({ pixels }, dx, dy, size) {
    const moved = moveWithin(pixels.box, Math.round(dx), Math.round(dy), size);
    return maskOf(pixels.moved(Math.round(moved.xMin - pixels.x), Math.round(moved.yMin - pixels.y)));
  },
  drag: (geometry) => geometry,
  corners: () => [],
  isDrawable: ({ pixels }) => pixels.area > 0,
  same: (a, b) => a.pixels === b.pixels || a.pixels.same(b.pixels),
};

const pointOperations: GeometryOperations<PointGeometry> = {
  bounds: ({ x, y }) => boxBetween({ x, y }, { x, y }),
  area: () => 0,
  contains: () => false,
  distance: ({ x, y }, point) => Math.hypot(x - point.x, y - point.y),
  grips: () => [],
  move: (geometry, dx, dy, size) => ({ kind: "point", ...clampPoint({ x: geometry.x + dx, y: geometry.y + dy }, size) }),
  drag: (_, __, to, size) => ({ kind: "point", ...clampPoint(to, size) }),
  corners: ({ x, y }) => [[x, y]],
  isDrawable: () => true,
  same: (a, b) => a.x === b.x && a.y === b.y,
};

/** The points that are there: those with visibility 0 have no place. */
function placed({ points }: KeypointsGeometry): number[] {
  const flat: number[] = [];
  for (let at = 0; at + 2 < points.length; at += 3) if ((points[at + 2] ?? 0) > 0) flat.push(points[at] ?? 0, points[at + 1] ?? 0);
  return flat;
}

const keypointOperations: GeometryOperations<KeypointsGeometry> = {
  bounds: (geometry) => lineOperations.bounds({ kind: "polyline", points: placed(geometry) }),
  area: () => 0,
  contains: () => false,
  distance: (geometry, point) => lineOperations.distance({ kind: "polyline", points: placed(geometry) }, point),
  grips: () => [],
  move(geometry, dx, dy, size) {
    const box = keypointOperations.bounds(geometry);
    const moved = moveWithin(box, dx, dy, size);
    const by = [moved.xMin - box.xMin, moved.yMin - box.yMin, 0];
    return { kind: "keypoints", points: geometry.points.map((value, at) => value + ((geometry.points[at - (at % 3) + 2] ?? 0) > 0 ? (by[at % 3] ?? 0) : 0)) };
  },
  drag: (geometry) => geometry,
  corners: (geometry) => [placed(geometry)],
  isDrawable: () => true,
  same: (a, b) => a.points.join() === b.points.join(),
};

/** A box that meets nothing and adds nothing to a union. */
const NOWHERE: Box = { xMin: Infinity, yMin: Infinity, xMax: -Infinity, yMax: -Infinity };

const tagOperations: GeometryOperations<TagGeometry> = {
  bounds: () => NOWHERE,
  area: () => Infinity,
  contains: () => false,
  distance: () => Infinity,
  grips: () => [],
  move: (geometry) => geometry,
  drag: (geometry) => geometry,
  corners: () => [],
  isDrawable: () => true,
  same: () => true,
};

const OPERATIONS: { readonly [K in GeometryKind]: GeometryOperations<Extract<Geometry, { kind: K }>> } = {
  bbox: bboxOperations,
  rotated_bbox: rotatedOperations,
  polygon: polygonOperations,
  polyline: lineOperations,
  mask: maskOperations,
  point: pointOperations,
  keypoints: keypointOperations,
  tag: tagOperations,
};

export function operationsFor(geometry: Geometry): GeometryOperations<Geometry> {
  // The table gives every kind its own operations; the compiler cannot follow a lookup by the value's own tag.
  return OPERATIONS[geometry.kind] as unknown as GeometryOperations<Geometry>;
}

export function boundsOf(shape: Shape): Box {
  return operationsFor(shape.geometry).bounds(shape.geometry);
}

/** Whether a mark has a place on the image; tags have none. */
export function isPlaced(shape: Shape): boolean {
  return shape.geometry.kind !== "tag";
}

export function sameGeometry(a: Geometry, b: Geometry): boolean {
  return a.kind === b.kind && operationsFor(a).same(a, b);
}

/** Whether this is a suggestion nobody has looked at, and so not a mark. */
export function isOpen(shape: Shape): boolean {
  return shape.suggested?.state === "open";
}

/** The shape after somebody changed something of it: an open suggestion becomes a mark, and says what was mended. */
export function touched(shape: Shape, edit: string): Shape {
  const { suggested } = shape;
  if (suggested === undefined) return shape;
  const edits = suggested.edits.includes(edit) ? suggested.edits : [...suggested.edits, edit];
  return { ...shape, suggested: { ...suggested, state: "changed", edits } };
}
