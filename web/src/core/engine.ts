// The annotation canvas as one object: mount it in an element, hand it an image and marks, listen to what changes.

import type { Point, Size } from "./geometry";
import { Editor } from "./editor";
import type { Tool } from "./editor";
import type { KeyMap } from "./keymap";
import { Layers, plainBackdrop } from "./layers";
import type { Backdrop, PaintStats } from "./layers";
import type { ClassStyle, OverlayMark } from "./painter";
import { PointerGestures } from "./pointer";
import type { PointerAt } from "./pointer";
import type { Shape } from "./shapes";
import { boundsOf } from "./shapes";
import type { Draft, Selection } from "./store";
import type { View } from "./viewport";
import { fit, panBy, showBox, toImage, zoomAt } from "./viewport";

export interface EngineOptions {
  readonly newId: () => string;
  readonly classId: string;
  readonly styleOf: (classId: string) => ClassStyle;
  readonly keys: KeyMap;
  /** The name a screen reader says for the canvas. */
  readonly label: string;
  readonly readOnly?: boolean;
}

/** What the page around the canvas shows; a new object whenever something in it changed. */
export interface Snapshot {
  readonly version: number;
  readonly shapes: readonly Shape[];
  readonly selection: Selection | null;
  readonly draft: Draft | null;
  readonly tool: Tool;
  readonly classId: string;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

export interface Readout {
  readonly scale: number;
  readonly cursor: Point;
}

const WHEEL_STEP = 0.0015;
const KEY_ZOOM = 1.25;
const FAR_PX = 10;

export class AnnotationEngine {
  readonly editor: Editor;
  readonly element: HTMLElement;
  readonly #gestures: PointerGestures;
  readonly #layers: Layers;
  readonly #keys: KeyMap;
  readonly #observer: ResizeObserver;
  readonly #modelListeners = new Set<() => void>();
  readonly #viewListeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #snapshot: Snapshot;
  #readout: Readout;
  #userMovedView = false;
  #heldRepeats = 0;
  /** Escape was pressed with nothing in hand: the next Tab belongs to the page, so that the canvas traps nobody. */
  #leaving = false;

