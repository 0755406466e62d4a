// Pointer gestures on the canvas, as a state machine without a screen: press, drag and release become editor verbs.

import type { Stroke } from "./brush";
import type { Editor } from "./editor";
import type { Box, Point, Size } from "./geometry";
import { boxBetween, clampPoint, heightOf, snap, widthOf } from "./geometry";
import { edgeNear } from "./polygons";
import type { Geometry, Grip, Shape } from "./shapes";
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
  readonly shift?: boolean;
}

type Gesture =
  | { readonly kind: "pan"; readonly last: Point }
  | { readonly kind: "press"; readonly start: Point; readonly anchor: Point }
  | { readonly kind: "draw"; readonly anchor: Point }
  | { readonly kind: "stroke"; readonly points: Point[] }
  | { readonly kind: "ask"; readonly start: Point; readonly anchor: Point; readonly against: boolean }
  | { readonly kind: "grab"; readonly start: Point; readonly from: Point; readonly shape: Shape; readonly grip: Grip | null; readonly insert: boolean };

export interface Preview {
  /** The mark being changed; null while a new one is drawn. */
  readonly shape: Shape | null;
  readonly geometry: Geometry;
}

/** A click or a box for the suggester: what is there? `against` marks a place that does not belong to it. */
export interface Question {
  readonly at: Point;
  readonly box: Box | null;
  readonly against: boolean;
}

export const DRAG_FROM_PX = 3;
const HANDLE_REACH_PX = 10;
const VERTEX_REACH_PX = 8;
const OUTLINE_REACH_PX = 6;
const EDGE_REACH_PX = 5;
/** A click this near to the first vertex closes the ring. */
const CLOSE_REACH_PX = 10;
const SNAP_REACH_PX = 8;
const SMALL_BOX_PX = 28;

