// Run-length encoding of masks after a stroke, in a worker: the bytes go, the runs stay.

import address from "./maskCoder.worker.ts?worker&url";
import type { MaskPixels, Runs } from "./maskPixels";
import type { Edit } from "./store";
import { startWorker } from "./workers";

export interface EncodeRequest {
  readonly id: number;
  readonly bits: Uint8Array;
}

export interface EncodeReply {
  readonly id: number;
  readonly runs: Runs;
}

/** Below this many pixels encoding here is quicker than asking. */
const HERE_UP_TO_PX = 40_000;

let worker: Worker | null = null;
let next = 0;
const waiting = new Map<number, MaskPixels>();

/** Make the new masks of a gesture small; what is drawn does not wait for it. */
export function compactLater(edits: readonly Edit[]): void {
  for (const { after } of edits) {
    if (after?.geometry.kind !== "mask" || after.geometry.pixels.isCompact) continue;
    const { pixels } = after.geometry;
    const { bits } = pixels;
    if (bits.length <= HERE_UP_TO_PX || typeof Worker === "undefined") {
      pixels.compact();
      continue;
    }
    next += 1;
    waiting.set(next, pixels);
    coder().postMessage({ id: next, bits } satisfies EncodeRequest);
  }
}

function coder(): Worker {
  if (worker === null) {
    worker = startWorker(address);
    // Its script did not come, or it broke: what it was asked is done here, and the next mask asks a new one.
    worker.onerror = () => {
      worker?.terminate();
      worker = null;
      for (const pixels of waiting.values()) pixels.compact();
      waiting.clear();
    };
    worker.onmessage = ({ data }: MessageEvent<EncodeReply>) => {
      waiting.get(data.id)?.compact(data.runs);
      waiting.delete(data.id);
    };
  }
  return worker;
}
