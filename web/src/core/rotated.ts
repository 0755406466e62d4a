// Rotated boxes: centre, size and an angle in radians clockwise; grips in the box's own frame and one to turn it.

import type { Box, Point, Size } from "./geometry";
import { clampPoint, HANDLES, MIN_SIDE_PX, moveWithin } from "./geometry";
import type { Ring } from "./rings";
import { inRing, nearestEdge, ringBounds } from "./rings";
import type { Geometry, GeometryOperations, Grip, RotatedGeometry } from "./shapes";

/** How far above the upper edge the grip that turns the box stands, in screen pixels. */
export const TURN_REACH_PX = 26;

export function rotated(cx: number, cy: number, width: number, height: number, angle: number): RotatedGeometry {
  return { kind: "rotated_bbox", cx, cy, width, height, angle: normalAngle(angle) };
}

/** The same direction between -π (not itself) and π. */
export function normalAngle(angle: number): number {
  const turn = 2 * Math.PI;
  const rest = ((angle % turn) + turn) % turn;
  return rest > Math.PI ? rest - turn : rest;
}

/** The four corners in order, upper left first in the box's own frame. */
export function cornersOf(box: RotatedGeometry): Ring {
  const { width, height } = box;
  return [[-1, -1], [1, -1], [1, 1], [-1, 1]].flatMap(([dx = 0, dy = 0]) => {
    const at = fromFrame(box, (dx * width) / 2, (dy * height) / 2);
    return [at.x, at.y];
  });
}

function fromFrame(box: RotatedGeometry, x: number, y: number): Point {
  const cos = Math.cos(box.angle);
  const sin = Math.sin(box.angle);
  return { x: box.cx + x * cos - y * sin, y: box.cy + x * sin + y * cos };
}

function toFrame(box: RotatedGeometry, p: Point): Point {
  const cos = Math.cos(box.angle);
  const sin = Math.sin(box.angle);
  const dx = p.x - box.cx;
  const dy = p.y - box.cy;
  return { x: dx * cos + dy * sin, y: -dx * sin + dy * cos };
}

function bounds(box: RotatedGeometry): Box {
  return ringBounds(cornersOf(box));
}

/** Whether the box lies in the picture, up to the last digits of a browser's arithmetic. */
function fits(box: RotatedGeometry, size: Size): boolean {
  const { xMin, yMin, xMax, yMax } = bounds(box);
  return xMin >= -1e-7 && yMin >= -1e-7 && xMax <= size.width + 1e-7 && yMax <= size.height + 1e-7;
}

/** Move a box that pokes out of the picture back in, where it has the room. */
export function keptInside(box: RotatedGeometry, size: Size): RotatedGeometry | null {
  if (fits(box, size)) return box;
  const envelope = bounds(box);
  if (envelope.xMax - envelope.xMin > size.width || envelope.yMax - envelope.yMin > size.height) return null;
  const moved = moveWithin(envelope, 0, 0, size);
  return rotated(box.cx + moved.xMin - envelope.xMin, box.cy + moved.yMin - envelope.yMin, box.width, box.height, box.angle);
}

export function turnedBy(box: RotatedGeometry, radians: number, size: Size): RotatedGeometry {
  return keptInside(rotated(box.cx, box.cy, box.width, box.height, box.angle + radians), size) ?? box;
}

/** The box over a first edge from `a` to `b` that reaches as far to the side as `c`; null when it has no area. */
export function fromEdge(a: Point, b: Point, c: Point, size: Size): RotatedGeometry | null {
  const width = Math.hypot(b.x - a.x, b.y - a.y);
  const angle = Math.atan2(b.y - a.y, b.x - a.x);
  const depth = -Math.sin(angle) * (c.x - a.x) + Math.cos(angle) * (c.y - a.y);
  if (width < MIN_SIDE_PX || Math.abs(depth) < MIN_SIDE_PX) return null;
  const cx = (a.x + b.x) / 2 - (Math.sin(angle) * depth) / 2;
  const cy = (a.y + b.y) / 2 + (Math.cos(angle) * depth) / 2;
  return keptInside(rotated(cx, cy, width, Math.abs(depth), angle), size);
}

function resized(box: RotatedGeometry, dx: number, dy: number, to: Point): RotatedGeometry {
  const at = toFrame(box, to);
  const [x, width] = span(box.width, dx, at.x);
  const [y, height] = span(box.height, dy, at.y);
  const centre = fromFrame(box, x, y);
  return rotated(centre.x, centre.y, width, height, box.angle);
}

/** The middle and the length of one side whose edge was pulled to `to`; the other edge stays. */
function span(length: number, edge: number, to: number): [number, number] {
  if (edge === 0) return [0, length];
  const fixed = (-edge * length) / 2;
  const pulled = edge > 0 ? Math.max(to, fixed + MIN_SIDE_PX) : Math.min(to, fixed - MIN_SIDE_PX);
  return [(fixed + pulled) / 2, Math.abs(pulled - fixed)];
}

/** As far along the way from `box` to what `make` gives as stays inside the picture. */
function asFarAsFits(make: (share: number) => RotatedGeometry, size: Size): RotatedGeometry {
  if (fits(make(1), size)) return make(1);
  let low = 0;
  let high = 1;
  for (let step = 0; step < 24; step += 1) {
    const middle = (low + high) / 2;
    if (fits(make(middle), size)) low = middle;
    else high = middle;
  }
  return make(low);
}

function gripsOf(box: RotatedGeometry, scale: number): { grip: Grip; at: Point }[] {
  const sides = HANDLES.map(({ dx, dy }) => ({ grip: { kind: "side", dx, dy } as Grip, at: fromFrame(box, (dx * box.width) / 2, (dy * box.height) / 2) }));
  const above = fromFrame(box, 0, -box.height / 2 - TURN_REACH_PX / scale);
  return [...sides, { grip: { kind: "turn" }, at: above }];
}

function drag(box: RotatedGeometry, grip: Grip, to: Point, size: Size): RotatedGeometry {
  if (grip.kind === "turn") {
    const angle = Math.atan2(to.y - box.cy, to.x - box.cx) + Math.PI / 2;
    return turnedBy(box, angle - box.angle, size);
  }
  if (grip.kind !== "side") return box;
  const from = fromFrame(box, (grip.dx * box.width) / 2, (grip.dy * box.height) / 2);
  const end = clampPoint(to, size);
  return asFarAsFits((share) => resized(box, grip.dx, grip.dy, { x: from.x + share * (end.x - from.x), y: from.y + share * (end.y - from.y) }), size);
}

export const rotatedOperations: GeometryOperations<RotatedGeometry> = {
  bounds,
  area: (box) => box.width * box.height,
  contains: (box, point) => inRing(cornersOf(box), point),
  distance: (box, point) => nearestEdge(cornersOf(box), point, true).distance,
  grips: gripsOf,
  move(box, dx, dy, size) {
    const envelope = bounds(box);
    const moved = moveWithin(envelope, dx, dy, size);
    return rotated(box.cx + moved.xMin - envelope.xMin, box.cy + moved.yMin - envelope.yMin, box.width, box.height, box.angle);
  },
  drag,
  turn: turnedBy,
  corners: (box) => [cornersOf(box)],
  isDrawable: (box) => box.width >= MIN_SIDE_PX && box.height >= MIN_SIDE_PX,
  same: (a, b) => a.cx === b.cx && a.cy === b.cy && a.width === b.width && a.height === b.height && a.angle === b.angle,
};

export function isRotated(geometry: Geometry): geometry is RotatedGeometry {
  return geometry.kind === "rotated_bbox";
}
