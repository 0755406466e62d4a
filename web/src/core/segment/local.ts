// The suggester that needs no server: the watershed, in a worker where there is one.

import { MaskPixels } from "../maskPixels";
import { startWorker } from "../workers";
import address from "./local.worker.ts?worker&url";
import type { SegmentRequest, Suggester } from "./suggester";

export interface LocalReply {
  readonly id: number;
  readonly mask: { readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly runs: Uint32Array } | null;
}

export interface LocalRequest {
  readonly id: number;
  readonly request: SegmentRequest;
}

/** Runs the watershed in a worker of its own, which is made at the first question. */
export function localSuggester(): Suggester {
  let worker: Worker | null = null;
  let next = 0;
  return {
    name: "watershed-1",
    segment(request, signal) {
      worker ??= startWorker(address);
      const asked = worker;
      next += 1;
      const id = next;
      return new Promise((resolve, reject) => {
        const answered = ({ data }: MessageEvent<LocalReply>): void => {
          if (data.id !== id) return;
          asked.removeEventListener("message", answered);
          resolve(data.mask === null ? null : MaskPixels.ofRuns(data.mask.x, data.mask.y, data.mask.width, data.mask.height, data.mask.runs));
        };
        asked.addEventListener("message", answered);
        const broke = (event: ErrorEvent): void => {
          // Its script did not come, or it broke: the next question goes to a new one.
          if (worker === asked) worker = null;
          asked.terminate();
          reject(new Error(event.message));
        };
        asked.addEventListener("error", broke, { signal });
        signal.addEventListener("abort", () => {
          asked.removeEventListener("message", answered);
          resolve(null);
        });
        asked.postMessage({ id, request } satisfies LocalRequest);
      });
    },
    destroy() {
      worker?.terminate();
      worker = null;
    },
  };
}
