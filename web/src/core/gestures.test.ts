// Every tool under hand and keys: what is drawn, what a step is, and that nothing begun is ever lost.
import { describe, expect, it } from "vitest";
import { Editor } from "./editor";
import type { Tool } from "./editor";
import type { PointerAt } from "./pointer";
import { PointerGestures } from "./pointer";
import { rotated } from "./rotated";
import type { Shape, Suggested } from "./shapes";
import { bbox, boundsOf, isOpen } from "./shapes";
import type { View } from "./viewport";

const SCREEN = { width: 800, height: 600 };
const VIEW: View = { scale: 2, x: 20, y: 10 };
const SIZE = { width: 300, height: 200 };

function setUp(tool: Tool, kinds?: (id: string) => readonly Shape["geometry"]["kind"][]): { editor: Editor; hand: PointerGestures } {
  let next = 0;
  const editor = new Editor({ newId: () => `s${String((next += 1))}`, classId: "red", size: SIZE, ...(kinds === undefined ? {} : { kindsOf: kinds }) });
  editor.setTool(tool);
  return { editor, hand: new PointerGestures(editor) };
}

function at(x: number, y: number, extra: Partial<PointerAt> = {}): PointerAt {
  return { x: x * VIEW.scale + VIEW.x, y: y * VIEW.scale + VIEW.y, button: 0, alt: false, ...extra };
}

function click(hand: PointerGestures, x: number, y: number, extra: Partial<PointerAt> = {}): void {
  hand.move(at(x, y, extra), VIEW, SCREEN);
  hand.down(at(x, y, extra), VIEW);
  hand.up(at(x, y, extra), VIEW);
}

function drag(hand: PointerGestures, points: readonly (readonly [number, number])[], extra: Partial<PointerAt> = {}): void {
  const [first = [0, 0] as const, ...rest] = points;
  hand.down(at(first[0], first[1], extra), VIEW);
  for (const [x, y] of rest) hand.move(at(x, y, extra), VIEW, SCREEN);
  const last = points.at(-1) ?? first;
  hand.up(at(last[0], last[1], extra), VIEW);
}

function suggestion(id: string, confidence: number, x: number): Shape {
  const suggested: Suggested = { model: "cells-1", confidence, state: "open", edits: [] };
  return { id, classId: "red", z: x, geometry: bbox({ xMin: x, yMin: 10, xMax: x + 20, yMax: 30 }), suggested };
}

