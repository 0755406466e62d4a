// What the gate said, as lines in words and as forest rows: the document that people sign, read strictly.
import type { Evaluation, Estimate, Promotion } from "@/api/types";
import { count, intervalText, rate, valueText } from "@/format/numbers";
import { t } from "@/text/en";
import type { StateName } from "@/ui/State";
import type { ForestRow } from "../models/forest";
import { sliceName } from "../models/forest";
import { points, pointsInterval } from "../models/points";

interface Comparison {
  readonly name: string;
  readonly difference: Estimate;
  readonly p_value: number;
  readonly wins: number;
  readonly losses: number;
  readonly verdict: string;
}

interface Floor {
  readonly name: string;
  readonly floor: number;
  readonly measured: Estimate | null;
  readonly verdict: string;
}

/** The document of the gate (docs/governance.md); `overall` is missing where the two were not held against the same gold. */
export interface GateDocument {
  readonly kind: "first" | "paired";
  readonly passed: boolean;
  readonly reasons: readonly string[];
  readonly n_items: number;
  readonly open_findings: number;
  readonly contract: { readonly model: readonly string[]; readonly schema: readonly string[] };
  readonly rules: { readonly margin: number; readonly level: number; readonly min_items: number; readonly min_slice_items: number; readonly open_findings: number };
  readonly overall?: Comparison;
  readonly slices?: readonly Comparison[];
  readonly floors?: readonly Floor[];
}

export interface GateLine {
  readonly id: string;
  readonly name: string;
  readonly words: string;
  readonly state: StateName;
}

const G = t.promotion.gate;
const TOO_FEW = "too few to judge";

export function gateOf(promotion: Promotion): GateDocument | null {
  return promotion.gate as GateDocument | null;
}

/** "1 point" or "1.5 points". */
export function marginText(gate: GateDocument): string {
  return t.promotion.margin(String(Math.round(1000 * gate.rules.margin) / 10));
}

function pText(p: number): string {
  return p < 0.001 ? "< .001" : rate(p, 3);
}

/** Every condition with what was found; what stands in the way comes first. */
export function gateLines(gate: GateDocument, name: (id: string) => string): GateLine[] {
  const lines = gate.kind === "first" ? (gate.floors ?? []).map(floorLine) : [overallLine(gate), slicesLine(gate, name)];
  return [...lines, contractLine(gate, name), findingsLine(gate)].sort((a, b) => order(a.state) - order(b.state));
}

const order = (state: StateName): number => ["stop", "warn", "waiting", "none", "ok"].indexOf(state);

function overallLine(gate: GateDocument): GateLine {
  const { overall, rules } = gate;
  if (overall === undefined) return { id: "overall", name: G.pairing, words: G.pairingBad, state: "stop" };
  const n = count(overall.difference.n_items);
  if (overall.verdict === TOO_FEW) return { id: "overall", name: G.overall, words: G.tooFew(n, count(rules.min_items)), state: "stop" };
  const found = G.overallWords(points(overall.difference.value ?? 0), pointsInterval(overall.difference), n);
  return { id: "overall", name: G.overall, words: `${found}; ${G.overallRule(marginText(gate), pText(overall.p_value), rate(rules.level))}`, state: overall.verdict === "pass" ? "ok" : "stop" };
}

function slicesLine(gate: GateDocument, name: (id: string) => string): GateLine {
  const slices = gate.slices ?? [];
  const small = slices.filter((each) => each.verdict === TOO_FEW).length;
  const harmed = slices.filter((each) => each.verdict === "fail");
  if (harmed.length > 0) {
    const words = harmed.map((each) => G.sliceBad(gateSliceName(each.name, name), points(each.difference.value ?? 0), pointsInterval(each.difference), count(each.difference.n_items)));
    return { id: "slices", name: G.slices, words: words.join("; "), state: "stop" };
  }
  const tested = slices.length - small;
  if (tested === 0) return { id: "slices", name: G.slices, words: G.slicesNone(gate.rules.min_slice_items), state: "none" };
  return { id: "slices", name: G.slices, words: G.slicesOk(tested, small), state: "ok" };
}

