// The marks on one image: a map of shapes, a selection, and a log of gestures that can be undone and redone.

import type { Point } from "./geometry";
import type { Shape } from "./shapes";

/** One shape before and after a gesture; null where it did not exist. */
export interface Edit {
  readonly id: string;
  readonly before: Shape | null;
  readonly after: Shape | null;
}

/** How a shape came to be selected: just drawn, or picked on purpose. A digit relabels only what was picked. */
export type SelectedBy = "drawn" | "picked";

export interface Selection {
  readonly id: string;
  readonly by: SelectedBy;
  /** Further marks that act together with it; absent when it is alone. */
  readonly also?: readonly string[];
}

/** What a begun mark will be. */
export type DraftKind = "bbox" | "rotated_bbox" | "polygon" | "polyline";

/** A mark begun with clicks or Enter, waiting for its next point. */
export interface Draft {
  readonly kind: DraftKind;
  readonly points: readonly Point[];
  /** The mark that was selected when this one was begun: it may take this one as a hole or a part. */
  readonly target?: string;
}

interface State {
  readonly selection: Selection | null;
  readonly draft: Draft | null;
}

interface Entry {
  readonly name: GestureName;
  readonly edits: readonly Edit[];
  readonly before: State;
  readonly after: State;
  /** Gestures with the same non-null key, one after the other, are one step: a held arrow key. */
  readonly mergeKey: string | null;
}

export type GestureName =
  | "draw"
  | "begin"
  | "cancel"
  | "move"
  | "resize"
  | "turn"
  | "relabel"
  | "delete"
  | "replace"
  | "vertex"
  | "stroke"
  | "attribute"
  | "order"
  | "lock"
  | "hide"
  | "group"
  | "paste"
  | "simplify"
  | "accept"
  | "reject"
  | "comment";

export interface Change {
  readonly edits: readonly Edit[];
  readonly selectionChanged: boolean;
  readonly draftChanged: boolean;
}

export type Listener = (change: Change) => void;

export class ShapeStore {
  readonly #shapes = new Map<string, Shape>();
  readonly #changedAt = new Map<string, number>();
  readonly #listeners = new Set<Listener>();
  #undo: Entry[] = [];
  #redo: Entry[] = [];
  #state: State = { selection: null, draft: null };
  #version = 0;
  #topZ = 0;