  constructor(options: EngineOptions) {
    const size = { width: 1, height: 1 };
    const readOnly = options.readOnly ?? false;
    this.editor = new Editor({ newId: options.newId, classId: options.classId, size, readOnly });
    this.#gestures = new PointerGestures(this.editor);
    this.#layers = new Layers(this.editor, this.#gestures, options.styleOf, options.label);
    this.#keys = options.keys;
    this.element = this.#layers.element;
    this.#snapshot = this.#takeSnapshot();
    this.#readout = { scale: 1, cursor: this.editor.cursor };
    this.editor.store.subscribe(() => this.#modelChanged());
    this.#observer = new ResizeObserver(() => this.#resized());
    this.#listen();
  }

  get stats(): PaintStats {
    return this.#layers.stats;
  }

  get view(): View {
    return this.#layers.view;
  }

  get screen(): Size {
    return this.#layers.screen;
  }

  mount(parent: HTMLElement): void {
    parent.append(this.element);
    this.#observer.observe(this.element);
    this.#resized();
  }

  destroy(): void {
    this.#stop.abort();
    this.#observer.disconnect();
    this.#layers.destroy();
  }

  focus(): void {
    this.#layers.pad.focus({ preventScroll: true });
  }

  /** Show another image with its marks; the log starts afresh and the whole image comes into sight. */
  open(size: Size, shapes: readonly Shape[], backdrop: Backdrop): void {
    this.#layers.hover = null;
    this.#gestures.cancel();
    this.editor.load(shapes, size);
    this.#layers.setBackdrop(backdrop);
    this.fit();
  }

  setOverlay(marks: readonly OverlayMark[]): void {
    this.#layers.setOverlay(marks);
  }

  setTool(tool: Tool): void {
    this.editor.setTool(tool);
    this.#modelChanged();
  }

  chooseClass(classId: string): void {
    this.editor.chooseClass(classId);
    this.#modelChanged();
  }

  hideMarks(hidden: boolean): void {
    if (this.#layers.hideMarks === hidden) return;
    this.#layers.hideMarks = hidden;
    this.#layers.touchAll();
  }

  fit(): void {
    this.#userMovedView = false;
    this.#setView(fit(this.editor.size, this.screen));
  }

  zoomBy(factor: number, at: Point = this.#middle()): void {
    this.#userMovedView = true;
    this.#setView(zoomAt(this.view, at, factor, this.editor.size, this.screen));
  }

  zoomToSelected(): void {
    const { selected } = this.editor.store;
    if (selected === null) return;
    this.showBox(boundsOf(selected));
  }

  showBox(box: Parameters<typeof showBox>[0]): void {
    this.#userMovedView = true;
    this.#setView(showBox(box, this.screen, Math.min(this.screen.width, this.screen.height) / 5));
  }

  /** Subscribe to marks, selection, tool and class. */
  readonly onModel = (listener: () => void): (() => void) => {
    this.#modelListeners.add(listener);
    return () => this.#modelListeners.delete(listener);
  };

  /** Subscribe to zoom and crosshair. */
  readonly onView = (listener: () => void): (() => void) => {
    this.#viewListeners.add(listener);
    return () => this.#viewListeners.delete(listener);
  };

  readonly snapshot = (): Snapshot => this.#snapshot;

  readonly readout = (): Readout => this.#readout;

  /** Paint what waits; for tests and screenshots. */
  flush(): void {
    this.#layers.flush();
  }

  /** Do a canvas action by name; false when it is none. */
  act(action: string, repeat = false): boolean {
    this.#heldRepeats = repeat ? this.#heldRepeats + 1 : 0;
    const leaves = this.takeLeave();
    if ((action === "object.next" || action === "object.previous") && (leaves || this.editor.store.size === 0)) return false;
    const known = this.#actOnMarks(action) || this.#actOnView(action);
    if (known) this.#layers.schedule();
    return known;
  }

  /** Whether the next Tab belongs to the page; asking uses it up. */
  takeLeave(): boolean {
    const leaves = this.#leaving;
    this.#leaving = false;
    return leaves;
  }

  #actOnMarks(action: string): boolean {
    const { editor } = this;
    const arrow = /^(move|size)\.(left|right|up|down|narrower|wider|lower|taller)(\.far)?$/.exec(action);
    if (arrow !== null) return this.#arrow(arrow[1] ?? "", arrow[2] ?? "", arrow[3] !== undefined);
    const verbs: Record<string, () => void> = {
      "tool.select": () => this.setTool("select"),
      "tool.box": () => this.setTool("box"),
      "tool.hand": () => this.setTool("hand"),
      "corner.place": () => editor.placeCorner(editor.cursor),
      "object.next": () => this.#bringIntoSight(editor.cycle(1)),
      "object.previous": () => this.#bringIntoSight(editor.cycle(-1)),
      "object.delete": () => editor.removeSelected(),
      "object.duplicate": () => editor.duplicateSelected(),
      undo: () => editor.store.undo(),
      redo: () => editor.store.redo(),
      cancel: () => this.#cancel(),
    };
    const verb = verbs[action];
    verb?.();
    return verb !== undefined;
  }

  #actOnView(action: string): boolean {
    const verbs: Record<string, () => void> = {
      "zoom.fit": () => this.fit(),
      "zoom.in": () => this.zoomBy(KEY_ZOOM),
      "zoom.out": () => this.zoomBy(1 / KEY_ZOOM),
      "zoom.selected": () => this.zoomToSelected(),
      "pan.hold": () => {
        this.#gestures.panHeld = true;
      },
      "hide.hold": () => this.hideMarks(true),
    };
    const verb = verbs[action];
    verb?.();
    return verb !== undefined;
  }

  #arrow(verb: string, direction: string, far: boolean): boolean {
    // A held key speeds the crosshair up; a mark always moves by the step its key names.
    const crosshair = this.editor.store.draft !== null || this.editor.store.selection === null;
    const faster = verb === "move" && crosshair ? Math.min(8, 1 + Math.floor(this.#heldRepeats / 6)) : 1;
    const step = (far ? FAR_PX : 1) * faster;
    const dx = direction === "left" || direction === "narrower" ? -step : direction === "right" || direction === "wider" ? step : 0;
    const dy = direction === "up" || direction === "lower" ? -step : direction === "down" || direction === "taller" ? step : 0;
    if (verb === "move") this.editor.nudge(dx, dy);
    else this.editor.stretch(dx, dy);
    this.#layers.crosshair = true;
    this.#viewChanged();
    return true;
  }

  #cancel(): void {
    if (this.#gestures.active) this.#gestures.cancel();
    else if (this.editor.store.draft !== null) this.editor.store.cancelDraft();
    else if (this.editor.store.selection !== null) this.editor.store.select(null);
    else this.#leaving = true;
  }

  /** Pan just so far that a mark picked by key can be seen. */
  #bringIntoSight(shape: Shape | null): void {
    if (shape === null) return;
    const box = boundsOf(shape);
    const { view, screen } = this;
    const left = box.xMin * view.scale + view.x;
    const top = box.yMin * view.scale + view.y;
    const right = box.xMax * view.scale + view.x;
    const bottom = box.yMax * view.scale + view.y;
    const dx = right < 40 ? 40 - right : left > screen.width - 40 ? screen.width - 40 - left : 0;
    const dy = bottom < 40 ? 40 - bottom : top > screen.height - 40 ? screen.height - 40 - top : 0;
    if (dx !== 0 || dy !== 0) this.#setView(panBy(view, dx, dy, this.editor.size, screen));
  }

