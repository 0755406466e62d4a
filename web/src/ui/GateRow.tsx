// One condition of a release: state shape, name, the rule in words with its limit, the interval against it, chip or one action.
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import css from "./GateRow.module.css";
import type { MeasuredValue } from "./Measure";
import { EvidenceChip, IntervalBar, MeasuredChip, toneOf } from "./Measure";
import type { StateName } from "./State";
import { StateShape } from "./State";

export interface GateValue {
  readonly id: string;
  readonly name: string;
  readonly rule: string;
  readonly state: "pass" | "block" | "wait" | "none";
  readonly measured: MeasuredValue | null;
  readonly count: { readonly n: number; readonly of: number } | null;
  readonly reason: string;
}

export const GATE_SHAPES: Record<GateValue["state"], StateName> = { pass: "ok", block: "stop", wait: "waiting", none: "none" };

/** Blocking rows first, then what waits, what passes, and what is shown for information only. */
export function byUrgency(a: GateValue, b: GateValue): number {
  const order = ["block", "wait", "pass", "none"];
  return order.indexOf(a.state) - order.indexOf(b.state);
}

/** The full row of a release page. */
export function GateRow({ gate, action, onOpen }: { gate: GateValue; action?: React.ReactNode; onOpen?: () => void }) {
  const { measured } = gate;
  return (
    <li className={css.row}>
      <StateShape state={GATE_SHAPES[gate.state]} />
      <div className={css.words}>
        <h3>{gate.name}</h3>
        <p>{gate.rule}</p>
        {gate.state !== "pass" && gate.reason !== "" && <p className={css.reason}>{gate.reason}</p>}
      </div>
      <div className={css.bar}>{measured !== null && <IntervalBar interval={measured.estimate} domain={domainFor(measured)} limit={measured.limit} enough={measured.evidence.enough} tone={toneOf(measured)} />}</div>
      <div className={css.end}>
        {measured !== null && <MeasuredChip measured={measured} {...(onOpen === undefined ? {} : { onOpen })} />}
        {measured === null && gate.count !== null && <EvidenceChip value={count(gate.count.n)} meta={gate.count.of > 0 ? t.numbers.of(count(gate.count.of)) : ""} onOpen={onOpen} />}
        {action}
      </div>
    </li>
  );
}

/** The short row of the overview: what blocks, why, and the one act that clears it. */
export function BlockerRow({ gate, action }: { gate: GateValue; action?: React.ReactNode }) {
  return (
    <li className={css.blocker}>
      <StateShape state={GATE_SHAPES[gate.state]} />
      <div className={css.words}>
        <h3>{gate.name}</h3>
        <p>{gate.reason === "" ? gate.rule : gate.reason}</p>
      </div>
      {action}
    </li>
  );
}

export function GateList({ children }: { children: React.ReactNode }) {
  return <ul className={css.list}>{children}</ul>;
}

/** Small defect rates get a scale of their own; everything else is read from 0 to 1. */
export function domainFor({ estimate, limit }: MeasuredValue): [number, number] {
  const top = Math.max(estimate.high ?? 0, estimate.value ?? 0, limit ?? 0);
  if (top <= 0.12) return [0, Math.max(0.02, top * 2)];
  const bottom = Math.min(estimate.low ?? 1, estimate.value ?? 1, limit ?? 1);
  return bottom > 0.6 && top <= 1 ? [0.5, 1] : [0, Math.max(1, top)];
}
