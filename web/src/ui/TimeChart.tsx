// One quantity over time with its band, such as accepted marks an hour, and events as named lines.
import { count } from "@/format/numbers";
import { clock } from "@/format/times";
import { t } from "@/text/en";
import { bandPath, linear, linePath, ticks } from "./chart";
import { ChartTable } from "./ChartTable";
import css from "./TimeChart.module.css";
import { useWidth } from "./useWidth";

export interface TimePoint {
  readonly at: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface TimeEvent {
  readonly at: string;
  readonly text: string;
}

const LEFT = 40;
/** Width of a letter in the chart's small type, on the wide side. */
const GLYPH_PX = 5.9;

export function TimeChart({ points, events = [], label, height = 160 }: { points: readonly TimePoint[]; events?: readonly TimeEvent[]; label: string; height?: number }) {
  const [box, width] = useWidth<HTMLDivElement>(340);
  const times = points.map((p) => Date.parse(p.at));
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? 1;
  const top = Math.max(1, ...points.map((p) => p.high ?? p.value)) * 1.08;
  const x = linear([first, Math.max(last, first + 1)], [LEFT, width - 8]);
  const y = linear([0, top], [height - 22, 8]);
  const at = (value: (p: TimePoint) => number): [number, number][] => points.map((p) => [x(Date.parse(p.at)), y(value(p))]);
  const end = points.at(-1);
  const labelEvery = Math.max(1, Math.ceil(points.length / Math.max(2, Math.floor((width - LEFT) / 90))));
  return (
    <div ref={box}>
      <svg className={css.chart} width={width} height={height} role="img" aria-label={label}>
        {ticks(0, top, 2).map((mark) => (
          <g key={mark}>
            <line className={css.grid} x1={LEFT} x2={width - 4} y1={y(mark)} y2={y(mark)} />
            <text className={css.tick} x={LEFT - 6} y={y(mark) + 3.5} textAnchor="end">{shortCount(mark)}</text>
          </g>
        ))}
        {points.filter((p, index) => index % labelEvery === 0 && (index === 0 || clock(p.at) !== clock(points[index - labelEvery]?.at ?? ""))).map((p) => (
          <text key={p.at} className={css.tick} x={x(Date.parse(p.at))} y={height - 4} textAnchor={p.at === points[0]?.at ? "start" : "middle"}>{clock(p.at)}</text>
        ))}
        <path className={css.band} d={bandPath(at((p) => p.low ?? p.value), at((p) => p.high ?? p.value))} />
        <path className={css.line} d={linePath(at((p) => p.value))} />
        {end !== undefined && <circle className={css.end} cx={x(Date.parse(end.at))} cy={y(end.value)} r={3} />}
        {placed(events.filter((e) => Date.parse(e.at) >= first && Date.parse(e.at) <= last), (event) => x(Date.parse(event.at)), width).map(({ event, left, turned, readable }) => (
          <g key={event.at + event.text}>
            <line className={css.event} x1={left} x2={left} y1={8} y2={height - 22} />
            {readable && <text className={css.eventWords} x={left + (turned ? -5 : 5)} y={height - 28} textAnchor={turned ? "end" : "start"}>{event.text}</text>}
          </g>
        ))}
      </svg>
      <ChartTable label={label} heads={[t.chart.at, t.chart.value, t.chart.low, t.chart.high]} rows={points.map((p) => [clock(p.at), count(Math.round(p.value)), p.low === null ? "" : count(Math.round(p.low)), p.high === null ? "" : count(Math.round(p.high))])} />
    </div>
  );
}

interface Placed {
  readonly event: TimeEvent;
  readonly left: number;
  readonly turned: boolean;
  readonly readable: boolean;
}

/** Words go right of their line, left where there is no room; those that would run into others are left to the list of alarms. */
function placed(events: readonly TimeEvent[], at: (event: TimeEvent) => number, width: number): Placed[] {
  const taken: [number, number][] = [];
  return events.map((event) => {
    const left = at(event);
    const words = event.text.length * GLYPH_PX;
    const turned = left + words + 5 > width;
    const [from, to] = turned ? [left - 5 - words, left - 5] : [left + 5, left + 5 + words];
    const readable = from >= 0 && taken.every(([start, end]) => to + 8 < start || from > end + 8);
    if (readable) taken.push([from, to]);
    return { event, left, turned, readable };
  });
}

function shortCount(value: number): string {
  return value >= 1000 ? `${count(value / 1000, value % 1000 === 0 ? 0 : 1)}k` : count(value);
}