  #listen(): void {
    const { pad } = this.#layers;
    const { signal } = this.#stop;
    pad.addEventListener("pointerdown", (event) => this.#pointerDown(event), { signal });
    pad.addEventListener("pointermove", (event) => this.#pointerMove(event), { signal });
    pad.addEventListener("pointerup", (event) => this.#pointerUp(event), { signal });
    pad.addEventListener("pointercancel", () => this.#gestures.cancel(), { signal });
    pad.addEventListener("pointerleave", () => this.#pointerLeave(), { signal });
    pad.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    pad.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    pad.addEventListener("keydown", (event) => this.#keyDown(event), { signal });
    globalThis.addEventListener("keyup", () => this.#keyUp(), { signal });
    globalThis.addEventListener("blur", () => this.#keyUp(), { signal });
  }

  #pointerDown(event: PointerEvent): void {
    this.focus();
    this.#layers.pad.setPointerCapture(event.pointerId);
    this.#gestures.down(this.#at(event), this.view);
    this.#modelChanged();
    if (event.button === 1) event.preventDefault();
  }

  #pointerMove(event: PointerEvent): void {
    const at = this.#at(event);
    const view = this.#gestures.move(at, this.view, this.screen);
    if (view !== this.view) this.#userMovedView = true;
    this.#layers.crosshair = true;
    this.#layers.pad.style.cursor = this.#gestures.cursorAt(at, view);
    const picking = this.editor.tool === "select" && !this.#gestures.active;
    this.#layers.hover = picking ? this.editor.index.hit(toImage(view, at), 6 / view.scale) : null;
    this.#setView(view);
  }

  #pointerUp(event: PointerEvent): void {
    this.#gestures.up(this.#at(event), this.view);
    this.#layers.pad.style.cursor = this.#gestures.cursorAt(this.#at(event), this.view);
    this.#modelChanged();
  }

  #pointerLeave(): void {
    if (this.#gestures.active) return;
    this.#layers.hover = null;
    this.#layers.crosshair = document.activeElement === this.#layers.pad && this.editor.store.draft !== null;
    this.#layers.schedule();
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    const speed = event.ctrlKey ? 6 : 1; // a pinch on a trackpad arrives as small steps with Ctrl held
    this.zoomBy(Math.exp(-event.deltaY * lines * WHEEL_STEP * speed), this.#at(event));
  }

  #keyDown(event: KeyboardEvent): void {
    const action = this.#keys.match(event, ["canvas"]);
    if (action === null || !this.act(action, event.repeat)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #keyUp(): void {
    this.#gestures.panHeld = false;
    this.hideMarks(false);
    this.editor.store.closeStep();
  }

  #at(event: PointerEvent | WheelEvent): PointerAt {
    const frame = this.element.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top, button: event.button, alt: event.altKey };
  }

  #middle(): Point {
    return { x: this.screen.width / 2, y: this.screen.height / 2 };
  }

  #resized(): void {
    const { clientWidth, clientHeight } = this.element;
    if (clientWidth === 0 || clientHeight === 0) return;
    if (clientWidth === this.screen.width && clientHeight === this.screen.height) return;
    this.#layers.resize({ width: clientWidth, height: clientHeight });
    if (!this.#userMovedView) this.fit();
  }

  #setView(view: View): void {
    this.#layers.setView(view);
    this.#layers.schedule();
    this.#viewChanged();
  }

  #viewChanged(): void {
    const { cursor } = this.editor;
    if (cursor === this.#readout.cursor && this.view.scale === this.#readout.scale) return;
    this.#readout = { scale: this.view.scale, cursor };
    for (const listener of this.#viewListeners) listener();
  }

  #modelChanged(): void {
    this.#layers.schedule();
    const next = this.#takeSnapshot();
    if (sameSnapshot(this.#snapshot, next)) return;
    this.#snapshot = next;
    for (const listener of this.#modelListeners) listener();
  }

  #takeSnapshot(): Snapshot {
    const { store, tool, classId } = this.editor;
    const last = this.#snapshot as Snapshot | undefined;
    const shapes = last !== undefined && last.version === store.version && last.shapes.length === store.size ? last.shapes : store.inOrder();
    const { version, selection, draft, canUndo, canRedo } = store;
    return { version, shapes, selection, draft, tool, classId, canUndo, canRedo };
  }
}

function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  return (
    a.shapes === b.shapes &&
    a.selection === b.selection &&
    a.draft === b.draft &&
    a.tool === b.tool &&
    a.classId === b.classId &&
    a.canUndo === b.canUndo &&
    a.canRedo === b.canRedo
  );
}

/** Load a picture and make it the backdrop; rejects with the address when it cannot be shown. */
export async function loadPicture(url: string): Promise<{ backdrop: Backdrop; size: Size }> {
  const image = new Image();
  image.decoding = "async";
  image.src = url;
  try {
    await image.decode();
  } catch (cause) {
    throw new Error(`The picture at ${url} could not be shown.`, { cause });
  }
  return { backdrop: plainBackdrop(image), size: { width: image.naturalWidth, height: image.naturalHeight } };
}
