// The difference of two texts: its same and removed lines are the first text, its same and added lines the second.
import { describe, expect, it } from "vitest";
import { lineDiff } from "./lineDiff";

const sides = (before: string, after: string): [string, string] => {
  const lines = lineDiff(before, after);
  const keep = (kind: string): string => lines.filter((each) => each.kind === "same" || each.kind === kind).map((each) => each.text).join("\n");
  return [keep("removed"), keep("added")];
};

describe("the difference of two texts", () => {
  it("gives both texts back, whatever they are", () => {
    let seed = 7;
    const draw = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    for (let round = 0; round < 300; round += 1) {
      const text = (): string => Array.from({ length: draw(9) }, () => "abc"[draw(3)] ?? "").join("\n");
      const [before, after] = [text(), text()];
      expect(sides(before, after)).toEqual([before, after]);
    }
  });
  it("keeps as many lines as it can", () => {
    expect(lineDiff("a\nb\nc\nd", "a\nc\nx\nd").map((each) => each.kind[0] ?? "").join("")).toBe("srsas");
  });
  it("does not freeze on long texts", () => {
    const long = (salt: string): string => Array.from({ length: 3000 }, (_, at) => `${salt}${String(at)}`).join("\n");
    expect(lineDiff(long("a"), long("b"))).toHaveLength(6000);
  });
});
