// Practice that differs in words: which side is which, how its figure reads, what is blue and what is rust.
import type { Finding, FindingSide } from "@/api/types";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";

/** The side that departs comes first from the server; the other one is drawn in blue. */
export function sidesOf(finding: Finding): { departs: FindingSide; keeps: FindingSide } | null {
  const [departs, keeps] = finding.sides;
  return departs === undefined || keeps === undefined ? null : { departs, keeps };
}

/** What a side's figure counts. */
export function figureWords(finding: Finding): string {
  return t.gaps.figures[finding.part];
}

/** An offset of sides of boxes in percent of the side; shares as everywhere. */
export function figureText(finding: Finding, value: number): string {
  if (finding.part !== "geometry") return rate(value);
  const percent = `${(100 * Math.abs(value)).toFixed(1)} %`;
  return value < 0 ? `−${percent}` : `+${percent}`;
}

/** The names of a side; simulated people are said to be so, once for all where all are. */
export function namesOf(side: FindingSide): string {
  if (side.people.length === 0) return t.gaps.nobodySure;
  const all = side.people.every((person) => person.simulated);
  const names = side.people.map((person) => (person.simulated && !all ? `${person.name} (${t.people.simulated})` : person.name)).join(", ");
  return all ? `${names} (${t.people.simulated})` : names;
}
