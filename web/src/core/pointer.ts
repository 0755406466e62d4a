// Pointer gestures on the canvas, as a state machine without a screen: press, drag and release become editor verbs.

import type { Editor } from "./editor";
import type { Box, Handle, Point, Size } from "./geometry";
import { boxBetween, clampPoint, heightOf, snap, widthOf } from "./geometry";
import type { Geometry, Shape } from "./shapes";
import { bbox, boundsOf, operationsFor } from "./shapes";
import type { View } from "./viewport";
import { boxToScreen, panBy, toImage, toScreen } from "./viewport";

/** A pointer event in screen pixels relative to the canvas. */
export interface PointerAt {
  readonly x: number;
  readonly y: number;
  /** 0 the main button, 1 the middle one. */
  readonly button: number;
  readonly alt: boolean;
}

type Gesture =
  | { readonly kind: "pan"; readonly last: Point }
  | { readonly kind: "press"; readonly start: Point; readonly anchor: Point }
  | { readonly kind: "draw"; readonly anchor: Point }
  | { readonly kind: "grab"; readonly start: Point; readonly from: Point; readonly shape: Shape; readonly handle: Handle | null };

export interface Preview {
  /** The mark being changed; null while a new one is drawn. */
  readonly shape: Shape | null;
  readonly geometry: Geometry;
}

export const DRAG_FROM_PX = 3;
const HANDLE_REACH_PX = 10;
const OUTLINE_REACH_PX = 6;
const SMALL_BOX_PX = 28;

export class PointerGestures {
  readonly #editor: Editor;
  #gesture: Gesture | null = null;
  #moved = false;
  /** What a running drag would leave; painted, but not in the store until the release. */
  preview: Preview | null = null;
  /** Space is held: any press pans. */
  panHeld = false;

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  get active(): boolean {
    return this.#gesture !== null;
  }

  get panning(): boolean {
    return this.#gesture?.kind === "pan";
  }

  down(at: PointerAt, view: View): void {
    const point = snap(toImage(view, at));
    this.#moved = false;
    if (at.button === 1 || this.panHeld || this.#editor.tool === "hand") {
      this.#gesture = { kind: "pan", last: at };
      return;
    }
    if (at.button !== 0) return;
    if (this.#editor.tool === "box" && !at.alt) {
      this.#gesture = { kind: "press", start: at, anchor: clampPoint(point, this.#editor.size) };
      return;
    }
    this.#pick(at, point, view);
  }

