// The screen of the editor: image, base canvas with all marks, top canvas with what is in hand, crosshair and focus pad.

import type { Box, Point, Size } from "./geometry";
import { grow, intersects, unionOf } from "./geometry";
import type { Editor } from "./editor";
import type { ClassStyle, Context, OverlayMark } from "./painter";
import type { Look } from "./backdrops";
import { MaskBitmaps } from "./maskBitmaps";
import { LABEL_REACH_PX, paintBrush, paintDraft, paintHover, paintLifted, paintOverlayMark, paintShape, paintStroke, paintSuggestion, STROKE_REACH_PX } from "./painter";
import type { PointerGestures } from "./pointer";
import type { Geometry, Shape } from "./shapes";
import { bbox, boundsOf, isOpen, isPlaced } from "./shapes";
import { boxBetween } from "./geometry";
import { fromEdge } from "./rotated";
import type { Draft } from "./store";
import type { View } from "./viewport";
import { boxToScreen, toScreen, visibleBox } from "./viewport";

/** What lies under the marks: a plain picture or a tiled one. */
export interface Backdrop {
  readonly element: HTMLElement;
  setView(view: View, screen: Size): void;
  /** Brightness, contrast and gamma of what is seen; the picture itself stays as it is. */
  setLook(look: Look): void;
  /** The pixels of a part of the picture, every `step`-th one; null where they cannot be had. */
  pixels(part: PixelPart): Promise<ImageData | null>;
  destroy(): void;
}

