// A list of people as somebody pastes it from a spreadsheet: name, login, roles; what cannot be right is named by line.
import type { Role } from "@/api/types";
import { t } from "@/text/en";

export const ROLES: readonly Role[] = ["annotator", "reviewer", "expert", "lead", "approver", "auditor"];

export interface Invited {
  readonly name: string;
  readonly login: string;
  readonly roles: readonly Role[];
}

export interface Parsed {
  readonly people: readonly Invited[];
  readonly problems: readonly { readonly line: number; readonly what: string }[];
}

/** Columns by tab, semicolon or comma, cells in quotes where they hold one; a first line that names the columns is left out. */
export function parsePeople(text: string): Parsed {
  const people: Invited[] = [];
  const problems: { line: number; what: string }[] = [];
  const seen = new Set<string>();
  text.split(/\r\n|\r|\n/u).forEach((line, at) => {
    if (line.trim() === "") return;
    const [name = "", login = "", ...rest] = cellsOf(line);
    const words = rest.flatMap((cell) => cell.toLowerCase().split(/[\s,;/+]+/u)).filter((word) => word !== "");
    if (at === 0 && login.toLowerCase() === "login") return;
    const strange = words.find((word) => !ROLES.some((role) => role === word));
    if (name === "" || login === "" || words.length === 0) problems.push({ line: at + 1, what: t.inviteMany.problems.columns });
    else if (strange !== undefined) problems.push({ line: at + 1, what: t.inviteMany.problems.role(strange) });
    else if (seen.has(login.toLowerCase())) problems.push({ line: at + 1, what: t.inviteMany.problems.twice(login) });
    else people.push({ name, login, roles: ROLES.filter((role) => words.includes(role)) });
    seen.add(login.toLowerCase());
  });
  return { people, problems };
}

function cellsOf(line: string): string[] {
  const mark = line.includes("\t") ? "\t" : line.includes(";") ? ";" : ",";
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line[at] ?? "";
    if (quoted && sign === '"' && line[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (sign === '"') quoted = !quoted;
    else if (sign === mark && !quoted) {
      cells.push(cell.trim());
      cell = "";
    } else cell += sign;
  }
  return [...cells, cell.trim()];
}

/** A cell that no spreadsheet takes for a formula. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
