// Click-to-segment without a model: a watershed from markers on the edge strength of the picture, then tidied up.

import type { Point } from "../geometry";
import { MaskPixels } from "../maskPixels";
import type { Patch, SegmentRequest } from "./suggester";

const INSIDE = 1;
const OUTSIDE = 2;
const LEVELS = 256;

/**
 * Flood from the markers over rising edge strength (Meyer 1992): the two sides meet on the ridge between them.
 * Inside starts at the clicks, or in the middle of a drawn box; outside at the rim of the patch, or around the box.
 */
export function watershedMask(request: SegmentRequest): MaskPixels | null {
  const { patch } = request;
  const { width, height } = patch;
  const relief = edgeStrength(patch);
  const labels = markers(request);
  flood(labels, relief, width, height);
  const found = new Uint8Array(labels.length);
  for (let at = 0; at < labels.length; at += 1) found[at] = labels[at] === INSIDE ? 1 : 0;
  const smooth = fillHoles(connected(majority(found, width, height), width, height, seeds(request)), width, height);
  return toImage(smooth, patch);
}

/** The largest Sobel strength over the colour channels of the softened patch, from 0 to 255. */
export function edgeStrength({ data, width, height }: Patch): Uint8Array {
  const relief = new Uint8Array(width * height);
  for (let channel = 0; channel < 3; channel += 1) {
    const plane = blurred(data, width, height, channel);
    for (let y = 1; y < height - 1; y += 1) {
      for (let x = 1; x < width - 1; x += 1) {
        const at = y * width + x;
        const v = (dx: number, dy: number): number => plane[at + dy * width + dx] ?? 0;
        const gx = v(1, -1) + 2 * v(1, 0) + v(1, 1) - v(-1, -1) - 2 * v(-1, 0) - v(-1, 1);
        const gy = v(-1, 1) + 2 * v(0, 1) + v(1, 1) - v(-1, -1) - 2 * v(0, -1) - v(1, -1);
        const strength = Math.min(LEVELS - 1, Math.hypot(gx, gy) / 2);
        if (strength > (relief[at] ?? 0)) relief[at] = strength;
      }
    }
  }
  return relief;
}

/** One channel after two passes of a 1 2 1 filter each way. */
function blurred(data: Uint8ClampedArray, width: number, height: number, channel: number): Float32Array {
  let plane = new Float32Array(width * height);
  for (let at = 0; at < plane.length; at += 1) plane[at] = data[4 * at + channel] ?? 0;
  for (const step of [1, width, 1, width]) {
    const next = plane.slice();
    for (let at = step; at < plane.length - step; at += 1) next[at] = ((plane[at - step] ?? 0) + 2 * (plane[at] ?? 0) + (plane[at + step] ?? 0)) / 4;
    plane = next;
  }
  return plane;
}

function toPatch(patch: Patch, { x, y }: Point): Point {
  const fit = (value: number, size: number): number => Math.min(Math.max(Math.floor(value), 0), size - 1);
  return { x: fit((x - patch.x) / patch.step, patch.width), y: fit((y - patch.y) / patch.step, patch.height) };
}

function seeds({ patch, inside, box }: SegmentRequest): Point[] {
  if (inside.length > 0 || box === null) return inside.map((point) => toPatch(patch, point));
  return [toPatch(patch, { x: (box.xMin + box.xMax) / 2, y: (box.yMin + box.yMax) / 2 })];
}

function markers(request: SegmentRequest): Uint8Array {
  const { patch, inside, outside, box } = request;
  const { width, height } = patch;
  const labels = new Uint8Array(width * height);
  const low = box === null ? { x: 1, y: 1 } : toPatch(patch, { x: box.xMin, y: box.yMin });
  const high = box === null ? { x: width - 2, y: height - 2 } : toPatch(patch, { x: box.xMax, y: box.yMax });
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) if (x < low.x || y < low.y || x > high.x || y > high.y) labels[y * width + x] = OUTSIDE;
  }
  const radius = Math.max(1, Math.round(Math.min(width, height) / 60));
  for (const point of outside) disc(labels, width, height, toPatch(patch, point), radius, radius, OUTSIDE);
  if (box !== null && inside.length === 0) {
    // The middle third of a drawn box is taken to be the thing.
    disc(labels, width, height, { x: (low.x + high.x) >> 1, y: (low.y + high.y) >> 1 }, Math.max(1, (high.x - low.x) / 6), Math.max(1, (high.y - low.y) / 6), INSIDE);
  }
  for (const point of inside) disc(labels, width, height, toPatch(patch, point), radius, radius, INSIDE);
  return labels;
}

