// What a person can do to the marks on one image, without a screen: every verb is one gesture in the store's log.

import type { Box, Handle, Point, Size } from "./geometry";
import { boxBetween, clampPoint, isDrawable, sameBox } from "./geometry";
import type { Geometry, Shape } from "./shapes";
import { bbox, boundsOf, operationsFor } from "./shapes";
import { SpatialIndex } from "./spatial";
import { ShapeStore } from "./store";

export type Tool = "select" | "box" | "hand";

export interface EditorOptions {
  readonly newId: () => string;
  readonly classId: string;
  readonly size: Size;
  /** Nothing can be changed: a mark may be looked at and picked only. */
  readonly readOnly?: boolean;
}

export class Editor {
  readonly store = new ShapeStore();
  readonly index = new SpatialIndex();
  tool: Tool;
  size: Size;
  readOnly: boolean;
  /** Where the crosshair stands, in image pixels; keys and pointer move it alike. */
  cursor: Point;
  #classId: string;
  readonly #newId: () => string;

  constructor(options: EditorOptions) {
    this.#newId = options.newId;
    this.#classId = options.classId;
    this.size = options.size;
    this.readOnly = options.readOnly ?? false;
    this.tool = this.readOnly ? "select" : "box";
    this.cursor = { x: options.size.width / 2, y: options.size.height / 2 };
    this.store.subscribe((change) => {
      this.index.update(change.edits);
    });
  }

  get classId(): string {
    return this.#classId;
  }

  load(shapes: readonly Shape[], size: Size): void {
    this.size = size;
    this.cursor = { x: size.width / 2, y: size.height / 2 };
    this.store.load(shapes);
    this.index.rebuild();
  }

  setTool(tool: Tool): void {
    this.tool = this.readOnly && tool === "box" ? "select" : tool;
  }

  moveCursor(to: Point): void {
    this.cursor = clampPoint(to, this.size);
  }

  /** Make a class the live one; a mark that was picked on purpose takes it, one just drawn is let go instead. */
  chooseClass(classId: string): void {
    this.#classId = classId;
    const { selection, selected } = this.store;
    if (selection === null || selected === null || selected.classId === classId) return;
    if (selection.by === "drawn") this.store.select(null);
    else this.relabelSelected(classId);
  }

  /** Give the selected mark a class, however it came to be selected. */
  relabelSelected(classId: string): void {
    const { selection, selected } = this.store;
    if (this.readOnly || selection === null || selected === null || selected.classId === classId) return;
    this.#classId = classId;
    this.store.perform("relabel", [{ id: selected.id, before: selected, after: { ...selected, classId } }], selection);
  }

  /** Draw a box of the live class; null when it is smaller than a pixel inside the image. */
  draw(box: Box): Shape | null {
    const shape = this.#shapeFor(box);
    if (shape === null) return null;
    this.store.perform("draw", [{ id: shape.id, before: null, after: shape }], { id: shape.id, by: "drawn" });
    return shape;
  }

  /** Put a corner of a box: the first begins it, the second finishes it. */
  placeCorner(at: Point): Shape | null {
    if (this.readOnly) return null;
    const corner = clampPoint(at, this.size);
    this.moveCursor(corner);
    const { draft } = this.store;
    if (draft === null) {
      this.store.beginDraft(corner);
      return null;
    }
    const shape = this.#shapeFor(boxBetween(draft.anchor, corner));
    if (shape !== null) this.store.finishDraft(shape);
    return shape;
  }

  /** Replace the geometry of a mark, as the end of a drag. */
  reshape(shape: Shape, geometry: Geometry, name: "move" | "resize"): void {
    if (this.readOnly || sameBox(operationsFor(geometry).bounds(geometry), boundsOf(shape))) return;
    const selection = { id: shape.id, by: this.store.selection?.by ?? ("picked" as const) };
    this.store.perform(name, [{ id: shape.id, before: shape, after: { ...shape, geometry } }], selection);
  }

  /** Move the selected mark, or the crosshair when none is selected or a box is begun. */
  nudge(dx: number, dy: number): void {
    const { selected, draft } = this.store;
    if (draft !== null || selected === null || this.readOnly) {
      this.moveCursor({ x: this.cursor.x + dx, y: this.cursor.y + dy });
      return;
    }
    const geometry = operationsFor(selected.geometry).move(selected.geometry, dx, dy, this.size);
    this.#step(selected, geometry, "move");
  }

  /** Move the right and lower edge of the selected mark. */
  stretch(dx: number, dy: number): void {
    const { selected } = this.store;
    if (selected === null || this.readOnly) return;
    const box = boundsOf(selected);
    const handle: Handle = { dx: dx === 0 ? 0 : 1, dy: dy === 0 ? 0 : 1 };
    const to = { x: box.xMax + dx, y: box.yMax + dy };
    if (to.x <= box.xMin || to.y <= box.yMin) return;
    this.#step(selected, operationsFor(selected.geometry).drag(selected.geometry, handle, to, this.size), "resize");
  }

  removeSelected(): void {
    const { selected } = this.store;
    if (selected !== null) this.remove(selected.id);
  }

  remove(id: string): void {
    const shape = this.store.get(id);
    if (shape === undefined || this.readOnly) return;
    this.store.perform("delete", [{ id, before: shape, after: null }], null);
  }

  /** Copy the selected mark a little lower and to the right, inside the image. */
  duplicateSelected(): void {
    const { selected } = this.store;
    if (selected === null || this.readOnly) return;
    const geometry = operationsFor(selected.geometry).move(selected.geometry, 8, 8, this.size);
    const copy: Shape = { ...selected, id: this.#newId(), geometry, z: this.store.nextZ() };
    this.store.perform("draw", [{ id: copy.id, before: null, after: copy }], { id: copy.id, by: "picked" });
  }

  /** Pick the next (1) or previous (-1) mark in reading order of the list, round the end. */
  cycle(step: 1 | -1): Shape | null {
    const shapes = this.store.inOrder();
    if (shapes.length === 0) return null;
    const id = this.store.selection?.id;
    const at = shapes.findIndex((shape) => shape.id === id);
    const start = step === 1 ? -1 : shapes.length;
    const next = shapes[((at === -1 ? start : at) + step + shapes.length) % shapes.length];
    if (next === undefined) return null;
    this.store.select(next.id, "picked");
    return next;
  }

  #step(shape: Shape, geometry: Geometry, name: "move" | "resize"): void {
    if (sameBox(operationsFor(geometry).bounds(geometry), boundsOf(shape))) return;
    const edit = { id: shape.id, before: shape, after: { ...shape, geometry } };
    this.store.perform(name, [edit], this.store.selection, `${name}:${shape.id}`);
  }

  #shapeFor(box: Box): Shape | null {
    const low = clampPoint({ x: box.xMin, y: box.yMin }, this.size);
    const high = clampPoint({ x: box.xMax, y: box.yMax }, this.size);
    const inside = boxBetween(low, high);
    if (this.readOnly || !isDrawable(inside)) return null;
    return { id: this.#newId(), classId: this.#classId, geometry: bbox(inside), z: this.store.nextZ() };
  }
}
