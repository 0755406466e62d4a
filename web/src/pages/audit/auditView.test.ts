// The audit page's own work.
import { describe, expect, it } from "vitest";
import type { AuditEvent } from "@/api/types";
import { factsOf, instantOf, kindsOf, pageOf } from "./auditView";

describe("filters", () => {
  it("offer each kind once, in order", () => {
    expect(kindsOf(["release.signed", "gold.signed", "release.frozen"])).toEqual(["gold", "release"]);
  });

  it("send an instant only for a time that is one", () => {
    expect(instantOf("")).toBeUndefined();
    expect(instantOf("soon")).toBeUndefined();
    expect(instantOf("2026-11-24T10:00")).toBe(new Date("2026-11-24T10:00").toISOString());
  });
});

describe("an event", () => {
  it("leads to the page of what it is about, and nowhere when there is none", () => {
    expect(pageOf("release/abc")).toBe("releases/abc");
    expect(pageOf("rulebook/3")).toBe("policy-file");
    expect(pageOf("ledger/17")).toBeNull();
    expect(pageOf("release")).toBeNull();
  });

  it("shows its facts as names and texts", () => {
    const event = { body: { n_items: 3, why: "sure", of: ["a", "b"] } } as unknown as AuditEvent;
    expect(factsOf(event)).toEqual([["n items", "3"], ["why", "sure"], ["of", '["a","b"]']]);
  });
});
