// SVG.js as CVAT's canvas uses it: one element a mark on an SVG as large as the image, scaled and moved by CSS.
import { SVG } from "@svgdotjs/svg.js";
import type { Element as SvgElement } from "@svgdotjs/svg.js";
import { COLOURS, fitScale } from "../page";
import { picture } from "./tool";
import type { Tool } from "./tool";

export function make(host: HTMLElement, image: { width: number; height: number }): Tool {
  const scale = fitScale(host);
  const ground = picture();
  const layers: HTMLElement[] = [ground];
  const svg = SVG().size(image.width, image.height).addTo(host);
  layers.push(svg.node as unknown as HTMLElement);
  host.prepend(ground);
  for (const layer of layers) {
    layer.style.cssText = `position:absolute;left:0;top:0;transform-origin:0 0;width:${String(image.width)}px;height:${String(image.height)}px;max-width:none;transform:scale(${String(scale)})`;
  }
  const shapes = new Map<string, SvgElement>();
  let left = 0;
  let top = 0;
  const style = (shape: SvgElement, colour: number): SvgElement => shape.fill({ color: COLOURS[colour] ?? COLOURS[0], opacity: 0.07 }).stroke({ color: COLOURS[colour] ?? COLOURS[0], width: 1.75 / scale });
  return {
    load(marks) {
      for (const { id, kind, x, y, w, h, angle, ring, colour } of marks) {
        const shape = kind === "polygon" ? svg.polygon([...ring]) : svg.rect(w, h).move(x, y);
        if (kind === "rotated") shape.rotate((angle * 180) / Math.PI);
        shapes.set(id, style(shape, colour));
      }
    },
    pan(dx, dy) {
      left += dx;
      top += dy;
      for (const layer of layers) {
        layer.style.left = `${String(left)}px`;
        layer.style.top = `${String(top)}px`;
      }
    },
    grab: (mark) => void shapes.get(mark.id)?.front(),
    drag: (mark, dx, dy) => void shapes.get(mark.id)?.move(mark.x + dx, mark.y + dy),
    drop: () => undefined,
    draw: (x, y, w, h) => void style(svg.rect(w, h).move(x, y), 0),
  };
}