  /** Grows with every change of a shape; drafts are saved up to a version. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#shapes.size;
  }

  get selection(): Selection | null {
    return this.#state.selection;
  }

  get draft(): Draft | null {
    return this.#state.draft;
  }

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  get canRedo(): boolean {
    return this.#redo.length > 0;
  }

  get selected(): Shape | null {
    const selection = this.#state.selection;
    return selection === null ? null : (this.#shapes.get(selection.id) ?? null);
  }

  /** The selected mark and those that act with it. */
  get allSelected(): Shape[] {
    const { selection } = this.#state;
    if (selection === null) return [];
    return [selection.id, ...(selection.also ?? [])].flatMap((id) => this.#shapes.get(id) ?? []);
  }

  get(id: string): Shape | undefined {
    return this.#shapes.get(id);
  }

  /** All shapes, lowest first. */
  inOrder(): Shape[] {
    return [...this.#shapes.values()].sort((a, b) => a.z - b.z || (a.id < b.id ? -1 : 1));
  }

  values(): IterableIterator<Shape> {
    return this.#shapes.values();
  }

  /** Below everything there is. */
  lowestZ(): number {
    let low = 1;
    for (const { z } of this.#shapes.values()) low = Math.min(low, z);
    return low;
  }

  nextZ(): number {
    return this.#topZ + 1;
  }

  /** Shapes and deletions that changed after a version, for the saved and pending counts. */
  changedSince(version: number): number {
    let count = 0;
    for (const at of this.#changedAt.values()) if (at > version) count += 1;
    return count;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Start over with these shapes and an empty log: another image, or a draft from the server. */
  load(shapes: readonly Shape[]): void {
    const edits: Edit[] = [...this.#shapes.values()].map((before) => ({ id: before.id, before, after: null }));
    this.#version += 1;
    this.#shapes.clear();
    this.#changedAt.clear();
    this.#topZ = 0;
    for (const after of shapes) {
      this.#put(after);
      edits.push({ id: after.id, before: null, after });
    }
    this.#undo = [];
    this.#redo = [];
    this.#state = { selection: null, draft: null };
    this.#emit({ edits, selectionChanged: true, draftChanged: true });
  }

  /** Do one gesture: the edits, then the selection it leaves. */
  perform(name: GestureName, edits: readonly Edit[], selection: Selection | null, mergeKey: string | null = null): void {
    this.#record({ name, edits, before: this.#state, after: { selection, draft: this.#state.draft }, mergeKey });
  }

  /** Put a point of a begun mark; each point is a step of its own until the mark is finished. */
  setDraft(draft: Draft): void {
    this.#record({ name: "begin", edits: [], before: this.#state, after: { selection: null, draft }, mergeKey: null });
  }

  /** Finish a begun mark: all its points and the end become one step. */
  finishDraft(edits: readonly Edit[], selection: Selection | null): void {
    let before: State = { ...this.#state, draft: null };
    for (let begun = this.#undo.at(-1); begun?.name === "begin"; begun = this.#undo.at(-1)) {
      before = begun.before;
      this.#undo.pop();
      if (before.draft === null) break;
    }
    this.#record({ name: "draw", edits, before: { ...before, draft: null }, after: { selection, draft: null }, mergeKey: null });
  }

  /** Give up a begun mark on purpose (Escape); undo brings it back. */
  cancelDraft(): void {
    if (this.#state.draft === null) return;
    this.#record({ name: "cancel", edits: [], before: this.#state, after: { selection: null, draft: null }, mergeKey: null });
  }

  select(id: string | null, by: SelectedBy = "picked", also: readonly string[] = []): void {
    const others = also.filter((each) => each !== id && this.#shapes.has(each));
    const selection: Selection | null = id === null || !this.#shapes.has(id) ? null : { id, by, ...(others.length === 0 ? {} : { also: others }) };
    const now = this.#state.selection;
    if (now?.id === selection?.id && now?.by === selection?.by && now?.also?.join() === selection?.also?.join()) return;
    this.#state = { ...this.#state, selection };
    this.#emit({ edits: [], selectionChanged: true, draftChanged: false });
  }

  /** No later gesture joins the last step: the arrow key was let go. */
  closeStep(): void {
    const last = this.#undo.at(-1);
    if (last !== undefined && last.mergeKey !== null) this.#undo[this.#undo.length - 1] = { ...last, mergeKey: null };
  }

  undo(): GestureName | null {
    const entry = this.#undo.pop();
    if (entry === undefined) return null;
    this.#redo.push(entry);
    const edits = entry.edits.map(({ id, before, after }) => ({ id, before: after, after: before })).reverse();
    this.#apply(edits, entry.before);
    return entry.name;
  }

  redo(): GestureName | null {
    const entry = this.#redo.pop();
    if (entry === undefined) return null;
    this.#undo.push(entry);
    this.#apply(entry.edits, entry.after);
    return entry.name;
  }

  #record(entry: Entry): void {
    const last = this.#undo.at(-1);
    if (last !== undefined && entry.mergeKey !== null && last.mergeKey === entry.mergeKey) {
      this.#undo[this.#undo.length - 1] = { ...last, edits: joinEdits(last.edits, entry.edits), after: entry.after };
    } else {
      this.#undo.push(entry);
    }
    this.#redo = [];
    this.#apply(entry.edits, entry.after);
  }

  #apply(edits: readonly Edit[], state: State): void {
    for (const { id, after } of edits) {
      this.#version += 1;
      if (after === null) this.#shapes.delete(id);
      else this.#put(after);
      this.#changedAt.set(id, this.#version);
    }
    const before = this.#state;
    const selection = state.selection !== null && this.#shapes.has(state.selection.id) ? state.selection : null;
    this.#state = { selection, draft: state.draft };
    this.#emit({ edits, selectionChanged: before.selection !== selection, draftChanged: before.draft !== state.draft });
  }

  #put(shape: Shape): void {
    this.#shapes.set(shape.id, shape);
    this.#topZ = Math.max(this.#topZ, shape.z);
  }

  #emit(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Two runs of edits as one: the first `before` and the last `after` of each shape. */
function joinEdits(first: readonly Edit[], second: readonly Edit[]): Edit[] {
  const joined = new Map(first.map((edit) => [edit.id, edit]));
  for (const edit of second) {
    joined.set(edit.id, { id: edit.id, before: joined.get(edit.id)?.before ?? edit.before, after: edit.after });
  }
  return [...joined.values()];
}
