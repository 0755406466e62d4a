// Polygons with parts and holes, and open lines: a grip on every vertex, holes cut out, parts put in.

import type { Box, Point, Size } from "./geometry";
import { clampPoint, moveWithin, unionOf } from "./geometry";
import type { Ring } from "./rings";
import { countOf, inRing, isRing, movedVertex, nearestEdge, pointAt, ringArea, ringBounds, shifted, simplified, turned, withoutVertex, withVertex } from "./rings";
import type { GeometryOperations, Grip, LineGeometry, PolygonGeometry } from "./shapes";

/** Of each part the outer ring first, then its holes. */
export type Parts = readonly (readonly Ring[])[];

export function polygon(parts: Parts): PolygonGeometry {
  return { kind: "polygon", parts };
}

export function polyline(points: Ring): LineGeometry {
  return { kind: "polyline", points };
}

function ringsOf(geometry: PolygonGeometry): readonly Ring[] {
  return geometry.parts.flat();
}

function boundsOfRings(rings: readonly Ring[]): Box {
  return rings.reduce<Box | null>((box, ring) => unionOf(box, ringBounds(ring)), null) ?? { xMin: 0, yMin: 0, xMax: 0, yMax: 0 };
}

function mapRings(geometry: PolygonGeometry, change: (ring: Ring, part: number, at: number) => Ring): PolygonGeometry {
  return polygon(geometry.parts.map((rings, part) => rings.map((ring, at) => change(ring, part, at))));
}

/** The polygon with one vertex moved, put in or taken out; null when nothing worth keeping is left. */
export function withGrip(geometry: PolygonGeometry, grip: { part: number; ring: number }, change: (ring: Ring) => Ring): PolygonGeometry | null {
  const changed = geometry.parts.map((rings, part) => (part === grip.part ? rings.map((ring, at) => (at === grip.ring ? change(ring) : ring)) : rings));
  // An outer ring that fell below three corners takes its part with it; a hole that did is closed.
  const parts = changed.map((rings) => rings.filter((ring, at) => at === 0 || countOf(ring) >= 3)).filter((rings) => countOf(rings[0] ?? []) >= 3);
  return parts.length === 0 ? null : polygon(parts);
}

/** The edge nearest to a point over all rings. */
export function edgeNear(geometry: PolygonGeometry, point: Point): { part: number; ring: number; edge: number; distance: number; at: Point } {
  let best = { part: 0, ring: 0, edge: 0, distance: Infinity, at: point };
  geometry.parts.forEach((rings, part) =>
    rings.forEach((ring, at) => {
      const near = nearestEdge(ring, point, true);
      if (near.distance < best.distance) best = { part, ring: at, ...near };
    }),
  );
  return best;
}

export function insertVertex(geometry: PolygonGeometry, at: { part: number; ring: number; edge: number }, point: Point): PolygonGeometry {
  return withGrip(geometry, at, (ring) => withVertex(ring, at.edge, point)) ?? geometry;
}

export function deleteVertex(geometry: PolygonGeometry, at: { part: number; ring: number; vertex: number }): PolygonGeometry | null {
  return withGrip(geometry, at, (ring) => withoutVertex(ring, at.vertex));
}

/** Cut a hole into the part that holds its first corner; null when no part does. */
export function withHole(geometry: PolygonGeometry, hole: Ring): PolygonGeometry | null {
  const first = pointAt(hole, 0);
  const host = geometry.parts.findIndex((rings) => rings[0] !== undefined && inRing(rings[0], first));
  if (host === -1 || !isRing(hole)) return null;
  return polygon(geometry.parts.map((rings, part) => (part === host ? [...rings, hole] : rings)));
}

export function withPart(geometry: PolygonGeometry, part: Ring): PolygonGeometry | null {
  return isRing(part) ? polygon([...geometry.parts, [part]]) : null;
}

export function simplifiedPolygon(geometry: PolygonGeometry, tolerance: number): PolygonGeometry {
  return mapRings(geometry, (ring) => {
    const plain = simplified(ring, tolerance, true);
    return isRing(plain) ? plain : ring;
  });
}

