// A person's error rate over their gold images, with the evidence of a slip (CUSUM) below and the change it points to.
import { rate } from "@/format/numbers";
import { clock } from "@/format/times";
import { t } from "@/text/en";
import { bandPath, linear, linePath, ticks } from "./chart";
import type { Scale } from "./chart";
import css from "./ControlChart.module.css";
import { ChartTable } from "./ChartTable";
import { useWidth } from "./useWidth";

export interface ControlPoint {
  readonly gold_image: number;
  readonly at: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly error: number;
  readonly units: number;
  readonly evidence: number;
}

export interface ControlSeries {
  readonly points: readonly ControlPoint[];
  readonly limit: number;
  readonly alarm_line: number | null;
  readonly run_length: number | null;
}

export interface ChangeMark {
  readonly gold_image: number;
  readonly changed: { readonly median_at: string | null; readonly low_at: string | null; readonly high_at: string | null; readonly median_image: number; readonly low_image: number; readonly high_image: number };
}

interface Props {
  readonly series: ControlSeries;
  readonly alarms: readonly ChangeMark[];
  readonly label: string;
  readonly height?: number;
  /** Small multiples: no words in the chart. */
  readonly small?: boolean;
  readonly onOpen?: (goldImage: number) => void;
}

const LEFT = 34;
/** Older changes stay in the list of alarms; two bands are what a chart can carry. */
const NEWEST_CHANGES = 2;
/** Width of a letter in the chart's small type, on the wide side. */
const GLYPH_PX = 5.9;
const ALARM_WORDS_PX = 150;

interface Frame {
  readonly x: Scale;
  readonly rate: Scale;
  readonly topRate: number;
  readonly evidence: Scale;
  readonly right: number;
  readonly split: number;
  readonly bottom: number;
}

export function ControlChart({ series, alarms, label, height = 250, small = false, onOpen }: Props) {
  const [box, width] = useWidth<HTMLDivElement>(small ? 220 : 700);
  const frame = frameFor(series, width, height, small);
  return (
    <div ref={box} className={css.chart}>
      <svg width={width} height={height} role="img" aria-label={label}>
        {!small && changeLabels(alarms.slice(-NEWEST_CHANGES), frame).map((label) => <Change key={label.alarm.gold_image} label={label} frame={frame} />)}
        <RateLane series={series} frame={frame} small={small} />
        {(!small || series.alarm_line !== null) && <EvidenceLane series={series} frame={frame} small={small} alarmAt={alarms.at(-1)?.gold_image ?? null} />}
        {alarms.map((alarm, at) => <AlarmDot key={alarm.gold_image} alarm={alarm} series={series} frame={frame} small={small} said={!small && apart(alarms, at, frame)} />)}
        <Axis series={series} frame={frame} height={height} />
        {onOpen !== undefined && series.points.map((point) => <ErrorTarget key={point.gold_image} point={point} frame={frame} onOpen={onOpen} />)}
      </svg>
      {!small && (
        <ChartTable label={label} heads={[t.chart.goldImage, t.chart.at, t.chart.rate, t.chart.low, t.chart.high, t.chart.errors, t.chart.units, t.chart.evidence]}
          rows={series.points.map((p) => [String(p.gold_image), clock(p.at), p.value === null ? "" : rate(p.value), p.low === null ? "" : rate(p.low), p.high === null ? "" : rate(p.high), String(p.error), String(p.units), p.evidence.toFixed(2)])} />
      )}
    </div>
  );
}

function frameFor(series: ControlSeries, width: number, height: number, small: boolean): Frame {
  const { points, limit, alarm_line: alarmLine } = series;
  const last = Math.max(2, points.at(-1)?.gold_image ?? 2);
  const topRate = Math.min(1, Math.max(limit * 1.3, ...points.map((p) => p.high ?? p.value ?? 0), 0.05));
  const topEvidence = Math.max((alarmLine ?? 1) * 1.5, ...points.map((p) => p.evidence)) * 1.05;
  const bottom = height - 18;
  // A kind without an alarm of its own has the rate lane only.
  const split = small ? (alarmLine === null ? bottom - 8 : bottom * 0.42) : bottom * 0.6;
  const right = width - 8;
  return {
    x: linear([1, last], [LEFT, right]),
    rate: linear([0, topRate], [split, small ? 6 : 22]),
    topRate,
    evidence: linear([0, topEvidence], [bottom - 2, split + (small ? 8 : 20)]),
    right,
    split,
    bottom,
  };
}

