// The annotation canvas as one object: mount it in an element, hand it an image and marks, listen to what changes.

import type { Look } from "./backdrops";
import { plainBackdrop, tiledBackdrop } from "./backdrops";
import type { Point, Size } from "./geometry";
import { Editor, KIND_OF_TOOL, toolFor } from "./editor";
import type { Tool } from "./editor";
import type { KeyMap } from "./keymap";
import { Layers } from "./layers";
import type { Backdrop, PaintStats } from "./layers";
import type { ClassStyle, OverlayMark } from "./painter";
import { PointerGestures } from "./pointer";
import type { PointerAt, Question } from "./pointer";
import { compactLater } from "./maskCoder";
import { SegmentDesk } from "./segment/desk";
import type { Suggester } from "./segment/suggester";
import type { GeometryKind, Shape } from "./shapes";
import { boundsOf, isOpen, isPlaced } from "./shapes";
import type { Draft, Selection } from "./store";
import type { TileSource } from "./tiles";
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
  /** The geometries a class may have; every kind when absent. */
  readonly kindsOf?: (classId: string) => readonly GeometryKind[];
  /** Who answers the segment tool; the method of this browser when absent. */
  readonly suggester?: Suggester;
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
  readonly snapping: boolean;
  readonly brushPx: number;
  /** Suggestions nobody has looked at yet. */
  readonly nOpen: number;
  readonly asking: "idle" | "busy" | "nothing";
}

export interface Readout {
  readonly scale: number;
  readonly cursor: Point;
}

const WHEEL_STEP = 0.0015;
const KEY_ZOOM = 1.25;
const FAR_PX = 10;
const DEGREE = Math.PI / 180;
/** Vertices this near on the screen to the line that remains are left out when an outline is simplified. */
const SIMPLIFY_PX = 1.5;

export class AnnotationEngine {
  readonly editor: Editor;
  readonly element: HTMLElement;
  readonly #gestures: PointerGestures;
  readonly #layers: Layers;
  /** What the keys do; may be changed at any time. */
  keys: KeyMap;
  readonly #observer: ResizeObserver;
  readonly #modelListeners = new Set<() => void>();
  readonly #viewListeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #snapshot: Snapshot;
  #readout: Readout;
  #userMovedView = false;
  #heldRepeats = 0;
  #carried = 0;
  /** The crosshair was last moved by keys. */
  #steered = false;
  readonly #segment: SegmentDesk;
  /** Escape was pressed with nothing in hand: the next Tab belongs to the page, so that the canvas traps nobody. */
  #leaving = false;

  constructor(options: EngineOptions) {
    const size = { width: 1, height: 1 };
    const readOnly = options.readOnly ?? false;
    this.editor = new Editor({ newId: options.newId, classId: options.classId, size, readOnly, ...(options.kindsOf === undefined ? {} : { kindsOf: options.kindsOf }) });
    this.#gestures = new PointerGestures(this.editor);
    this.#segment = new SegmentDesk(this.editor, options.suggester, () => this.#modelChanged());
    this.#gestures.onAsk = (question: Question) => this.#segment.ask(question);
    this.#layers = new Layers(this.editor, this.#gestures, options.styleOf, options.label);
    this.keys = options.keys;
    this.element = this.#layers.element;
    this.#snapshot = this.#takeSnapshot();
    this.#readout = { scale: 1, cursor: this.editor.cursor };
    this.editor.store.subscribe(({ edits }) => {
      compactLater(edits);
      this.#modelChanged();
    });
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
    this.#segment.destroy();
    this.#layers.destroy();
  }

  focus(): void {
    this.#layers.pad.focus({ preventScroll: true });
  }

  /** Show another image with its marks; the log starts afresh and the whole image comes into sight. */
  open(size: Size, shapes: readonly Shape[], backdrop: Backdrop): void {
    this.#layers.hover = null;
    this.#gestures.cancel();
    this.#segment.open(backdrop, size);
    this.editor.load(shapes, size);
    this.#layers.setBackdrop(backdrop);
    this.fit();
  }

