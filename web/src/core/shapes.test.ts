// What each geometry can do: bounds, area, hits, grips, moves that stay inside, turns that come back.
import { describe, expect, it } from "vitest";
import { insertVertex, deleteVertex, polygon, polyline, simplifiedPolygon, withHole, withPart } from "./polygons";
import { cornersOf, fromEdge, normalAngle, rotated, turnedBy } from "./rotated";
import { ringArea, simplified } from "./rings";
import type { Geometry, Grip } from "./shapes";
import { bbox, operationsFor } from "./shapes";

const SIZE = { width: 200, height: 100 };
const SQUARE = [10, 10, 50, 10, 50, 50, 10, 50];
const HOLE = [20, 20, 30, 20, 30, 30, 20, 30];
const RING = polygon([[SQUARE, HOLE]]);

function vertex(ring: number, at: number, part = 0): Grip {
  return { kind: "vertex", part, ring, vertex: at };
}

describe("polygons", () => {
  it("count holes out of area and hits", () => {
    const it = operationsFor(RING);
    expect(it.area(RING)).toBe(1500);
    expect(it.contains(RING, { x: 15, y: 15 })).toBe(true);
    expect(it.contains(RING, { x: 25, y: 25 })).toBe(false);
    expect(it.distance(RING, { x: 25, y: 25 })).toBe(5);
    expect(it.grips(RING, 1)).toHaveLength(8);
  });

  it("move as a whole and stop at the edge with their form kept", () => {
    const moved = operationsFor(RING).move(RING, -100, 5, SIZE) as typeof RING;
    expect(moved.parts[0]?.[0]).toEqual([0, 15, 40, 15, 40, 55, 0, 55]);
    expect(moved.parts[0]?.[1]?.slice(0, 2)).toEqual([10, 25]);
  });

  it("drag, take in and give up vertices", () => {
    const dragged = operationsFor(RING).drag(RING, vertex(0, 0), { x: -5, y: 4 }, SIZE) as typeof RING;
    expect(dragged.parts[0]?.[0]?.slice(0, 2)).toEqual([0, 4]);
    const more = insertVertex(RING, { part: 0, ring: 0, edge: 3 }, { x: 10, y: 30 });
    expect(more.parts[0]?.[0]?.slice(-2)).toEqual([10, 30]);
    expect(deleteVertex(more, { part: 0, ring: 0, vertex: 4 })).toEqual(RING);
  });

  it("lose a hole, a part or themselves when a ring falls below a triangle", () => {
    const triangle = polygon([[SQUARE, [20, 20, 30, 20, 30, 30]], [[100, 10, 120, 10, 120, 30]]]);
    const filled = deleteVertex(triangle, { part: 0, ring: 1, vertex: 0 });
    expect(filled?.parts[0]).toHaveLength(1);
    const one = filled === null ? null : deleteVertex(filled, { part: 1, ring: 0, vertex: 2 });
    expect(one?.parts).toHaveLength(1);
    expect(deleteVertex(polygon([[[0, 0, 10, 0, 10, 10]]]), { part: 0, ring: 0, vertex: 0 })).toBeNull();
  });

  it("take a hole only where they are, and parts anywhere", () => {
    expect(withHole(polygon([[SQUARE]]), HOLE)).toEqual(RING);
    expect(withHole(polygon([[SQUARE]]), [150, 60, 160, 60, 160, 70])).toBeNull();
    expect(withPart(RING, [150, 60, 160, 60, 160, 70])?.parts).toHaveLength(2);
  });

  it("are simplified without moving farther than the tolerance", () => {
    const circle = Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 100 + 40 * Math.cos((at * Math.PI) / 400) : 50 + 40 * Math.sin(((at - 1) * Math.PI) / 400)));
    const plain = simplified(circle, 0.5, true);
    expect(plain.length).toBeLessThan(80);
    for (let at = 0; at < circle.length; at += 2) {
      const distance = operationsFor(polygon([[plain]])).distance(polygon([[plain]]), { x: circle[at] ?? 0, y: circle[at + 1] ?? 0 });
      expect(distance).toBeLessThanOrEqual(0.5 + 1e-9);
    }
    expect(Math.abs(ringArea(plain) - ringArea(circle)) / ringArea(circle)).toBeLessThan(0.02);
    expect(simplifiedPolygon(polygon([[SQUARE]]), 5)).toEqual(polygon([[SQUARE]]));
  });
});