function contractLine(gate: GateDocument, name: (id: string) => string): GateLine {
  const { model, schema } = gate.contract;
  const unknown = model.filter((each) => !schema.includes(each));
  const missing = schema.filter((each) => !model.includes(each));
  const words = [unknown.length === 0 ? "" : G.contractUnknown(unknown.map(name).join(", ")), missing.length === 0 ? "" : G.contractMissing(missing.map(name).join(", "))].filter((part) => part !== "");
  return { id: "contract", name: G.contract, words: words.length === 0 ? G.contractOk(schema.length) : words.join("; "), state: words.length === 0 ? "ok" : "stop" };
}

function findingsLine(gate: GateDocument): GateLine {
  const { open_findings: open, rules } = gate;
  return { id: "findings", name: G.findings, words: G.findingsWords(open, rules.open_findings), state: open > rules.open_findings ? "stop" : "ok" };
}

function floorLine(floor: Floor): GateLine {
  const { measured } = floor;
  const limit = rate(floor.floor);
  const words = measured === null || measured.value === null ? G.floorMissing(limit) : G.floorWords(valueText(measured), intervalText(measured), count(measured.n_items), limit);
  return { id: floor.name, name: G.floor(measureName(floor.name)), words, state: floor.verdict === "pass" ? "ok" : "stop" };
}

/** "f1" is F1, "recall/crack" stays as the policy writes it. */
export function measureName(name: string): string {
  return t.model.measures[name] ?? name;
}

/** The gate writes a slice as "name value"; measures and people's names of it have a colon between. */
export function gateSliceKey(label: string, evaluation: Evaluation | null): string | null {
  const keys = Object.keys(evaluation?.measures ?? {}).filter((key) => key.startsWith("right_items@")).map((key) => key.slice("right_items@".length));
  return keys.find((key) => key.replace(":", " ") === label) ?? null;
}

function gateSliceName(label: string, name: (id: string) => string): string {
  const at = label.lastIndexOf(" ");
  const known = label.startsWith("has ") ? at : label.indexOf(" ");
  return known < 0 ? label : sliceName(`${label.slice(0, known)}:${label.slice(known + 1)}`, name);
}

/** The paired comparison, overall first, then slice by slice; bars come from the evaluation where it has them. */
export function gateRows(gate: GateDocument, evaluation: Evaluation | null, name: (id: string) => string): (ForestRow & { readonly verdict: string })[] {
  const all = gate.overall === undefined ? [] : [{ ...gate.overall, name: "" }];
  return [...all, ...(gate.slices ?? [])].map((each) => {
    const slice = each.name === "" ? null : gateSliceKey(each.name, evaluation);
    const key = each.name === "" ? "right_items" : `right_items@${slice ?? ""}`;
    const n = each.difference.n_items;
    const least = each.name === "" ? gate.rules.min_items : gate.rules.min_slice_items;
    return {
      id: each.name === "" ? "all" : each.name,
      name: each.name === "" ? t.promotion.all : gateSliceName(each.name, name),
      mine: evaluation?.measures[key] ?? { value: null, low: null, high: null, n, n_items: n, method: "" },
      theirs: evaluation?.against_measures?.[key] ?? null,
      difference: each.difference,
      look: slice === null ? {} : { slice },
      thin: each.verdict === TOO_FEW ? t.promotion.tooFew(n, least) : null,
      verdict: each.verdict,
    };
  });
}

/** The gate's answer in a sentence: what stands in the way, else what was shown and what could not be. */
export function headlineOf(gate: GateDocument, lines: readonly GateLine[]): string {
  const against = lines.filter((line) => line.state === "stop");
  if (against.length > 0) return `${against.map((line) => `${line.name}: ${line.words}`).join(". ")}.`;
  if (gate.overall === undefined) return `${t.promotion.said.floors(count(gate.n_items))}.`;
  const slices = gate.slices ?? [];
  const small = slices.filter((each) => each.verdict === TOO_FEW).length;
  const { difference } = gate.overall;
  const shown = t.promotion.said.points(points(difference.value ?? 0), pointsInterval(difference), count(difference.n_items));
  const parts = [`${shown}; ${t.promotion.said.noneWorse(slices.length - small)}`, ...(small === 0 ? [] : [t.promotion.said.small(small)])];
  return `${parts.join("; ")}.`;
}

export function verdictState(verdict: string): StateName {
  if (verdict === "pass") return "ok";
  return verdict === "fail" ? "stop" : "none";
}

/** How many conditions hold, of those that could be judged. */
export function passing(lines: readonly GateLine[]): { n: number; all: number } {
  const judged = lines.filter((line) => line.state !== "none");
  return { n: judged.filter((line) => line.state === "ok").length, all: judged.length };
}