export class PointerGestures {
  readonly #editor: Editor;
  #gesture: Gesture | null = null;
  #moved = false;
  /** What a running drag would leave; painted, but not in the store until the release. */
  preview: Preview | null = null;
  /** The other marks of the selection while they are moved along. */
  along: readonly Preview[] = [];
  /** The stroke under the hand. */
  stroke: Stroke | null = null;
  /** Space is held: any press pans. */
  panHeld = false;
  /** Who answers the clicks of the segment tool. */
  onAsk: (question: Question) => void = () => undefined;

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
    const { tool } = this.#editor;
    this.#moved = false;
    if (at.button === 1 || this.panHeld || tool === "hand") {
      this.#gesture = { kind: "pan", last: at };
      return;
    }
    if (at.button !== 0) return;
    // A drawing tool always draws, over shapes too; Alt picks without leaving the tool.
    if (tool === "select" || (at.alt && tool !== "segment")) this.#pick(at, point, view);
    else if (tool === "brush" || tool === "eraser") this.#beginStroke(point);
    else if (tool === "segment") this.#gesture = { kind: "ask", start: at, anchor: clampPoint(point, this.#editor.size), against: at.alt || at.shift === true };
    else this.#gesture = { kind: "press", start: at, anchor: this.#place(point, view) };
  }

  /** Returns the new view when the gesture pans, else the same one. */
  move(at: PointerAt, view: View, screen: Size): View {
    const gesture = this.#gesture;
    const point = snap(toImage(view, at));
    this.#editor.moveCursor(gesture?.kind === "grab" ? point : this.#place(point, view));
    if (gesture?.kind === "pan") {
      this.#gesture = { kind: "pan", last: at };
      return panBy(view, at.x - gesture.last.x, at.y - gesture.last.y, this.#editor.size, screen);
    }
    const dragsBox = gesture?.kind === "press" && this.#editor.tool === "box" && this.#editor.store.draft === null;
    if (dragsBox && farEnough(gesture.start, at)) this.#gesture = { kind: "draw", anchor: gesture.anchor };
    if (gesture?.kind === "grab" && farEnough(gesture.start, at)) this.#moved = true;
    if (gesture?.kind === "ask" && farEnough(gesture.start, at)) this.#moved = true;
    this.#updatePreview(point, view);
    return view;
  }

  up(at: PointerAt, view: View): void {
    const gesture = this.#gesture;
    const point = snap(toImage(view, at));
    this.#updatePreview(point, view);
    const { preview, stroke } = this;
    this.cancel();
    if (gesture?.kind === "press") this.#click(gesture, at, view);
    if (gesture?.kind === "draw") this.#editor.draw(boxBetween(gesture.anchor, this.#place(point, view)));
    if (gesture?.kind === "stroke" && stroke !== null) {
      if (this.#editor.tool === "eraser") this.#editor.erase(stroke);
      else this.#editor.brush(stroke);
    }
    if (gesture?.kind === "ask") this.#ask(gesture, point);
    if (gesture?.kind === "grab") this.#release(gesture, point, preview);
  }

  /** Drop a running drag without a trace. */
  cancel(): void {
    this.#gesture = null;
    this.preview = null;
    this.along = [];
    this.stroke = null;
  }

  /** The cursor name for a place, so that the hand knows what a press would do. */
  cursorAt(at: PointerAt, view: View): string {
    const { tool, readOnly, store } = this.#editor;
    if (this.panning) return "grabbing";
    if (this.panHeld || tool === "hand") return "grab";
    if (tool === "brush" || tool === "eraser") return at.alt ? "default" : "none";
    if (tool !== "select" && !at.alt) return "crosshair";
    const grip = this.#gripAt(at, view);
    if (grip !== null) return cursorOf(grip);
    if (this.#edgeAt(at, view) !== null) return "copy";
    const hit = this.#editor.index.hit(toImage(view, at), OUTLINE_REACH_PX / view.scale);
    if (hit === null) return "default";
    return hit.id === store.selection?.id && !readOnly ? "move" : "pointer";
  }

  #place(point: Point, view: View): Point {
    const held = this.#gesture?.kind === "grab" ? [this.#gesture.shape.id] : [];
    return this.#editor.placeOf(point, SNAP_REACH_PX / view.scale, held);
  }

  #beginStroke(point: Point): void {
    this.#gesture = { kind: "stroke", points: [point] };
    this.stroke = { points: [point], radius: this.#editor.brushPx / 2 };
  }

  #click(press: { start: Point; anchor: Point }, at: PointerAt, view: View): void {
    const { draft } = this.#editor.store;
    const point = draft === null ? press.anchor : this.#place(snap(toImage(view, at)), view);
    const first = draft?.points[0];
    const last = draft?.points.at(-1);
    const closes = draft?.kind === "polygon" && draft.points.length >= 3 && first !== undefined && near(toScreen(view, first), at, CLOSE_REACH_PX);
    if (closes) {
      this.#editor.finish();
      return;
    }
    if (last !== undefined && near(toScreen(view, last), at, DRAG_FROM_PX)) {
      // The second press of a double click ends a line or a ring; of a box it is the same corner again.
      if (draft?.kind === "polygon" && draft.points.length >= 3) this.#editor.finish();
      if (draft?.kind === "polyline" && draft.points.length >= 2) this.#editor.finish();
      return;
    }
    this.#editor.placeCorner(point);
  }

  #pick(at: PointerAt, point: Point, view: View): void {
    const { store, readOnly } = this.#editor;
    const selected = store.selected;
    const grip = this.#gripAt(at, view);
    if (grip !== null && selected !== null) {
      if (at.alt && grip.kind === "vertex") return this.#editor.deleteVertex(selected, grip);
      this.#gesture = { kind: "grab", start: at, from: point, shape: selected, grip, insert: false };
      return;
    }
    const edge = at.shift === true ? null : this.#edgeAt(at, view);
    if (edge !== null && selected !== null) {
      this.#gesture = { kind: "grab", start: at, from: point, shape: selected, grip: { kind: "vertex", part: edge.part, ring: edge.ring, vertex: edge.edge + 1 }, insert: true };
      return;
    }
    const hit = this.#editor.index.hit(point, OUTLINE_REACH_PX / view.scale);
    const inSelection = hit !== null && store.allSelected.some((shape) => shape.id === hit.id);
    if (at.shift === true || !inSelection || store.selection?.by === "drawn") this.#editor.pick(hit?.id ?? null, at.shift === true);
    if (hit === null) this.#gesture = { kind: "pan", last: at };
    else if (!readOnly && at.shift !== true) this.#gesture = { kind: "grab", start: at, from: point, shape: hit, grip: null, insert: false };
  }

  #release(gesture: Extract<Gesture, { kind: "grab" }>, point: Point, preview: Preview | null): void {
    const { shape, grip, insert } = gesture;
    if (insert && !this.#moved && grip?.kind === "vertex") {
      this.#editor.insertVertex(shape, { part: grip.part, ring: grip.ring, edge: grip.vertex - 1 }, gesture.from);
    } else if (this.#moved && preview !== null) {
      if (grip === null) this.#editor.moveSelected(point.x - gesture.from.x, point.y - gesture.from.y);
      else this.#editor.reshape(shape, preview.geometry, grip.kind === "side" ? "resize" : grip.kind);
    } else if (!this.#moved && grip === null && this.#editor.store.allSelected.length > 1) {
      this.#editor.store.select(shape.id, "picked");
    }
  }

  #ask(gesture: Extract<Gesture, { kind: "ask" }>, point: Point): void {
    const box = this.#moved ? boxBetween(gesture.anchor, clampPoint(point, this.#editor.size)) : null;
    this.onAsk({ at: gesture.anchor, box, against: gesture.against && box === null });
  }

  #gripAt(at: Point, view: View): Grip | null {
    const { selected } = this.#editor.store;
    if (selected === null || this.#editor.readOnly || selected.locked === true || selected.hidden === true) return null;
    const box = boxToScreen(view, boundsOf(selected));
    let best: Grip | null = null;
    let bestDistance = reachFor(selected.geometry, box);
    for (const { grip, at: place } of operationsFor(selected.geometry).grips(selected.geometry, view.scale)) {
      if (!gripShows(box, grip)) continue;
      const spot = toScreen(view, place);
      const distance = Math.max(Math.abs(spot.x - at.x), Math.abs(spot.y - at.y));
      if (distance < bestDistance) {
        best = grip;
        bestDistance = distance;
      }
    }
    return best;
  }

  /** The edge of the selected polygon under the pointer, where a press puts a vertex in. */
  #edgeAt(at: PointerAt, view: View): { part: number; ring: number; edge: number } | null {
    const { selected } = this.#editor.store;
    if (at.alt || this.#editor.readOnly || selected?.geometry.kind !== "polygon" || selected.locked === true) return null;
    const edge = edgeNear(selected.geometry, toImage(view, at));
    return edge.distance * view.scale <= EDGE_REACH_PX ? edge : null;
  }

  #updatePreview(point: Point, view: View): void {
    const gesture = this.#gesture;
    if (gesture?.kind === "stroke") {
      const last = gesture.points.at(-1);
      if (last === undefined || last.x !== point.x || last.y !== point.y) gesture.points.push(point);
      this.stroke = { points: gesture.points, radius: this.#editor.brushPx / 2 };
    } else if (gesture?.kind === "draw") {
      this.preview = { shape: null, geometry: bbox(boxBetween(gesture.anchor, this.#place(point, view))) };
    } else if (gesture?.kind === "ask" && this.#moved) {
      this.preview = { shape: null, geometry: bbox(boxBetween(gesture.anchor, clampPoint(point, this.#editor.size))) };
    } else if (gesture?.kind === "grab" && this.#moved) {
      this.#dragPreview(gesture, point, view);
    }
  }

  #dragPreview({ shape, grip, from, insert }: Extract<Gesture, { kind: "grab" }>, point: Point, view: View): void {
    const operations = operationsFor(shape.geometry);
    if (grip === null) {
      const moved = (each: Shape): Preview => ({ shape: each, geometry: operationsFor(each.geometry).move(each.geometry, point.x - from.x, point.y - from.y, this.#editor.size) });
      this.preview = moved(shape);
      this.along = this.#editor.store.allSelected.filter((each) => each.id !== shape.id && each.locked !== true).map(moved);
      return;
    }
    const to = grip.kind === "turn" ? point : this.#place(point, view);
    const start = insert && grip.kind === "vertex" && shape.geometry.kind === "polygon" ? withEdgeSplit(shape.geometry, grip, from) : shape.geometry;
    this.preview = { shape, geometry: operations.drag(start, grip, to, this.#editor.size) };
  }
}

function withEdgeSplit(geometry: Extract<Geometry, { kind: "polygon" }>, grip: Extract<Grip, { kind: "vertex" }>, at: Point): Geometry {
  const parts = geometry.parts.map((rings, part) =>
    rings.map((ring, index) => (part === grip.part && index === grip.ring ? [...ring.slice(0, 2 * grip.vertex), at.x, at.y, ...ring.slice(2 * grip.vertex)] : ring)),
  );
  return { kind: "polygon", parts };
}

/** Small boxes show their corner grips only, so that a press inside still means the box. */
export function gripShows(screenBox: Box, grip: Grip): boolean {
  if (grip.kind !== "side") return true;
  const small = widthOf(screenBox) < SMALL_BOX_PX || heightOf(screenBox) < SMALL_BOX_PX;
  return !small || (grip.dx !== 0 && grip.dy !== 0);
}

function reachFor(geometry: Geometry, screenBox: Box): number {
  const side = Math.min(widthOf(screenBox), heightOf(screenBox));
  const full = geometry.kind === "polygon" || geometry.kind === "polyline" ? VERTEX_REACH_PX : HANDLE_REACH_PX;
  return side < SMALL_BOX_PX ? Math.max(4, side / 3) : full;
}

function farEnough(from: Point, to: Point): boolean {
  return Math.hypot(to.x - from.x, to.y - from.y) > DRAG_FROM_PX;
}

function near(a: Point, b: Point, reach: number): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) <= reach;
}

function cursorOf(grip: Grip): string {
  if (grip.kind === "turn") return "grab";
  if (grip.kind === "vertex") return "move";
  if (grip.dx === 0) return "ns-resize";
  if (grip.dy === 0) return "ew-resize";
  return grip.dx === grip.dy ? "nwse-resize" : "nesw-resize";
}