/** Turn rings about the middle of their bounds; what leaves the picture is moved back in, or nothing is turned. */
function turnedRings(rings: readonly Ring[], radians: number, size: Size): readonly Ring[] {
  const box = boundsOfRings(rings);
  const centre = { x: (box.xMin + box.xMax) / 2, y: (box.yMin + box.yMax) / 2 };
  const around = rings.map((ring) => turned(ring, centre, radians));
  const now = boundsOfRings(around);
  if (now.xMax - now.xMin > size.width || now.yMax - now.yMin > size.height) return rings;
  const moved = moveWithin(now, 0, 0, size);
  return around.map((ring) => clamped(shifted(ring, moved.xMin - now.xMin, moved.yMin - now.yMin), size));
}

/** The last digit of a rounded sum may poke out of the picture. */
function clamped(ring: Ring, size: Size): Ring {
  return ring.map((value, at) => Math.min(Math.max(value, 0), at % 2 === 0 ? size.width : size.height));
}

function regroup(geometry: PolygonGeometry, rings: readonly Ring[]): PolygonGeometry {
  let next = 0;
  return mapRings(geometry, () => rings[next++] ?? []);
}

function vertexGrips(rings: readonly Ring[], part: number): { grip: Grip; at: Point }[] {
  return rings.flatMap((ring, at) => Array.from({ length: countOf(ring) }, (_, vertex) => ({ grip: { kind: "vertex", part, ring: at, vertex } as Grip, at: pointAt(ring, vertex) })));
}

export function inParts(parts: Parts, point: Point): boolean {
  return parts.some((rings) => rings.filter((ring) => inRing(ring, point)).length % 2 === 1);
}

export const polygonOperations: GeometryOperations<PolygonGeometry> = {
  bounds: (geometry) => boundsOfRings(ringsOf(geometry)),
  area: (geometry) => geometry.parts.reduce((sum, rings) => sum + rings.reduce((part, ring, at) => part + (at === 0 ? 1 : -1) * ringArea(ring), 0), 0),
  contains: (geometry, point) => inParts(geometry.parts, point),
  distance: (geometry, point) => edgeNear(geometry, point).distance,
  grips: (geometry) => geometry.parts.flatMap(vertexGrips),
  move(geometry, dx, dy, size) {
    const box = boundsOfRings(ringsOf(geometry));
    const moved = moveWithin(box, dx, dy, size);
    return mapRings(geometry, (ring) => clamped(shifted(ring, moved.xMin - box.xMin, moved.yMin - box.yMin), size));
  },
  drag(geometry, grip, to, size) {
    if (grip.kind !== "vertex") return geometry;
    return withGrip(geometry, grip, (ring) => movedVertex(ring, grip.vertex, clampPoint(to, size))) ?? geometry;
  },
  turn: (geometry, radians, size) => regroup(geometry, turnedRings(ringsOf(geometry), radians, size)),
  corners: ringsOf,
  isDrawable: (geometry) => geometry.parts.length > 0 && geometry.parts.every((rings) => rings[0] !== undefined && isRing(rings[0])),
  same: (a, b) => a === b || (a.parts.length === b.parts.length && JSON.stringify(a.parts) === JSON.stringify(b.parts)),
};

export const lineOperations: GeometryOperations<LineGeometry> = {
  bounds: (geometry) => ringBounds(geometry.points),
  area: () => 0,
  contains: () => false,
  distance: (geometry, point) => nearestEdge(geometry.points, point, false).distance,
  grips: (geometry) => vertexGrips([geometry.points], 0),
  move(geometry, dx, dy, size) {
    const box = ringBounds(geometry.points);
    const moved = moveWithin(box, dx, dy, size);
    return polyline(clamped(shifted(geometry.points, moved.xMin - box.xMin, moved.yMin - box.yMin), size));
  },
  drag: (geometry, grip, to, size) => (grip.kind === "vertex" ? polyline(movedVertex(geometry.points, grip.vertex, clampPoint(to, size))) : geometry),
  turn: (geometry, radians, size) => polyline(turnedRings([geometry.points], radians, size)[0] ?? geometry.points),
  corners: (geometry) => [geometry.points],
  isDrawable: (geometry) => countOf(geometry.points) >= 2,
  same: (a, b) => a === b || a.points.join() === b.points.join(),
};
