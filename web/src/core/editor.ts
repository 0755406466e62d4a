// What a person can do to the marks on one image, without a screen: every verb is one gesture in the store's log.

import type { Stroke } from "./brush";
import { brushed, erased } from "./brush";
import type { Box, Point, Size } from "./geometry";
import { boxBetween, centreOf, clampPoint, isDrawable, widthOf } from "./geometry";
import { deleteVertex, insertVertex, polygon, polyline, simplifiedPolygon, withHole, withPart } from "./polygons";
import { fromEdge, rotated, turnedBy } from "./rotated";
import { simplified } from "./rings";
import type { Attributes, AttributeValue, Geometry, GeometryKind, Grip, Shape, Suggested } from "./shapes";
import { bbox, boundsOf, isOpen, isPlaced, maskOf, operationsFor, sameGeometry, touched } from "./shapes";
import { SpatialIndex } from "./spatial";
import type { Draft, DraftKind, Edit, GestureName, Selection } from "./store";
import { ShapeStore } from "./store";

export type Tool = "select" | "hand" | "box" | "rotated" | "polygon" | "line" | "point" | "brush" | "eraser" | "segment";

/** What each drawing tool makes. */
export const KIND_OF_TOOL: Readonly<Partial<Record<Tool, GeometryKind>>> = {
  box: "bbox",
  rotated: "rotated_bbox",
  polygon: "polygon",
  line: "polyline",
  point: "point",
  brush: "mask",
  eraser: "mask",
};

export interface EditorOptions {
  readonly newId: () => string;
  readonly classId: string;
  readonly size: Size;
  /** Nothing can be changed: a mark may be looked at and picked only. */
  readonly readOnly?: boolean;
  /** The geometries a class may have; every kind when absent. */
  readonly kindsOf?: (classId: string) => readonly GeometryKind[];
}

const DRAFT_KIND: Readonly<Partial<Record<Tool, DraftKind>>> = { box: "bbox", rotated: "rotated_bbox", polygon: "polygon", line: "polyline" };
/** How far a copy on the same image lies from the first one. */
const COPY_OFFSET_PX = 8;
const BRUSH_PX = { least: 1, most: 2000, step: 1.25 };

export class Editor {
  readonly store = new ShapeStore();
  readonly index = new SpatialIndex();
  tool: Tool;
  size: Size;
  readOnly: boolean;
  /** Where the crosshair stands, in image pixels; keys and pointer move it alike. */
  cursor: Point;
  /** Diameter of brush and eraser in image pixels. */
  brushPx = 24;
  /** Points take the place of corners and outlines that are near. */
  snapping = false;
  #classId: string;
  #clipboard: readonly Shape[] = [];
  readonly #newId: () => string;
  readonly #kindsOf: (classId: string) => readonly GeometryKind[] | null;

