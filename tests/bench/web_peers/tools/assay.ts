// Our engine as it stands, driven by real pointer events on its pad.
import { AnnotationEngine, ANNOTATE_KEYS, bbox, KeyMap, MaskPixels, maskOf, openTiles, polygon, rotated } from "../../../../web/src/core";
import { plainBackdrop } from "../../../../web/src/core/backdrops";
import type { Geometry, Shape } from "../../../../web/src/core";
import { toScreen } from "../../../../web/src/core/viewport";
import { COLOURS } from "../page";
import type { Mark } from "../page";
import { picture } from "./tool";
import type { Tool } from "./tool";

export function make(host: HTMLElement, image: { width: number; height: number }, tiled: boolean): Tool {
  let next = 0;
  const engine = new AnnotationEngine({
    newId: () => `n${String((next += 1))}`,
    classId: "0",
    styleOf: (id) => ({ colour: COLOURS[Number(id)] ?? COLOURS[0], name: `Class ${id}`, digit: id }),
    keys: new KeyMap(ANNOTATE_KEYS),
    label: "bench",
  });
  engine.mount(host);
  const backdrop = tiled ? openTiles({ size: image, tileSize: 512, url: (level, x, y) => `/tile/${String(level)}/${String(x)}/${String(y)}.jpg` }).backdrop : plainBackdrop(stretched(image));
  const pad = engine.element.querySelector<HTMLElement>(".assay-pad");
  if (pad === null) throw new Error("The engine has no pad.");
  pad.setPointerCapture = () => undefined;
  const send = (type: string, at: { x: number; y: number }): void => {
    const frame = engine.element.getBoundingClientRect();
    pad.dispatchEvent(new PointerEvent(type, { clientX: at.x + frame.left, clientY: at.y + frame.top, pointerId: 1, button: 0, bubbles: true }));
  };
  const at = (x: number, y: number): { x: number; y: number } => toScreen(engine.view, { x, y });
  let held = { x: 0, y: 0 };
  return {
    load(marks) {
      engine.open(image, marks.map((mark, z) => shapeOf(mark, z)), backdrop);
      engine.flush();
    },
    pan(dx, dy) {
      const from = { x: 400, y: 300 };
      engine.setTool("hand");
      send("pointerdown", from);
      send("pointermove", { x: from.x + dx, y: from.y + dy });
      send("pointerup", { x: from.x + dx, y: from.y + dy });
    },
    grab(mark) {
      engine.setTool("select");
      engine.editor.store.select(mark.id);
      held = { x: mark.x + mark.w / 2, y: mark.y + mark.h / 2 };
      send("pointerdown", at(held.x, held.y));
    },
    drag: (_, dx, dy) => send("pointermove", at(held.x + dx, held.y + dy)),
    drop: () => send("pointerup", at(held.x + 60, held.y + 60)),
    draw(x, y, w, h) {
      if (engine.snapshot().tool !== "box") engine.setTool("box");
      send("pointerdown", at(x, y));
      send("pointermove", at(x + w / 2, y + h / 2));
      send("pointermove", at(x + w, y + h));
      send("pointerup", at(x + w, y + h));
    },
    undo: () => void engine.act("undo"),
    stats: () => ({ ...engine.stats, shapes: engine.snapshot().shapes.length }),
  };
}

function stretched(image: { width: number; height: number }): HTMLImageElement {
  const element = picture();
  element.width = image.width;
  element.height = image.height;
  return element;
}

function shapeOf(mark: Mark, z: number): Shape {
  return { id: mark.id, classId: String(mark.colour), geometry: geometryOf(mark), z: z + 1 };
}

function geometryOf({ kind, x, y, w, h, angle, ring }: Mark): Geometry {
  if (kind === "rotated") return rotated(x + w / 2, y + h / 2, w, h, angle);
  if (kind === "polygon") return polygon([[ring]]);
  if (kind === "point") return { kind: "point", x, y };
  if (kind === "mask") {
    const width = Math.ceil(w);
    const height = Math.ceil(h);
    const bits = new Uint8Array(width * height);
    for (let cx = 0; cx < width; cx += 1) for (let cy = 0; cy < height; cy += 1) bits[cx * height + cy] = ((cx - width / 2) / width) ** 2 + ((cy - height / 2) / height) ** 2 < 0.2 ? 1 : 0;
    const pixels = MaskPixels.ofBits(Math.floor(x), Math.floor(y), width, height, bits);
    if (pixels === null) return bbox({ xMin: x, yMin: y, xMax: x + w, yMax: y + h });
    pixels.compact();
    return maskOf(pixels);
  }
  return bbox({ xMin: x, yMin: y, xMax: x + w, yMax: y + h });
}
