// Finding clauses by words: every word must occur; a number or a title counts for more than the text.
import type { Clause } from "@/api/types";

export interface ClauseHit {
  readonly clause: Clause;
  /** Where the first word stands in the text, with what is around it; empty when it stands in the title. */
  readonly around: readonly [before: string, hit: string, after: string];
}

const AROUND = 42;

/** The words of a clause's own HTML, which the server has made of Markdown and cleaned. */
export function plainText(html: string): string {
  const words = html
    .replace(/<[^>]*>/g, " ")
    .replace(/&(lt|gt|quot|#39|#x27|amp|nbsp);/g, (_, name: string) => ({ lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'", amp: "&", nbsp: " " })[name] ?? " ");
  return words.replace(/\s+/g, " ").trim();
}

export function findClauses(clauses: readonly Clause[], text: string): ClauseHit[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return clauses.map((clause) => ({ clause, around: ["", "", ""] }));
  const ranked = clauses.flatMap((clause) => {
    const head = `${clause.id} ${clause.title}`.toLowerCase();
    const body = [plainText(clause.html), ...clause.examples.map((each) => each.caption)].join(" ");
    if (!words.every((word) => head.includes(word) || body.toLowerCase().includes(word))) return [];
    const rank = clause.id.startsWith(words[0] ?? "") ? 0 : words.every((word) => head.includes(word)) ? 1 : 2;
    return [{ rank, hit: { clause, around: rank === 2 ? surroundings(body, words) : (["", "", ""] as const) } }];
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ hit }) => hit);
}

function surroundings(body: string, words: readonly string[]): readonly [string, string, string] {
  const places = words.map((word) => ({ at: body.toLowerCase().indexOf(word), length: word.length })).filter(({ at }) => at >= 0);
  const first = places.reduce((best, each) => (each.at < best.at ? each : best), places[0] ?? { at: 0, length: 0 });
  const from = Math.max(0, first.at - AROUND);
  const to = Math.min(body.length, first.at + first.length + AROUND);
  return [(from > 0 ? "…" : "") + body.slice(from, first.at), body.slice(first.at, first.at + first.length), body.slice(first.at + first.length, to) + (to < body.length ? "…" : "")];
}
