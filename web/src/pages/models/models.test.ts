// Rows of an evaluation, crops of failures, recipes, runs and suggestions: what the pages show of what the server sends.
import { describe, expect, it } from "vitest";
import type { Certificate, Estimate, Evaluation, EvaluationItem, Model, ModelRun, SuggestionPolicy, Trainer } from "@/api/types";
import { classBook } from "@/app/project";
import { proofsOf } from "./failures";
import { classMeasures, classRows, differenceDomain, overallRows, shareDomain, sliceName, sliceRows, verdictOf } from "./forest";
import { points, pointsInterval } from "./points";
import { configOf, isName, jsonObject } from "./recipe";
import { isTraining, progressWords, trainingBody } from "./runs";
import { certificateWords, classRowsOf, share, suggestsThis } from "./suggesting";
import { titleOfAll, titleOfOne } from "./titles";

const estimate = (value: number | null, half = 0.02, n_items = 100): Estimate => ({ value, low: value === null ? null : value - half, high: value === null ? null : value + half, n: 4 * n_items, n_items, method: "test" });

const EVALUATION: Evaluation = {
  id: "e", model: "cells@2", model_id: "m2", against: "cells@1", against_id: "m1", min_confidence: 0.5, classes: ["cell", "dust"], n_items: 100, gold_digest: "a".repeat(64), digest: "b".repeat(64), at: "2026-11-24T10:00:00Z",
  measures: { f1: estimate(0.8), right_items: estimate(0.7), precision: estimate(0.82), recall: estimate(0.79), "f1/cell": estimate(0.9), "f1/dust": estimate(null), "recall/cell": estimate(0.9), "recall/dust": { ...estimate(null), n: 0 }, "right_items@line:3": estimate(0.6, 0.1, 40), "right_items@has cell:yes": estimate(0.5, 0.3, 12), "right_items@group:plate-7": estimate(0.5, 0.3, 12) },
  against_measures: { f1: estimate(0.75), right_items: estimate(0.66), "right_items@line:3": estimate(0.5, 0.1, 40) },
  differences: { f1: estimate(0.05), right_items: estimate(0.04), "right_items@line:3": estimate(-0.03, 0.05, 40) },
  error_kinds: { missed: 3 }, failures: [],
};

const name = (id: string): string => ({ cell: "Cell", dust: "Dust" })[id] ?? id;
const book = classBook([{ id: "cell", name: "Cell" }, { id: "dust", name: "Dust" }].map((each) => ({ ...each, shapes: ["bbox"], key: null, attributes: [], rules: {} })) as unknown as Parameters<typeof classBook>[0]);

describe("points", () => {
  it("have a sign, and nothing has none", () => {
    expect(points(0.0141)).toBe("+1.4");
    expect(points(-0.0641)).toBe("−6.4");
    expect(points(-0.0002)).toBe("0.0");
    expect(pointsInterval({ low: -0.064, high: 0.019 })).toBe("−6.4 to +1.9");
    expect(pointsInterval({ low: null, high: null })).toBe("");
  });
});

describe("rows of an evaluation", () => {
  it("are the headlines that were measured, each with the items behind it", () => {
    const rows = overallRows(EVALUATION);
    expect(rows.map((row) => row.id)).toEqual(["f1", "precision", "recall", "right_items"]);
    expect(rows[0]?.theirs?.value).toBe(0.75);
    expect(rows[1]?.theirs).toBeNull();
    expect(rows.every((row) => row.look.wrong === true)).toBe(true);
  });

  it("say of a class without gold marks that there are none, never zero", () => {
    expect(classMeasures(EVALUATION)).toEqual(["f1", "recall"]);
    const rows = classRows(EVALUATION, "f1", name);
    expect(rows.map((row) => [row.name, row.thin])).toEqual([["Cell", null], ["Dust", "no gold mark of this class"]]);
    expect(rows[0]?.look).toEqual({ label_class: "cell" });
  });

  it("leave out slices of single objects and call small ones too few to judge", () => {
    const rows = sliceRows(EVALUATION, name);
    expect(rows.map((row) => row.name)).toEqual(["line 3", "with Cell"]);
    expect(rows[0]?.thin).toBeNull();
    expect(rows[1]?.thin).toBe("too few to judge, n 12, needs 30");
  });

  it("name slices in words", () => {
    expect(sliceName("marks:2-5", name)).toBe("2 to 5 marks");
    expect(sliceName("origin:real", name)).toBe("real images");
    expect(sliceName("camera:A:2", name)).toBe("camera A:2");
  });

  it("share one scale that holds every interval", () => {
    const rows = overallRows(EVALUATION);
    const [low, high] = shareDomain(rows);
    for (const row of rows) expect([row.mine.low, row.theirs?.low ?? 1].every((x) => (x ?? 0) >= low)).toBe(true);
    expect(high).toBeLessThanOrEqual(1);
    const [left, right] = differenceDomain(rows, 0.01);
    expect(-left).toBe(right);
    expect(right).toBeGreaterThanOrEqual(0.07);
    expect(shareDomain([])).toEqual([0, 1]);
  });

  it("claim a difference only where the interval leaves out nothing", () => {
    expect(verdictOf(estimate(0.04))).toBe("better");
    expect(verdictOf(estimate(-0.04))).toBe("worse");
    expect(verdictOf(estimate(0.01))).toBe("same");
    expect(verdictOf(null)).toBeNull();
  });
});

