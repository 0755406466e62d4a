// The segment tool: clicks become questions to a suggester, its answer becomes a mark, further clicks mend it.

import type { Editor } from "../editor";
import type { Box, Point, Size } from "../geometry";
import { clamp, grow } from "../geometry";
import type { Backdrop } from "../layers";
import type { MaskPixels } from "../maskPixels";
import type { Question } from "../pointer";
import type { Geometry, Shape } from "../shapes";
import { bbox, maskOf } from "../shapes";
import { localSuggester } from "./local";
import { outlineOf } from "./outline";
import type { Patch, Suggester } from "./suggester";

/** The suggester sees at most so many pixels a side. */
const PATCH_PX = 320;
const SIMPLIFY_PX = 1.2;
const REACH = { first: 90, least: 8, most: 4000, step: 1.25 };

export class SegmentDesk {
  readonly #editor: Editor;
  readonly #suggester: Suggester;
  readonly #changed: () => void;
  #source: Pick<Backdrop, "pixels"> | null = null;
  #size: Size = { width: 1, height: 1 };
  #inside: Point[] = [];
  #outside: Point[] = [];
  #box: Box | null = null;
  /** The mark that further clicks mend. */
  #markId: string | null = null;
  #running: AbortController | null = null;
  /** Half of what is looked at around a click, in image pixels. */
  #reachPx = REACH.first;
  state: "idle" | "busy" | "nothing" = "idle";

  constructor(editor: Editor, suggester: Suggester | undefined, changed: () => void) {
    this.#editor = editor;
    this.#suggester = suggester ?? localSuggester();
    this.#changed = changed;
  }

  open(source: Pick<Backdrop, "pixels">, size: Size): void {
    this.#source = source;
    this.#size = size;
    this.settle();
  }

  destroy(): void {
    this.#running?.abort();
    this.#suggester.destroy();
  }

  /** What is looked at grows or shrinks: cells need little, tissue much. */
  resize(steps: number): void {
    this.#reachPx = clamp(this.#reachPx * REACH.step ** steps, REACH.least, REACH.most);
  }

  /** The mark in hand is done; the next click begins another. */
  settle(): void {
    this.#inside = [];
    this.#outside = [];
    this.#box = null;
    this.#markId = null;
    this.#set("idle");
  }

  /** Give up a question that is being answered; false when there is none. */
  cancel(): boolean {
    const running = this.state === "busy";
    this.#running?.abort();
    if (running) this.settle();
    return running;
  }

  ask({ at, box, against }: Question): void {
    if (this.#editor.readOnly || this.#source === null) return;
    const mark = this.#markId === null ? undefined : this.#editor.store.get(this.#markId);
    // A plain click away from the mark in hand is about another thing; clicks with Shift mend this one.
    if (mark === undefined || (!against && box === null && !this.#isOn(mark, at))) this.settle();
    if (box !== null) this.settle();
    this.#box = box ?? this.#box;
    if (box === null) (against ? this.#outside : this.#inside).push(at);
    void this.#answer();
  }

  #isOn(mark: Shape, at: Point): boolean {
    return this.#inside.some((point) => Math.hypot(point.x - at.x, point.y - at.y) < this.#reachPx) && this.#editor.store.selection?.id === mark.id;
  }

  async #answer(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#set("busy");
    const mask = await this.#look(running.signal).catch(() => null);
    if (running.signal.aborted) return;
    const geometry = mask === null ? null : this.#geometryOf(mask);
    if (geometry === null) {
      this.#set("nothing");
      return;
    }
    this.#put(geometry);
    this.#set("idle");
  }

  async #look(signal: AbortSignal): Promise<MaskPixels | null> {
    const patch = await this.#patch();
    return patch === null ? null : this.#suggester.segment({ patch, inside: this.#inside, outside: this.#outside, box: this.#box }, signal);
  }

  /** A new mark, or the one in hand in its new form; each answer is one step. */
  #put(geometry: Geometry): void {
    const mark = this.#markId === null ? undefined : this.#editor.store.get(this.#markId);
    if (mark !== undefined) this.#editor.store.perform("resize", [{ id: mark.id, before: mark, after: { ...mark, geometry } }], { id: mark.id, by: "drawn" });
    else this.#markId = this.#editor.add(geometry, { model: this.#suggester.name, confidence: null, state: "kept", edits: [] })?.id ?? null;
  }

  /** What the class may be, the most exact first. */
  #geometryOf(mask: MaskPixels): Geometry | null {
    const { classId } = this.#editor;
    if (this.#editor.allows(classId, "polygon")) return outlineOf(mask, SIMPLIFY_PX);
    if (this.#editor.allows(classId, "mask")) return maskOf(mask);
    return this.#editor.allows(classId, "bbox") ? bbox(mask.box) : null;
  }

  /** The pixels around the clicks or the drawn box, coarser where that is much. */
  async #patch(): Promise<Patch | null> {
    const around = this.#around();
    const x = Math.max(0, Math.floor(around.xMin));
    const y = Math.max(0, Math.floor(around.yMin));
    const width = Math.min(this.#size.width, Math.ceil(around.xMax)) - x;
    const height = Math.min(this.#size.height, Math.ceil(around.yMax)) - y;
    if (width < 4 || height < 4) return null;
    const step = Math.max(1, Math.ceil(Math.max(width, height) / PATCH_PX));
    const part = { x, y, width: Math.floor(width / step), height: Math.floor(height / step), step };
    const pixels = await this.#source?.pixels(part);
    return pixels === undefined || pixels === null ? null : { ...part, data: pixels.data };
  }

  #around(): Box {
    if (this.#box !== null) return grow(this.#box, Math.max(4, (this.#box.xMax - this.#box.xMin) / 10));
    const points = [...this.#inside, ...this.#outside];
    const xs = points.map((point) => point.x);
    const ys = points.map((point) => point.y);
    return grow({ xMin: Math.min(...xs), yMin: Math.min(...ys), xMax: Math.max(...xs), yMax: Math.max(...ys) }, this.#reachPx);
  }

  #set(state: SegmentDesk["state"]): void {
    this.state = state;
    this.#changed();
  }
}
