// Annotorious on an image, its own SVG layer and store; panned by CSS around it, as it has no view of its own.
import { createImageAnnotator, ShapeType } from "@annotorious/annotorious";
import type { ImageAnnotation } from "@annotorious/annotorious";
import "@annotorious/annotorious/annotorious.css";
import { fitScale } from "../page";
import type { Mark } from "../page";
import { picture } from "./tool";
import type { Tool } from "./tool";

export async function make(host: HTMLElement, image: { width: number; height: number }): Promise<Tool> {
  const scale = fitScale(host);
  const wrap = document.createElement("div");
  wrap.style.cssText = "position:absolute;left:0;top:0;transform-origin:0 0";
  const ground = new Image();
  ground.src = "/large.svg";
  ground.style.cssText = `display:block;width:${String(image.width * scale)}px;height:${String(image.height * scale)}px`;
  wrap.append(ground);
  host.append(wrap);
  await ground.decode();
  wrap.style.background = `url(${picture().src}) 0 0 / 100% 100%`;
  const annotator = createImageAnnotator(ground, { autoSave: true });
  let x0 = 0;
  let y0 = 0;
  let next = 0;
  return {
    async load(marks) {
      annotator.setAnnotations(marks.map((mark) => annotation(mark.id, mark, 0, 0)));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    },
    pan(dx, dy) {
      x0 += dx;
      y0 += dy;
      wrap.style.transform = `translate(${String(x0)}px, ${String(y0)}px)`;
    },
    grab: () => undefined,
    drag: (mark, dx, dy) => void annotator.state.store.updateAnnotation(annotation(mark.id, mark, dx, dy)),
    drop: () => undefined,
    draw(x, y, w, h) {
      next += 1;
      annotator.addAnnotation(annotation(`n${String(next)}`, { id: "", kind: "box", x, y, w, h, angle: 0, ring: [], colour: 0 }, 0, 0));
    },
    undo: () => annotator.undo(),
  };
}

function annotation(id: string, { kind, x, y, w, h, angle, ring }: Mark, dx: number, dy: number): ImageAnnotation {
  if (kind === "box") {
    const [left, top] = [x + dx, y + dy];
    return { id, bodies: [], target: { annotation: id, selector: { type: ShapeType.RECTANGLE, geometry: { x: left, y: top, w, h, bounds: { minX: left, minY: top, maxX: left + w, maxY: top + h } } } } } as unknown as ImageAnnotation;
  }
  // It has no rotated box: four corners of a polygon stand in.
  const flat = kind === "polygon" ? ring : corners(x + w / 2, y + h / 2, w, h, angle);
  const points = Array.from({ length: flat.length / 2 }, (_, at) => [(flat[2 * at] ?? 0) + dx, (flat[2 * at + 1] ?? 0) + dy] as [number, number]);
  const xs = points.map(([px]) => px);
  const ys = points.map(([, py]) => py);
  const bounds = { minX: Math.min(...xs), minY: Math.min(...ys), maxX: Math.max(...xs), maxY: Math.max(...ys) };
  return { id, bodies: [], target: { annotation: id, selector: { type: ShapeType.POLYGON, geometry: { points, bounds } } } } as unknown as ImageAnnotation;
}

function corners(cx: number, cy: number, w: number, h: number, angle: number): number[] {
  return [[-1, -1], [1, -1], [1, 1], [-1, 1]].flatMap(([dx = 0, dy = 0]) => [cx + (dx * w * Math.cos(angle) - dy * h * Math.sin(angle)) / 2, cy + (dx * w * Math.sin(angle) + dy * h * Math.cos(angle)) / 2]);
}
