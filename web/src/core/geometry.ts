// Boxes and points in image pixels: float64, origin top left, y down, pixel edges, half-open.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An axis-parallel box; `xMax` and `yMax` are the first edges outside. */
export interface Box {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Which edges of a box a handle moves: -1 the lower edge, 1 the upper edge, 0 neither. */
export interface Handle {
  readonly dx: -1 | 0 | 1;
  readonly dy: -1 | 0 | 1;
}

export const HANDLES: readonly Handle[] = [
  { dx: -1, dy: -1 },
  { dx: 0, dy: -1 },
  { dx: 1, dy: -1 },
  { dx: 1, dy: 0 },
  { dx: 1, dy: 1 },
  { dx: 0, dy: 1 },
  { dx: -1, dy: 1 },
  { dx: -1, dy: 0 },
];

/** The smallest box that a person can draw or leave behind, in pixels a side. */
export const MIN_SIDE_PX = 1;

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** A hand is no finer than a 64th of a pixel; whole and half pixels come out exact. */
export function snap({ x, y }: Point): Point {
  return { x: Math.round(x * 64) / 64, y: Math.round(y * 64) / 64 };
}

export function clampPoint(point: Point, size: Size): Point {
  return { x: clamp(point.x, 0, size.width), y: clamp(point.y, 0, size.height) };
}

/** The box between two opposite corners, whichever order they come in. */
export function boxBetween(a: Point, b: Point): Box {
  return { xMin: Math.min(a.x, b.x), yMin: Math.min(a.y, b.y), xMax: Math.max(a.x, b.x), yMax: Math.max(a.y, b.y) };
}

export function widthOf(box: Box): number {
  return box.xMax - box.xMin;
}

export function heightOf(box: Box): number {
  return box.yMax - box.yMin;
}

export function areaOf(box: Box): number {
  return widthOf(box) * heightOf(box);
}

export function centreOf(box: Box): Point {
  return { x: (box.xMin + box.xMax) / 2, y: (box.yMin + box.yMax) / 2 };
}

export function contains(box: Box, point: Point): boolean {
  return point.x >= box.xMin && point.x < box.xMax && point.y >= box.yMin && point.y < box.yMax;
}

export function intersects(a: Box, b: Box): boolean {
  return a.xMin <= b.xMax && b.xMin <= a.xMax && a.yMin <= b.yMax && b.yMin <= a.yMax;
}

export function unionOf(a: Box | null, b: Box): Box {
  if (a === null) return b;
  return {
    xMin: Math.min(a.xMin, b.xMin),
    yMin: Math.min(a.yMin, b.yMin),
    xMax: Math.max(a.xMax, b.xMax),
    yMax: Math.max(a.yMax, b.yMax),
  };
}

export function grow(box: Box, by: number): Box {
  return { xMin: box.xMin - by, yMin: box.yMin - by, xMax: box.xMax + by, yMax: box.yMax + by };
}

export function isDrawable(box: Box): boolean {
  return widthOf(box) >= MIN_SIDE_PX && heightOf(box) >= MIN_SIDE_PX;
}

/** The box moved by (dx, dy), stopped at the image edge with its size kept. */
export function moveWithin(box: Box, dx: number, dy: number, size: Size): Box {
  const x = clamp(dx, -box.xMin, size.width - box.xMax);
  const y = clamp(dy, -box.yMin, size.height - box.yMax);
  return { xMin: box.xMin + x, yMin: box.yMin + y, xMax: box.xMax + x, yMax: box.yMax + y };
}

/** The box with the handle's edges moved to `to`; crossing the other edge turns it over, never below one pixel. */
export function resizeTo(box: Box, handle: Handle, to: Point, size: Size): Box {
  const target = clampPoint(to, size);
  const [xMin, xMax] = resizeSpan(box.xMin, box.xMax, handle.dx, target.x, size.width);
  const [yMin, yMax] = resizeSpan(box.yMin, box.yMax, handle.dy, target.y, size.height);
  return { xMin, yMin, xMax, yMax };
}

function resizeSpan(low: number, high: number, edge: -1 | 0 | 1, to: number, limit: number): [number, number] {
  if (edge === 0) return [low, high];
  const fixed = edge === 1 ? low : high;
  if (Math.abs(to - fixed) >= MIN_SIDE_PX) return [Math.min(fixed, to), Math.max(fixed, to)];
  const start = edge === 1 ? Math.min(fixed, limit - MIN_SIDE_PX) : Math.max(fixed - MIN_SIDE_PX, 0);
  return [start, start + MIN_SIDE_PX];
}

export function handlePoint(box: Box, handle: Handle): Point {
  const centre = centreOf(box);
  return { x: pick(box.xMin, centre.x, box.xMax, handle.dx), y: pick(box.yMin, centre.y, box.yMax, handle.dy) };
}

function pick(low: number, middle: number, high: number, side: -1 | 0 | 1): number {
  if (side === 0) return middle;
  return side === -1 ? low : high;
}

/** Distance from a point to the outline of a box, 0 on it. */
export function distanceToOutline(box: Box, point: Point): number {
  const outsideX = Math.max(box.xMin - point.x, 0, point.x - box.xMax);
  const outsideY = Math.max(box.yMin - point.y, 0, point.y - box.yMax);
  if (outsideX > 0 || outsideY > 0) return Math.hypot(outsideX, outsideY);
  return Math.min(point.x - box.xMin, box.xMax - point.x, point.y - box.yMin, box.yMax - point.y);
}

export function sameBox(a: Box, b: Box): boolean {
  return a.xMin === b.xMin && a.yMin === b.yMin && a.xMax === b.xMax && a.yMax === b.yMax;
}
