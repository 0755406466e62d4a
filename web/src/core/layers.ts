// The screen of the editor: image, base canvas with all marks, top canvas with what is in hand, crosshair and focus pad.

import type { Box, Point, Size } from "./geometry";
import { grow, intersects, unionOf } from "./geometry";
import type { Editor } from "./editor";
import type { ClassStyle, Context, OverlayMark } from "./painter";
import { paintHover, paintLifted, paintOverlayMark, paintShape, STROKE_REACH_PX } from "./painter";
import type { PointerGestures } from "./pointer";
import type { Shape } from "./shapes";
import { bbox, boundsOf } from "./shapes";
import { boxBetween } from "./geometry";
import type { View } from "./viewport";
import { boxToScreen, toScreen, visibleBox } from "./viewport";

/** What lies under the marks: a plain picture now; a tiled one fits the same seam. */
export interface Backdrop {
  readonly element: HTMLElement;
  setView(view: View): void;
  destroy(): void;
}

export interface PaintStats {
  fullPaints: number;
  partialPaints: number;
  bitmapMoves: number;
  /** Marks painted on the base layer since the start. */
  shapesPainted: number;
  /** Marks painted by the last paint of the base layer. */
  lastPainted: number;
}

/** From this many marks in sight on, a pan moves the painted bitmap and paints again when the hand rests. */
const MOVE_BITMAP_FROM = 400;
const REST_MS = 90;
const PLAIN_FROM = 1500;

export class Layers {
  readonly element: HTMLDivElement;
  readonly pad: HTMLDivElement;
  readonly stats: PaintStats = { fullPaints: 0, partialPaints: 0, bitmapMoves: 0, shapesPainted: 0, lastPainted: 0 };
  screen: Size = { width: 1, height: 1 };
  view: View = { scale: 1, x: 0, y: 0 };
  overlay: readonly OverlayMark[] = [];
  hideMarks = false;
  hover: Shape | null = null;
  crosshair = false;

  readonly #editor: Editor;
  readonly #gestures: PointerGestures;
  readonly #styleOf: (classId: string) => ClassStyle;
  readonly #base: HTMLCanvasElement;
  readonly #top: HTMLCanvasElement;
  readonly #lines: readonly [HTMLDivElement, HTMLDivElement];
  #backdrop: Backdrop | null = null;
  #paintedView: View = this.view;
  #liftedId: string | null = null;
  #dirty: Box | "all" | null = "all";
  #frame = 0;
  #rest: ReturnType<typeof setTimeout> | null = null;

