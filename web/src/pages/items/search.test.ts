// The address of the item browser keeps every filter, and strange words in it ask nothing.
import { describe, expect, it } from "vitest";
import { isFiltered, lookingFor } from "./search";

describe("what the item browser looks for", () => {
  it("reads every filter from the address", () => {
    expect(lookingFor({ state: "disputed", q: "a b", class: "rbc", by: "u1,u2", below: "0.7", gold: "none", order: "worst" })).toEqual({
      state: "disputed", q: "a b", label_class: "rbc", author: ["u1", "u2"], below: 0.7, gold: "none", order: "worst",
    });
  });
  it("asks nothing by words it does not know", () => {
    expect(lookingFor({ state: "lost", below: "much", gold: "maybe", order: "best", by: "" })).toEqual({ state: null, q: null, label_class: null, author: [], below: null, gold: null, order: null });
  });
  it("knows whether anything is left out", () => {
    expect([isFiltered({}), isFiltered({ order: "worst" }), isFiltered({ q: "x" })]).toEqual([false, false, true]);
  });
});
