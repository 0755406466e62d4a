// The drift page's own arithmetic: order of watches, places among windows, scales.
import { describe, expect, it } from "vitest";
import type { Diagnosis, DriftCheck, Monitor } from "@/api/types";
import { byUrgency, changeOf, distance, forestDomain, heightOf, lanesOf, placeOf, progressOf, scaleOf } from "./driftView";

function monitor(id: string, level: Monitor["level"], state: Monitor["state"] = "watching", created = "2026-01-01T00:00:00Z"): Monitor {
  return { id, name: id, state, level, window: 30, n_reference: 150, harm_line: 0.01, embedding: "e", created_at: created };
}

function check(hour: number, value: number, since: DriftCheck["since"] = null): DriftCheck {
  const at = (h: number): string => `2026-01-01T${String(h).padStart(2, "0")}:00:00Z`;
  const views = [{ name: "statistics", method: "hotelling-t2", value, threshold: 20, p: 0.5, fired: value > 20 }];
  return { id: String(hour), monitor_id: "m", at: at(hour), level: "quiet", n: 30, first_item_id: "a", last_item_id: "b", first_at: at(hour - 1), last_at: at(hour), since_item_id: null, since, views, moved: [], harm: null, harm_line: 0.01, words: [] };
}

describe("watches", () => {
  it("stand with the alarm first and the stopped ones last", () => {
    const all = [monitor("old", "quiet"), monitor("off", "alarm", "stopped"), monitor("new", "quiet", "watching", "2026-02-01T00:00:00Z"), monitor("loud", "alarm"), monitor("soft", "notice")];
    expect(all.sort(byUrgency).map((m) => m.id)).toEqual(["loud", "soft", "new", "old", "off"]);
  });
});

describe("windows", () => {
  const checks = [check(2, 10), check(4, 12), check(6, 90)];

  it("make one lane a view, with its threshold inside the scale", () => {
    const [lane] = lanesOf(checks);
    expect(lane?.points.map((p) => p.fired)).toEqual([false, false, true]);
    expect(lane?.threshold).toBe(20);
  });

  it("are drawn in powers of ten only where a change would press the clean ones flat", () => {
    const near = scaleOf({ name: "x", threshold: 20, points: [{ at: 0, value: 90, fired: true }] });
    expect([near.logarithmic, near.low]).toEqual([false, 0]);
    expect(near.high).toBeCloseTo(103.5);
    expect(heightOf(51.75, near)).toBeCloseTo(0.5);
    const far = scaleOf({ name: "x", threshold: 30, points: [{ at: 0, value: 8, fired: false }, { at: 1, value: 14_000, fired: true }] });
    expect(far.logarithmic).toBe(true);
    expect(far.marks).toEqual([10, 1000]);
    const [clean, limit, changed] = [8, 30, 14_000].map((value) => heightOf(value, far));
    expect(clean).toBeGreaterThan(0);
    expect(limit).toBeGreaterThan((clean ?? 0) + 0.1);
    expect(changed).toBeLessThan(1);
    expect(heightOf(0, far)).toBe(0);
  });

  it("place an instant between the ends of two windows", () => {
    expect(placeOf("2026-01-01T04:00:00Z", checks)).toBe(1);
    expect(placeOf("2026-01-01T05:00:00Z", checks)).toBe(1.5);
    expect(placeOf("2026-01-01T09:00:00Z", checks)).toBe(2);
    expect(placeOf("2025-12-31T00:00:00Z", checks)).toBe(-1);
  });

  it("show no change where its times were not kept", () => {
    const since = { first: 3, best: 4, last: 5, first_at: "2026-01-01T04:00:00Z", best_at: "2026-01-01T04:30:00Z", last_at: "2026-01-01T05:00:00Z" };
    expect(changeOf(check(6, 90, since), checks)).toEqual({ low: 1, best: 1.25, high: 1.5 });
    expect(changeOf(check(6, 90, { ...since, first_at: null, best_at: null, last_at: null }), checks)).toBeNull();
    expect(changeOf(undefined, checks)).toBeNull();
  });
});

describe("numbers", () => {
  it("carry no more digits than they need", () => {
    expect([14_032, 27.3, 3.14, 0.123, 0.0123].map(distance)).toEqual(["14k", "27", "3.1", ".12", ".012"]);
  });

  it("keep zero inside the scale of effects", () => {
    const [low, high] = forestDomain([{ value: 0.08, low: 0.05, high: 0.12 }, { value: null, low: null, high: null }]);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0.12);
  });
});

describe("a packet", () => {
  const asked = { n_now: 50, n_then: 40, n_answered_now: 30, n_answered_then: 29, needs: 30 } as Diagnosis;

  it("is ready only when both parts have answers enough", () => {
    expect(progressOf(asked)).toEqual({ done: 59, all: 90, ready: false, finished: false });
    expect(progressOf({ ...asked, n_answered_then: 30 }).ready).toBe(true);
    expect(progressOf({ ...asked, n_answered_now: 50, n_answered_then: 40 }).finished).toBe(true);
  });
});
