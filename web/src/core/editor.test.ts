// The verbs of the editor: drawing, nudging, relabelling, and what a read-only canvas refuses.
import { describe, expect, it } from "vitest";
import { Editor } from "./editor";
import { boundsOf } from "./shapes";

function editor(readOnly = false): Editor {
  let next = 0;
  return new Editor({ newId: () => `s${String((next += 1))}`, classId: "red", size: { width: 100, height: 80 }, readOnly });
}

describe("Editor", () => {
  it("draws a box clipped to the image with float coordinates kept", () => {
    const it = editor();
    const drawn = it.draw({ xMin: -5, yMin: 10.25, xMax: 30.5, yMax: 200 });
    expect(drawn && boundsOf(drawn)).toMatchObject({ xMin: 0, yMin: 10.25, xMax: 30.5, yMax: 80 });
    expect(it.store.selection).toEqual({ id: "s1", by: "drawn" });
  });

  it("refuses a box thinner than a pixel", () => {
    const it = editor();
    expect(it.draw({ xMin: 5, yMin: 5, xMax: 5.5, yMax: 30 })).toBeNull();
    expect(it.store.canUndo).toBe(false);
  });

  it("draws a box with the keyboard alone", () => {
    const it = editor();
    it.moveCursor({ x: 10, y: 10 });
    it.placeCorner(it.cursor);
    for (let step = 0; step < 20; step += 1) it.nudge(1, 1);
    const drawn = it.placeCorner(it.cursor);
    expect(drawn && boundsOf(drawn)).toMatchObject({ xMin: 10, yMin: 10, xMax: 30, yMax: 30 });
  });

  it("keeps a begun box when the second corner is too near to make one", () => {
    const it = editor();
    it.placeCorner({ x: 10, y: 10 });
    expect(it.placeCorner({ x: 10.2, y: 40 })).toBeNull();
    expect(it.store.draft).toEqual({ kind: "bbox", points: [{ x: 10, y: 10 }] });
  });

  it("stops a nudged box at the edge with its size kept", () => {
    const it = editor();
    it.draw({ xMin: 85, yMin: 10, xMax: 95, yMax: 20 });
    it.nudge(10, 0);
    const moved = it.store.selected;
    expect(moved && boundsOf(moved)).toMatchObject({ xMin: 90, xMax: 100 });
  });

  it("makes one step of a held arrow key and two of two presses", () => {
    const it = editor();
    it.draw({ xMin: 10, yMin: 10, xMax: 20, yMax: 20 });
    for (let press = 0; press < 5; press += 1) it.nudge(1, 0);
    it.store.closeStep();
    it.nudge(1, 0);
    it.store.undo();
    expect(it.store.selected && boundsOf(it.store.selected).xMin).toBe(15);
    it.store.undo();
    expect(it.store.selected && boundsOf(it.store.selected).xMin).toBe(10);
  });

  it("lets a box just drawn keep its class when the next class is chosen", () => {
    const it = editor();
    it.draw({ xMin: 10, yMin: 10, xMax: 20, yMax: 20 });
    it.chooseClass("white");
    expect(it.store.get("s1")?.classId).toBe("red");
    expect([it.store.selection, it.classId]).toEqual([null, "white"]);
  });

  it("relabels a box that was picked on purpose, in one undoable step", () => {
    const it = editor();
    it.draw({ xMin: 10, yMin: 10, xMax: 20, yMax: 20 });
    it.cycle(1);
    it.chooseClass("white");
    expect(it.store.get("s1")?.classId).toBe("white");
    it.store.undo();
    expect(it.store.get("s1")?.classId).toBe("red");
  });

  it("relabels the box just drawn when asked for by name", () => {
    const it = editor();
    it.draw({ xMin: 10, yMin: 10, xMax: 20, yMax: 20 });
    it.relabelSelected("white");
    expect(it.store.get("s1")?.classId).toBe("white");
  });

  it("cycles through all marks in both directions", () => {
    const it = editor();
    for (const x of [0, 20, 40]) it.draw({ xMin: x, yMin: 0, xMax: x + 10, yMax: 10 });
    it.store.select(null);
    expect([1, 1, 1, 1].map(() => it.cycle(1)?.id)).toEqual(["s1", "s2", "s3", "s1"]);
    expect(it.cycle(-1)?.id).toBe("s3");
  });

  it("stretches the far edges and never past the near ones", () => {
    const it = editor();
    it.draw({ xMin: 10, yMin: 10, xMax: 12, yMax: 20 });
    it.stretch(-1, 0);
    it.stretch(-1, 0);
    expect(it.store.selected && boundsOf(it.store.selected)).toMatchObject({ xMin: 10, xMax: 11 });
  });

  it("changes nothing when it is read-only, but still picks", () => {
    const it = editor(true);
    it.load([{ id: "x", classId: "red", geometry: { kind: "bbox", xMin: 1, yMin: 1, xMax: 9, yMax: 9 }, z: 1 }], { width: 100, height: 80 });
    const version = it.store.version;
    it.cycle(1);
    it.setTool("box");
    it.draw({ xMin: 10, yMin: 10, xMax: 20, yMax: 20 });
    it.placeCorner({ x: 3, y: 3 });
    it.nudge(1, 1);
    it.stretch(3, 3);
    it.chooseClass("white");
    it.removeSelected();
    it.duplicateSelected();
    expect([it.store.version, it.store.size, it.tool, it.store.selection?.id]).toEqual([version, 1, "select", "x"]);
  });
});
