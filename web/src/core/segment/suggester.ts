// What a suggester is: asked for the thing at a place of a picture, it answers with pixels. Models answer the same way.

import type { Box, Point } from "../geometry";
import type { MaskPixels } from "../maskPixels";

/** A piece of the picture at its own or a coarser scale. */
export interface Patch {
  /** RGBA, row by row. */
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Where the patch lies: image pixel = x + patch pixel × step. */
  readonly x: number;
  readonly y: number;
  readonly step: number;
}

export interface SegmentRequest {
  readonly patch: Patch;
  /** Places in image pixels that belong to the thing, and that do not. */
  readonly inside: readonly Point[];
  readonly outside: readonly Point[];
  /** The thing lies in here, when a box was drawn. */
  readonly box: Box | null;
}

export interface Suggester {
  /** Recorded with every mark that comes from it. */
  readonly name: string;
  /** Null when it finds nothing. */
  segment(request: SegmentRequest, signal: AbortSignal): Promise<MaskPixels | null>;
  destroy(): void;
}
