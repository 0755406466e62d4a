// Click-to-segment on drawn pictures whose answer is known, and outlines that hold exactly the pixels of their mask.
import { describe, expect, it } from "vitest";
import type { Point } from "../geometry";
import { MaskPixels } from "../maskPixels";
import { inParts } from "../polygons";
import { outlineOf, ringsOf } from "./outline";
import type { Patch } from "./suggester";
import { watershedMask } from "./watershed";

const SIDE = 96;

/** Discs on a grey ground with some noise. */
function picture(discs: readonly (Point & { r: number; grey: number })[], step = 1): Patch {
  let state = 3;
  const data = new Uint8ClampedArray(SIDE * SIDE * 4);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      state = (state * 1664525 + 1013904223) % 4294967296;
      const over = discs.find((disc) => Math.hypot(x + 0.5 - disc.x, y + 0.5 - disc.y) <= disc.r);
      const value = (over?.grey ?? 200) + (state / 4294967296 - 0.5) * 16;
      data.set([value, value, value, 255], 4 * (y * SIDE + x));
    }
  }
  return { data, width: SIDE, height: SIDE, x: 40, y: 60, step };
}

function iou(mask: MaskPixels, disc: Point & { r: number }, patch: Patch): number {
  let both = 0;
  let either = 0;
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const wanted = Math.hypot(x + 0.5 - disc.x, y + 0.5 - disc.y) <= disc.r;
      const got = mask.has({ x: patch.x + (x + 0.5) * patch.step, y: patch.y + (y + 0.5) * patch.step });
      both += Number(wanted && got);
      either += Number(wanted || got);
    }
  }
  return both / either;
}

describe("the watershed", () => {
  const disc = { x: 48, y: 48, r: 22, grey: 120 };
  const other = { x: 14, y: 20, r: 12, grey: 110 };

  it("finds the thing under one click and leaves its neighbour alone", () => {
    for (const step of [1, 3]) {
      const patch = picture([disc, other], step);
      const mask = watershedMask({ patch, inside: [{ x: 40 + 48 * step, y: 60 + 48 * step }], outside: [], box: null });
      expect(mask).not.toBeNull();
      if (mask !== null) expect(iou(mask, disc, patch)).toBeGreaterThan(0.9);
    }
  });

  it("finds the thing in a drawn box", () => {
    const patch = picture([disc, other]);
    const mask = watershedMask({ patch, inside: [], outside: [], box: { xMin: 40 + 24, yMin: 60 + 24, xMax: 40 + 72, yMax: 60 + 72 } });
    if (mask === null) throw new Error("nothing was found");
    expect(iou(mask, disc, patch)).toBeGreaterThan(0.9);
  });

  it("takes a part back where a click says that it does not belong", () => {
    const joined = { x: 74, y: 48, r: 10, grey: 130 };
    const patch = picture([disc, joined]);
    const inside = [{ x: 40 + 48, y: 60 + 48 }];
    const against = watershedMask({ patch, inside, outside: [{ x: 40 + 76, y: 60 + 48 }], box: null });
    if (against === null) throw new Error("nothing was found");
    expect(against.has({ x: 40 + 76.5, y: 60 + 48.5 })).toBe(false);
    expect(against.has({ x: 40 + 48.5, y: 60 + 48.5 })).toBe(true);
  });
});

describe("outlines", () => {
  it("hold exactly the pixels of their mask, with holes, parts and touching corners", () => {
    let state = 11;
    for (let trial = 0; trial < 60; trial += 1) {
      const bits = Uint8Array.from({ length: 12 * 9 }, () => {
        state = (state * 1664525 + 1013904223) % 4294967296;
        return state / 4294967296 < 0.55 ? 1 : 0;
      });
      const mask = MaskPixels.ofBits(3, 5, 12, 9, bits);
      if (mask === null) continue;
      const rings = ringsOf(mask);
      for (let x = 0; x < 20; x += 1) {
        for (let y = 0; y < 20; y += 1) {
          const point = { x: x + 0.5, y: y + 0.5 };
          // Even-odd over all rings at once is what the pixels say.
          expect(inParts([rings], point)).toBe(mask.has(point));
        }
      }
    }
  });

  it("become a polygon whose holes lie in the part around them", () => {
    const bits = new Uint8Array(100).fill(1);
    for (const at of [44, 45, 54, 55]) bits[at] = 0;
    const mask = MaskPixels.ofBits(0, 0, 10, 10, bits);
    const outline = mask === null ? null : outlineOf(mask, 0.1);
    expect(outline?.parts).toHaveLength(1);
    expect(outline?.parts[0]).toHaveLength(2);
  });
});
