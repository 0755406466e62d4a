// Which level and which tiles a screen needs.
import { describe, expect, it } from "vitest";
import { deepestLevel, levelFor, tilesInSight } from "./tiles";

const SIZE = { width: 5200, height: 3200 };
const SOURCE = { size: SIZE, tileSize: 512 };

describe("tiles", () => {
  it("have as many levels as the longer side halves down to one pixel", () => {
    expect(deepestLevel(SIZE)).toBe(13);
    expect(deepestLevel({ width: 4096, height: 10 })).toBe(12);
    expect(deepestLevel({ width: 1, height: 1 })).toBe(0);
  });

  it("come from the coarsest level that still has a pixel for each of the screen", () => {
    expect(levelFor(SIZE, 1)).toBe(13);
    expect(levelFor(SIZE, 8)).toBe(13);
    expect(levelFor(SIZE, 0.5)).toBe(12);
    expect(levelFor(SIZE, 0.4)).toBe(12);
    expect(levelFor(SIZE, 0.25)).toBe(11);
    expect(levelFor(SIZE, 1e-9)).toBe(0);
  });

  it("cover the screen and nothing beyond the picture, the middle first", () => {
    const screen = { width: 1000, height: 700 };
    const view = { scale: 1, x: -1500, y: -900 };
    const found = tilesInSight(SOURCE, 13, view, screen);
    const columns = new Set(found.map((tile) => tile.x));
    expect([Math.min(...columns), Math.max(...columns)]).toEqual([2, 4]);
    expect(found).toHaveLength(9);
    expect(found[0]).toEqual({ level: 13, x: 3, y: 2 });
    const all = tilesInSight(SOURCE, 10, { scale: 0.125, x: 100, y: 50 }, screen);
    expect(all).toHaveLength(2);
  });

  it("are none where the picture is out of sight", () => {
    expect(tilesInSight(SOURCE, 13, { scale: 1, x: 3000, y: 0 }, { width: 800, height: 600 })).toEqual([]);
  });
});