describe("polygon tool", () => {
  const triangle = [[10, 10], [60, 10], [60, 50]] as const;

  it("closes at its first vertex as one step, over other shapes too", () => {
    const { editor, hand } = setUp("polygon");
    editor.draw({ xMin: 0, yMin: 0, xMax: 200, yMax: 150 });
    for (const [x, y] of triangle) click(hand, x, y);
    expect(editor.store.size).toBe(1);
    click(hand, 10, 10);
    expect(editor.store.selected?.geometry).toEqual({ kind: "polygon", parts: [[[10, 10, 60, 10, 60, 50]]] });
    editor.store.undo();
    expect([editor.store.size, editor.store.draft]).toEqual([1, null]);
    editor.store.redo();
    expect(editor.store.size).toBe(2);
  });

  it("takes vertices back one by one, by undo and by key, and brings them back", () => {
    const { editor, hand } = setUp("polygon");
    for (const [x, y] of triangle) click(hand, x, y);
    editor.store.undo();
    expect(editor.store.draft?.points).toHaveLength(2);
    editor.store.redo();
    expect(editor.dropPoint()).toBe(true);
    expect(editor.store.draft?.points).toHaveLength(2);
    editor.store.undo();
    expect(editor.store.draft?.points).toHaveLength(3);
  });

  it("keeps what is begun through a change of tool or class, and through Escape by undo", () => {
    const { editor, hand } = setUp("polygon");
    for (const [x, y] of triangle) click(hand, x, y);
    editor.setTool("select");
    editor.chooseClass("blue");
    expect(editor.store.draft?.points).toHaveLength(3);
    editor.store.cancelDraft();
    expect(editor.store.draft).toBeNull();
    editor.store.undo();
    expect(editor.store.draft?.points).toHaveLength(3);
    expect(editor.finish()?.classId).toBe("blue");
  });

  it("cuts holes and adds parts, each one step", () => {
    const { editor, hand } = setUp("polygon");
    for (const [x, y] of [[10, 10], [100, 10], [100, 100], [10, 100]] as const) click(hand, x, y);
    editor.finish();
    for (const [x, y] of [[30, 30], [60, 30], [60, 60]] as const) click(hand, x, y);
    editor.finish("hole");
    for (const [x, y] of [[150, 30], [180, 30], [180, 60]] as const) click(hand, x, y);
    editor.finish("part");
    const geometry = editor.store.selected?.geometry;
    expect(geometry?.kind === "polygon" && geometry.parts.map((rings) => rings.length)).toEqual([2, 1]);
    expect(editor.store.size).toBe(1);
    editor.store.undo();
    editor.store.undo();
    const plain = editor.store.selected?.geometry;
    expect(plain?.kind === "polygon" && plain.parts).toHaveLength(1);
  });

  it("is mended in the select tool: a vertex dragged, one put in at an edge, one taken out with Alt", () => {
    const { editor, hand } = setUp("polygon");
    for (const [x, y] of [[10, 10], [100, 10], [100, 100], [10, 100]] as const) click(hand, x, y);
    editor.finish();
    editor.setTool("select");
    drag(hand, [[100, 100], [110, 105], [120, 110]]);
    const ring = (): readonly number[] => {
      const geometry = editor.store.selected?.geometry;
      return geometry?.kind === "polygon" ? (geometry.parts[0]?.[0] ?? []) : [];
    };
    expect(ring()).toEqual([10, 10, 100, 10, 120, 110, 10, 100]);
    click(hand, 50, 10);
    expect(ring()).toEqual([10, 10, 50, 10, 100, 10, 120, 110, 10, 100]);
    click(hand, 50, 10, { alt: true });
    expect(ring()).toEqual([10, 10, 100, 10, 120, 110, 10, 100]);
    for (let step = 0; step < 3; step += 1) editor.store.undo();
    expect(ring()).toEqual([10, 10, 100, 10, 100, 100, 10, 100]);
  });

  it("inserts and drags a vertex in one go from an edge", () => {
    const { editor, hand } = setUp("polygon");
    for (const [x, y] of [[10, 10], [100, 10], [100, 100]] as const) click(hand, x, y);
    editor.finish();
    editor.setTool("select");
    drag(hand, [[50, 10], [52, 8], [55, 2]]);
    const geometry = editor.store.selected?.geometry;
    expect(geometry?.kind === "polygon" && geometry.parts[0]?.[0]).toEqual([10, 10, 55, 2, 100, 10, 100, 100]);
  });
});

describe("rotated boxes", () => {
  it("are drawn by three clicks and turned by their grip and by key", () => {
    const { editor, hand } = setUp("rotated");
    for (const [x, y] of [[100, 60], [140, 60], [120, 80]] as const) click(hand, x, y);
    expect(editor.store.selected?.geometry).toEqual(rotated(120, 70, 40, 20, 0));
    editor.setTool("select");
    drag(hand, [[120, 60 - 13], [160, 50], [180, 70]]);
    const turned = editor.store.selected?.geometry;
    expect(turned?.kind === "rotated_bbox" && turned.angle).toBeCloseTo(Math.PI / 2, 6);
    editor.turnSelected(-Math.PI / 2);
    const back = editor.store.selected?.geometry;
    expect(back?.kind === "rotated_bbox" && back.angle).toBeCloseTo(0, 6);
  });

  it("come of upright boxes only where the class allows it; held keys are one step", () => {
    const { editor } = setUp("box", (id) => (id === "red" ? ["bbox", "rotated_bbox"] : ["bbox"]));
    editor.draw({ xMin: 100, yMin: 60, xMax: 140, yMax: 80 });
    for (let press = 0; press < 5; press += 1) editor.turnSelected(0.1);
    const turned = editor.store.selected?.geometry;
    expect(turned?.kind === "rotated_bbox" && turned.angle).toBeCloseTo(0.5, 9);
    editor.store.undo();
    expect(editor.store.selected?.geometry.kind).toBe("bbox");
    editor.relabelSelected("blue");
    editor.turnSelected(0.1);
    expect(editor.store.selected?.geometry.kind).toBe("bbox");
  });
});