  /** Put the marks that were carried over from the last image on this one, as one step; returns how many. */
  pasteCarried(): number {
    const n = this.#carried;
    this.#carried = 0;
    if (n > 0) this.editor.paste();
    return n;
  }

  setLook(look: Look): void {
    this.#layers.setLook(look);
  }

  /** Suggestions below this confidence are not painted; the ones above are what Shift+Y takes. */
  setLeastConfidence(confidence: number): void {
    this.#layers.leastConfidence = confidence;
    this.#layers.touchAll();
  }

  /** Class styles changed: paint everything again. */
  restyle(): void {
    this.#layers.touchAll();
  }

  /** Pick a mark of the list beside the canvas. */
  pick(id: string | null, add = false): void {
    this.editor.pick(id, add);
  }

  setOverlay(marks: readonly OverlayMark[]): void {
    this.#layers.setOverlay(marks);
  }

  setTool(tool: Tool): void {
    this.editor.setTool(tool);
    this.#modelChanged();
  }

  /** Make a class live; where it cannot be what the tool draws, the first tool that fits is taken up. */
  chooseClass(classId: string): void {
    this.editor.chooseClass(classId);
    const kind = KIND_OF_TOOL[this.editor.tool];
    const kinds = (["bbox", "rotated_bbox", "polygon", "polyline", "point", "mask"] as const).filter((each) => this.editor.allows(classId, each));
    const fits = kind === undefined || this.editor.allows(classId, kind);
    if (!fits && this.editor.store.draft === null) this.editor.setTool(toolFor(kinds) ?? "select");
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
    if (selected !== null && isPlaced(selected)) this.showBox(boundsOf(selected));
  }

  showBox(box: Parameters<typeof showBox>[0]): void {
    this.#userMovedView = true;
    this.#setView(showBox(box, this.screen, Math.min(this.screen.width, this.screen.height) / 5));
  }

  /** Look at the image exactly as another canvas does. */
  follow(view: View): void {
    const { scale, x, y } = this.view;
    if (view.scale === scale && view.x === x && view.y === y) return;
    this.#userMovedView = true;
    this.#setView(view);
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
    const turn = /^turn\.(left|right)(\.far)?$/.exec(action);
    if (turn !== null) {
      editor.turnSelected((turn[1] === "left" ? -1 : 1) * DEGREE * (turn[2] === undefined ? 1 : FAR_PX));
      return true;
    }
    const tool = /^tool\.(\w+)$/.exec(action)?.[1];
    if (tool !== undefined) return this.#takeTool(tool as Tool);
    const verbs: Record<string, () => void> = {
      "tag.toggle": () => {
        if (editor.allows(editor.classId, "tag")) editor.toggleTag();
      },
      "brush.smaller": () => this.#resizeBrush(-1),
      "brush.larger": () => this.#resizeBrush(1),
      "snap.toggle": () => {
        editor.snapping = !editor.snapping;
        this.#modelChanged();
      },
      "corner.place": () => this.#enter(),
      "finish.hole": () => editor.finish("hole"),
      "finish.part": () => editor.finish("part"),
      "object.next": () => this.#bringIntoSight(editor.cycle(1)),
      "object.previous": () => this.#bringIntoSight(editor.cycle(-1)),
      "object.delete": () => {
        if (!editor.dropPoint()) editor.removeSelected();
      },
      "object.duplicate": () => editor.duplicateSelected(),
      "object.copy": () => editor.copy(),
      "object.paste": () => editor.paste(),
      "object.propagate": () => {
        this.#carried = editor.copy(editor.store.selection === null);
      },
      "object.simplify": () => editor.simplifySelected(SIMPLIFY_PX / this.view.scale),
      "object.lock": () => editor.toggleLock(),
      "object.hide": () => editor.toggleHidden(),
      "object.group": () => editor.toggleGroup(),
      "order.front": () => editor.reorder("front"),
      "order.back": () => editor.reorder("back"),
      "order.forward": () => editor.reorder("forward"),
      "order.backward": () => editor.reorder("backward"),
      "suggestion.accept": () => this.#judge(() => editor.acceptSelected()),
      "suggestion.reject": () => this.#judge(() => editor.rejectSelected()),
      "suggestion.acceptAbove": () => editor.acceptAbove(this.#layers.leastConfidence),
      undo: () => editor.store.undo(),
      redo: () => editor.store.redo(),
      cancel: () => this.#cancel(),
    };
    const verb = verbs[action];
    verb?.();
    return verb !== undefined;
  }

  #takeTool(tool: Tool): boolean {
    const kind = KIND_OF_TOOL[tool];
    const known = kind !== undefined || tool === "select" || tool === "hand" || tool === "segment";
    if (known && (kind === undefined || this.editor.allows(this.editor.classId, kind))) this.setTool(tool);
    return known;
  }

