// The worker behind local.ts: a patch and clicks in, the runs of a mask out.

import type { LocalReply, LocalRequest } from "./local";
import { watershedMask } from "./watershed";

globalThis.onmessage = ({ data }: MessageEvent<LocalRequest>) => {
  const mask = watershedMask(data.request);
  const reply: LocalReply = { id: data.id, mask: mask === null ? null : { x: mask.x, y: mask.y, width: mask.width, height: mask.height, runs: mask.runs } };
  globalThis.postMessage(reply);
};
