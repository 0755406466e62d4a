// Konva as Label Studio's image editor uses it: one node a mark on a layer of a stage; the node in hand on a layer of its own.
import Konva from "konva";
import { COLOURS, fitScale } from "../page";
import { picture } from "./tool";
import type { Tool } from "./tool";

export async function make(host: HTMLElement, image: { width: number; height: number }): Promise<Tool> {
  const scale = fitScale(host);
  const ground = picture();
  await ground.decode();
  const stage = new Konva.Stage({ container: host as HTMLDivElement, width: host.clientWidth, height: host.clientHeight, scale: { x: scale, y: scale } });
  const under = new Konva.Layer({ listening: false });
  const layer = new Konva.Layer();
  const hand = new Konva.Layer();
  under.add(new Konva.Image({ image: ground, width: image.width, height: image.height }));
  stage.add(under, layer, hand);
  const shapes = new Map<string, Konva.Shape>();
  // The settings that Konva's own advice on speed names.
  const common = (colour: number): Konva.ShapeConfig => ({ stroke: COLOURS[colour] ?? COLOURS[0], strokeWidth: 1.75, strokeScaleEnabled: false, fill: `${COLOURS[colour] ?? COLOURS[0]}12`, perfectDrawEnabled: false, shadowForStrokeEnabled: false });
  return {
    load(marks) {
      for (const { id, kind, x, y, w, h, angle, ring, colour } of marks) {
        const shape = kind === "polygon" ? new Konva.Line({ ...common(colour), points: [...ring], closed: true }) : new Konva.Rect({ ...common(colour), x: x + w / 2, y: y + h / 2, offsetX: w / 2, offsetY: h / 2, width: w, height: h, rotation: kind === "rotated" ? (angle * 180) / Math.PI : 0 });
        shapes.set(id, shape);
        layer.add(shape);
      }
      layer.draw();
    },
    pan(dx, dy) {
      stage.position({ x: stage.x() + dx, y: stage.y() + dy });
      stage.batchDraw();
    },
    grab(mark) {
      shapes.get(mark.id)?.moveTo(hand);
      layer.batchDraw();
    },
    drag(mark, dx, dy) {
      const shape = shapes.get(mark.id);
      shape?.position(mark.kind === "polygon" ? { x: dx, y: dy } : { x: mark.x + mark.w / 2 + dx, y: mark.y + mark.h / 2 + dy });
    },
    drop(mark) {
      shapes.get(mark.id)?.moveTo(layer);
    },
    draw(x, y, w, h) {
      layer.add(new Konva.Rect({ ...common(0), x, y, width: w, height: h }));
    },
  };
}