function disc(labels: Uint8Array, width: number, height: number, at: Point, rx: number, ry: number, value: number): void {
  for (let y = Math.max(0, Math.floor(at.y - ry)); y <= Math.min(height - 1, at.y + ry); y += 1) {
    for (let x = Math.max(0, Math.floor(at.x - rx)); x <= Math.min(width - 1, at.x + rx); x += 1) {
      if (((x - at.x) / rx) ** 2 + ((y - at.y) / ry) ** 2 <= 1) labels[y * width + x] = value;
    }
  }
}

/** Meyer's flooding with one queue a level; first come, first served within a level. */
function flood(labels: Uint8Array, relief: Uint8Array, width: number, height: number): void {
  const queues: number[][] = Array.from({ length: LEVELS }, () => []);
  const queued = new Uint8Array(labels.length);
  const push = (at: number, level: number): void => {
    queued[at] = 1;
    queues[level]?.push(at);
  };
  const around = (at: number, visit: (next: number) => void): void => {
    const x = at % width;
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at < width * (height - 1)) visit(at + width);
  };
  for (let at = 0; at < labels.length; at += 1) if (labels[at] !== 0) push(at, 0);
  for (let level = 0; level < LEVELS; level += 1) {
    const queue = queues[level] ?? [];
    for (let head = 0; head < queue.length; head += 1) {
      const at = queue[head] ?? 0;
      around(at, (next) => {
        if (labels[next] !== 0 || queued[next] === 1) return;
        labels[next] = labels[at] ?? 0;
        push(next, Math.max(level, relief[next] ?? 0));
      });
    }
  }
}

/** Two passes of a 3 × 3 majority: single pixels and frayed edges go. */
function majority(bits: Uint8Array, width: number, height: number): Uint8Array {
  let now = bits;
  for (let pass = 0; pass < 2; pass += 1) {
    const next = now.slice();
    for (let y = 1; y < height - 1; y += 1) {
      for (let x = 1; x < width - 1; x += 1) {
        let sum = 0;
        for (let dy = -1; dy <= 1; dy += 1) for (let dx = -1; dx <= 1; dx += 1) sum += now[(y + dy) * width + x + dx] ?? 0;
        next[y * width + x] = sum >= 5 ? 1 : 0;
      }
    }
    now = next;
  }
  return now;
}

/** The pixels that hang together with a seed; all of them where no seed is set. */
function connected(bits: Uint8Array, width: number, height: number, from: readonly Point[]): Uint8Array {
  const kept = new Uint8Array(bits.length);
  const waiting = from.map(({ x, y }) => y * width + x).filter((at) => bits[at] === 1);
  if (waiting.length === 0) return bits;
  spread(waiting, width, height, (at) => bits[at] === 1 && kept[at] === 0, (at) => (kept[at] = 1));
  return kept;
}

/** Set what is enclosed: everything that the rim cannot reach. */
function fillHoles(bits: Uint8Array, width: number, height: number): Uint8Array {
  const reached = new Uint8Array(bits.length);
  const rim: number[] = [];
  for (let x = 0; x < width; x += 1) rim.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y += 1) rim.push(y * width, y * width + width - 1);
  spread(rim.filter((at) => bits[at] === 0), width, height, (at) => bits[at] === 0 && reached[at] === 0, (at) => (reached[at] = 1));
  return reached.map((value) => 1 - value);
}

function spread(waiting: number[], width: number, height: number, open: (at: number) => boolean, take: (at: number) => void): void {
  for (const at of waiting) take(at);
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const x = at % width;
    const near = [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at < width * (height - 1) ? at + width : -1];
    for (const next of near) {
      if (next < 0 || !open(next)) continue;
      take(next);
      waiting.push(next);
    }
  }
}

/** Patch pixels back as image pixels, column by column. */
function toImage(bits: Uint8Array, patch: Patch): MaskPixels | null {
  const { width, height, step } = patch;
  const out = new Uint8Array(width * step * height * step);
  const tall = height * step;
  for (let x = 0; x < width * step; x += 1) {
    for (let y = 0; y < tall; y += 1) out[x * tall + y] = bits[Math.floor(y / step) * width + Math.floor(x / step)] ?? 0;
  }
  return MaskPixels.ofBits(patch.x, patch.y, width * step, tall, out);
}