describe("titles", () => {
  const model = { id: "m2", title: "cells@2", name: "cells", standing: "evaluated", aliases: [] as string[] } as unknown as Model;

  it("of a version say how it stands beside the one in use", () => {
    expect(titleOfOne(model, EVALUATION)).toBe("Better than cells@1 by 4.0 points (+2.0 to +6.0)");
    expect(titleOfOne(model, { ...EVALUATION, differences: { right_items: estimate(0.01) } })).toBe("Not shown to be better or worse than cells@1 (−1.0 to +3.0 points)");
    expect(titleOfOne(model, { ...EVALUATION, against: null, differences: null })).toBe("F1 .80 (.78–.82) on 100 gold images");
    expect(titleOfOne(model, undefined)).toBe("cells@2 is not measured yet");
  });

  it("of the list say what is in use and what is on its way", () => {
    const use = { ...model, title: "cells@1", standing: "in_use" } as Model;
    const candidate = { ...model, standing: "candidate" } as Model;
    expect(titleOfAll([])).toBe("No model yet");
    expect(titleOfAll([model])).toBe("1 version, none in use");
    expect(titleOfAll([candidate, use])).toBe("cells@1 is in use, cells@2 is on its way");
  });
});

describe("failures", () => {
  const item = (errors: EvaluationItem["errors"]): EvaluationItem => ({ item_id: "i", name: "a.png", image_url: "/i", thumb_url: "/t", width_px: 100, height_px: 80, n_units: 3, n_errors: errors.length, correct: errors.length === 0, beside: null, errors, against_errors: [] });
  const missed = { kind: "missed" as const, label_class: "cell", bbox: [10, 10, 20, 20] as [number, number, number, number], answer_class: null, answer_bbox: null };
  const moved = { kind: "mislocalised" as const, label_class: "dust", bbox: [40, 40, 50, 50] as [number, number, number, number], answer_class: "dust", answer_bbox: [45, 42, 60, 55] as [number, number, number, number] };

  it("show each error that was asked for, gold dashed and the model full", () => {
    const proofs = proofsOf(item([missed, moved]), book);
    expect(proofs.map((proof) => proof.caption)).toEqual(["missed Cell", "Dust, badly placed"]);
    expect(proofs[1]?.crop?.bbox).toEqual([40, 40, 60, 55]);
    expect(proofs[1]?.crop?.marks.map((mark) => mark.style)).toEqual(["expected", "drawn"]);
    expect(proofsOf(item([missed, moved]), book, { kind: "missed" })).toHaveLength(1);
  });

  it("show what the model in use gets wrong where only this one is right", () => {
    const better = { ...item([]), beside: "better" as const, against_errors: [missed] };
    expect(proofsOf(better, book, { beside: "better" }).map((proof) => proof.caption)).toEqual(["missed Cell"]);
    expect(proofsOf(better, book).map((proof) => proof.caption)).toEqual(["right"]);
  });

  it("show the whole picture for tags and for items without an error", () => {
    const tag = { bbox: null, answer_class: null, answer_bbox: null };
    const [wrong] = proofsOf(item([{ ...tag, kind: "spurious", label_class: "dust" }, { ...tag, kind: "missed", label_class: "cell" }]), book);
    expect([wrong?.crop, wrong?.caption]).toEqual([null, "gold says Cell, the model Dust"]);
    expect(proofsOf(item([]), book)[0]?.caption).toBe("right");
  });
});