  /** Returns the new view when the gesture pans, else the same one. */
  move(at: PointerAt, view: View, screen: Size): View {
    const gesture = this.#gesture;
    const point = snap(toImage(view, at));
    this.#editor.moveCursor(point);
    if (gesture?.kind === "pan") {
      this.#gesture = { kind: "pan", last: at };
      return panBy(view, at.x - gesture.last.x, at.y - gesture.last.y, this.#editor.size, screen);
    }
    if (gesture?.kind === "press" && farEnough(gesture.start, at) && this.#editor.store.draft === null) {
      this.#gesture = { kind: "draw", anchor: gesture.anchor };
    }
    if (gesture?.kind === "grab" && farEnough(gesture.start, at)) this.#moved = true;
    this.#updatePreview(point);
    return view;
  }

  up(at: PointerAt, view: View): void {
    const gesture = this.#gesture;
    const point = snap(toImage(view, at));
    this.#updatePreview(point);
    const preview = this.preview;
    this.#gesture = null;
    this.preview = null;
    if (gesture?.kind === "press") this.#click(gesture.anchor, at, view);
    if (gesture?.kind === "draw") this.#editor.draw(boxBetween(gesture.anchor, clampPoint(point, this.#editor.size)));
    if (gesture?.kind === "grab" && this.#moved && preview !== null) {
      this.#editor.reshape(gesture.shape, preview.geometry, gesture.handle === null ? "move" : "resize");
    }
  }

  /** Drop a running drag without a trace. */
  cancel(): void {
    this.#gesture = null;
    this.preview = null;
  }

  /** The cursor name for a place, so that the hand knows what a press would do. */
  cursorAt(at: PointerAt, view: View): string {
    if (this.panning) return "grabbing";
    if (this.panHeld || this.#editor.tool === "hand") return "grab";
    if (this.#editor.tool === "box" && !at.alt) return "crosshair";
    const handle = this.#handleAt(at, view);
    if (handle !== null) return cursorOf(handle);
    const hit = this.#editor.index.hit(toImage(view, at), OUTLINE_REACH_PX / view.scale);
    if (hit === null) return "default";
    return hit.id === this.#editor.store.selection?.id && !this.#editor.readOnly ? "move" : "pointer";
  }

  #click(anchor: Point, at: PointerAt, view: View): void {
    const { draft } = this.#editor.store;
    const tooClose = draft !== null && !farEnough(toScreen(view, draft.anchor), at);
    if (!tooClose) this.#editor.placeCorner(draft === null ? anchor : snap(toImage(view, at)));
  }

  #pick(at: PointerAt, point: Point, view: View): void {
    const handle = this.#handleAt(at, view);
    const selected = this.#editor.store.selected;
    if (handle !== null && selected !== null) {
      this.#gesture = { kind: "grab", start: at, from: point, shape: selected, handle };
      return;
    }
    const hit = this.#editor.index.hit(point, OUTLINE_REACH_PX / view.scale);
    this.#editor.store.select(hit?.id ?? null, "picked");
    if (hit === null) this.#gesture = { kind: "pan", last: at };
    else if (!this.#editor.readOnly) this.#gesture = { kind: "grab", start: at, from: point, shape: hit, handle: null };
  }

  #handleAt(at: Point, view: View): Handle | null {
    const selected = this.#editor.store.selected;
    if (selected === null || this.#editor.readOnly) return null;
    const box = boxToScreen(view, boundsOf(selected));
    let best: Handle | null = null;
    let bestDistance = reachFor(box);
    for (const { handle, at: place } of operationsFor(selected.geometry).handles(selected.geometry)) {
      if (!handleShows(box, handle)) continue;
      const spot = toScreen(view, place);
      const distance = Math.max(Math.abs(spot.x - at.x), Math.abs(spot.y - at.y));
      if (distance < bestDistance) {
        best = handle;
        bestDistance = distance;
      }
    }
    return best;
  }

  #updatePreview(point: Point): void {
    const gesture = this.#gesture;
    if (gesture?.kind === "draw") {
      this.preview = { shape: null, geometry: bbox(boxBetween(gesture.anchor, clampPoint(point, this.#editor.size))) };
    } else if (gesture?.kind === "grab" && this.#moved) {
      this.preview = { shape: gesture.shape, geometry: this.#dragged(gesture.shape, gesture.handle, gesture.from, point) };
    }
  }

  #dragged(shape: Shape, handle: Handle | null, from: Point, to: Point): Geometry {
    const operations = operationsFor(shape.geometry);
    if (handle === null) return operations.move(shape.geometry, to.x - from.x, to.y - from.y, this.#editor.size);
    return operations.drag(shape.geometry, handle, to, this.#editor.size);
  }
}

/** Small boxes show their corner handles only, so that a press inside still means the box. */
export function handleShows(screenBox: Box, handle: Handle): boolean {
  const small = widthOf(screenBox) < SMALL_BOX_PX || heightOf(screenBox) < SMALL_BOX_PX;
  return !small || (handle.dx !== 0 && handle.dy !== 0);
}

function reachFor(screenBox: Box): number {
  const side = Math.min(widthOf(screenBox), heightOf(screenBox));
  return side < SMALL_BOX_PX ? Math.max(4, side / 3) : HANDLE_REACH_PX;
}

function farEnough(from: Point, to: Point): boolean {
  return Math.hypot(to.x - from.x, to.y - from.y) > DRAG_FROM_PX;
}

function cursorOf(handle: Handle): string {
  if (handle.dx === 0) return "ns-resize";
  if (handle.dy === 0) return "ew-resize";
  return handle.dx === handle.dy ? "nwse-resize" : "nesw-resize";
}
