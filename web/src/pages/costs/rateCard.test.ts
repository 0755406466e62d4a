// Editing a rate card.
import { describe, expect, it } from "vitest";
import type { RateCard } from "@/api/types";
import { amountOf, changed, draftOf, FIRST, without } from "./rateCard";

describe("a rate card", () => {
  it("is made from the one in force, with its vendors and monthly lines, and is valid from now", () => {
    const card = { ...FIRST, version: 3, contracts: [{ name: "Vendor", people: ["p"], per_image: "0.12" }], monthly: [], created_at: "x", created_by: "y", valid_from: "z" } as unknown as RateCard;
    const draft = draftOf(card);
    expect(draft).toMatchObject({ version: 3, valid_from: null, contracts: [{ name: "Vendor" }] });
    expect(draft).not.toHaveProperty("created_by");
    expect(draftOf(undefined)).toBe(FIRST);
  });

  it("writes amounts as decimals, however small", () => {
    expect(["", 0, 0.0000001, 0.000004, 15, 15.5, "7.25"].map(amountOf)).toEqual(["0", "0", "0", "0.000004", "15", "15.5", "7.25"]);
  });

  it("changes and drops one row alone", () => {
    expect(changed([{ a: 1 }, { a: 2 }], 1, { a: 3 })).toEqual([{ a: 1 }, { a: 3 }]);
    expect(without([1, 2, 3], 1)).toEqual([1, 3]);
  });
});