describe("brush and eraser", () => {
  it("go on with the selected mask, one stroke a step, until Enter or another class", () => {
    const { editor, hand } = setUp("brush");
    editor.brushPx = 10;
    drag(hand, [[50, 50], [80, 50]]);
    drag(hand, [[80, 50], [80, 90]]);
    expect(editor.store.size).toBe(1);
    const area = (): number => {
      const geometry = editor.store.selected?.geometry;
      return geometry?.kind === "mask" ? geometry.pixels.area : 0;
    };
    const both = area();
    editor.store.undo();
    expect(area()).toBeLessThan(both);
    editor.store.redo();
    expect(area()).toBe(both);
    editor.chooseClass("blue");
    drag(hand, [[200, 100], [220, 100]]);
    expect(editor.store.size).toBe(2);
  });

  it("rub out, and take an emptied mask away in the same step", () => {
    const { editor, hand } = setUp("brush");
    editor.brushPx = 10;
    drag(hand, [[50, 50], [60, 50]]);
    editor.store.select(null);
    editor.setTool("eraser");
    editor.brushPx = 8;
    drag(hand, [[50, 50], [52, 50]]);
    expect(editor.store.size).toBe(1);
    editor.brushPx = 60;
    drag(hand, [[50, 50], [60, 50]]);
    expect(editor.store.size).toBe(0);
    editor.store.undo();
    expect(editor.store.size).toBe(1);
  });

  it("leave boxes and locked masks alone", () => {
    const { editor, hand } = setUp("brush");
    drag(hand, [[50, 50], [60, 50]]);
    editor.toggleLock();
    const before = editor.store.selected?.geometry;
    editor.setTool("eraser");
    drag(hand, [[40, 50], [70, 50]]);
    expect(editor.store.selected?.geometry).toBe(before);
  });
});

describe("points, lines and tags", () => {
  it("take one click, or several and Enter, or a key", () => {
    const { editor, hand } = setUp("point");
    click(hand, 30, 40);
    expect(editor.store.selected?.geometry).toEqual({ kind: "point", x: 30, y: 40 });
    editor.setTool("line");
    click(hand, 10, 10);
    click(hand, 50, 20);
    editor.finish();
    expect(editor.store.selected?.geometry).toEqual({ kind: "polyline", points: [10, 10, 50, 20] });
    editor.toggleTag();
    editor.toggleTag("blue");
    editor.toggleTag("blue");
    expect([...editor.store.values()].filter((shape) => shape.geometry.kind === "tag").map((shape) => shape.classId)).toEqual(["red"]);
    expect(editor.index.hit({ x: 150, y: 100 }, 5)).toBeNull();
  });
});

describe("several marks at once", () => {
  it("are picked with Shift, moved, relabelled, grouped, locked and deleted together, each one step", () => {
    const { editor, hand } = setUp("select");
    for (const x of [10, 60, 110]) editor.draw({ xMin: x, yMin: 10, xMax: x + 30, yMax: 40 });
    click(hand, 20, 20);
    click(hand, 70, 20, { shift: true });
    expect(editor.store.allSelected).toHaveLength(2);
    drag(hand, [[70, 20], [80, 30], [75, 60]]);
    expect([...editor.store.values()].map((shape) => boundsOf(shape).yMin)).toEqual([50, 50, 10]);
    editor.relabelSelected("blue");
    editor.toggleGroup();
    editor.store.select(null);
    editor.pick("s1");
    expect(editor.store.allSelected.map((shape) => shape.id)).toEqual(["s1", "s2"]);
    editor.toggleLock();
    editor.removeSelected();
    expect(editor.store.size).toBe(3);
    editor.toggleLock();
    editor.removeSelected();
    expect(editor.store.size).toBe(1);
    while (editor.store.canUndo) editor.store.undo();
    expect(editor.store.size).toBe(0);
  });

  it("are copied beside themselves here and to the same place on the next image, inside it", () => {
    const { editor } = setUp("select");
    editor.draw({ xMin: 10, yMin: 10, xMax: 40, yMax: 40 });
    editor.draw({ xMin: 250, yMin: 150, xMax: 290, yMax: 190 });
    expect(editor.copy(true)).toBe(2);
    editor.paste();
    expect(editor.store.allSelected.map((shape) => boundsOf(shape).xMin)).toEqual([18, 258]);
    editor.load([], { width: 100, height: 100 });
    editor.paste();
    expect([...editor.store.values()].map((shape) => boundsOf(shape))).toMatchObject([{ xMin: 10, yMin: 10, xMax: 40, yMax: 40 }, { xMax: 100, yMax: 100 }]);
    editor.store.undo();
    expect(editor.store.size).toBe(0);
  });

  it("change their order, and only that", () => {
    const { editor } = setUp("select");
    for (const x of [10, 20, 30]) editor.draw({ xMin: x, yMin: 10, xMax: x + 50, yMax: 60 });
    const order = (): string[] => editor.store.inOrder().map((shape) => shape.id);
    editor.pick("s1");
    editor.reorder("forward");
    expect(order()).toEqual(["s2", "s1", "s3"]);
    editor.reorder("front");
    expect(order()).toEqual(["s2", "s3", "s1"]);
    editor.reorder("back");
    expect(order()).toEqual(["s1", "s2", "s3"]);
    while (editor.store.size === 3 && editor.store.undo() === "order");
    expect(order().length).toBeLessThanOrEqual(3);
  });
});

