// The arithmetic of the components: crops with their surroundings, strips that fit, initials, ticks, urgency of gates.
import { describe, expect, it } from "vitest";
import { bandPath, linear, linePath, ticks } from "./chart";
import { surroundings } from "./CropCard";
import type { GateValue } from "./GateRow";
import { byUrgency, domainFor } from "./GateRow";
import { layoutFor } from "./ItemsStrip";
import { evidenceCount } from "./Measure";
import { initialsOf } from "./Person";

describe("a crop", () => {
  it("shows at least half the mark's size on every side, in the card's shape", () => {
    for (const bbox of [[10, 10, 50, 30], [0, 0, 4, 90], [300, 5, 301, 6]] as const) {
      const [x, y, width, height] = surroundings(bbox, 1.6);
      const side = Math.max(bbox[2] - bbox[0], bbox[3] - bbox[1]);
      expect(width / height).toBeCloseTo(1.6, 9);
      expect(bbox[0] - x).toBeGreaterThanOrEqual(side / 2 - 1e-9);
      expect(y + height - bbox[3]).toBeGreaterThanOrEqual(side / 2 - 1e-9);
    }
  });
});

describe("the items strip", () => {
  it("fits every count from one to two thousand into the width", () => {
    for (let n = 1; n <= 2000; n += 37) {
      for (const width of [600, 1100]) {
        const { rows, pitch } = layoutFor(n, width);
        expect(Math.ceil(n / rows) * pitch).toBeLessThanOrEqual(width + 1e-9);
        expect(pitch).toBeGreaterThanOrEqual(6);
      }
    }
  });

  it("takes three rows for 364 images at full width, as in the picture", () => {
    expect(layoutFor(364, 1150).rows).toBe(3);
  });
});

describe("people", () => {
  it("have initials of their first and last name, without titles", () => {
    expect(["Ana Duarte", "Dr. Amara Okonkwo", "Ines", "Łukasz Żak", "李 小龍", ""].map(initialsOf)).toEqual(["AD", "AO", "I", "ŁŻ", "李小", "?"]);
  });
});

describe("charts", () => {
  it("tick at round numbers inside the range", () => {
    expect(ticks(0, 0.31, 3)).toEqual([0, 0.2]);
    expect(ticks(0, 240, 4)).toEqual([0, 100, 200]);
    expect(ticks(0, 0, 3)).toEqual([0]);
  });

  it("scale linearly and close their bands", () => {
    expect(linear([0, 10], [100, 0])(2.5)).toBe(75);
    expect(linePath([[0, 1], [2, 3]])).toBe("M0.0 1.0L2.0 3.0");
    expect(bandPath([[0, 1], [2, 1]], [[0, 0], [2, 0]])).toBe("M0.0 0.0L2.0 0.0L2.0 1.0L0.0 1.0Z");
    expect(bandPath([], [])).toBe("");
  });
});

describe("gates", () => {
  const gate = (state: GateValue["state"]): GateValue => ({ id: state, name: state, rule: "", state, measured: null, count: null, reason: "" });

  it("stand blocking first and information last", () => {
    expect([gate("none"), gate("pass"), gate("block"), gate("wait")].sort(byUrgency).map((g) => g.state)).toEqual(["block", "wait", "pass", "none"]);
  });

  it("read small defect rates on a scale of their own and never cut an interval off", () => {
    const measured = (value: number, low: number, high: number, limit: number) => ({ estimate: { value, low, high, n: 9, n_items: 3 }, evidence: { enough: true, needs: null, unit: "images", why: "" }, limit, state: "ok" as const });
    for (const m of [measured(0.017, 0.009, 0.028, 0.03), measured(0.89, 0.87, 0.91, 0.85), measured(0.3, 0.1, 0.5, 0.8)]) {
      const [low, high] = domainFor(m);
      expect(low).toBeLessThanOrEqual(m.estimate.low);
      expect(high).toBeGreaterThanOrEqual(Math.max(m.estimate.high, m.limit));
    }
    expect(domainFor(measured(0.017, 0.009, 0.028, 0.03))[1]).toBeLessThan(0.1);
  });

  it("count evidence in the unit that is asked for", () => {
    const m = { estimate: { value: null, low: null, high: null, n: 40, n_items: 4 }, limit: null, state: "none" as const };
    expect(evidenceCount({ ...m, evidence: { enough: false, needs: 10, unit: "gold images", why: "" } })).toBe(4);
    expect(evidenceCount({ ...m, evidence: { enough: false, needs: 50, unit: "marks", why: "" } })).toBe(40);
  });
});
