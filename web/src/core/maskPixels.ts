// Pixels of a mask, cropped to its box: bits while it is worked on, runs at rest. Column by column, as COCO counts them.

import type { Box, Point } from "./geometry";

/** Lengths of runs, unset pixels first, in column-major order over the crop. */
export type Runs = Uint32Array;

/**
 * The pixels of one mask: never changed, and held in whichever form is there.
 * `bits` is column-major: pixel (x, y) of the crop lies at x × height + y.
 */
export class MaskPixels {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  #bits: Uint8Array | null;
  #runs: Runs | null;
  #area = -1;

  private constructor(x: number, y: number, width: number, height: number, bits: Uint8Array | null, runs: Runs | null) {
    this.x = x;
    this.y = y;
    this.width = width;
    this.height = height;
    this.#bits = bits;
    this.#runs = runs;
  }

  static ofRuns(x: number, y: number, width: number, height: number, runs: Runs): MaskPixels {
    return new MaskPixels(x, y, width, height, null, runs);
  }

  /** Cropped to what is set; null when nothing is. */
  static ofBits(x: number, y: number, width: number, height: number, bits: Uint8Array): MaskPixels | null {
    const crop = setBox(width, height, bits);
    if (crop === null) return null;
    if (crop.width === width && crop.height === height) return new MaskPixels(x, y, width, height, bits, null);
    const cut = new Uint8Array(crop.width * crop.height);
    for (let column = 0; column < crop.width; column += 1) {
      const from = (crop.x + column) * height + crop.y;
      cut.set(bits.subarray(from, from + crop.height), column * crop.height);
    }
    return new MaskPixels(x + crop.x, y + crop.y, crop.width, crop.height, cut, null);
  }

  get box(): Box {
    return { xMin: this.x, yMin: this.y, xMax: this.x + this.width, yMax: this.y + this.height };
  }

  get isCompact(): boolean {
    return this.#runs !== null;
  }

  get runs(): Runs {
    this.#runs ??= encode(this.#bits ?? new Uint8Array(0));
    return this.#runs;
  }

  /** The pixels as bytes; made anew on every call once only the runs are kept. */
  get bits(): Uint8Array {
    return this.#bits ?? decode(this.runs, this.width * this.height);
  }

  /** Keep the runs and let the bytes go; they come from the worker, or are made here. */
  compact(runs: Runs = this.runs): void {
    this.#runs = runs;
    this.#bits = null;
  }

  get area(): number {
    if (this.#area < 0) {
      this.#area = 0;
      for (let at = 1; at < this.runs.length; at += 2) this.#area += this.runs[at] ?? 0;
    }
    return this.#area;
  }