  constructor(options: EditorOptions) {
    this.#newId = options.newId;
    this.#kindsOf = options.kindsOf ?? (() => null);
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

  get canPaste(): boolean {
    return this.#clipboard.length > 0;
  }

  load(shapes: readonly Shape[], size: Size): void {
    this.size = size;
    this.cursor = { x: size.width / 2, y: size.height / 2 };
    this.store.load(shapes);
    this.index.rebuild();
  }

  setTool(tool: Tool): void {
    this.tool = this.readOnly && tool !== "hand" ? "select" : tool;
  }

  moveCursor(to: Point): void {
    this.cursor = clampPoint(to, this.size);
  }

  allows(classId: string, kind: GeometryKind): boolean {
    return this.#kindsOf(classId)?.includes(kind) ?? true;
  }

  /** A point drawn by hand: inside the image, and on a near corner or outline while snapping is on. */
  placeOf(at: Point, reach: number, except: readonly string[] = []): Point {
    const point = clampPoint(at, this.size);
    if (!this.snapping) return point;
    const x = point.x <= reach ? 0 : point.x >= this.size.width - reach ? this.size.width : point.x;
    const y = point.y <= reach ? 0 : point.y >= this.size.height - reach ? this.size.height : point.y;
    return this.index.snapTo(point, reach, new Set(except)) ?? { x, y };
  }

  /** Make a class the live one; a mark that was picked on purpose takes it, one just drawn is let go instead. */
  chooseClass(classId: string): void {
    this.#classId = classId;
    const { selection, selected } = this.store;
    if (selection === null || selected === null || this.store.draft !== null) return;
    if (selection.by === "picked") this.relabelSelected(classId);
    else if (selected.classId !== classId) this.store.select(null);
  }

  /** Give the selected marks a class, however they came to be selected. */
  relabelSelected(classId: string): void {
    if (this.store.selection === null) return;
    if (!this.readOnly) this.#classId = classId;
    this.#change("relabel", (shape) => (shape.classId === classId ? null : { ...touched(shape, "class"), classId }));
  }

  /** Draw a box of the live class; null when it is smaller than a pixel inside the image. */
  draw(box: Box): Shape | null {
    return this.add(this.#insideBox(box));
  }

  /** Put a finished geometry of the live class on the image. */
  add(geometry: Geometry | null, suggested?: Suggested): Shape | null {
    if (this.readOnly || geometry === null || !operationsFor(geometry).isDrawable(geometry)) return null;
    const shape = this.#shapeOf(geometry, suggested);
    this.store.perform("draw", [{ id: shape.id, before: null, after: shape }], { id: shape.id, by: "drawn" });
    return shape;
  }

  /** Tag the whole image with the live class, or take the tag away again. */
  toggleTag(classId: string = this.#classId): void {
    if (this.readOnly) return;
    const there = [...this.store.values()].find((shape) => shape.geometry.kind === "tag" && shape.classId === classId && !isOpen(shape));
    const tag: Shape = { ...this.#shapeOf({ kind: "tag" }), classId };
    const edit = there === undefined ? { id: tag.id, before: null, after: tag } : { id: there.id, before: there, after: null };
    this.store.perform(there === undefined ? "draw" : "delete", [edit], null);
  }

  /** Put the next point of the live tool; returns the mark that it finished. */
  placeCorner(at: Point): Shape | null {
    const kind = DRAFT_KIND[this.tool];
    if (this.readOnly) return null;
    const point = clampPoint(at, this.size);
    this.moveCursor(point);
    if (this.tool === "point") return this.add({ kind: "point", x: point.x, y: point.y });
    const { draft, selection } = this.store;
    if (draft === null) {
      if (kind !== undefined) this.store.setDraft({ kind, points: [point], ...(selection === null ? {} : { target: selection.id }) });
      return null;
    }
    const points = [...draft.points, point];
    if (draft.kind === "bbox") return this.#finish(this.#insideBox(boxBetween(points[0] ?? point, point)));
    if (draft.kind === "rotated_bbox") return this.#placeEdge(draft, points);
    const last = draft.points.at(-1);
    if (last?.x !== point.x || last.y !== point.y) this.store.setDraft({ ...draft, points });
    return null;
  }

  /** Close a begun polygon or line, as a mark of its own, a hole or a part of the mark it was begun over. */
  finish(as: "mark" | "hole" | "part" = "mark"): Shape | null {
    const { draft } = this.store;
    if (draft === null || (draft.kind !== "polygon" && draft.kind !== "polyline")) return null;
    const ring = draft.points.flatMap(({ x, y }) => [x, y]);
    if (draft.kind === "polyline") return this.#finish(polyline(ring));
    if (as === "mark") return this.#finish(polygon([[ring]]));
    const host = this.#hostOf(draft);
    if (host === null || host.geometry.kind !== "polygon") return null;
    const geometry = as === "hole" ? withHole(host.geometry, ring) : withPart(host.geometry, ring);
    if (geometry === null) return null;
    const after = { ...touched(host, as), geometry };
    this.store.finishDraft([{ id: host.id, before: host, after }], { id: host.id, by: "picked" });
    return after;
  }

  /** Take the last point of a begun mark away; the first one gives the mark up. */
  dropPoint(): boolean {
    const { draft } = this.store;
    if (draft === null) return false;
    if (draft.points.length === 1) this.store.cancelDraft();
    else this.store.setDraft({ ...draft, points: draft.points.slice(0, -1) });
    return true;
  }

  /** Replace the geometry of a mark, as the end of a drag. */
  reshape(shape: Shape, geometry: Geometry, name: GestureName): void {
    if (this.readOnly || shape.locked === true || sameGeometry(geometry, shape.geometry)) return;
    const selection = this.store.selection?.id === shape.id ? this.store.selection : { id: shape.id, by: "picked" as const };
    this.store.perform(name, [{ id: shape.id, before: shape, after: { ...touched(shape, "place"), geometry } }], selection);
  }

  /** Move all selected marks by the same way, as the end of a drag. */
  moveSelected(dx: number, dy: number, mergeKey: string | null = null): void {
    this.#change("move", (shape) => this.#reshaped(shape, operationsFor(shape.geometry).move(shape.geometry, dx, dy, this.size)), mergeKey);
  }

  /** Paint with the brush: into the selected mask of the live class, else a new one. One stroke is one step. */
  brush(stroke: Stroke): void {
    if (this.readOnly) return;
    const { selected } = this.store;
    const host = selected?.geometry.kind === "mask" && selected.classId === this.#classId && selected.locked !== true ? selected : null;
    const pixels = brushed(host?.geometry.kind === "mask" ? host.geometry.pixels : null, stroke, this.size);
    if (pixels === null) return;
    if (host !== null) return this.reshape(host, maskOf(pixels), "stroke");
    const shape = this.#shapeOf(maskOf(pixels));
    this.store.perform("stroke", [{ id: shape.id, before: null, after: shape }], { id: shape.id, by: "drawn" });
  }

  /** Rub out of the selected mask, else of the one on top where the stroke begins; an empty mask goes away. */
  erase(stroke: Stroke): void {
    const { selected } = this.store;
    const first = stroke.points[0];
    if (this.readOnly || first === undefined) return;
    const under = this.index.search({ xMin: first.x, yMin: first.y, xMax: first.x, yMax: first.y }).filter((shape) => shape.geometry.kind === "mask" && shape.hidden !== true);
    const host = selected?.geometry.kind === "mask" ? selected : (under.at(-1) ?? null);
    if (host === null || host.geometry.kind !== "mask" || host.locked === true) return;
    const pixels = erased(host.geometry.pixels, stroke);
    if (pixels !== null) return this.reshape(host, maskOf(pixels), "stroke");
    this.store.perform("stroke", [{ id: host.id, before: host, after: null }], null);
  }

  resizeBrush(steps: number): void {
    this.brushPx = Math.min(BRUSH_PX.most, Math.max(BRUSH_PX.least, this.brushPx * BRUSH_PX.step ** steps));
  }

  /** Put a vertex into an edge of a polygon. */
  insertVertex(shape: Shape, at: { part: number; ring: number; edge: number }, point: Point): void {
    if (shape.geometry.kind === "polygon") this.reshape(shape, insertVertex(shape.geometry, at, clampPoint(point, this.size)), "vertex");
  }

  /** Take a vertex away; the mark goes when less than a triangle is left. */
  deleteVertex(shape: Shape, grip: Grip): void {
    if (this.readOnly || shape.locked === true || grip.kind !== "vertex" || shape.geometry.kind !== "polygon") return;
    const geometry = deleteVertex(shape.geometry, grip);
    if (geometry === null) this.store.perform("delete", [{ id: shape.id, before: shape, after: null }], null);
    else this.reshape(shape, geometry, "vertex");
  }

  /** Leave out vertices that change the outline by less than `tolerance` pixels. */
  simplifySelected(tolerance: number): void {
    this.#change("simplify", (shape) => {
      if (shape.geometry.kind === "polygon") return this.#reshaped(shape, simplifiedPolygon(shape.geometry, tolerance));
      if (shape.geometry.kind === "polyline") return this.#reshaped(shape, polyline(simplified(shape.geometry.points, tolerance, false)));
      return null;
    });
  }

  /** Turn the selected marks clockwise; an upright box becomes a rotated one where its class allows that. */
  turnSelected(radians: number): void {
    const ids = this.store.allSelected.map((shape) => shape.id).join();
    this.#change("turn", (shape) => this.#turned(shape, radians), `turn:${ids}`);
  }

  /** Move the selected marks, or the crosshair when none is selected or a mark is begun. */
  nudge(dx: number, dy: number): void {
    const { selected, draft } = this.store;
    if (draft !== null || selected === null || this.readOnly) {
      this.moveCursor({ x: this.cursor.x + dx, y: this.cursor.y + dy });
      return;
    }
    this.moveSelected(dx, dy, `move:${this.store.allSelected.map((shape) => shape.id).join()}`);
  }

  /** Move the right and lower edge of the selected mark. */
  stretch(dx: number, dy: number): void {
    const { selected } = this.store;
    if (selected === null || this.readOnly) return;
    const grip: Grip = { kind: "side", dx: dx === 0 ? 0 : 1, dy: dy === 0 ? 0 : 1 };
    const operations = operationsFor(selected.geometry);
    const from = operations.grips(selected.geometry, 1).find((each) => each.grip.kind === "side" && each.grip.dx === grip.dx && each.grip.dy === grip.dy)?.at;
    if (from === undefined) return;
    const box = boundsOf(selected);
    if (selected.geometry.kind === "bbox" && (box.xMax + dx <= box.xMin || box.yMax + dy <= box.yMin)) return;
    const geometry = operations.drag(selected.geometry, grip, { x: from.x + dx, y: from.y + dy }, this.size);
    this.#change("resize", (shape) => (shape.id === selected.id ? this.#reshaped(shape, geometry) : null), `resize:${selected.id}`);
  }

  removeSelected(): void {
    this.#removeAll(this.store.allSelected);
  }

  remove(id: string): void {
    const shape = this.store.get(id);
    if (shape !== undefined) this.#removeAll([shape]);
  }

  #removeAll(shapes: readonly Shape[]): void {
    const free = shapes.filter((shape) => shape.locked !== true);
    if (this.readOnly || free.length === 0) return;
    this.store.perform("delete", free.map((before) => ({ id: before.id, before, after: null })), null);
  }

