// The page of make bench-web: the same marks drawn by our engine and by the techniques of other tools, one act at a time.
import type { Tool } from "./tools/tool";

const WIDTH = 16384;
const HEIGHT = 12288;

export interface Mark {
  readonly id: string;
  readonly kind: "box" | "rotated" | "polygon" | "mask" | "point";
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly angle: number;
  /** Corners of a polygon, x y. */
  readonly ring: readonly number[];
  readonly colour: number;
}

/** The same marks on every run: a small linear generator. */
export function marksOf(n: number, mixed: boolean): Mark[] {
  let state = 20261124;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  return Array.from({ length: n }, (_, at) => {
    const w = 40 + draw() * 160;
    const h = 40 + draw() * 160;
    const x = 20 + draw() * (WIDTH - w - 40);
    const y = 20 + draw() * (HEIGHT - h - 40);
    const share = draw();
    const kinds = mixed ? ([[0.55, "box"], [0.7, "rotated"], [0.85, "polygon"], [0.95, "mask"], [1, "point"]] as const) : ([[0.6, "box"], [0.8, "rotated"], [1, "polygon"]] as const);
    const kind = kinds.find(([upTo]) => share <= upTo)?.[1] ?? "box";
    const ring = Array.from({ length: 16 }, (__, corner) => {
      const turn = (corner / 16) * 2 * Math.PI;
      const radius = 0.35 + 0.15 * draw();
      return [x + w / 2 + w * radius * Math.cos(turn), y + h / 2 + h * radius * Math.sin(turn)];
    }).flat();
    return { id: `m${String(at)}`, kind, x, y, w, h, angle: (draw() - 0.5) * 1.5, ring, colour: at % 6 };
  });
}

export const COLOURS = ["#0e8a8f", "#d55e00", "#6a2c91", "#660f25", "#808c5b", "#d957d9"] as const;

/** The whole image on the screen. */
export function fitScale(host: HTMLElement): number {
  return Math.min(host.clientWidth / WIDTH, host.clientHeight / HEIGHT) * 0.98;
}

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Run an act once a frame and say how long each took until the next frame, in milliseconds. */
async function frames(n: number, act: (at: number) => void): Promise<number[]> {
  const took: number[] = [];
  await frame();
  for (let at = 0; at < n; at += 1) {
    const start = performance.now();
    act(at);
    await frame();
    await new Promise((resolve) => setTimeout(resolve, 0));
    took.push(performance.now() - start);
  }
  return took;
}

const bench = {
  tool: null as Tool | null,
  marks: [] as Mark[],
  /** Load the marks and wait until they are painted. */
  async load(name: string, n: number): Promise<number> {
    const host = document.querySelector<HTMLElement>("#host");
    if (host === null) throw new Error("The page has no host.");
    const mixed = name === "assay-tiles";
    bench.marks = marksOf(n, mixed);
    const module = (await import("./tools/index")).tools[name];
    if (module === undefined) throw new Error(`There is no tool ${name}.`);
    bench.tool = await module(host, { width: WIDTH, height: HEIGHT });
    await frame();
    await frame();
    const start = performance.now();
    await bench.tool.load(bench.marks);
    await frame();
    await new Promise((resolve) => setTimeout(resolve, 0));
    return performance.now() - start;
  },
  pan: (n: number) => frames(n, (at) => bench.tool?.pan(at % 20 < 10 ? 3 : -3, at % 14 < 7 ? 2 : -2)),
  async drag(n: number): Promise<number[]> {
    const mark = bench.marks[Math.floor(bench.marks.length / 2)];
    if (mark === undefined) return [];
    await bench.tool?.grab(mark);
    const took = await frames(n, (at) => bench.tool?.drag(mark, 40 * Math.sin(at / 8), 25 * Math.cos(at / 9)));
    await bench.tool?.drop(mark);
    await frame();
    return took;
  },
  draw: (n: number) => frames(n, (at) => bench.tool?.draw(200 + (at * 617) % 15000, 200 + (at * 411) % 11000, 120, 90)),
  undo: (n: number) => frames(n, () => bench.tool?.undo?.()),
  stats: () => bench.tool?.stats?.() ?? null,
  heap: () => {
    (globalThis as { gc?: () => void }).gc?.();
    return (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0;
  },
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;
