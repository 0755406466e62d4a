// What a month costs: paid months as open dots, the way ahead with its bands, the changed policy beside it.
import type { Forecast } from "@/api/types";
import { money, moneyInterval, monthName, shortMoney } from "@/format/money";
import { t } from "@/text/en";
import { bandPath, linear, linePath, ticks } from "@/ui/chart";
import { ChartTable } from "@/ui/ChartTable";
import { useWidth } from "@/ui/useWidth";
import css from "./Costs.module.css";

type Point = Forecast["path"][number];

const LEFT = 52;
const RIGHT = 132;
const HEIGHT = 330;
const BOTTOM = 26;
/** Two labels at the right edge need this much room between them. */
const APART_PX = 34;

export function FanChart({ forecast }: { forecast: Forecast }) {
  const [box, width] = useWidth<HTMLDivElement>(740);
  const { paid, path, changed_path: changed, currency } = forecast;
  const months = [...paid, ...path];
  const top = Math.max(1e-9, ...months.map((p) => p.money.high), forecast.changed?.money.high ?? 0) * 1.05;
  const x = linear([0, Math.max(1, months.length - 1)], [LEFT + 8, width - RIGHT]);
  const y = linear([0, top], [HEIGHT - BOTTOM, 12]);
  const today = paid.length - 1;
  const last = paid.at(-1);
  const start: Point[] = last === undefined ? [] : [last];
  const ahead = (points: readonly Point[], of: (p: Point) => number): [number, number][] => [...start, ...points].map((p, k) => [x(today + k), y(of(p))]);
  const every = Math.max(1, Math.ceil(months.length / Math.max(2, Math.floor((width - LEFT - RIGHT) / 48))));
  return (
    <div ref={box}>
      <svg className={css.fan} width={width} height={HEIGHT} role="img" aria-label={t.costs.chartLabel(forecast.title)}>
        {ticks(0, top, 4).map((mark) => (
          <g key={mark}>
            <line className={css.grid} x1={LEFT} x2={width - RIGHT} y1={y(mark)} y2={y(mark)} />
            <text className={css.tick} x={LEFT - 8} y={y(mark) + 3.5} textAnchor="end">{shortMoney(mark, currency)}</text>
          </g>
        ))}
        {months.map((p, k) => (k % every === 0 ? <text key={p.month + String(k)} className={css.tick} x={x(k)} y={HEIGHT - 6} textAnchor="middle">{monthName(p.month)}</text> : null))}
        <path className={css.band80} d={bandPath(ahead(path, (p) => p.money.low), ahead(path, (p) => p.money.high))} />
        <path className={css.band50} d={bandPath(ahead(path, (p) => p.money.low50), ahead(path, (p) => p.money.high50))} />
        {today >= 0 && <line className={css.today} x1={x(today)} x2={x(today)} y1={12} y2={HEIGHT - BOTTOM} />}
        {today >= 0 && <text className={css.words} x={x(today) + 6} y={22}>{t.costs.today(Math.round(forecast.items_now))}</text>}
        <path className={css.now} d={linePath(paid.map((p, k) => [x(k), y(p.money.value)]))} />
        <path className={css.now} d={linePath(ahead(path, (p) => p.money.value))} />
        {changed.length > 0 && <path className={css.changed} d={linePath(ahead(changed, (p) => p.money.value))} />}
        {paid.map((p, k) => <circle key={p.month} className={css.dot} cx={x(k)} cy={y(p.money.value)} r={3} />)}
        <Ends forecast={forecast} left={width - RIGHT} y={y} />
      </svg>
      <ChartTable
        label={t.costs.chart}
        heads={[t.costs.month, t.costs.images, t.costs.policyNow, t.costs.interval80, ...(changed.length > 0 ? [t.costs.changed(forecast.changes.length)] : [])]}
        rows={months.map((p, k) => [p.month, Math.round(p.n_items).toLocaleString("en-US"), money(p.money, currency), k <= today ? t.costs.paid : moneyInterval(p.money), ...(changed.length > 0 ? [money((changed[k - today - 1] ?? p).money, currency)] : [])])}
      />
    </div>
  );
}

/** Heights of the two labels, the second moved away from the first to the side it lies on. */
function apart(first: number, second: number | null): [number, number | null] {
  if (second === null) return [first, null];
  return [first, second < first ? Math.min(second, first - APART_PX) : Math.max(second, first + APART_PX)];
}

/** Both end values with their intervals at the right edge, apart from each other however close they lie. */
function Ends({ forecast, left, y }: { forecast: Forecast; left: number; y: (value: number) => number }) {
  const { then, changed, currency } = forecast;
  const [now, lower] = apart(y(then.money.value), changed === null ? null : y(changed.money.value));
  return (
    <>
      <rect className={css.endBar} x={left + 8} width={6} rx={3} y={y(then.money.high)} height={Math.max(4, y(then.money.low) - y(then.money.high))} />
      <path className={css.endTick} d={`M${String(left + 6)} ${y(then.money.value).toFixed(1)}h10`} />
      <text className={css.endValue} x={left + 28} y={now - 1}>{money(then.money, currency)}</text>
      <text className={css.tick} x={left + 28} y={now + 13}>{moneyInterval(then.money)}</text>
      {changed !== null && lower !== null && (
        <>
          <rect className={css.endBarChanged} x={left + 17} width={6} rx={3} y={y(changed.money.high)} height={Math.max(4, y(changed.money.low) - y(changed.money.high))} />
          <path className={css.endTickChanged} d={`M${String(left + 15)} ${y(changed.money.value).toFixed(1)}h10`} />
          <text className={css.endValueChanged} x={left + 28} y={lower - 1}>{money(changed.money, currency)}</text>
          <text className={css.tick} x={left + 28} y={lower + 13}>{moneyInterval(changed.money)}</text>
        </>
      )}
    </>
  );
}