describe("recipes and runs", () => {
  const trainer: Trainer = { name: "boards", words: "", added: false, settings: [{ name: "epochs", kind: "whole", default: 20, low: 1, high: 200, words: "" }, { name: "template", kind: "json", default: null, low: null, high: null, words: "" }] };

  it("send only what departs from the defaults, and name what is no object", () => {
    expect(configOf(trainer, { epochs: 20 })).toEqual({ config: {}, bad: null });
    expect(configOf(trainer, { epochs: 30, template: '{"replace": ["a", "b"]}' })).toEqual({ config: { epochs: 30, template: { replace: ["a", "b"] } }, bad: null });
    expect(configOf(trainer, { template: "[1]" }).bad).toBe("template");
    expect(configOf({ ...trainer, added: true, settings: [] }, { "": '{"x": 1}' }).config).toEqual({ x: 1 });
    expect(jsonObject("no")).toBeNull();
    expect([isName("cells-1.5"), isName("-x"), isName("")]).toEqual([true, false, false]);
  });

  const run = { id: "r", kind: "tags", name: "shade", release: "r1", config: { l2: 3, intended_use: "shades" }, state: "running", steps: ["gather", "fit", "register"], steps_done: 1, cpu_s: 1, model: null, model_id: null, error: null } as unknown as ModelRun;

  it("say at which step a run is, and where it failed", () => {
    expect(progressWords(run)).toBe("step 2 of 3: fit");
    expect(progressWords({ ...run, state: "failed" })).toBe("failed, 1 of 3 steps done");
    expect(progressWords({ ...run, state: "finished", steps_done: 3 })).toBe("finished");
  });

  it("begin a training again with the same recipe, unless its release is gone", () => {
    expect(isTraining(run)).toBe(true);
    expect(isTraining({ ...run, kind: "evaluate" })).toBe(false);
    expect(trainingBody(run, [{ id: "R", name: "r1" }])).toEqual({ trainer: "tags", name: "shade", release: "R", intended_use: "shades", config: { l2: 3 } });
    expect(trainingBody(run, [])).toBeNull();
  });
});

describe("what a model may do for each class", () => {
  const policy: SuggestionPolicy = { version: 2, model: "production", withheld_share: 0.2, audit_share: 0.05, classes: { "*": { mode: "loop", show_above: 0.5, target: 0.05, sureness: 0.9 }, cell: { mode: "automatic", show_above: 0.7, target: 0.05, sureness: 0.9 } } };
  const held = { id: "c", label_class: "cell", state: "certified", words: "At most 5 % wrong among accepted, 90 % sure, n = 212, 4 wrong", threshold: 0.91, n_taken: 30, n_audits: 3 } as unknown as Certificate;

  it("follows the rule for all others where a class has none, and the newest certificate that was not replaced", () => {
    const rows = classRowsOf(policy, ["cell", "dust"], [{ ...held, state: "replaced" }, held]);
    expect(rows.map((row) => [row.id, row.rule.mode, row.certificate?.state ?? null])).toEqual([["cell", "automatic", "certified"], ["dust", "loop", null], ["*", "loop", null]]);
  });

  it("says what is certified, or that nothing is", () => {
    const [cell, dust] = classRowsOf(policy, ["cell", "dust"], [held]);
    expect(cell && certificateWords(cell)).toEqual({ state: "ok", words: held.words, more: "from confidence .91 on; 30 taken unseen, 3 audited" });
    expect(dust && certificateWords(dust).words).toBe("no certificate asked for");
  });

  it("knows whether this version's answers are those suggested", () => {
    const model = { id: "m", title: "cells@2", name: "cells", aliases: ["production"] } as unknown as Model;
    expect(suggestsThis(policy, model)).toBe(true);
    expect(suggestsThis(policy, { ...model, aliases: [] })).toBe(false);
    expect(suggestsThis({ ...policy, version: 0 }, model)).toBe(false);
    expect([share(0.2), share(0.025)]).toEqual(["20\u202f%", "2.5\u202f%"]);
  });
});
