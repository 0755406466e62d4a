// The outline of a mask as a polygon: along pixel edges, then simplified.

import { polygon, withHole } from "../polygons";
import type { MaskPixels } from "../maskPixels";
import type { Ring } from "../rings";
import { isRing, pointAt, ringArea, simplified } from "../rings";
import type { PolygonGeometry } from "../shapes";

/**
 * Follow the pixel edges of a mask with the set side on the right. Outer rings turn clockwise on the screen, holes the
 * other way. Where two set pixels touch at a corner only, they stay apart.
 */
export function ringsOf(mask: MaskPixels): Ring[] {
  const { width, height, bits } = mask;
  const set = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < width && y < height && bits[x * height + y] === 1;
  const seen = new Set<number>();
  const rings: Ring[] = [];
  for (let y = 0; y <= height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      // An edge along the top of a set pixel, left to right, starts a ring once.
      if (!set(x, y) || set(x, y - 1) || seen.has(y * (width + 1) + x)) continue;
      rings.push(follow(set, x, y, mask, seen));
    }
  }
  return rings;
}

const WAYS = [[1, 0], [0, 1], [-1, 0], [0, -1]] as const;

function follow(set: (x: number, y: number) => boolean, x0: number, y0: number, mask: MaskPixels, seen: Set<number>): Ring {
  const ring: number[] = [];
  let x = x0;
  let y = y0;
  let way = 0;
  do {
    if (way === 0) seen.add(y * (mask.width + 1) + x);
    const [dx, dy] = WAYS[way] ?? [1, 0];
    x += dx;
    y += dy;
    // The two pixels ahead: on the right of the way and on the left.
    const right = set(x + (dx - dy - 1) / 2, y + (dy + dx - 1) / 2);
    const left = set(x + (dx + dy - 1) / 2, y + (dy - dx - 1) / 2);
    const turn = !right ? 1 : left ? -1 : 0;
    if (turn !== 0) ring.push(mask.x + x, mask.y + y);
    way = (way + turn + 4) % 4;
  } while (x !== x0 || y !== y0 || way !== 0);
  return ring;
}

/** The mask as a polygon with parts and holes; null when nothing of it is worth a corner. */
export function outlineOf(mask: MaskPixels, tolerance: number): PolygonGeometry | null {
  const rings = ringsOf(mask).map((ring) => simplified(ring, tolerance, true)).filter(isRing);
  const outer = rings.filter((ring) => signedArea(ring) > 0).sort((a, b) => ringArea(a) - ringArea(b));
  const holes = rings.filter((ring) => signedArea(ring) < 0);
  if (outer.length === 0) return null;
  return holes.reduce((shape, hole) => (pointAt(hole, 0) === undefined ? shape : (withHole(shape, hole) ?? shape)), polygon(outer.map((ring) => [ring])));
}

function signedArea(ring: Ring): number {
  let twice = 0;
  for (let at = 0, last = ring.length - 2; at < ring.length; last = at, at += 2) twice += (ring[last] ?? 0) * (ring[at + 1] ?? 0) - (ring[at] ?? 0) * (ring[last + 1] ?? 0);
  return twice / 2;
}
