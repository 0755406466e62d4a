// Measured numbers: the interval bar, value with interval and n, the evidence chip, and words where evidence is too thin.
import { count, intervalText, valueText } from "@/format/numbers";
import type { Interval, Unit } from "@/format/numbers";
import { t } from "@/text/en";
import css from "./Measure.module.css";

export interface EstimateValue extends Interval {
  readonly n: number;
  readonly n_items: number;
}

export interface EvidenceValue {
  readonly enough: boolean;
  readonly needs: number | null;
  readonly unit: string;
  readonly why: string;
}

/** A measured number as the server sends it. */
export interface MeasuredValue {
  readonly estimate: EstimateValue;
  readonly evidence: EvidenceValue;
  readonly limit: number | null;
  readonly state: "ok" | "warn" | "stop" | "none";
}

export type Tone = "plain" | "warn" | "stop" | "accent";

export function toneOf(measured: MeasuredValue): Tone {
  return measured.evidence.enough && (measured.state === "warn" || measured.state === "stop") ? measured.state : "plain";
}

interface BarProps {
  readonly interval: Interval;
  readonly domain?: readonly [number, number];
  readonly limit?: number | null;
  readonly enough?: boolean;
  readonly tone?: Tone;
  /** Said by a screen reader; left out where the digits stand beside the bar. */
  readonly label?: string;
}

/** Track, interval, value tick and the limit as a dashed line, on one scale down a column. */
export function IntervalBar({ interval, domain = [0, 1], limit = null, enough = true, tone = "plain", label }: BarProps) {
  const at = (x: number): number => 100 * Math.min(1, Math.max(0, (x - domain[0]) / (domain[1] - domain[0] || 1)));
  const { value, low, high } = interval;
  const sides = low !== null && high !== null ? { left: `${String(at(low))}%`, width: `${String(at(high) - at(low))}%` } : undefined;
  return (
    <span className={`${css.bar} ${css[tone]} ${enough ? "" : css.thin}`} role={label === undefined ? undefined : "img"} aria-label={label} aria-hidden={label === undefined}>
      <span className={css.track} />
      {sides !== undefined && <span className={css.interval} style={sides} />}
      {limit !== null && <span className={css.limit} style={{ left: `${String(at(limit))}%` }} />}
      {value !== null && enough && <span className={css.tick} style={{ left: `${String(at(value))}%` }} />}
    </span>
  );
}

/** ".83 .81–.85 n 291": value, interval and n always together. */
export function EstimateText({ estimate, unit = "rate", noun }: { estimate: EstimateValue; unit?: Unit; noun?: string }) {
  return (
    <span className={css.text}>
      <b>{valueText(estimate, unit)}</b> <span className={css.meta}>{intervalText(estimate, unit)}</span>{" "}
      <span className={css.meta}>{t.numbers.n(count(estimate.n), noun)}</span>
    </span>
  );
}

/** Grey words instead of a pale number, with what is still needed. */
export function NotEnoughEvidence({ evidence, n, short = false }: { evidence: EvidenceValue; n: number; short?: boolean }) {
  return (
    <span className={css.words} title={evidence.why}>
      {short ? t.numbers.notEnoughShort(n) : t.numbers.notEnough(n, evidence.needs, evidence.unit)}
    </span>
  );
}

/** Value, interval and n, or the words when there is too little. */
export function Measured({ measured, unit = "rate", noun, short = false }: { measured: MeasuredValue; unit?: Unit; noun?: string; short?: boolean }) {
  const { estimate, evidence } = measured;
  if (!evidence.enough || estimate.value === null) return <NotEnoughEvidence evidence={evidence} n={evidenceCount(measured)} short={short} />;
  return <EstimateText estimate={estimate} unit={unit} {...(noun === undefined ? {} : { noun })} />;
}

/** How many of the unit that is asked for are there: images when images are asked for, marks otherwise. */
export function evidenceCount({ estimate, evidence }: MeasuredValue): number {
  return evidence.unit.includes("image") ? estimate.n_items : estimate.n;
}

interface ChipProps {
  readonly value: string;
  readonly meta?: string;
  readonly onOpen?: (() => void) | undefined;
}

/** ".86 .83–.89 · n 331" in an outline; opens the items behind it. */
export function EvidenceChip({ value, meta, onOpen }: ChipProps) {
  const inside = (
    <>
      <b>{value}</b>
      {meta !== undefined && meta !== "" && <span className={css.meta}>{meta}</span>}
    </>
  );
  if (onOpen === undefined) return <span className={css.chip}>{inside}</span>;
  return (
    <button type="button" className={css.chip} onClick={onOpen}>
      {inside}
    </button>
  );
}

export function MeasuredChip({ measured, unit = "rate", onOpen }: { measured: MeasuredValue; unit?: Unit; onOpen?: () => void }) {
  const { estimate, evidence } = measured;
  if (!evidence.enough || estimate.value === null) {
    const needs = evidence.needs === null ? "" : t.numbers.needs(evidence.needs);
    return <EvidenceChip value={t.numbers.notEnoughWords} meta={`n ${count(evidenceCount(measured))}${needs}`} onOpen={onOpen} />;
  }
  return <EvidenceChip value={valueText(estimate, unit)} meta={`${intervalText(estimate, unit)} · n ${count(estimate.n)}`} onOpen={onOpen} />;
}
