// Keys of classes: the canvas's own keys, digits given twice and anything but a digit are refused with their reason.
import { describe, expect, it } from "vitest";
import type { LabelClass } from "@/api/types";
import { clashesOf } from "./clashes";

function named(name: string, key: string | null): LabelClass {
  return { id: name.toLowerCase(), name, shapes: ["bbox"], key, attributes: [], rules: {} };
}

describe("keys of classes", () => {
  it("may be the nine digits, each once, or none", () => {
    expect(clashesOf([named("Cell", "1"), named("Dust", "9"), named("Rest", null)]).size).toBe(0);
  });

  it("name the class or the tool that has the key", () => {
    const found = clashesOf([named("Cell", "1"), named("Dust", "1"), named("Edge", "r"), named("Far", "0")]);
    expect([...found]).toEqual([
      [1, "1 is the key of Cell"],
      [2, "R is the key of Draw boxes"],
      [3, "0 is the key of Fit the image"],
    ]);
  });

  it("name the preset where only that one has the key", () => {
    expect(clashesOf([named("Fog", "f")]).get(0)).toBe("F is the key of Submit and next in the keys of CVAT");
  });

  it("are digits only, also where nothing else has the key", () => {
    expect(clashesOf([named("Oil", "o")]).get(0)).toBe("“o” is no digit from 1 to 9");
  });
});
