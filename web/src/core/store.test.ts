// The log of gestures: everything can be undone and done again, and one gesture is one step.
import { describe, expect, it } from "vitest";
import { Editor } from "./editor";
import type { Shape } from "./shapes";
import { bbox } from "./shapes";
import { ShapeStore } from "./store";

function shape(id: string, x = 0, z = 1): Shape {
  return { id, classId: "a", geometry: bbox({ xMin: x, yMin: 0, xMax: x + 10, yMax: 10 }), z };
}

function editor(): Editor {
  let next = 0;
  return new Editor({ newId: () => `s${String((next += 1))}`, classId: "a", size: { width: 200, height: 100 } });
}

/** A small seeded generator, so that a failing run can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

describe("ShapeStore", () => {
  it("undoes and redoes a drawn shape together with its selection", () => {
    const store = new ShapeStore();
    store.perform("draw", [{ id: "x", before: null, after: shape("x") }], { id: "x", by: "drawn" });
    store.undo();
    expect([store.size, store.selection]).toEqual([0, null]);
    store.redo();
    expect([store.size, store.selection]).toEqual([1, { id: "x", by: "drawn" }]);
  });

  it("makes one step of a begun and finished box, and undoes the first corner alone while it is unfinished", () => {
    const store = new ShapeStore();
    const begun = { kind: "bbox", points: [{ x: 1, y: 2 }] } as const;
    store.setDraft(begun);
    store.undo();
    expect(store.draft).toBeNull();
    store.redo();
    expect(store.draft).toEqual(begun);
    store.finishDraft([{ id: "x", before: null, after: shape("x") }], { id: "x", by: "drawn" });
    expect([store.draft, store.size]).toEqual([null, 1]);
    store.undo();
    expect([store.draft, store.size, store.canUndo]).toEqual([null, 0, false]);
  });

  it("forgets what was undone once something new is done", () => {
    const store = new ShapeStore();
    store.perform("draw", [{ id: "x", before: null, after: shape("x") }], null);
    store.undo();
    store.perform("draw", [{ id: "y", before: null, after: shape("y") }], null);
    expect(store.canRedo).toBe(false);
    expect(store.inOrder().map((s) => s.id)).toEqual(["y"]);
  });

  it("counts what changed after a version, deletions too", () => {
    const store = new ShapeStore();
    store.load([shape("x"), shape("y")]);
    const saved = store.version;
    expect(store.changedSince(saved)).toBe(0);
    store.perform("delete", [{ id: "x", before: shape("x"), after: null }], null);
    store.perform("draw", [{ id: "z", before: null, after: shape("z") }], null);
    expect(store.changedSince(saved)).toBe(2);
  });

  it("keeps an unfinished box when the selection changes", () => {
    const store = new ShapeStore();
    store.load([shape("x")]);
    store.setDraft({ kind: "bbox", points: [{ x: 1, y: 1 }] });
    store.select("x");
    expect(store.draft).not.toBeNull();
  });

  it("comes back to every earlier state by undo and forward again by redo, whatever was done", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const draw = random(seed);
      const it = editor();
      const seen = [JSON.stringify(it.store.inOrder())];
      for (let step = 0; step < 60; step += 1) {
        const what = Math.floor(draw() * 6);
        const x = draw() * 180;
        const y = draw() * 80;
        if (what <= 1) it.draw({ xMin: x, yMin: y, xMax: x + 3 + draw() * 30, yMax: y + 3 + draw() * 30 });
        if (what === 2) it.nudge(Math.round(draw() * 20 - 10), 3);
        if (what === 3) it.relabelSelected(draw() < 0.5 ? "a" : "b");
        if (what === 4 && draw() < 0.3) it.removeSelected();
        if (what === 5) it.cycle(1);
        it.store.closeStep();
        const now = JSON.stringify(it.store.inOrder());
        if (now !== seen.at(-1)) seen.push(now);
      }
      for (const state of seen.slice(0, -1).reverse()) {
        it.store.undo();
        expect(JSON.stringify(it.store.inOrder())).toBe(state);
      }
      expect(it.store.canUndo).toBe(false);
      for (const state of seen.slice(1)) {
        it.store.redo();
        expect(JSON.stringify(it.store.inOrder())).toBe(state);
      }
    }
  });
});
