// Steps and gate lines of a promotion: state, time, and the failing line in words.
import { describe, expect, it } from "vitest";
import type { Estimate, Evaluation, Promotion, PromotionSeen, Proposal } from "@/api/types";
import type { GateDocument } from "./gate";
import { gateLines, gateRows, headlineOf, marginText, passing, verdictState } from "./gate";
import { stepsOf, stoppedAt } from "./steps";
import { titleOfAll, titleOfOne } from "./titles";

const estimate = (value: number, half = 0.01, n = 400): Estimate => ({ value, low: value - half, high: value + half, n, n_items: n, method: "tango-paired" });
const RULES = { margin: 0.01, level: 0.05, slice_level: 0.05, min_items: 100, min_slice_items: 30, open_findings: 0 };
const PAIRED: GateDocument = {
  kind: "paired", passed: true, reasons: [], n_items: 400, open_findings: 0, contract: { model: ["cell"], schema: ["cell"] }, rules: RULES,
  overall: { name: "", difference: estimate(0.014), p_value: 0.0004, wins: 10, losses: 4, verdict: "pass" },
  slices: [{ name: "has cell yes", difference: estimate(0.01), p_value: 0.8, wins: 3, losses: 1, verdict: "pass" }, { name: "line 3", difference: estimate(0, 0.1, 12), p_value: 1, wins: 0, losses: 0, verdict: "too few to judge" }],
};
const name = (id: string): string => (id === "cell" ? "Cell" : id);
const state = (gate: GateDocument, id: string): [string, string] | undefined => gateLines(gate, name).filter((line) => line.id === id).map((line): [string, string] => [line.state, line.words])[0];

describe("the gate in words", () => {
  it("says the difference, its interval, n and the limit it was held against", () => {
    expect(state(PAIRED, "overall")).toEqual(["ok", "+1.4 points (+0.4 to +2.4), n 400; shown not to be worse by 1 point: p < .001, needs at most .05"]);
    expect(state(PAIRED, "slices")).toEqual(["ok", "1 slice tested, none shown to be worse (Holm); 1 too small to judge"]);
    expect(state(PAIRED, "contract")).toEqual(["ok", "answers with all 1 class in force"]);
    expect(passing(gateLines(PAIRED, name))).toEqual({ n: 4, all: 4 });
    expect(marginText({ ...PAIRED, rules: { ...RULES, margin: 0.015 } })).toBe("1.5 points");
  });

  it("puts the failing line first and names what is harmed, unknown, missing or open", () => {
    const bad: GateDocument = { ...PAIRED, slices: [{ name: "line 3", difference: estimate(-0.041, 0.02, 390), p_value: 0.0001, wins: 1, losses: 17, verdict: "fail" }] };
    expect(gateLines(bad, name)[0]).toEqual({ id: "slices", name: "No slice harmed", words: "line 3: −4.1 points (−6.1 to −2.1), n 390", state: "stop" });
    expect(state({ ...PAIRED, contract: { model: ["rust"], schema: ["cell"] } }, "contract")).toEqual(["stop", "answers with rust, which the schema does not have; cannot answer with Cell"]);
    expect(state({ ...PAIRED, open_findings: 2 }, "findings")).toEqual(["stop", "2 open on the gold, the policy allows 0"]);
  });

  it("says that there is too little gold, or that the two were held against different gold", () => {
    const few = { ...PAIRED, overall: { name: "", difference: estimate(0, 0.1, 24), p_value: 1, wins: 0, losses: 0, verdict: "too few to judge" } };
    expect(state(few, "overall")).toEqual(["stop", "24 gold images, needs 100"]);
    const { overall, ...without } = PAIRED;
    expect(overall).toBeDefined();
    expect(state(without, "overall")).toEqual(["stop", "the two were not held against the same gold"]);
  });

  it("answers in a sentence: what was shown and what could not be, or what stands in the way", () => {
    expect(headlineOf(PAIRED, gateLines(PAIRED, name))).toBe("+1.4 points (+0.4 to +2.4) on 400 gold images; the one slice that could be judged is not shown to be worse; 1 slice is too small to judge.");
    const open = { ...PAIRED, open_findings: 2 };
    expect(headlineOf(open, gateLines(open, name))).toBe("Open findings: 2 open on the gold, the policy allows 0.");
    const first: GateDocument = { kind: "first", passed: true, reasons: [], n_items: 400, open_findings: 0, contract: PAIRED.contract, rules: RULES, floors: [] };
    expect(headlineOf(first, gateLines(first, name))).toBe("Every floor is reached on 400 gold images.");
  });

  it("never calls slices that could not be tested fine", () => {
    expect(state({ ...PAIRED, slices: [] }, "slices")).toEqual(["none", "no slice has 30 images; none could be tested"]);
  });

  it("holds a first model against its floors", () => {
    const first: GateDocument = { ...PAIRED, kind: "first", floors: [{ name: "f1", floor: 0.6, measured: estimate(0.58, 0.03), verdict: "fail" }, { name: "map50", floor: 0.5, measured: null, verdict: "not measured" }] };
    expect(gateLines(first, name).map((line) => [line.state, line.words]).slice(0, 2)).toEqual([["stop", ".58 (.55–.61), n 400; lower end at least .60"], ["stop", "not measured; asked for at least .50"]]);
  });

  it("draws the comparison with bars of the evaluation, and opens the images of a slice by its own name", () => {
    const evaluation = { measures: { right_items: estimate(0.9), "right_items@has cell:yes": estimate(0.8) }, against_measures: { right_items: estimate(0.88) } } as unknown as Evaluation;
    const rows = gateRows(PAIRED, evaluation, name);
    expect(rows.map((row) => [row.name, row.look, row.thin])).toEqual([["All gold images", {}, null], ["with Cell", { slice: "has cell:yes" }, null], ["line 3", {}, "not enough, n 12, needs 30"]]);
    expect(rows[0]?.theirs?.value).toBe(0.88);
    expect(["pass", "fail", "too few to judge"].map(verdictState)).toEqual(["ok", "stop", "none"]);
  });
});

