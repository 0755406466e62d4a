// The policy page's own work: faults by line, rows at a glance.
import { describe, expect, it } from "vitest";
import { ApiError } from "@/api/http";
import type { Rulebook } from "@/api/types";
import { faultsOf, placeOfLine, rulesOf, share, signersOf, spanOf } from "./policyView";

const guard = { signatures: 2, by: ["approver", "lead"], people: [], not_by: ["author"], evidence: [], expires_s: 14 * 86_400, break_glass: null };
const rulebook: Rulebook = {
  version: 1, source: "x", words: [], warnings: [],
  rules: {
    classes: { "*": { human_review: "sampled", automatic_above: 0.9, max_error: 0.05 }, crack: { human_review: "always", automatic_above: null, max_error: 0.05 }, break: { human_review: "always", automatic_above: null, max_error: 0.05 } },
    guards: { policy: guard, gold: { ...guard, signatures: 0 }, release: { ...guard, people: ["eva"] } },
    serving: { ask_below: 0.6, random_share: 0.05 }, promotion: { margin: 0.01, floors: {}, roll_back_below: null }, retrain: [],
  },
};

describe("a refused file", () => {
  it("names the lines", () => {
    const details = [{ line: 3, what: "approvals.relase is not known" }, { line: null, what: "it is empty" }];
    expect(faultsOf(new ApiError(422, { code: "governance.policy_file", message: "", hint: "", details }))).toEqual(details);
  });

  it("is told apart from any other refusal", () => {
    expect(faultsOf(new ApiError(409, { code: "governance.policy_stale", message: "", hint: "" }))).toBeNull();
    expect(faultsOf(new Error("away"))).toBeNull();
  });

  it("has its caret put on the line that is meant", () => {
    expect(placeOfLine("one\ntwo\nthree", 2)).toEqual([4, 7]);
    expect(placeOfLine("one", 9)).toEqual([4, 4]);
  });
});

describe("rules at a glance", () => {
  it("leave out what nobody guards and put every other class last", () => {
    const rules = rulesOf(rulebook);
    expect(rules.guards.map((row) => row.what)).toEqual(["release", "policy"]);
    expect(rules.classes.map((row) => row.id)).toEqual(["break", "crack", "*"]);
  });

  it("say who signs, within what time, and shares as percent", () => {
    expect(rulesOf(rulebook).guards.map(signersOf)).toEqual(["approver or lead, only eva", "approver or lead"]);
    expect([spanOf(14 * 86_400), spanOf(86_400), spanOf(7200)]).toEqual(["14 days", "1 day", "2 hours"]);
    expect(share(0.025)).toBe("2.5\u202f%");
  });
});
