// Searching the guideline: all words, numbers and titles first, what is around a word in the text.
import { describe, expect, it } from "vitest";
import type { Clause } from "@/api/types";
import { findClauses, plainText } from "./clauseSearch";

function clause(id: string, title: string, html: string, caption = ""): Clause {
  return { id, title, html, classes: [], examples: caption === "" ? [] : [{ url: "", caption, good: true }] };
}

const CLAUSES = [
  clause("1.1", "Whole cells", "<p>Box the <strong>whole</strong> cell, edge to edge.</p>"),
  clause("4.2", "Cells cut by the edge", "<p>Box what is seen.</p>"),
  clause("5.1", "Small &amp; pale", "<p>Below 8&nbsp;px: leave out &lt;dust&gt;.</p>", "a speck at the rim"),
];

const ids = (text: string): string[] => findClauses(CLAUSES, text).map((hit) => hit.clause.id);

describe("searching clauses", () => {
  it("lists all of them while nothing is typed", () => {
    expect(ids("")).toEqual(["1.1", "4.2", "5.1"]);
    expect(ids("  ")).toEqual(["1.1", "4.2", "5.1"]);
  });

  it("puts a number first, then titles, then the text", () => {
    expect(ids("4")).toEqual(["4.2"]);
    expect(ids("edge")).toEqual(["4.2", "1.1"]);
    expect(ids("CELL box")).toEqual(["1.1", "4.2"]);
  });

  it("needs every word, in the title, the text or a caption", () => {
    expect(ids("cell speck")).toEqual([]);
    expect(ids("speck rim")).toEqual(["5.1"]);
  });

  it("shows what is around the first word, without any markup", () => {
    expect(findClauses(CLAUSES, "dust")[0]?.around).toEqual(["Below 8 px: leave out <", "dust", ">. a speck at the rim"]);
    expect(findClauses(CLAUSES, "whole")[0]?.around).toEqual(["", "", ""]);
    expect(plainText("<p>a</p><p>b &amp;lt; c</p>")).toBe("a b &lt; c");
  });
});