/** A part of the picture in image pixels; `width` and `height` count the pixels that come back. */
export interface PixelPart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly step: number;
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
/** With more suggestions in sight than this their labels are dropped and the brackets stay. */
const LABELS_UP_TO = 60;
/** What the eraser is about to take looks like this. */
const ERASER = "#ffffff";

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
  /** Suggestions below this confidence stand back and are not painted. */
  leastConfidence = 0;

  readonly #masks = new MaskBitmaps();
  readonly #editor: Editor;
  readonly #gestures: PointerGestures;
  readonly #styleOf: (classId: string) => ClassStyle;
  readonly #base: HTMLCanvasElement;
  readonly #top: HTMLCanvasElement;
  readonly #lines: readonly [HTMLDivElement, HTMLDivElement];
  #backdrop: Backdrop | null = null;
  #paintedView: View = this.view;
  #lifted: ReadonlySet<string> = new Set();
  #nOpen = 0;
  #look: Look | null = null;
  /** What waits to be painted again: parts of the image, or all of it. */
  #dirty: readonly Box[] | "all" = "all";
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
        this.#nOpen += Number(after !== null && isOpen(after)) - Number(before !== null && isOpen(before));
      }
      this.schedule();
    });
  }

  setBackdrop(backdrop: Backdrop | null): void {
    this.#backdrop?.destroy();
    this.#backdrop = backdrop;
    if (backdrop !== null) this.element.prepend(backdrop.element);
    if (this.#look !== null) backdrop?.setLook(this.#look);
    this.touchAll();
  }

  setLook(look: Look): void {
    this.#look = look;
    this.#backdrop?.setLook(look);
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
    if (box.xMin > box.xMax) return; // a mark without a place
    if (this.#dirty !== "all") this.#dirty = withRegion(this.#dirty, box);
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
    this.#backdrop?.setView(this.view, this.screen);
    this.#lift();
    // While the bitmap is moved, an edit waits for the hand to rest as the rest of the picture does.
    if (this.#dirty.length > 0 && (this.#dirty === "all" || this.view === this.#paintedView || this.#rest === null)) this.#paintBase();
    this.#placeBase();
    this.#paintTop();
    this.#placeCrosshair();
  }

  /** What is in hand is painted on the top layer, and left out below it. */
  #lift(): void {
    const { store } = this.#editor;
    const ids = new Set(store.allSelected.map((shape) => shape.id));
    const held = this.#gestures.preview?.shape?.id;
    if (held !== undefined) ids.add(held);
    const changed = [...ids].filter((id) => !this.#lifted.has(id)).concat([...this.#lifted].filter((id) => !ids.has(id)));
    for (const id of changed) {
      const shape = store.get(id);
      if (shape !== undefined && isPlaced(shape) && this.#dirty !== "all") this.#dirty = withRegion(this.#dirty, boundsOf(shape));
    }
    if (changed.length > 0) this.#lifted = ids;
  }

  /** How far around its geometry anything of a mark is painted, in screen pixels. */
  get #reachPx(): number {
    return this.#nOpen > 0 ? LABEL_REACH_PX + 8 : STROKE_REACH_PX + (this.#hasDots ? 4 : 0);
  }

  get #hasDots(): boolean {
    return this.#editor.index.hasDots;
  }

  #paintBase(): void {
    const context = contextOf(this.#base);
    const all = this.#dirty === "all" || this.view !== this.#paintedView;
    if (all) {
      context.clearRect(0, 0, this.screen.width, this.screen.height);
      this.stats.fullPaints += 1;
    } else this.stats.partialPaints += 1;
    this.stats.lastPainted = 0;
    const regions = all || this.#dirty === "all" ? [visibleBox(this.view, this.screen)] : this.#dirty;
    for (const region of regions) this.#paintRegion(context, region, all);
    this.#paintedView = this.view;
    this.#dirty = [];
  }

  #paintRegion(context: Context, image: Box, all: boolean): void {
    const reach = this.#reachPx / this.view.scale;
    const shapes = this.#editor.index.search(grow(image, 2 * reach));
    context.save();
    if (!all) clipTo(context, grow(boxToScreen(this.view, image), this.#reachPx));
    this.#paintMarks(context, shapes, grow(image, 2 * reach));
    context.restore();
  }

  #paintMarks(context: Context, shapes: readonly Shape[], image: Box): void {
    let painted = 0;
    for (const mark of this.overlay) {
      if (this.hideMarks || !intersects(mark.box, image)) continue;
      paintOverlayMark(context, mark, this.view);
      painted += 1;
    }
    const labelled = this.#nOpen <= LABELS_UP_TO;
    for (const shape of shapes) {
      if (this.hideMarks || shape.hidden === true || this.#lifted.has(shape.id)) continue;
      const style = this.#styleOf(shape.classId);
      if (!isOpen(shape)) paintShape(context, shape.geometry, style, this.view, shapes.length >= PLAIN_FROM, this.#masks);
      else if ((shape.suggested?.confidence ?? 1) >= this.leastConfidence) paintSuggestion(context, shape, style, this.view, labelled);
      painted += 1;
    }
    this.stats.shapesPainted += painted;
    this.stats.lastPainted += painted;
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
    const { preview, along, stroke } = this.#gestures;
    const { allSelected, selected, draft } = this.#editor.store;
    const moving = new Map([...along, ...(preview === null ? [] : [preview])].map((each) => [each.shape?.id ?? "", each]));
    const live = this.#styleOf(this.#editor.classId);
    if (this.hover !== null && !this.#lifted.has(this.hover.id)) paintHover(context, this.hover, this.#styleOf(this.hover.classId), this.view, this.#masks);
    for (const shape of [...allSelected].reverse()) {
      const geometry = moving.get(shape.id)?.geometry ?? shape.geometry;
      const grips = shape.id === selected?.id && allSelected.length === 1 && moving.size === 0 && !this.#editor.readOnly && shape.locked !== true;
      paintLifted(context, geometry, this.#styleOf(shape.classId), this.view, grips, this.#masks);
    }
    if (preview !== null && !allSelected.some((shape) => shape.id === preview.shape?.id)) {
      paintLifted(context, preview.geometry, preview.shape === null ? live : this.#styleOf(preview.shape.classId), this.view, false, this.#masks);
    }
    if (draft !== null && preview === null) {
      const geometry = draftGeometry(draft, this.#editor.cursor, this.#editor.size);
      if (geometry === null) paintDraft(context, draft, this.#editor.cursor, live, this.view);
      else paintLifted(context, geometry, live, this.view, false, this.#masks);
    }
    const erasing = this.#editor.tool === "eraser";
    if (stroke !== null) paintStroke(context, stroke, erasing ? ERASER : live.colour, this.view);
    if (this.crosshair && (erasing || this.#editor.tool === "brush")) paintBrush(context, this.#editor.cursor, this.#editor.brushPx / 2, this.view);
  }

  #placeCrosshair(): void {
    const at = toScreen(this.view, this.#editor.cursor);
    const image = boxToScreen(this.view, { xMin: 0, yMin: 0, xMax: this.#editor.size.width, yMax: this.#editor.size.height });
    const shown = this.crosshair && CROSSHAIR_TOOLS.has(this.#editor.tool);
    const [across, down] = this.#lines;
    placeLine(across, shown, { x: image.xMin, y: at.y }, image.xMax - image.xMin, 1);
    placeLine(down, shown, { x: at.x, y: image.yMin }, 1, image.yMax - image.yMin);
  }
}

/** More parts than this are painted as one around them all. */
const MOST_REGIONS = 12;

/** One more part to paint; parts that meet become one, so that nothing half clear is painted twice. */
function withRegion(regions: readonly Box[], box: Box): readonly Box[] {
  const apart = regions.filter((region) => !intersects(region, box));
  const merged = regions.filter((region) => intersects(region, box)).reduce((all, region) => unionOf(all, region), box);
  if (apart.length < regions.length) return withRegion(apart, merged);
  if (regions.length < MOST_REGIONS) return [...regions, box];
  return [regions.reduce((all, region) => unionOf(all, region), box)];
}

const CROSSHAIR_TOOLS = new Set(["box", "rotated", "polygon", "line", "point", "segment"]);

/** What a begun mark would be if the next point were here; null while it is a bare line. */
function draftGeometry(draft: Draft, cursor: Point, size: Size): Geometry | null {
  const [a, b] = draft.points;
  if (draft.kind === "bbox" && a !== undefined) return bbox(boxBetween(a, cursor));
  if (draft.kind === "rotated_bbox" && a !== undefined && b !== undefined) return fromEdge(a, b, cursor, size);
  return null;
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
