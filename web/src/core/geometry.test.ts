// Laws of boxes and of the view: edges, clamping, resizing over the edge, zoom that keeps its point.
import { describe, expect, it } from "vitest";
import { boxBetween, clampPoint, contains, distanceToOutline, HANDLES, handlePoint, heightOf, moveWithin, resizeTo, widthOf } from "./geometry";
import { fit, MAX_SCALE, panBy, showBox, toImage, toScreen, visibleBox, zoomAt } from "./viewport";

const SIZE = { width: 100, height: 60 };
const BOX = { xMin: 20, yMin: 10, xMax: 40, yMax: 30 };

describe("boxes", () => {
  it("are half-open: the low edges are inside, the high edges are not", () => {
    expect(contains(BOX, { x: 20, y: 10 })).toBe(true);
    expect(contains(BOX, { x: 40, y: 29 })).toBe(false);
    expect(contains(BOX, { x: 39, y: 30 })).toBe(false);
  });

  it("resize by each handle to where the pointer is", () => {
    expect(resizeTo(BOX, { dx: 1, dy: 1 }, { x: 55.5, y: 44 }, SIZE)).toEqual({ xMin: 20, yMin: 10, xMax: 55.5, yMax: 44 });
    expect(resizeTo(BOX, { dx: -1, dy: 0 }, { x: 5, y: 55 }, SIZE)).toEqual({ xMin: 5, yMin: 10, xMax: 40, yMax: 30 });
    expect(resizeTo(BOX, { dx: 0, dy: -1 }, { x: 99, y: 2 }, SIZE)).toEqual({ xMin: 20, yMin: 2, xMax: 40, yMax: 30 });
  });

  it("turn over when an edge is dragged past the other one", () => {
    expect(resizeTo(BOX, { dx: 1, dy: 0 }, { x: 5, y: 0 }, SIZE)).toEqual({ xMin: 5, yMin: 10, xMax: 20, yMax: 30 });
  });

  it("stay at least a pixel wide and inside the image for every handle and every target", () => {
    for (const handle of HANDLES) {
      for (let x = -20; x <= 120; x += 7) {
        for (let y = -20; y <= 80; y += 7) {
          for (const start of [BOX, { xMin: 0, yMin: 0, xMax: 1, yMax: 1 }, { xMin: 99, yMin: 59, xMax: 100, yMax: 60 }]) {
            const box = resizeTo(start, handle, { x, y }, SIZE);
            expect(widthOf(box)).toBeGreaterThanOrEqual(1);
            expect(heightOf(box)).toBeGreaterThanOrEqual(1);
            expect(box.xMin >= 0 && box.yMin >= 0 && box.xMax <= SIZE.width && box.yMax <= SIZE.height).toBe(true);
          }
        }
      }
    }
  });

  it("keep their size when moved against an edge", () => {
    const moved = moveWithin(BOX, 500, -500, SIZE);
    expect(moved).toEqual({ xMin: 80, yMin: 0, xMax: 100, yMax: 20 });
  });

  it("measure the distance to their outline from inside and outside", () => {
    expect(distanceToOutline(BOX, { x: 23, y: 20 })).toBe(3);
    expect(distanceToOutline(BOX, { x: 43, y: 34 })).toBe(5);
  });

  it("put handles on corners and edge middles", () => {
    expect(handlePoint(BOX, { dx: 1, dy: 0 })).toEqual({ x: 40, y: 20 });
    expect(boxBetween({ x: 9, y: 1 }, { x: 2, y: 8 })).toEqual({ xMin: 2, yMin: 1, xMax: 9, yMax: 8 });
    expect(clampPoint({ x: 101, y: -1 }, SIZE)).toEqual({ x: 100, y: 0 });
  });
});

describe("the view", () => {
  const screen = { width: 800, height: 500 };
  const image = { width: 1600, height: 1000 };

  it("fits the whole image in the middle", () => {
    const view = fit(image, screen);
    const seen = visibleBox(view, screen);
    expect(seen.xMin).toBeLessThanOrEqual(0);
    expect(seen.yMin).toBeLessThanOrEqual(0);
    expect(seen.yMax).toBeGreaterThanOrEqual(image.height);
    expect(seen.xMin + seen.xMax).toBeCloseTo(image.width);
  });

  it("goes to the screen and back without loss", () => {
    const view = { scale: 1.37, x: -20.5, y: 77 };
    const back = toImage(view, toScreen(view, { x: 12.25, y: 99.5 }));
    expect(back.x).toBeCloseTo(12.25, 10);
    expect(back.y).toBeCloseTo(99.5, 10);
  });

  it("keeps the image point under the pointer while zooming", () => {
    const view = fit(image, screen);
    const pointer = { x: 300, y: 200 };
    const zoomed = zoomAt(view, pointer, 3, image, screen);
    expect(toImage(zoomed, pointer).x).toBeCloseTo(toImage(view, pointer).x, 9);
    expect(toImage(zoomed, pointer).y).toBeCloseTo(toImage(view, pointer).y, 9);
  });

  it("stops zooming at its limits and never loses the image", () => {
    let view = fit(image, screen);
    for (let turn = 0; turn < 50; turn += 1) view = zoomAt(view, { x: 0, y: 0 }, 2, image, screen);
    expect(view.scale).toBe(MAX_SCALE);
    const away = panBy(view, 1e9, -1e9, image, screen);
    const seen = visibleBox(away, screen);
    expect(seen.xMin < image.width && seen.xMax > 0 && seen.yMin < image.height && seen.yMax > 0).toBe(true);
  });

  it("shows a box with room around it", () => {
    const view = showBox(BOX, screen, 100);
    const low = toScreen(view, { x: BOX.xMin, y: BOX.yMin });
    expect(low.x).toBeGreaterThanOrEqual(99);
    expect(low.y).toBeGreaterThanOrEqual(99);
  });
});