  /** Copy the selected marks a little lower and to the right, inside the image. */
  duplicateSelected(): void {
    this.#place(this.store.allSelected, COPY_OFFSET_PX, "draw");
  }

  /** Keep the selected marks, or all of them, to be put on this or another image. */
  copy(all = false): number {
    const chosen = all ? this.store.inOrder().filter((shape) => !isOpen(shape)) : this.store.allSelected;
    if (chosen.length > 0) this.#clipboard = chosen;
    return chosen.length;
  }

  /** Put what was copied on this image, at the same place; beside it where it was copied from here. */
  paste(): void {
    const here = this.#clipboard.some((shape) => this.store.get(shape.id) !== undefined);
    this.#place(this.#clipboard, here ? COPY_OFFSET_PX : 0, "paste");
  }

  /** Give the selected marks a value of an attribute; null takes it away. */
  setAttribute(name: string, value: AttributeValue | null): void {
    this.#change("attribute", (shape) => {
      const attributes: Attributes = Object.fromEntries([...Object.entries(shape.attributes ?? {}).filter(([key]) => key !== name), ...(value === null ? [] : [[name, value] as const])]);
      if (JSON.stringify(attributes) === JSON.stringify(shape.attributes ?? {})) return null;
      return { ...touched(shape, `attribute:${name}`), attributes };
    });
  }

  /** Bring the selected marks to the front or the back, or one place forward or backward. */
  reorder(way: "front" | "back" | "forward" | "backward"): void {
    const { selected } = this.store;
    if (selected === null || this.readOnly) return;
    const order = this.store.inOrder();
    const at = order.findIndex((shape) => shape.id === selected.id);
    const other = order[at + (way === "forward" ? 1 : -1)];
    if (way === "front" || way === "back") {
      const z = way === "front" ? this.store.nextZ() : this.store.lowestZ() - 1;
      if (at !== (way === "front" ? order.length - 1 : 0)) this.#edit("order", [{ id: selected.id, before: selected, after: { ...selected, z } }]);
    } else if (other !== undefined) {
      this.#edit("order", [
        { id: selected.id, before: selected, after: { ...selected, z: other.z } },
        { id: other.id, before: other, after: { ...other, z: selected.z } },
      ]);
    }
  }

  /** Lock the selected marks, or let go of those that are. Selecting a locked one works from the list. */
  toggleLock(): void {
    const locked = !this.store.allSelected.every((shape) => shape.locked === true);
    this.#edit("lock", this.store.allSelected.map((before) => ({ id: before.id, before, after: flagged(before, "locked", locked) })));
  }

  toggleHidden(): void {
    const hidden = !this.store.allSelected.every((shape) => shape.hidden === true);
    this.#edit("hide", this.store.allSelected.map((before) => ({ id: before.id, before, after: flagged(before, "hidden", hidden) })));
  }

  /** Make the selected marks one group, or take a whole group apart. */
  toggleGroup(): void {
    const chosen = this.store.allSelected;
    const first = chosen[0];
    if (first === undefined) return;
    const together = first.group !== undefined && chosen.every((shape) => shape.group === first.group);
    if (!together && chosen.length < 2) return;
    const next = Math.max(0, ...[...this.store.values()].map((shape) => shape.group ?? 0)) + 1;
    this.#edit("group", chosen.map((before) => ({ id: before.id, before, after: together ? ungrouped(before) : { ...before, group: next } })));
  }

  /** Select a mark with the rest of its group; `add` keeps what is selected and takes it in or out. */
  pick(id: string | null, add = false): void {
    const shape = id === null ? undefined : this.store.get(id);
    const { selection } = this.store;
    if (shape === undefined) {
      if (!add) this.store.select(null);
      return;
    }
    if (!add || selection === null) {
      const mates = shape.group === undefined ? [] : [...this.store.values()].filter((each) => each.group === shape.group).map((each) => each.id);
      this.store.select(shape.id, "picked", mates);
      return;
    }
    const all = [selection.id, ...(selection.also ?? [])];
    const rest = all.includes(shape.id) ? all.filter((each) => each !== shape.id) : [shape.id, ...all];
    this.store.select(rest[0] ?? null, "picked", rest.slice(1));
  }

  /** Take the selected suggestions as they are; returns how many. */
  acceptSelected(): number {
    return this.#accept(this.store.allSelected.filter(isOpen));
  }

  /** Take every open suggestion of at least this confidence, in one step. */
  acceptAbove(confidence: number): number {
    return this.#accept([...this.store.values()].filter((shape) => isOpen(shape) && (shape.suggested?.confidence ?? 0) >= confidence));
  }

  rejectSelected(): number {
    const chosen = this.store.allSelected.filter(isOpen);
    if (chosen.length > 0 && !this.readOnly) this.store.perform("reject", chosen.map((before) => ({ id: before.id, before, after: null })), null);
    return chosen.length;
  }

  /** Pick the next (1) or previous (-1) mark in reading order of the list, round the end. */
  cycle(step: 1 | -1, only: (shape: Shape) => boolean = () => true): Shape | null {
    const shapes = this.store.inOrder().filter(only);
    if (shapes.length === 0) return null;
    const id = this.store.selection?.id;
    const at = shapes.findIndex((shape) => shape.id === id);
    const start = step === 1 ? -1 : shapes.length;
    const next = shapes[((at === -1 ? start : at) + step + shapes.length) % shapes.length];
    if (next === undefined) return null;
    this.store.select(next.id, "picked");
    return next;
  }

  #accept(chosen: readonly Shape[]): number {
    const edits = chosen.flatMap((before) => (before.suggested === undefined ? [] : [{ id: before.id, before, after: { ...before, suggested: { ...before.suggested, state: "kept" as const } } }]));
    if (edits.length > 0) this.#edit("accept", edits);
    return this.readOnly ? 0 : edits.length;
  }

  #placeEdge(draft: Draft, points: readonly Point[]): Shape | null {
    const [a, b, c] = points;
    if (a !== undefined && b !== undefined && c !== undefined) return this.#finish(fromEdge(a, b, c, this.size));
    if (a !== undefined && b !== undefined && Math.hypot(b.x - a.x, b.y - a.y) >= 1) this.store.setDraft({ ...draft, points });
    return null;
  }

  /** End the begun mark as this geometry; one too small to be a mark stays begun. */
  #finish(geometry: Geometry | null): Shape | null {
    if (geometry === null || !operationsFor(geometry).isDrawable(geometry)) return null;
    const shape = this.#shapeOf(geometry);
    this.store.finishDraft([{ id: shape.id, before: null, after: shape }], { id: shape.id, by: "drawn" });
    return shape;
  }

  /** The polygon that a begun ring belongs to: the one selected at its beginning, else the smallest around it. */
  #hostOf(draft: Draft): Shape | null {
    const chosen = draft.target === undefined ? undefined : this.store.get(draft.target);
    if (chosen?.geometry.kind === "polygon") return chosen;
    const first = draft.points[0];
    const under = first === undefined ? null : this.index.hit(first, 0);
    return under?.geometry.kind === "polygon" ? under : null;
  }

  #turned(shape: Shape, radians: number): Shape | null {
    const { geometry } = shape;
    if (geometry.kind === "bbox") {
      if (!this.allows(shape.classId, "rotated_bbox")) return null;
      const centre = centreOf(geometry);
      const upright = rotated(centre.x, centre.y, widthOf(geometry), geometry.yMax - geometry.yMin, 0);
      const turned = turnedBy(upright, radians, this.size);
      return turned === upright ? null : this.#reshaped(shape, turned);
    }
    const operations = operationsFor(geometry);
    return operations.turn === undefined ? null : this.#reshaped(shape, operations.turn(geometry, radians, this.size));
  }

  #reshaped(shape: Shape, geometry: Geometry): Shape | null {
    return sameGeometry(geometry, shape.geometry) ? null : { ...touched(shape, "place"), geometry };
  }

  /** Change every selected mark that is free; what `change` gives null for stays. */
  #change(name: GestureName, change: (shape: Shape) => Shape | null, mergeKey: string | null = null): void {
    const edits = this.store.allSelected.flatMap((before): Edit[] => {
      const after = before.locked === true ? null : change(before);
      return after === null ? [] : [{ id: before.id, before, after }];
    });
    this.#edit(name, edits, mergeKey);
  }

  #edit(name: GestureName, edits: readonly Edit[], mergeKey: string | null = null): void {
    if (!this.readOnly && edits.length > 0) this.store.perform(name, edits, this.store.selection, mergeKey);
  }

  /** Copies of marks, moved a little and kept inside; marks that were suggested become the person's own. */
  #place(shapes: readonly Shape[], offset: number, name: GestureName): void {
    if (this.readOnly || shapes.length === 0) return;
    const z = this.store.nextZ();
    const copies = shapes.map((shape, at): Shape => {
      const own = without(shape, "suggested", "group");
      return { ...own, id: this.#newId(), geometry: operationsFor(shape.geometry).move(shape.geometry, offset, offset, this.size), z: z + at };
    });
    const inside = copies.filter((copy) => !isPlaced(copy) || this.#isInside(boundsOf(copy)));
    if (inside.length === 0) return;
    const selection: Selection = { id: inside[0]?.id ?? "", by: "picked", ...(inside.length > 1 ? { also: inside.slice(1).map((copy) => copy.id) } : {}) };
    this.store.perform(name, inside.map((after) => ({ id: after.id, before: null, after })), selection);
  }

  #isInside(box: Box): boolean {
    return box.xMin >= 0 && box.yMin >= 0 && box.xMax <= this.size.width && box.yMax <= this.size.height;
  }

  #insideBox(box: Box): Geometry | null {
    const low = clampPoint({ x: box.xMin, y: box.yMin }, this.size);
    const high = clampPoint({ x: box.xMax, y: box.yMax }, this.size);
    const inside = boxBetween(low, high);
    return isDrawable(inside) ? bbox(inside) : null;
  }

  #shapeOf(geometry: Geometry, suggested?: Suggested): Shape {
    return { id: this.#newId(), classId: this.#classId, geometry, z: this.store.nextZ(), ...(suggested === undefined ? {} : { suggested }) };
  }
}

function without(shape: Shape, ...keys: readonly (keyof Shape)[]): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([key]) => !keys.includes(key as keyof Shape))) as unknown as Shape;
}

function flagged(shape: Shape, flag: "locked" | "hidden", on: boolean): Shape {
  return on ? { ...shape, [flag]: true } : without(shape, flag);
}

function ungrouped(shape: Shape): Shape {
  return without(shape, "group");
}

/** The first tool that draws something a class may be. */
export function toolFor(kinds: readonly GeometryKind[]): Tool | null {
  const tools = Object.entries(KIND_OF_TOOL) as [Tool, GeometryKind][];
  return tools.find(([, kind]) => kinds.includes(kind))?.[0] ?? null;
}

