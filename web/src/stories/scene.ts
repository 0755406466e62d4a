// Drawn blood-cell pictures for the stories: no photograph is shipped. Development only.
import type { Box } from "@/api/types";

export interface Cell { readonly kind: "rbc" | "wbc" | "plt"; readonly box: Box }

export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

export const WIDTH = 640;
export const HEIGHT = 480;

export function cellsOf(seed: number): Cell[] {
  const draw = random(seed);
  const cells: Cell[] = [];
  const put = (kind: Cell["kind"], side: number): void => {
    const w = side * (0.9 + 0.2 * draw());
    const h = side * (0.9 + 0.2 * draw());
    const x = draw() * (WIDTH + 40) - 20 - w / 2;
    const y = draw() * (HEIGHT + 40) - 20 - h / 2;
    const box: Box = [Math.max(0, x), Math.max(0, y), Math.min(WIDTH, x + w), Math.min(HEIGHT, y + h)];
    if (box[2] - box[0] > 14 && box[3] - box[1] > 14) cells.push({ kind, box });
  };
  for (let n = 0; n < 13; n += 1) put("rbc", 98);
  put("wbc", 200);
  for (let n = 0; n < 3; n += 1) put("plt", 38);
  return cells;
}

const urls = new Map<number, string>();

export function pictureOf(seed: number): string {
  const known = urls.get(seed);
  if (known !== undefined) return known;
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d");
  if (context === null) return "";
  const draw = random(seed * 7 + 1);
  context.fillStyle = "#c9c9bd";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  for (const { kind, box } of cellsOf(seed)) paintCell(context, kind, box, draw);
  for (let n = 0; n < 9000; n += 1) {
    context.fillStyle = `rgba(${draw() < 0.5 ? "255,255,255" : "60,40,60"},0.05)`;
    context.fillRect(draw() * WIDTH, draw() * HEIGHT, 2, 2);
  }
  const url = canvas.toDataURL("image/jpeg", 0.9);
  urls.set(seed, url);
  return url;
}

function paintCell(context: CanvasRenderingContext2D, kind: Cell["kind"], [x0, y0, x1, y1]: Box, draw: () => number): void {
  const x = (x0 + x1) / 2;
  const y = (y0 + y1) / 2;
  const ellipse = (rx: number, ry: number, fill: string): void => {
    context.fillStyle = fill;
    context.beginPath();
    context.ellipse(x, y, rx, ry, 0.2, 0, 2 * Math.PI);
    context.fill();
  };
  const rx = (x1 - x0) / 2;
  const ry = (y1 - y0) / 2;
  if (kind === "rbc") {
    ellipse(rx * 0.97, ry * 0.97, "#b08f96");
    ellipse(rx * 0.86, ry * 0.86, "#b9999d");
    ellipse(rx * 0.4, ry * 0.4, "#cfc4bd");
  } else if (kind === "wbc") {
    ellipse(rx * 0.97, ry * 0.97, "#bb98ab");
    for (let n = 0; n < 5; n += 1) {
      context.fillStyle = "#7a4fb0";
      context.beginPath();
      context.ellipse(x + (draw() - 0.5) * rx, y + (draw() - 0.5) * ry, rx * 0.33, ry * 0.3, draw() * 3, 0, 2 * Math.PI);
      context.fill();
    }
  } else ellipse(rx * 0.8, ry * 0.8, "#8f6cc0");
}