function RateLane({ series, frame, small }: { series: ControlSeries; frame: Frame; small: boolean }) {
  const known = series.points.flatMap((p) => (p.value === null ? [] : [{ ...p, value: p.value, low: p.low ?? p.value, high: p.high ?? p.value }]));
  const at = (value: (p: (typeof known)[number]) => number): [number, number][] => known.map((p) => [frame.x(p.gold_image), frame.rate(value(p))]);
  const marks = small ? [0, series.limit].filter((mark, at) => at === 0 || frame.split - frame.rate(mark) > 12) : ticks(0, frame.topRate, 3);
  return (
    <g>
      {marks.map((mark) => (
        <g key={mark}>
          <line className={css.grid} x1={LEFT} x2={frame.right} y1={frame.rate(mark)} y2={frame.rate(mark)} />
          <text className={css.tick} x={LEFT - 6} y={frame.rate(mark) + 3.5} textAnchor="end">{mark === 0 ? "0" : rate(mark)}</text>
        </g>
      ))}
      <path className={css.band} d={bandPath(at((p) => p.low), at((p) => p.high))} />
      <line className={css.limit} x1={LEFT} x2={frame.right} y1={frame.rate(series.limit)} y2={frame.rate(series.limit)} />
      {!small && <text className={css.words} x={LEFT + 4} y={frame.rate(series.limit) - 4}>{t.chart.mostAllowed(rate(series.limit))}</text>}
      <path className={css.line} d={linePath(at((p) => p.value))} />
      {series.points.filter((p) => p.error > 0).map((p) => (
        <line key={p.gold_image} className={css.errorTick} x1={frame.x(p.gold_image)} x2={frame.x(p.gold_image)} y1={frame.split + 3} y2={frame.split + (small ? 6 : 9)} />
      ))}
    </g>
  );
}

function EvidenceLane({ series, frame, small, alarmAt }: { series: ControlSeries; frame: Frame; small: boolean; alarmAt: number | null }) {
  // The words of the alarm line stand where the alarm does not.
  const left = alarmAt !== null && frame.x(alarmAt) > (LEFT + frame.right) / 2;
  const line = series.points.map((p): [number, number] => [frame.x(p.gold_image), frame.evidence(p.evidence)]);
  return (
    <g>
      <line className={css.grid} x1={LEFT} x2={frame.right} y1={frame.evidence(0)} y2={frame.evidence(0)} />
      {series.alarm_line !== null && (
        <>
          <line className={css.alarmLine} x1={LEFT} x2={frame.right} y1={frame.evidence(series.alarm_line)} y2={frame.evidence(series.alarm_line)} />
          {!small && series.run_length !== null && (
            <text className={css.stopWords} x={left ? LEFT + 4 : frame.right} y={frame.evidence(series.alarm_line) - 4} textAnchor={left ? "start" : "end"}>{t.chart.alarmLine(series.run_length)}</text>
          )}
        </>
      )}
      {!small && <text className={css.accentWords} x={LEFT + 4} y={frame.split + 22}>{t.chart.evidenceOfSlip}</text>}
      <path className={css.evidence} d={linePath(line)} />
    </g>
  );
}

interface ChangeLabel {
  readonly alarm: ChangeMark;
  readonly middle: number;
  readonly words: string;
  /** Words run to the left of their line where there is no room at the right. */
  readonly leftward: boolean;
  /** Which line of words: 0 the upper one, 1 below it, where the upper one is taken. */
  readonly row: number;
}

