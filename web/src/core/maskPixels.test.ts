// Masks against a plain grid of pixels: crops, runs, COCO counts and strings, brush and eraser.
import { describe, expect, it } from "vitest";
import { brushed, erased } from "./brush";
import type { Point } from "./geometry";
import { countsOfString, decode, encode, maskOfCounts, MaskPixels, stringOfCounts, wholeCounts } from "./maskPixels";

const SIZE = { width: 23, height: 17 };

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

/** The set pixels of a mask over the whole image, column-major. */
function grid(mask: MaskPixels | null): string {
  const cells = new Uint8Array(SIZE.width * SIZE.height);
  if (mask !== null) {
    for (let x = 0; x < mask.width; x += 1) for (let y = 0; y < mask.height; y += 1) cells[(mask.x + x) * SIZE.height + mask.y + y] = mask.bits[x * mask.height + y] ?? 0;
  }
  return cells.join("");
}

function countsOf(cells: string): number[] {
  return [...encode(Uint8Array.from(cells, Number))];
}

function noise(seed: number, share: number): MaskPixels | null {
  const draw = random(seed);
  const bits = Uint8Array.from({ length: 9 * 7 }, () => (draw() < share ? 1 : 0));
  return MaskPixels.ofBits(5, 4, 9, 7, bits);
}

describe("MaskPixels", () => {
  it("keeps the same pixels as bytes, as runs, as COCO counts and as a COCO string", () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const mask = noise(seed, seed / 60);
      if (mask === null) continue;
      const cells = grid(mask);
      const counts = wholeCounts(mask, SIZE.width, SIZE.height);
      expect(counts).toEqual(countsOf(cells));
      expect(countsOfString(stringOfCounts(counts))).toEqual(counts);
      const back = maskOfCounts(counts, SIZE.width, SIZE.height);
      expect(grid(back)).toBe(cells);
      expect(back?.same(mask)).toBe(true);
      expect(mask.area).toBe([...cells].filter((cell) => cell === "1").length);
      mask.compact();
      expect(grid(mask)).toBe(cells);
      expect(decode(mask.runs, mask.width * mask.height)).toEqual(mask.bits);
    }
  });

  it("is cropped to what is set, and nothing where nothing is", () => {
    const bits = new Uint8Array(50);
    expect(MaskPixels.ofBits(0, 0, 10, 5, bits)).toBeNull();
    bits[3 * 5 + 2] = 1;
    const mask = MaskPixels.ofBits(1, 2, 10, 5, bits);
    expect(mask?.box).toEqual({ xMin: 4, yMin: 4, xMax: 5, yMax: 5 });
  });

  it("tells a point inside from one outside, in bytes and in runs alike", () => {
    const mask = noise(7, 0.5);
    if (mask === null) throw new Error("the noise is empty");
    const cells = grid(mask);
    const ask = (): string => Array.from({ length: SIZE.width * SIZE.height }, (_, at) => Number(mask.has({ x: Math.floor(at / SIZE.height) + 0.5, y: (at % SIZE.height) + 0.5 }))).join("");
    expect(ask()).toBe(cells);
    mask.compact();
    expect(ask()).toBe(cells);
  });

  it("reads the strings that COCO's own tools write", () => {
    // pycocotools 2.0: encode(np.asfortranarray) of a 5 x 4 image with a 3 x 2 block at x 1, y 1.
    const counts = [5, 2, 2, 2, 2, 2, 5];
    const block = maskOfCounts(counts, 5, 4);
    expect(block?.box).toEqual({ xMin: 1, yMin: 1, xMax: 4, yMax: 3 });
    expect(stringOfCounts(counts)).toBe("5220003");
  });

  it("refuses counts that do not fill the image, and text that is no count", () => {
    expect(maskOfCounts([1, 2], 5, 4)).toBeNull();
    expect(countsOfString("~~~~~~~~~~~~~~~~~~~~")).toBeNull();
  });
});

describe("brush and eraser", () => {
  const inside = (points: readonly Point[], radius: number, x: number, y: number): boolean =>
    points.slice(1).some((b, at) => {
      const a = points[at] ?? b;
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      const t = dx === 0 && dy === 0 ? 0 : Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy)));
      return Math.hypot(x - a.x - t * dx, y - a.y - t * dy) <= radius;
    });

  it("set and clear exactly the pixels whose centre the stroke covers, clipped to the image", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const draw = random(seed);
      const point = (): Point => ({ x: draw() * 30 - 3, y: draw() * 22 - 3 });
      const paint = { points: [point(), point(), point()], radius: 0.6 + draw() * 4 };
      const rub = { points: [point(), point()], radius: 0.6 + draw() * 3 };
      const painted = brushed(null, paint, SIZE);
      const rubbed = painted === null ? null : erased(painted, rub);
      const wanted = Array.from({ length: SIZE.width * SIZE.height }, (_, at) => {
        const x = Math.floor(at / SIZE.height) + 0.5;
        const y = (at % SIZE.height) + 0.5;
        return inside(paint.points, paint.radius, x, y) && !inside(rub.points, rub.radius, x, y) ? "1" : "0";
      }).join("");
      expect(grid(rubbed)).toBe(wanted);
    }
  });

  it("add to what is there and leave the mask before as it was", () => {
    const first = brushed(null, { points: [{ x: 5, y: 5 }], radius: 2 }, SIZE);
    const before = grid(first);
    const second = brushed(first, { points: [{ x: 15, y: 9 }], radius: 3 }, SIZE);
    expect(grid(first)).toBe(before);
    expect(second?.area).toBeGreaterThan(first?.area ?? 0);
    expect(second?.has({ x: 5.5, y: 5.5 })).toBe(true);
  });
});