describe("suggestions", () => {
  it("are no marks until they are taken, and say what was mended", () => {
    const { editor, hand } = setUp("select");
    editor.load([suggestion("a", 0.9, 10), suggestion("b", 0.8, 60), suggestion("c", 0.4, 110)], SIZE);
    expect([...editor.store.values()].every(isOpen)).toBe(true);
    editor.pick("a");
    expect(editor.acceptSelected()).toBe(1);
    expect(editor.store.get("a")?.suggested).toMatchObject({ state: "kept", edits: [] });
    drag(hand, [[70, 20], [75, 25], [80, 30]]);
    expect(editor.store.get("b")?.suggested).toMatchObject({ state: "changed", edits: ["place"] });
    editor.relabelSelected("blue");
    editor.relabelSelected("red");
    expect(editor.store.get("b")?.suggested?.edits).toEqual(["place", "class"]);
    editor.pick("c");
    expect(editor.rejectSelected()).toBe(1);
    expect(editor.store.size).toBe(2);
    editor.store.undo();
    expect(editor.store.get("c")?.suggested?.state).toBe("open");
  });

  it("are taken above a confidence in one step that undo takes back", () => {
    const { editor } = setUp("select");
    editor.load([suggestion("a", 0.9, 10), suggestion("b", 0.8, 60), suggestion("c", 0.4, 110)], SIZE);
    expect(editor.acceptAbove(0.8)).toBe(2);
    expect([...editor.store.values()].filter(isOpen).map((shape) => shape.id)).toEqual(["c"]);
    editor.store.undo();
    expect([...editor.store.values()].filter(isOpen)).toHaveLength(3);
  });
});

describe("attributes, hiding and snapping", () => {
  it("set, change and clear a value, each one step", () => {
    const { editor } = setUp("select");
    editor.draw({ xMin: 10, yMin: 10, xMax: 40, yMax: 40 });
    editor.setAttribute("cut", true);
    editor.setAttribute("cut", true);
    editor.setAttribute("side", "left");
    expect(editor.store.selected?.attributes).toEqual({ cut: true, side: "left" });
    editor.setAttribute("cut", null);
    expect(editor.store.selected?.attributes).toEqual({ side: "left" });
    editor.store.undo();
    editor.store.undo();
    expect(editor.store.selected?.attributes).toEqual({ cut: true });
  });

  it("pass through what is hidden or locked", () => {
    const { editor, hand } = setUp("select");
    editor.draw({ xMin: 10, yMin: 10, xMax: 90, yMax: 90 });
    editor.draw({ xMin: 20, yMin: 20, xMax: 60, yMax: 60 });
    editor.toggleHidden();
    click(hand, 30, 30);
    expect(editor.store.selection?.id).toBe("s1");
  });

  it("put a corner on a near corner, and on the edge of the image", () => {
    const { editor, hand } = setUp("box");
    editor.draw({ xMin: 50, yMin: 50, xMax: 100, yMax: 100 });
    editor.snapping = true;
    drag(hand, [[101.5, 99], [150, 150], [298, 198.5]]);
    expect(editor.store.selected && boundsOf(editor.store.selected)).toMatchObject({ xMin: 100, yMin: 100, xMax: 300, yMax: 200 });
  });
});
