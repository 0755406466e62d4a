// The index answers like a plain scan over all shapes, through edits and rebuilds.
import { describe, expect, it } from "vitest";
import type { Box } from "./geometry";
import { intersects } from "./geometry";
import type { Shape } from "./shapes";
import { bbox, boundsOf } from "./shapes";
import { SpatialIndex } from "./spatial";

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

function randomBox(draw: () => number): Box {
  const xMin = draw() * 1000;
  const yMin = draw() * 1000;
  return { xMin, yMin, xMax: xMin + 1 + draw() * 60, yMax: yMin + 1 + draw() * 60 };
}

describe("SpatialIndex", () => {
  it("finds exactly what a scan finds after any mix of edits", () => {
    const draw = random(7);
    const index = new SpatialIndex();
    const truth = new Map<string, Shape>();
    for (let round = 0; round < 40; round += 1) {
      for (let at = 0; at < 40; at += 1) {
        const id = `s${String(Math.floor(draw() * 600))}`;
        const before = truth.get(id) ?? null;
        const after = draw() < 0.25 ? null : { id, classId: "a", geometry: bbox(randomBox(draw)), z: Math.floor(draw() * 1e6) };
        if (after === null) truth.delete(id);
        else truth.set(id, after);
        index.update([{ id, before, after }]);
      }
      if (round % 9 === 0) index.rebuild();
      const window = randomBox(draw);
      const expected = [...truth.values()].filter((s) => intersects(boundsOf(s), window)).map((s) => s.id).sort();
      expect(index.search(window).map((s) => s.id).sort()).toEqual(expected);
    }
  });

  it("does not build its tree again for each of a few edits", () => {
    const draw = random(3);
    const index = new SpatialIndex();
    const shapes = Array.from({ length: 5000 }, (_, at): Shape => ({ id: `s${String(at)}`, classId: "a", geometry: bbox(randomBox(draw)), z: at }));
    index.update(shapes.map((after) => ({ id: after.id, before: null, after })));
    index.rebuild();
    const builds = index.builds;
    for (const before of shapes.slice(0, 100)) {
      index.update([{ id: before.id, before, after: { ...before, geometry: bbox(randomBox(draw)) } }]);
      index.search(randomBox(draw));
    }
    expect(index.builds).toBe(builds);
  });

  it("prefers the smaller shape and, at equal size, the one on top", () => {
    const index = new SpatialIndex();
    const at = (id: string, side: number, z: number): Shape => ({ id, classId: "a", geometry: bbox({ xMin: 0, yMin: 0, xMax: side, yMax: side }), z });
    const shapes = [at("large", 50, 3), at("low", 10, 1), at("high", 10, 2)];
    index.update(shapes.map((after) => ({ id: after.id, before: null, after })));
    expect(index.hit({ x: 5, y: 5 }, 0)?.id).toBe("high");
    expect(index.hit({ x: 30, y: 30 }, 0)?.id).toBe("large");
    expect(index.hit({ x: 52, y: 30 }, 3)?.id).toBe("large");
    expect(index.hit({ x: 60, y: 60 }, 3)).toBeNull();
  });
});