const AT = "2026-11-24T10:00:00Z";
const PROMOTION = { id: "p", model: "cells@2", model_id: "m2", instead_of: "cells@1", state: "waiting", title: "", why: "better", requested_at: AT, evaluated_at: AT, gated_at: AT, taken_at: null, in_use: false, watch_until: null, ended_at: null, reason: null, proposal_id: "q", may_sign: false, wanted_from: [], watch: null, may_roll_back: false } as unknown as PromotionSeen;
const PROPOSAL = { id: "q", signatures: [{ at: AT }], signatures_needed: 2, expires_at: "2026-12-01T10:00:00Z", emergency: null, may_sign: true, state: "open" } as unknown as Proposal;
const steps = (promotion: Partial<PromotionSeen>, proposal: Proposal | null = PROPOSAL): string[] => stepsOf({ ...PROMOTION, ...promotion }, proposal, (at) => at.slice(0, 10)).map((step) => `${step.state} ${step.words}`);

describe("the steps of a promotion", () => {
  it("go from evaluation to the watch, each with its state", () => {
    expect(steps({ state: "requested", evaluated_at: null, gated_at: null }, null)).toEqual(["waiting under way", "none not yet", "none not yet", "none not yet", "none not yet"]);
    expect(steps({ state: "evaluated", gated_at: null }, null)).toEqual(["ok measured", "waiting under way", "none not yet", "none not yet", "none not yet"]);
    expect(steps({})).toEqual(["ok measured", "ok passed", "waiting 1 of 2, until 2026-12-01", "none not yet", "none not yet"]);
    expect(steps({ state: "watched", in_use: true, taken_at: AT, watch_until: "2026-12-01T10:00:00Z" })).toEqual(["ok measured", "ok passed", "ok 1 of 2", "ok in use", "waiting until 2026-12-01"]);
    expect(steps({ state: "kept", taken_at: AT, ended_at: AT }).slice(3)).toEqual(["ok in use", "ok watched to the end"]);
  });

  it("stop where they stopped, and what follows was not reached", () => {
    expect(steps({ state: "refused", gated_at: AT, ended_at: AT }, null)).toEqual(["ok measured", "stop refused", "none not reached", "none not reached", "none not reached"]);
    expect(steps({ state: "declined", ended_at: AT }).slice(2)).toEqual(["stop declined", "none not reached", "none not reached"]);
    expect(steps({ state: "failed", evaluated_at: null, gated_at: null, ended_at: AT }, null)[0]).toBe("stop failed");
    expect(steps({ state: "rolled_back", taken_at: AT, ended_at: AT }).slice(3)).toEqual(["stop rolled back", "stop rolled back"]);
    expect(stoppedAt({ ...PROMOTION, state: "failed" })).toBe("approvals");
  });

  it("say so when another model has taken its place", () => {
    expect(steps({ state: "watched", taken_at: AT, watch_until: AT }).slice(3)).toEqual(["ok in use", "none another took its place"]);
    expect(titleOfOne({ ...PROMOTION, state: "kept" }, null, String)).toBe("cells@2 was in use; another model has taken its place");
  });

  it("warn while somebody who acted alone has no second signature", () => {
    const alone = { ...PROPOSAL, emergency: { second_by: null } } as unknown as Proposal;
    expect(steps({ state: "watched", taken_at: AT, watch_until: AT }, alone)[2]).toBe("warn 1 of 2");
  });
});

describe("titles", () => {
  it("of one say what this person may do, else where it stands", () => {
    expect(titleOfOne(PROMOTION, PROPOSAL, String)).toBe("cells@2 may replace cells@1, if you approve");
    expect(titleOfOne(PROMOTION, { ...PROPOSAL, may_sign: false }, String)).toBe("cells@2 may replace cells@1, once approved");
    expect(titleOfOne({ ...PROMOTION, instead_of: null }, PROPOSAL, String)).toBe("cells@2 may go into use, if you approve");
    expect(titleOfOne({ ...PROMOTION, state: "rolled_back" }, null, String)).toBe("cells@2 was rolled back to cells@1");
  });

  it("of the list say what waits before what is in use", () => {
    const row = PROMOTION as Promotion;
    expect(titleOfAll([], undefined, String)).toBe("No model has been promoted yet");
    expect(titleOfAll([row], "cells@1", String)).toBe("cells@2 waits for signatures");
    expect(titleOfAll([{ ...row, state: "refused" }], "cells@1", String)).toBe("cells@1 is in use");
    expect(titleOfAll([{ ...row, state: "rolled_back" }], undefined, String)).toBe("No model is in use");
  });
});
