// Pointer gestures become boxes, moves and resizes, in image pixels whatever the zoom.
import { describe, expect, it } from "vitest";
import { Editor } from "./editor";
import type { PointerAt } from "./pointer";
import { PointerGestures } from "./pointer";
import { boundsOf } from "./shapes";
import type { View } from "./viewport";

const SCREEN = { width: 800, height: 600 };
const VIEW: View = { scale: 2, x: 20, y: 10 };

function setUp(): { editor: Editor; gestures: PointerGestures } {
  let next = 0;
  const editor = new Editor({ newId: () => `s${String((next += 1))}`, classId: "red", size: { width: 300, height: 200 } });
  return { editor, gestures: new PointerGestures(editor) };
}

/** A pointer event over an image point. */
function at(x: number, y: number, extra: Partial<PointerAt> = {}): PointerAt {
  return { x: x * VIEW.scale + VIEW.x, y: y * VIEW.scale + VIEW.y, button: 0, alt: false, ...extra };
}

function drag(gestures: PointerGestures, from: PointerAt, to: PointerAt): void {
  gestures.down(from, VIEW);
  gestures.move(to, VIEW, SCREEN);
  gestures.up(to, VIEW);
}

function click(gestures: PointerGestures, where: PointerAt): void {
  gestures.down(where, VIEW);
  gestures.up(where, VIEW);
}

describe("PointerGestures", () => {
  it("draws a box by dragging in any direction", () => {
    const { editor, gestures } = setUp();
    drag(gestures, at(60, 50), at(10, 20));
    expect(editor.store.selected && boundsOf(editor.store.selected)).toMatchObject({ xMin: 10, yMin: 20, xMax: 60, yMax: 50 });
  });

  it("draws a box by two clicks", () => {
    const { editor, gestures } = setUp();
    click(gestures, at(10, 20));
    gestures.move(at(40, 40), VIEW, SCREEN);
    expect(editor.store.size).toBe(0);
    click(gestures, at(60, 50));
    expect(editor.store.selected && boundsOf(editor.store.selected)).toMatchObject({ xMin: 10, yMin: 20, xMax: 60, yMax: 50 });
    editor.store.undo();
    expect([editor.store.size, editor.store.canUndo]).toEqual([0, false]);
  });

  it("takes a double click as one corner, not as a box", () => {
    const { editor, gestures } = setUp();
    click(gestures, at(10, 20));
    click(gestures, at(10.5, 20.5));
    expect([editor.store.size, editor.store.draft]).toEqual([0, { kind: "bbox", points: [{ x: 10, y: 20 }] }]);
  });

  it("always draws with the drawing tool, even over a shape and its handles", () => {
    const { editor, gestures } = setUp();
    drag(gestures, at(10, 10), at(60, 60));
    drag(gestures, at(60, 60), at(90, 90));
    expect(editor.store.size).toBe(2);
  });

  it("reshapes with the drawing tool while Alt is held", () => {
    const { editor, gestures } = setUp();
    drag(gestures, at(10, 10), at(60, 60));
    drag(gestures, at(60, 60, { alt: true }), at(80, 70, { alt: true }));
    expect(editor.store.selected && boundsOf(editor.store.selected)).toMatchObject({ xMin: 10, yMin: 10, xMax: 80, yMax: 70 });
    expect(editor.store.size).toBe(1);
  });

  it("moves a picked shape and keeps it inside the image", () => {
    const { editor, gestures } = setUp();
    drag(gestures, at(10, 10), at(60, 60));
    editor.setTool("select");
    drag(gestures, at(30, 30), at(-100, 35));
    expect(editor.store.selected && boundsOf(editor.store.selected)).toMatchObject({ xMin: 0, yMin: 15, xMax: 50, yMax: 65 });
  });

  it("picks the smaller of two nested shapes", () => {
    const { editor, gestures } = setUp();
    drag(gestures, at(30, 30), at(40, 40));
    drag(gestures, at(10, 10), at(90, 90));
    editor.setTool("select");
    click(gestures, at(35, 35));
    expect(editor.store.selection?.id).toBe("s1");
  });

  it("does not move a shape by a click that trembles", () => {
    const { editor, gestures } = setUp();
    drag(gestures, at(10, 10), at(60, 60));
    editor.setTool("select");
    drag(gestures, at(30, 30), at(31, 30.5));
    expect(boundsOf(editor.store.inOrder()[0] ?? expect.fail("no shape")).xMin).toBe(10);
  });

  it("pans with the hand, the middle button and a held key, and never edits meanwhile", () => {
    const { editor, gestures } = setUp();
    for (const [prepare, button] of [
      [() => editor.setTool("hand"), 0],
      [() => editor.setTool("box"), 1],
      [() => { gestures.panHeld = true; }, 0],
    ] as const) {
      prepare();
      gestures.down(at(50, 50, { button }), VIEW);
      const view = gestures.move(at(60, 45, { button }), VIEW, SCREEN);
      gestures.up(at(60, 45, { button }), view);
      expect([view.x - VIEW.x, view.y - VIEW.y]).toEqual([20, -10]);
    }
    expect([editor.store.size, editor.store.draft]).toEqual([0, null]);
  });

  it("keeps a begun box through a pan", () => {
    const { editor, gestures } = setUp();
    click(gestures, at(10, 20));
    drag(gestures, at(50, 50, { button: 1 }), at(60, 60, { button: 1 }));
    expect(editor.store.draft).toEqual({ kind: "bbox", points: [{ x: 10, y: 20 }] });
  });

  it("leaves no trace of a cancelled drag", () => {
    const { editor, gestures } = setUp();
    gestures.down(at(10, 10), VIEW);
    gestures.move(at(60, 60), VIEW, SCREEN);
    gestures.cancel();
    gestures.up(at(60, 60), VIEW);
    expect([editor.store.size, gestures.preview]).toEqual([0, null]);
  });

  it("names the cursor for what a press would do", () => {
    const { editor, gestures } = setUp();
    drag(gestures, at(50, 50), at(100, 100));
    expect(gestures.cursorAt(at(70, 70), VIEW)).toBe("crosshair");
    editor.setTool("select");
    expect(gestures.cursorAt(at(50, 50), VIEW)).toBe("nwse-resize");
    expect(gestures.cursorAt(at(75, 50), VIEW)).toBe("ns-resize");
    expect(gestures.cursorAt(at(70, 70), VIEW)).toBe("move");
    expect(gestures.cursorAt(at(150, 150), VIEW)).toBe("default");
  });
});
