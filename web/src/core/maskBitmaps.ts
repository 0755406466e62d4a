// Masks as coloured bitmaps to draw from: made when a mask is first seen, kept within a budget of pixels.

import type { MaskPixels } from "./maskPixels";

/** Pixels kept in all bitmaps together: 4 bytes each. */
const BUDGET_PX = 6_000_000;
/** A larger mask is kept coarser by a whole factor; up close its missing pixels are not seen at screen size. */
const LARGEST_PX = 4_000_000;

interface Kept {
  readonly canvas: HTMLCanvasElement;
  readonly colour: string;
  readonly area: number;
}

export class MaskBitmaps {
  readonly #kept = new Map<MaskPixels, Kept>();
  #area = 0;

  /** The bitmap of a mask in a colour, opaque where set. */
  get(pixels: MaskPixels, colour: string): HTMLCanvasElement {
    const known = this.#kept.get(pixels);
    if (known?.colour === colour) {
      // Used last, dropped last.
      this.#kept.delete(pixels);
      this.#kept.set(pixels, known);
      return known.canvas;
    }
    const canvas = render(pixels, colour);
    this.#drop(pixels);
    const area = canvas.width * canvas.height;
    this.#kept.set(pixels, { canvas, colour, area });
    this.#area += area;
    for (const oldest of this.#kept.keys()) {
      if (this.#area <= BUDGET_PX || oldest === pixels) break;
      this.#drop(oldest);
    }
    return canvas;
  }

  #drop(pixels: MaskPixels): void {
    const known = this.#kept.get(pixels);
    if (known === undefined) return;
    this.#area -= known.area;
    this.#kept.delete(pixels);
  }
}

function render(pixels: MaskPixels, colour: string): HTMLCanvasElement {
  const step = Math.max(1, Math.ceil(Math.sqrt((pixels.width * pixels.height) / LARGEST_PX)));
  const width = Math.ceil(pixels.width / step);
  const height = Math.ceil(pixels.height / step);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  const image = context.createImageData(width, height);
  const word = new Uint32Array(image.data.buffer);
  const value = packed(colour);
  const { bits } = pixels;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) if (bits[x * step * pixels.height + y * step] === 1) word[y * width + x] = value;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** "#rrggbb" as one little-endian pixel. */
function packed(colour: string): number {
  const rgb = Number.parseInt(colour.slice(1), 16);
  return (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}