  #resizeBrush(steps: number): void {
    if (this.editor.tool === "segment") this.#segment.resize(steps);
    else this.editor.resizeBrush(steps);
    this.#modelChanged();
  }

  /** Enter puts a point where the crosshair stands, closes a ring that has enough of them, and ends a mask. */
  #enter(): void {
    const { editor } = this;
    const { draft, selected } = editor.store;
    const last = draft?.points.at(-1);
    // With the arrows the next vertex is put where the crosshair went; with a pointer Enter closes what is there.
    const steered = this.#steered && (last?.x !== editor.cursor.x || last.y !== editor.cursor.y);
    const enough = (draft?.kind === "polygon" && draft.points.length >= 3) || (draft?.kind === "polyline" && draft.points.length >= 2);
    if (enough && !steered) editor.finish();
    else if (editor.tool === "segment") this.#segment.settle();
    else if (editor.tool === "brush" || (editor.tool === "eraser" && selected?.geometry.kind === "mask")) editor.store.select(null);
    else editor.placeCorner(editor.cursor);
  }

  /** Take or drop the suggestion in hand and go on to the next one; with none in hand, go to the first. */
  #judge(verdict: () => number): void {
    const { store } = this.editor;
    const inHand = store.selected !== null && isOpen(store.selected);
    const order = store.inOrder().filter((shape) => this.#isShown(shape));
    const at = order.findIndex((shape) => shape.id === store.selection?.id);
    const following = [...order.slice(at + 1), ...order.slice(0, Math.max(0, at))];
    if (inHand) verdict();
    const next = inHand ? following[0] : order[0];
    if (next !== undefined) {
      store.select(next.id, "picked");
      this.#bringIntoSight(next);
    }
  }

  #isShown(shape: Shape): boolean {
    return isOpen(shape) && (shape.suggested?.confidence ?? 1) >= this.#layers.leastConfidence;
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
    this.#steered = true;
    this.#viewChanged();
    return true;
  }

  #cancel(): void {
    if (this.#gestures.active) this.#gestures.cancel();
    else if (this.#segment.cancel()) return;
    else if (this.editor.store.draft !== null) this.editor.store.cancelDraft();
    else if (this.editor.store.selection !== null) this.editor.store.select(null);
    else this.#leaving = true;
  }

  /** Pan just so far that a mark picked by key can be seen. */
  #bringIntoSight(shape: Shape | null): void {
    if (shape === null || !isPlaced(shape)) return;
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
    this.#steered = false;
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
    const action = this.keys.match(event, ["canvas"]);
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
    return { x: event.clientX - frame.left, y: event.clientY - frame.top, button: event.button, alt: event.altKey, shift: event.shiftKey };
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
    const nOpen = last !== undefined && last.shapes === shapes ? last.nOpen : shapes.filter(isOpen).length;
    // The first snapshot is taken before the desk is there.
    const asking = last === undefined ? "idle" : this.#segment.state;
    return { version, shapes, selection, draft, tool, classId, canUndo, canRedo, snapping: this.editor.snapping, brushPx: this.editor.brushPx, nOpen, asking };
  }
}

function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  // The version tells changes of marks; it moves on with every one of them.
  return (Object.keys(a) as (keyof Snapshot)[]).every((key) => key === "version" || a[key] === b[key]);
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

/** Tiles of a large picture as the backdrop. */
export function openTiles(source: TileSource): { backdrop: Backdrop; size: Size } {
  return { backdrop: tiledBackdrop(source), size: source.size };
}
