// Rings of polygons as flat lists x0 y0 x1 y1 ..., closed by themselves: area, containment, nearest edge, simplifying.

import type { Box, Point } from "./geometry";
import { MIN_SIDE_PX } from "./geometry";

export type Ring = readonly number[];

export function pointAt(ring: Ring, at: number): Point {
  return { x: ring[2 * at] ?? 0, y: ring[2 * at + 1] ?? 0 };
}

export function countOf(ring: Ring): number {
  return ring.length >> 1;
}

export function ringBounds(ring: Ring): Box {
  let xMin = Infinity;
  let yMin = Infinity;
  let xMax = -Infinity;
  let yMax = -Infinity;
  for (let at = 0; at < ring.length; at += 2) {
    const x = ring[at] ?? 0;
    const y = ring[at + 1] ?? 0;
    if (x < xMin) xMin = x;
    if (x > xMax) xMax = x;
    if (y < yMin) yMin = y;
    if (y > yMax) yMax = y;
  }
  return { xMin, yMin, xMax, yMax };
}

/** The shoelace area, whichever way the ring turns. */
export function ringArea(ring: Ring): number {
  let twice = 0;
  for (let at = 0, last = ring.length - 2; at < ring.length; last = at, at += 2) {
    twice += (ring[last] ?? 0) * (ring[at + 1] ?? 0) - (ring[at] ?? 0) * (ring[last + 1] ?? 0);
  }
  return Math.abs(twice) / 2;
}

/** Whether the point lies inside by the even-odd rule; edges on the left and the top belong to the inside. */
export function inRing(ring: Ring, { x, y }: Point): boolean {
  let inside = false;
  for (let at = 0, last = ring.length - 2; at < ring.length; last = at, at += 2) {
    const yA = ring[at + 1] ?? 0;
    const yB = ring[last + 1] ?? 0;
    if (yA > y === yB > y) continue;
    const xA = ring[at] ?? 0;
    if (x < (((ring[last] ?? 0) - xA) * (y - yA)) / (yB - yA) + xA) inside = !inside;
  }
  return inside;
}

/** The nearest place of the segment a–b to p. */
export function nearestOn(a: Point, b: Point, p: Point): Point {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length));
  return { x: a.x + t * dx, y: a.y + t * dy };
}

export interface NearEdge {
  /** The edge from this vertex to the next one. */
  readonly edge: number;
  readonly distance: number;
  readonly at: Point;
}

/** The edge nearest to a point; an open line has no edge from its last vertex to its first. */
export function nearestEdge(ring: Ring, p: Point, closed: boolean): NearEdge {
  const n = countOf(ring);
  let best: NearEdge = { edge: 0, distance: Infinity, at: pointAt(ring, 0) };
  for (let edge = 0; edge < (closed ? n : n - 1); edge += 1) {
    const at = nearestOn(pointAt(ring, edge), pointAt(ring, (edge + 1) % n), p);
    const distance = Math.hypot(at.x - p.x, at.y - p.y);
    if (distance < best.distance) best = { edge, distance, at };
  }
  return best;
}

export function withVertex(ring: Ring, after: number, p: Point): Ring {
  return [...ring.slice(0, 2 * after + 2), p.x, p.y, ...ring.slice(2 * after + 2)];
}

export function withoutVertex(ring: Ring, at: number): Ring {
  return [...ring.slice(0, 2 * at), ...ring.slice(2 * at + 2)];
}

export function movedVertex(ring: Ring, at: number, p: Point): Ring {
  const copy = [...ring];
  copy[2 * at] = p.x;
  copy[2 * at + 1] = p.y;
  return copy;
}

export function shifted(ring: Ring, dx: number, dy: number): Ring {
  return ring.map((value, at) => value + (at % 2 === 0 ? dx : dy));
}

export function turned(ring: Ring, centre: Point, radians: number): Ring {
  const cos = Math.cos(radians);
  const sin = Math.sin(radians);
  const out = new Array<number>(ring.length);
  for (let at = 0; at < ring.length; at += 2) {
    const dx = (ring[at] ?? 0) - centre.x;
    const dy = (ring[at + 1] ?? 0) - centre.y;
    out[at] = centre.x + dx * cos - dy * sin;
    out[at + 1] = centre.y + dx * sin + dy * cos;
  }
  return out;
}

/**
 * Leave out vertices nearer than `tolerance` to the line that remains (Douglas and Peucker 1973).
 * A closed ring is cut at its first vertex and the one farthest from it, so that both remain.
 */
export function simplified(ring: Ring, tolerance: number, closed: boolean): Ring {
  const n = countOf(ring);
  if (n <= (closed ? 3 : 2)) return ring;
  const keep = new Uint8Array(n);
  keep[0] = 1;
  if (closed) {
    const far = farthestFromFirst(ring);
    keep[far] = 1;
    keepBetween(ring, 0, far, tolerance, keep);
    keepBetween(ring, far, n, tolerance, keep);
  } else {
    keep[n - 1] = 1;
    keepBetween(ring, 0, n - 1, tolerance, keep);
  }
  const out: number[] = [];
  for (let at = 0; at < n; at += 1) if (keep[at] === 1) out.push(ring[2 * at] ?? 0, ring[2 * at + 1] ?? 0);
  return out.length >= (closed ? 6 : 4) ? out : ring;
}

function farthestFromFirst(ring: Ring): number {
  const first = pointAt(ring, 0);
  let best = 1;
  let most = -1;
  for (let at = 1; at < countOf(ring); at += 1) {
    const p = pointAt(ring, at);
    const distance = Math.hypot(p.x - first.x, p.y - first.y);
    if (distance > most) {
      most = distance;
      best = at;
    }
  }
  return best;
}

/** `end` may be the count of vertices, which means the first one again. */
function keepBetween(ring: Ring, start: number, end: number, tolerance: number, keep: Uint8Array): void {
  const waiting: [number, number][] = [[start, end]];
  for (let span = waiting.pop(); span !== undefined; span = waiting.pop()) {
    const [from, to] = span;
    const a = pointAt(ring, from);
    const b = pointAt(ring, to % countOf(ring));
    let worst = tolerance;
    let split = -1;
    for (let at = from + 1; at < to; at += 1) {
      const p = pointAt(ring, at);
      const on = nearestOn(a, b, p);
      const distance = Math.hypot(p.x - on.x, p.y - on.y);
      if (distance > worst) {
        worst = distance;
        split = at;
      }
    }
    if (split === -1) continue;
    keep[split] = 1;
    waiting.push([from, split], [split, to]);
  }
}

/** Whether a ring is worth keeping: three corners that enclose something. */
export function isRing(ring: Ring): boolean {
  return countOf(ring) >= 3 && ringArea(ring) >= (MIN_SIDE_PX * MIN_SIDE_PX) / 2;
}
