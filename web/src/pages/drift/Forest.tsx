// A value with its interval around a zero line, on one scale down a column.
import type { Interval } from "@/format/numbers";
import css from "./Drift.module.css";

export function Forest({ value, domain, tone }: { value: Interval; domain: readonly [number, number]; tone: "plain" | "strong" | "faint" }) {
  const at = (x: number): number => (100 * (x - domain[0])) / (domain[1] - domain[0] || 1);
  const low = value.low ?? value.value;
  const high = value.high ?? value.value;
  return (
    <span className={`${css.forest ?? ""} ${css[tone] ?? ""}`} aria-hidden="true">
      <span className={css.zero} style={{ left: `${String(at(0))}%` }} />
      {low !== null && high !== null && <span className={css.span} style={{ left: `${String(at(low))}%`, width: `${String(at(high) - at(low))}%` }} />}
      {value.value !== null && <span className={css.dot} style={{ left: `${String(at(value.value))}%` }} />}
    </span>
  );
}
