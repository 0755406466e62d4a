// The selection page's own words and requests.
import { describe, expect, it } from "vitest";
import type { SelectionGain, SelectionItem } from "@/api/types";
import { FIRST, notMeasured, reasonsOf, requestOf, verdictOf, whyOf } from "./selectionView";

const none = { value: null, low: null, high: null, n: 0, n_items: 0, method: "wilson" };

function gain(chosen: number, random: number, saving: number | null = null): SelectionGain {
  return { chosen: { ...none, n: chosen }, random: { ...none, n: random }, saving: { ...none, value: saving }, needs: 10 };
}

describe("a draft", () => {
  it("asks only for quotas above nothing, and names itself when nobody did", () => {
    const asked = requestOf({ ...FIRST, quotas: { rbc: 0, wbc: 12 }, random: 15 }, new Date("2026-11-24T10:00:00Z"));
    expect(asked.quotas).toEqual({ wbc: 12 });
    expect(asked.random_share).toBeCloseTo(0.15);
    expect(asked.name).toBe("selection 2026-11-24");
    expect(requestOf({ ...FIRST, name: "  night shift " }, new Date()).name).toBe("night shift");
  });
});

describe("a reason", () => {
  const item: SelectionItem = { rank: 0, item_id: "i", item_name: "a.png", thumb_url: "", reason: "quota", score: 0.412, cluster: null, likeliest: "wbc", passed_over: 2 };

  it("says the class by its name, and the score it was chosen by", () => {
    expect(whyOf(item, (id) => ({ wbc: "White cell" })[id] ?? id)).toBe("fills the quota, likeliest White cell, score .41");
    expect(whyOf({ ...item, reason: "random", score: null, likeliest: null }, String)).toBe("drawn by lot");
  });

  it("of a kind that is new here is shown as it is", () => {
    expect(whyOf({ ...item, reason: "rare", score: null, likeliest: null }, String)).toBe("rare");
  });

  it("that is most frequent stands first", () => {
    expect(reasonsOf({ random: 2, margin: 7, quota: 2 })).toEqual([["margin", 7], ["quota", 2], ["random", 2]]);
  });
});

describe("the saving", () => {
  it("says what is missing until it is measured", () => {
    expect(notMeasured(gain(40, 4), true)).toContain("40 chosen and 4 by lot");
    expect(notMeasured(gain(40, 12), true)).toContain("none of the chosen");
    expect(notMeasured(gain(0, 0), false)).toContain("No model");
    expect(notMeasured(gain(40, 12, 0.3), true)).toBeNull();
  });

  it("is claimed only when its interval leaves no saving out", () => {
    const of = (low: number, high: number) => verdictOf({ ...none, value: (low + high) / 2, low, high });
    expect([of(0.1, 0.5), of(-0.3, 0.7), of(-0.9, -0.1)]).toEqual(["saves", "unsure", "costs"]);
  });
});
