// The rules for writing numbers and times, on the examples of the design page.
import { describe, expect, it } from "vitest";
import { count, intervalText, percent, pixels, quantity, rate, signed, valueText } from "./numbers";
import { ago, signedAt, stopwatch } from "./times";

const interval = (value: number, low: number, high: number): { value: number; low: number; high: number } => ({ value, low, high });

describe("numbers", () => {
  it("drop the zero of rates under one", () => {
    expect([rate(0.83), rate(1), rate(0), rate(-0.06), rate(-0.001)]).toEqual([".83", "1.00", ".00", "−.06", ".00"]);
  });

  it("join an interval by an en dash, and by a word when a sign is present", () => {
    expect(intervalText(interval(0.83, 0.81, 0.85))).toBe(".81–.85");
    expect(intervalText(interval(-0.04, -0.064, -0.019))).toBe("−.06 to −.02");
  });

  it("show a third decimal only where the interval supports it", () => {
    expect(valueText(interval(0.017, 0.009, 0.028))).toBe(".017");
    expect(valueText(interval(0.02, 0.0, 0.09))).toBe(".02");
    expect(valueText(interval(0.949, 0.935, 0.961))).toBe(".95");
  });

  it("round a quantity to what its interval supports", () => {
    expect([valueText(interval(1693, 1610, 1774), "quantity"), intervalText(interval(1693, 1610, 1774), "quantity")]).toEqual(["1,690", "1,610–1,770"]);
    expect(intervalText(interval(4.2, 4.0, 4.4), "quantity")).toBe("4.0–4.4");
    expect(quantity(12.34, 0.1)).toBe("12.3");
  });

  it("say nothing where nothing was measured", () => {
    expect([valueText({ value: null, low: null, high: null }), intervalText({ value: 0.5, low: null, high: null })]).toEqual(["", ""]);
  });

  it("never round progress to all or nothing", () => {
    expect([percent(871, 1092), percent(1091, 1092), percent(1, 1000), percent(0, 0)].map((p) => p.replace("\u202f", " "))).toEqual(["80 %", "99 %", "1 %", "0 %"]);
  });

  it("group thousands and sign changes", () => {
    expect([count(4102), signed(188), signed(-34), signed(0), pixels(99.6, 97.2)]).toEqual(["4,102", "+188", "−34", "0", "100 × 97"]);
  });
});

describe("times", () => {
  it("carry zone and seconds where a signature is meant", () => {
    expect(signedAt("2026-11-24T17:43:07Z")).toBe("24 Nov 2026, 17:43:07 UTC");
  });

  it("count like a stopwatch", () => {
    expect([stopwatch(41), stopwatch(725), stopwatch(3729)]).toEqual(["0:41", "12:05", "1:02:09"]);
  });

  it("say how long ago in words", () => {
    const now = new Date("2026-11-24T12:00:00Z");
    expect([ago("2026-11-24T11:59:30Z", now), ago("2026-11-24T11:12:00Z", now), ago("2026-11-21T12:00:00Z", now)]).toEqual(["just now", "48 min ago", "3 days ago"]);
  });
});