  constructor(editor: Editor, gestures: PointerGestures, styleOf: (classId: string) => ClassStyle, label: string) {
    this.#editor = editor;
    this.#gestures = gestures;
    this.#styleOf = styleOf;
    this.element = div("assay-stage");
    this.#base = document.createElement("canvas");
    this.#top = document.createElement("canvas");
    this.#base.className = "assay-layer";
    this.#top.className = "assay-layer";
    this.#lines = [div("assay-crosshair"), div("assay-crosshair")];
    this.pad = div("assay-pad");
    this.pad.tabIndex = 0;
    this.pad.setAttribute("role", "application");
    this.pad.setAttribute("aria-label", label);
    this.element.append(this.#base, this.#top, ...this.#lines, this.pad);
    editor.store.subscribe(({ edits }) => {
      for (const { before, after } of edits) {
        if (before !== null) this.touch(boundsOf(before));
        if (after !== null) this.touch(boundsOf(after));
      }
      this.schedule();
    });
  }

  setBackdrop(backdrop: Backdrop | null): void {
    this.#backdrop?.destroy();
    this.#backdrop = backdrop;
    if (backdrop !== null) this.element.prepend(backdrop.element);
    this.touchAll();
  }

  resize(screen: Size): void {
    this.screen = screen;
    const ratio = globalThis.devicePixelRatio;
    for (const canvas of [this.#base, this.#top]) {
      canvas.width = Math.max(1, Math.round(screen.width * ratio));
      canvas.height = Math.max(1, Math.round(screen.height * ratio));
      canvas.style.width = `${String(screen.width)}px`;
      canvas.style.height = `${String(screen.height)}px`;
    }
    this.touchAll();
  }

  setView(view: View): void {
    if (view === this.view) return;
    this.view = view;
    const many = this.#editor.store.size + this.overlay.length >= MOVE_BITMAP_FROM;
    if (!many) this.touchAll();
    else this.#waitForRest();
    this.schedule();
  }

  setOverlay(marks: readonly OverlayMark[]): void {
    this.overlay = marks;
    this.touchAll();
  }

  /** Paint this part of the image again in the next frame. */
  touch(box: Box): void {
    if (this.#dirty !== "all") this.#dirty = unionOf(this.#dirty, box);
    this.schedule();
  }

  touchAll(): void {
    this.#dirty = "all";
    this.schedule();
  }

  schedule(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  /** Paint now what waits for the next frame. */
  flush(): void {
    if (this.#frame !== 0) cancelAnimationFrame(this.#frame);
    this.#paint();
  }

  destroy(): void {
    if (this.#frame !== 0) cancelAnimationFrame(this.#frame);
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#backdrop?.destroy();
    this.element.remove();
  }

  #waitForRest(): void {
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#rest = null;
      this.touchAll();
    }, REST_MS);
  }

  #paint(): void {
    this.#frame = 0;
    this.#backdrop?.setView(this.view);
    const lifted = this.#gestures.preview?.shape?.id ?? this.#editor.store.selection?.id ?? null;
    if (lifted !== this.#liftedId) this.#touchLift(lifted);
    if (this.#dirty !== null) this.#paintBase();
    this.#placeBase();
    this.#paintTop();
    this.#placeCrosshair();
  }

  #touchLift(lifted: string | null): void {
    for (const id of [this.#liftedId, lifted]) {
      const shape = id === null ? undefined : this.#editor.store.get(id);
      if (shape !== undefined && this.#dirty !== "all") this.#dirty = unionOf(this.#dirty, boundsOf(shape));
    }
    this.#liftedId = lifted;
  }

  #paintBase(): void {
    const context = contextOf(this.#base);
    const moved = this.view !== this.#paintedView;
    const all = this.#dirty === "all" || moved;
    const reach = STROKE_REACH_PX / this.view.scale;
    const image = all || this.#dirty === null || this.#dirty === "all" ? visibleBox(this.view, this.screen) : this.#dirty;
    const shapes = this.#editor.index.search(grow(image, reach));
    context.save();
    if (all) {
      context.clearRect(0, 0, this.screen.width, this.screen.height);
      this.stats.fullPaints += 1;
    } else {
      clipTo(context, grow(boxToScreen(this.view, image), STROKE_REACH_PX));
      this.stats.partialPaints += 1;
    }
    this.#paintMarks(context, shapes, grow(image, 2 * reach));
    context.restore();
    this.#paintedView = this.view;
    this.#dirty = null;
  }

  #paintMarks(context: Context, shapes: readonly Shape[], image: Box): void {
    let painted = 0;
    for (const mark of this.overlay) {
      if (this.hideMarks || !intersects(mark.box, image)) continue;
      paintOverlayMark(context, mark, this.view);
      painted += 1;
    }
    for (const shape of shapes) {
      if (this.hideMarks || shape.id === this.#liftedId) continue;
      paintShape(context, shape.geometry, this.#styleOf(shape.classId), this.view, shapes.length >= PLAIN_FROM);
      painted += 1;
    }
    this.stats.shapesPainted += painted;
    this.stats.lastPainted = painted;
  }

  /** While many marks are in sight, a new view shifts the painted bitmap instead of painting it again. */
  #placeBase(): void {
    const { view } = this;
    const painted = this.#paintedView;
    if (view === painted) {
      this.#base.style.transform = "";
      return;
    }
    const scale = view.scale / painted.scale;
    const x = view.x - painted.x * scale;
    const y = view.y - painted.y * scale;
    this.#base.style.transform = `translate(${String(x)}px, ${String(y)}px) scale(${String(scale)})`;
    this.stats.bitmapMoves += 1;
  }

  #paintTop(): void {
    const context = contextOf(this.#top);
    context.clearRect(0, 0, this.screen.width, this.screen.height);
    if (this.hideMarks) return;
    const { preview } = this.#gestures;
    const { selected, draft } = this.#editor.store;
    if (this.hover !== null && this.hover.id !== selected?.id) paintHover(context, this.hover, this.#styleOf(this.hover.classId), this.view);
    if (preview !== null) {
      paintLifted(context, preview.geometry, this.#styleOf(preview.shape?.classId ?? this.#editor.classId), this.view, false);
    } else if (selected !== null) {
      paintLifted(context, selected.geometry, this.#styleOf(selected.classId), this.view, !this.#editor.readOnly);
    }
    if (draft !== null && preview === null) {
      const geometry = bbox(boxBetween(draft.anchor, this.#editor.cursor));
      paintLifted(context, geometry, this.#styleOf(this.#editor.classId), this.view, false);
    }
  }

  #placeCrosshair(): void {
    const at = toScreen(this.view, this.#editor.cursor);
    const image = boxToScreen(this.view, { xMin: 0, yMin: 0, xMax: this.#editor.size.width, yMax: this.#editor.size.height });
    const shown = this.crosshair && this.#editor.tool === "box";
    const [across, down] = this.#lines;
    placeLine(across, shown, { x: image.xMin, y: at.y }, image.xMax - image.xMin, 1);
    placeLine(down, shown, { x: at.x, y: image.yMin }, 1, image.yMax - image.yMin);
  }
}

/** A picture shown whole, moved and scaled by the compositor; real pixels once they are large. */
export function plainBackdrop(image: HTMLImageElement): Backdrop {
  image.className = "assay-picture";
  image.alt = "";
  image.draggable = false;
  return {
    element: image,
    setView(view) {
      image.style.transform = `translate(${String(view.x)}px, ${String(view.y)}px) scale(${String(view.scale)})`;
      image.style.imageRendering = view.scale >= 4 ? "pixelated" : "auto";
    },
    destroy() {
      image.remove();
    },
  };
}

function div(className: string): HTMLDivElement {
  const element = document.createElement("div");
  element.className = className;
  return element;
}

function contextOf(canvas: HTMLCanvasElement): Context {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser gives no 2D canvas; annotating needs one.");
  const ratio = globalThis.devicePixelRatio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

function clipTo(context: Context, box: Box): void {
  const x = Math.floor(box.xMin);
  const y = Math.floor(box.yMin);
  const width = Math.ceil(box.xMax) - x;
  const height = Math.ceil(box.yMax) - y;
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.clearRect(x, y, width, height);
}

function placeLine(line: HTMLDivElement, shown: boolean, at: Point, width: number, height: number): void {
  line.style.display = shown ? "block" : "none";
  if (!shown) return;
  line.style.transform = `translate(${String(Math.round(at.x))}px, ${String(Math.round(at.y))}px)`;
  line.style.width = `${String(Math.max(1, width))}px`;
  line.style.height = `${String(Math.max(1, height))}px`;
}