/** Where the words of each change stand: never over those of the one before. */
function changeLabels(alarms: readonly ChangeMark[], frame: Frame): ChangeLabel[] {
  const ends = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return alarms.map((alarm) => {
    const middle = Math.min(frame.right, Math.max(LEFT, frame.x(alarm.changed.median_image)));
    const words = changeWords(alarm.changed);
    const width = words.length * GLYPH_PX;
    const leftward = middle + width + 6 > frame.right;
    const start = leftward ? middle - 6 - width : middle + 6;
    const row = ends.findIndex((end) => start > end + 8);
    const taken = row === -1 ? ends.length - 1 : row;
    ends[taken] = start + width;
    return { alarm, middle, words, leftward, row: taken };
  });
}

function Change({ label, frame }: { label: ChangeLabel; frame: Frame }) {
  const { changed } = label.alarm;
  const inside = (image: number): number => Math.min(frame.right, Math.max(LEFT, frame.x(image)));
  const low = inside(changed.low_image);
  const high = inside(changed.high_image);
  return (
    <g>
      <rect className={css.changeBand} x={low} width={Math.max(1, high - low)} y={4} height={frame.bottom - 4} />
      <line className={css.changeLine} x1={label.middle} x2={label.middle} y1={4} y2={frame.bottom} />
      <text className={css.changeWords} x={label.middle + (label.leftward ? -6 : 6)} y={14 + 13 * label.row} textAnchor={label.leftward ? "end" : "start"}>
        {label.words}
      </text>
    </g>
  );
}

/** The words of an alarm are left to the list of alarms where they would run into those of the one before or after. */
function apart(alarms: readonly ChangeMark[], at: number, frame: Frame): boolean {
  const here = alarms[at];
  if (here === undefined) return false;
  const later = alarms.slice(at + 1).some((other) => Math.abs(frame.x(other.gold_image) - frame.x(here.gold_image)) < ALARM_WORDS_PX);
  return !later;
}

/** In times where they are known, else in gold images. */
function changeWords(changed: ChangeMark["changed"]): string {
  const { median_at: at, low_at: low, high_at: high } = changed;
  if (at === null) return t.chart.changedAtImage(changed.median_image, changed.low_image, changed.high_image);
  return low === null || high === null ? t.chart.changedHere(clock(at), "", "") : t.chart.changedHere(clock(at), clock(low), clock(high));
}

function AlarmDot({ alarm, series, frame, small, said }: { alarm: ChangeMark; series: ControlSeries; frame: Frame; small: boolean; said: boolean }) {
  const point = series.points.find((p) => p.gold_image === alarm.gold_image);
  if (point === undefined || series.alarm_line === null || point.evidence < series.alarm_line) return null;
  const x = frame.x(point.gold_image);
  const y = frame.evidence(point.evidence);
  const nearLeft = x < LEFT + 190;
  return (
    <g>
      <circle className={css.alarmDot} cx={x} cy={y} r={small ? 3 : 4.5} />
      {said && <text className={css.alarmWords} x={x + (nearLeft ? 9 : -9)} y={y - 6} textAnchor={nearLeft ? "start" : "end"}>{t.chart.alarmAt(alarm.gold_image)}</text>}
    </g>
  );
}

function Axis({ series, frame, height }: { series: ControlSeries; frame: Frame; height: number }) {
  const last = series.points.at(-1)?.gold_image ?? 0;
  const marks = ticks(0, last, 4).filter((mark) => mark > 0 && Number.isInteger(mark) && frame.right - frame.x(mark) > 40);
  return (
    <g>
      <text className={css.tick} x={LEFT} y={height - 3}>{t.chart.goldImageOne}</text>
      {marks.filter((mark) => frame.x(mark) > LEFT + 90).map((mark) => (
        <text key={mark} className={css.tick} x={frame.x(mark)} y={height - 3} textAnchor="middle">{mark}</text>
      ))}
      {last > 1 && <text className={css.tick} x={frame.right} y={height - 3} textAnchor="end">{last}</text>}
    </g>
  );
}

function ErrorTarget({ point, frame, onOpen }: { point: ControlPoint; frame: Frame; onOpen: (goldImage: number) => void }) {
  if (point.error === 0) return null;
  return (
    <rect className={css.target} x={frame.x(point.gold_image) - 5} y={frame.split - 4} width={10} height={18} onClick={() => onOpen(point.gold_image)}>
      <title>{t.chart.openErrors(point.gold_image, clock(point.at))}</title>
    </rect>
  );
}