describe("rotated boxes", () => {
  const BOX = rotated(100, 50, 40, 20, Math.PI / 6);

  it("have the corners, area and hits of a turned rectangle", () => {
    const right = rotated(100, 50, 40, 20, Math.PI / 2);
    const wanted = [110, 30, 110, 70, 90, 70, 90, 30];
    cornersOf(right).forEach((value, at) => expect(value).toBeCloseTo(wanted[at] ?? 0, 9));
    const it = operationsFor(BOX);
    expect(it.area(BOX)).toBe(800);
    expect(it.contains(BOX, { x: 115, y: 58 })).toBe(true);
    expect(it.contains(BOX, { x: 115, y: 42 })).toBe(false);
  });

  it("are pulled at one side while the other one stays", () => {
    const corners = cornersOf(BOX);
    const it = operationsFor(BOX);
    const pulled = it.drag(BOX, { kind: "side", dx: 1, dy: 0 }, { x: 130, y: 67.3 }, SIZE) as typeof BOX;
    const after = cornersOf(pulled);
    for (const at of [0, 1, 6, 7]) expect(after[at]).toBeCloseTo(corners[at] ?? 0, 9);
    expect(pulled.height).toBe(20);
    expect(pulled.width).toBeGreaterThan(40);
  });

  it("turn there and back, always with an angle between -π and π", () => {
    const turned = turnedBy(turnedBy(BOX, 1, SIZE), -1, SIZE);
    expect(turned.angle).toBeCloseTo(BOX.angle, 9);
    expect(normalAngle(-Math.PI)).toBeCloseTo(Math.PI, 12);
    expect(normalAngle(5 * Math.PI)).toBeCloseTo(Math.PI, 9);
  });

  it("never leave the picture, whatever is dragged", () => {
    const it = operationsFor(BOX);
    for (let step = 0; step < 200; step += 1) {
      const to = { x: ((step * 37) % 300) - 50, y: ((step * 53) % 200) - 50 };
      const grips: Grip[] = [{ kind: "side", dx: 1, dy: 1 }, { kind: "side", dx: -1, dy: 0 }, { kind: "turn" }];
      for (const grip of grips) {
        const box = it.bounds(it.drag(BOX, grip, to, SIZE));
        expect(Math.min(box.xMin, box.yMin, SIZE.width - box.xMax, SIZE.height - box.yMax)).toBeGreaterThan(-1e-6);
      }
    }
  });

  it("are drawn by an edge and a side", () => {
    const drawn = fromEdge({ x: 10, y: 10 }, { x: 50, y: 10 }, { x: 30, y: 40 }, SIZE);
    expect(drawn).toMatchObject({ cx: 30, cy: 25, width: 40, height: 30, angle: 0 });
    expect(fromEdge({ x: 10, y: 10 }, { x: 10, y: 10 }, { x: 30, y: 40 }, SIZE)).toBeNull();
  });
});

describe("every geometry", () => {
  const all: Geometry[] = [
    bbox({ xMin: 10, yMin: 10, xMax: 30, yMax: 20 }),
    rotated(100, 50, 40, 20, 0.4),
    RING,
    polyline([10, 10, 40, 60, 90, 20]),
    { kind: "point", x: 5, y: 7 },
    { kind: "keypoints", points: [10, 10, 2, 40, 30, 1, 0, 0, 0] },
  ];

  it("comes back when it is moved there and back, and equals only itself", () => {
    for (const geometry of all) {
      const it = operationsFor(geometry);
      const away = it.move(geometry, 3, 2, SIZE);
      expect(it.same(away, geometry)).toBe(false);
      const back = it.bounds(it.move(away, -3, -2, SIZE));
      const start = it.bounds(geometry);
      expect(back.xMin).toBeCloseTo(start.xMin, 9);
      expect(back.yMax).toBeCloseTo(start.yMax, 9);
    }
  });

  it("keeps the hidden points of a skeleton where they are", () => {
    const skeleton: Geometry = { kind: "keypoints", points: [10, 10, 2, 0, 0, 0] };
    expect(operationsFor(skeleton).move(skeleton, 5, 6, SIZE)).toEqual({ kind: "keypoints", points: [15, 16, 2, 0, 0, 0] });
  });
});