  has(point: Point): boolean {
    const x = Math.floor(point.x) - this.x;
    const y = Math.floor(point.y) - this.y;
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return false;
    const place = x * this.height + y;
    if (this.#bits !== null) return this.#bits[place] === 1;
    let end = 0;
    for (let at = 0; at < this.runs.length; at += 1) {
      end += this.runs[at] ?? 0;
      if (place < end) return at % 2 === 1;
    }
    return false;
  }

  moved(dx: number, dy: number): MaskPixels {
    return new MaskPixels(this.x + dx, this.y + dy, this.width, this.height, this.#bits, this.#runs);
  }

  same(other: MaskPixels): boolean {
    if (this.x !== other.x || this.y !== other.y || this.width !== other.width || this.height !== other.height) return false;
    const { runs } = this;
    return runs.length === other.runs.length && runs.every((run, at) => run === other.runs[at]);
  }
}

function setBox(width: number, height: number, bits: Uint8Array): { x: number; y: number; width: number; height: number } | null {
  let left = width;
  let right = -1;
  let top = height;
  let bottom = -1;
  for (let x = 0; x < width; x += 1) {
    const column = bits.subarray(x * height, (x + 1) * height);
    const first = column.indexOf(1);
    if (first === -1) continue;
    left = Math.min(left, x);
    right = x;
    top = Math.min(top, first);
    bottom = Math.max(bottom, column.lastIndexOf(1));
  }
  return right === -1 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

export function encode(bits: Uint8Array): Runs {
  const runs: number[] = [];
  let value = 0;
  let start = 0;
  while (start <= bits.length) {
    const next = bits.indexOf(1 - value, start);
    const end = next === -1 ? bits.length : next;
    runs.push(end - start);
    if (end === bits.length) break;
    start = end;
    value = 1 - value;
  }
  return Uint32Array.from(runs);
}

export function decode(runs: Runs, n: number): Uint8Array {
  const bits = new Uint8Array(n);
  let at = 0;
  for (let run = 0; run < runs.length; run += 1) {
    const end = at + (runs[run] ?? 0);
    if (run % 2 === 1) bits.fill(1, at, end);
    at = end;
  }
  return bits;
}

/** The mask over a whole image as COCO counts it: runs over all its columns. */
export function wholeCounts(mask: MaskPixels, imageWidth: number, imageHeight: number): number[] {
  const out: number[] = [0];
  let value = 0;
  const put = (length: number, set: number): void => {
    if (length === 0) return;
    if (set === value) out[out.length - 1] = (out.at(-1) ?? 0) + length;
    else {
      out.push(length);
      value = set;
    }
  };
  put(mask.x * imageHeight, 0);
  let run = 0;
  let left = mask.runs[0] ?? 0;
  for (let column = 0; column < mask.width; column += 1) {
    put(mask.y, 0);
    for (let rest = mask.height; rest > 0; ) {
      while (left === 0 && run + 1 < mask.runs.length) {
        run += 1;
        left = mask.runs[run] ?? 0;
      }
      const take = Math.min(rest, left);
      put(take, run % 2);
      rest -= take;
      left -= take;
    }
    put(imageHeight - mask.y - mask.height, 0);
  }
  put((imageWidth - mask.x - mask.width) * imageHeight, 0);
  return out;
}

/** A mask from whole-image counts, cropped to what is set; null when nothing is or the counts do not fill the image. */
export function maskOfCounts(counts: readonly number[], imageWidth: number, imageHeight: number): MaskPixels | null {
  let left = imageWidth;
  let right = -1;
  let top = imageHeight;
  let bottom = -1;
  let end = 0;
  const spans: [number, number][] = [];
  counts.forEach((count, at) => {
    const start = end;
    end += count;
    if (at % 2 === 0 || count === 0) return;
    spans.push([start, end]);
    const first = Math.floor(start / imageHeight);
    const last = Math.floor((end - 1) / imageHeight);
    left = Math.min(left, first);
    right = Math.max(right, last);
    top = Math.min(top, first === last ? start % imageHeight : 0);
    bottom = Math.max(bottom, first === last ? (end - 1) % imageHeight : imageHeight - 1);
  });
  if (end !== imageWidth * imageHeight || right === -1) return null;
  const width = right - left + 1;
  const height = bottom - top + 1;
  return MaskPixels.ofRuns(left, top, width, height, cropRuns(spans, { left, top, width, height }, imageHeight));
}

function cropRuns(spans: readonly [number, number][], crop: { left: number; top: number; width: number; height: number }, imageHeight: number): Runs {
  const out: number[] = [];
  let done = 0;
  let setUntil = -1;
  for (const [start, end] of spans) {
    for (let place = start; place < end; ) {
      const column = Math.floor(place / imageHeight);
      const stop = Math.min(end, (column + 1) * imageHeight);
      const from = (column - crop.left) * crop.height + (place % imageHeight) - crop.top;
      const to = from + stop - place;
      if (from === setUntil) out[out.length - 1] = (out.at(-1) ?? 0) + to - from;
      else out.push(from - done, to - from);
      done = to;
      setUntil = to;
      place = stop;
    }
  }
  const rest = crop.width * crop.height - done;
  if (rest > 0) out.push(rest);
  return Uint32Array.from(out);
}

/** COCO's compressed string: five bits a character, each count as the difference to the one two before. */
export function stringOfCounts(counts: readonly number[]): string {
  let out = "";
  counts.forEach((count, at) => {
    let value = at > 2 ? count - (counts[at - 2] ?? 0) : count;
    for (let more = true; more; ) {
      let piece = value & 0x1f;
      value >>= 5;
      more = (piece & 0x10) !== 0 ? value !== -1 : value !== 0;
      if (more) piece |= 0x20;
      out += String.fromCharCode(piece + 48);
    }
  });
  return out;
}

/** The counts of COCO's compressed string; null for anything else. */
export function countsOfString(text: string): number[] | null {
  const counts: number[] = [];
  let at = 0;
  while (at < text.length) {
    let value = 0;
    let shift = 0;
    for (let more = true; more; ) {
      const piece = text.charCodeAt(at) - 48;
      if (!(piece >= 0 && piece < 64) || shift > 30) return null;
      at += 1;
      value |= (piece & 0x1f) << shift;
      more = (piece & 0x20) !== 0;
      shift += 5;
      if (!more && (piece & 0x10) !== 0 && shift < 32) value |= -1 << shift;
    }
    if (counts.length > 2) value += counts[counts.length - 2] ?? 0;
    if (value < 0) return null;
    counts.push(value);
  }
  return counts;
}
