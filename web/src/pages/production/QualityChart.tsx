// Share of wrong marks in each stretch with its interval; a stretch nobody has looked at says so.
import type { ProductionQuality } from "@/api/types";
import { count, intervalText, rate, valueText } from "@/format/numbers";
import { t } from "@/text/en";
import { linear, ticks } from "@/ui/chart";
import { ChartTable } from "@/ui/ChartTable";
import { useWidth } from "@/ui/useWidth";
import css from "./Production.module.css";

const LEFT = 40;
const HEIGHT = 220;
const BOTTOM = 38;

export function QualityChart({ points }: { points: ProductionQuality["points"] }) {
  const [box, width] = useWidth<HTMLDivElement>(740);
  const top = Math.max(0.02, ...points.map((p) => p.wrong.high ?? p.wrong.value ?? 0)) * 1.1;
  const x = linear([0, points.length], [LEFT, width - 8]);
  const y = linear([0, top], [HEIGHT - BOTTOM, 10]);
  const every = Math.max(1, Math.ceil(points.length / Math.max(1, Math.floor((width - LEFT) / 64))));
  const day = (at: string): string => at.slice(5, 10);
  return (
    <div ref={box}>
      <svg className={css.chart} width={width} height={HEIGHT} role="img" aria-label={t.production.chart}>
        {ticks(0, top, 4).map((mark) => (
          <g key={mark}>
            <line className={css.grid} x1={LEFT} x2={width - 4} y1={y(mark)} y2={y(mark)} />
            <text className={css.tick} x={LEFT - 6} y={y(mark) + 3.5} textAnchor="end">{rate(mark)}</text>
          </g>
        ))}
        {points.map((p, k) => {
          const at = x(k + 0.5);
          const { value, low, high } = p.wrong;
          return (
            <g key={p.start_at}>
              {low !== null && high !== null && <line className={css.interval} x1={at} x2={at} y1={y(low)} y2={y(high)} />}
              {value !== null && <line className={css.value} x1={at - 6} x2={at + 6} y1={y(value)} y2={y(value)} />}
              {value === null && <text className={css.tick} x={at} y={HEIGHT - BOTTOM - 6} textAnchor="middle">{t.production.nobody}</text>}
              {k % every === 0 && <text className={css.tick} x={at} y={HEIGHT - 18} textAnchor="middle">{day(p.start_at)}</text>}
              {k % every === 0 && <text className={css.tick} x={at} y={HEIGHT - 4} textAnchor="middle">n {count(p.wrong.n_items)}</text>}
            </g>
          );
        })}
      </svg>
      <ChartTable label={t.production.chart} heads={[t.production.from, t.production.wrong, t.production.interval, t.production.marks, t.production.images, t.production.waiting]} rows={points.map((p) => [p.start_at.slice(0, 10), valueText(p.wrong), intervalText(p.wrong), count(p.wrong.n), count(p.wrong.n_items), count(p.n_waiting)])} />
    </div>
  );
}
