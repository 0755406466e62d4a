// The worker behind maskCoder.ts: bytes in, runs out.

import type { EncodeReply, EncodeRequest } from "./maskCoder";
import { encode } from "./maskPixels";

globalThis.onmessage = ({ data }: MessageEvent<EncodeRequest>) => {
  const reply: EncodeReply = { id: data.id, runs: encode(data.bits) };
  globalThis.postMessage(reply, { transfer: [reply.runs.buffer] });
};
