// What the policy page works out: faults by line, the rules as rows that can be read at a glance.
import { ApiError } from "@/api/http";
import type { Rulebook } from "@/api/types";
import { t } from "@/text/en";

export interface Fault {
  /** From 1; null where the file as a whole is meant. */
  readonly line: number | null;
  readonly what: string;
}

/** The faults that the server named, each with its line; null when the refusal was about something else. */
export function faultsOf(cause: unknown): readonly Fault[] | null {
  if (!(cause instanceof ApiError) || cause.code !== "governance.policy_file" || !Array.isArray(cause.details)) return null;
  return cause.details.filter((each): each is Fault => typeof each === "object" && each !== null && typeof (each as Fault).what === "string");
}

/** Where line `line` (from 1) begins and ends in a text, for the caret. */
export function placeOfLine(text: string, line: number): [number, number] {
  const lines = text.split("\n");
  const before = lines.slice(0, Math.max(0, line - 1)).reduce((sum, each) => sum + each.length + 1, 0);
  return [before, before + (lines[line - 1] ?? "").length];
}

interface ClassRule {
  readonly human_review: "always" | "sampled";
  readonly automatic_above: number | null;
  readonly max_error: number;
}

export interface ClassRow extends ClassRule {
  readonly id: string;
}

interface GuardRule {
  readonly signatures: number;
  readonly by: readonly string[];
  readonly people: readonly string[];
  readonly evidence: readonly string[];
  readonly expires_s: number;
  readonly break_glass: unknown;
}

export interface GuardRow extends GuardRule {
  readonly what: string;
}

export interface Rules {
  readonly classes: readonly ClassRow[];
  readonly guards: readonly GuardRow[];
  readonly serving: { readonly ask_below: number; readonly random_share: number };
  readonly promotion: { readonly margin: number; readonly floors: Readonly<Record<string, number>>; readonly roll_back_below: number | null };
  readonly retrain: readonly { readonly cause: string; readonly drop: number; readonly act: string }[];
}

const ORDER = ["release", "promotion", "guideline", "gold", "threshold", "policy"];

/** The rules as the server sends them, in the order they are read; `*` stands last among the classes. */
export function rulesOf(rulebook: Rulebook): Rules {
  const raw = rulebook.rules as { classes?: Record<string, ClassRule>; guards?: Record<string, GuardRule> } & Pick<Rules, "serving" | "promotion" | "retrain">;
  const classes = Object.entries(raw.classes ?? {}).map(([id, rule]) => ({ id, ...rule }));
  const guards = Object.entries(raw.guards ?? {}).map(([what, rule]) => ({ what, ...rule }));
  return {
    classes: classes.sort((a, b) => Number(a.id === "*") - Number(b.id === "*") || a.id.localeCompare(b.id)),
    guards: guards.filter((row) => row.signatures > 0).sort((a, b) => ORDER.indexOf(a.what) - ORDER.indexOf(b.what)),
    serving: raw.serving,
    promotion: raw.promotion,
    retrain: raw.retrain,
  };
}

/** "2 of approver", "2 of approver or lead, only eva, ben". */
export function signersOf(row: GuardRow): string {
  const roles = row.by.join(" or ");
  return row.people.length === 0 ? roles : `${roles}, ${t.rulebook.people(row.people.join(", "))}`;
}

export function spanOf(seconds: number): string {
  return seconds >= 86_400 ? t.rulebook.days(Math.round(seconds / 86_400)) : t.rulebook.hours(Math.round(seconds / 3600));
}

/** A share as percent with the digits it has. */
export function share(value: number): string {
  return `${String(Math.round(value * 10_000) / 100)}\u202f%`;
}
