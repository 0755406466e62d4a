// Brush and eraser on pixels: a pixel belongs to a stroke when its centre lies within the radius of the stroke's line.

import type { Box, Point, Size } from "./geometry";
import { unionOf } from "./geometry";
import { MaskPixels } from "./maskPixels";

export interface Stroke {
  readonly points: readonly Point[];
  /** In image pixels. */
  readonly radius: number;
}

/** Whole pixels that a stroke may touch inside the image; null when it misses the image. */
export function strokeBox(stroke: Stroke, size: Size): Box | null {
  let box: Box | null = null;
  for (const { x, y } of stroke.points) {
    box = unionOf(box, { xMin: x - stroke.radius, yMin: y - stroke.radius, xMax: x + stroke.radius, yMax: y + stroke.radius });
  }
  if (box === null) return null;
  const inside = {
    xMin: Math.max(0, Math.floor(box.xMin)),
    yMin: Math.max(0, Math.floor(box.yMin)),
    xMax: Math.min(size.width, Math.ceil(box.xMax)),
    yMax: Math.min(size.height, Math.ceil(box.yMax)),
  };
  return inside.xMin < inside.xMax && inside.yMin < inside.yMax ? inside : null;
}

/** The mask with a stroke added; null when nothing is set. */
export function brushed(mask: MaskPixels | null, stroke: Stroke, size: Size): MaskPixels | null {
  const touched = strokeBox(stroke, size);
  if (touched === null) return mask;
  const box = mask === null ? touched : unionOf(mask.box, touched);
  const work = blank(box);
  if (mask !== null) copyInto(work, mask);
  sweep(work, stroke, 1);
  return MaskPixels.ofBits(work.x, work.y, work.width, work.height, work.bits);
}

/** The mask with a stroke taken away; null when nothing is left. */
export function erased(mask: MaskPixels, stroke: Stroke): MaskPixels | null {
  const work = { x: mask.x, y: mask.y, width: mask.width, height: mask.height, bits: mask.bits.slice() };
  sweep(work, stroke, 0);
  return MaskPixels.ofBits(work.x, work.y, work.width, work.height, work.bits);
}

interface Work {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly bits: Uint8Array;
}

function blank(box: Box): Work {
  const width = box.xMax - box.xMin;
  const height = box.yMax - box.yMin;
  return { x: box.xMin, y: box.yMin, width, height, bits: new Uint8Array(width * height) };
}

function copyInto(work: Work, mask: MaskPixels): void {
  const { bits } = mask;
  for (let column = 0; column < mask.width; column += 1) {
    const to = (mask.x - work.x + column) * work.height + mask.y - work.y;
    work.bits.set(bits.subarray(column * mask.height, (column + 1) * mask.height), to);
  }
}

function sweep(work: Work, { points, radius }: Stroke, value: 0 | 1): void {
  const first = points[0];
  if (first === undefined) return;
  if (points.length === 1) return capsule(work, first, first, radius, value);
  for (let at = 1; at < points.length; at += 1) capsule(work, points[at - 1] ?? first, points[at] ?? first, radius, value);
}

/** Set every pixel whose centre is within `radius` of the segment a–b, column by column. */
function capsule(work: Work, a: Point, b: Point, radius: number, value: 0 | 1): void {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const left = Math.max(0, Math.floor(Math.min(a.x, b.x) - radius) - work.x);
  const right = Math.min(work.width, Math.ceil(Math.max(a.x, b.x) + radius) - work.x);
  const top = Math.max(0, Math.floor(Math.min(a.y, b.y) - radius) - work.y);
  const bottom = Math.min(work.height, Math.ceil(Math.max(a.y, b.y) + radius) - work.y);
  for (let x = left; x < right; x += 1) {
    const px = work.x + x + 0.5 - a.x;
    for (let y = top; y < bottom; y += 1) {
      const py = work.y + y + 0.5 - a.y;
      const t = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
      const ex = px - t * dx;
      const ey = py - t * dy;
      if (ex * ex + ey * ey <= radius * radius) work.bits[x * work.height + y] = value;
    }
  }
}
