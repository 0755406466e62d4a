// Windows over time: a lane for each view with its threshold, a lane for the loss of quality with its line, and the verdicts.
import type { DriftCheck } from "@/api/types";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { linear, linePath, ticks } from "@/ui/chart";
import type { Scale } from "@/ui/chart";
import { ChartTable } from "@/ui/ChartTable";
import { StateShape } from "@/ui/State";
import type { StateName } from "@/ui/State";
import { useWidth } from "@/ui/useWidth";
import css from "./Drift.module.css";
import type { Change, Lane } from "./driftView";
import { changeOf, distance, heightOf, lanesOf, scaleOf } from "./driftView";

const LEFT = 44;
const RIGHT = 12;
const LANE = 92;
const GAP = 16;
const SHAPES: Record<DriftCheck["level"], StateName> = { quiet: "ok", notice: "warn", alarm: "stop" };

interface Props {
  readonly checks: readonly DriftCheck[];
  readonly chosen: DriftCheck;
  readonly harmLine: number;
  readonly onChoose: (check: DriftCheck) => void;
}

export function WindowsChart({ checks, chosen, harmLine, onChoose }: Props) {
  const [box, width] = useWidth<HTMLDivElement>(740);
  const x = linear([-1, checks.length], [LEFT, width - RIGHT]);
  const lanes = lanesOf(checks);
  const change = changeOf(chosen, checks);
  const height = (lanes.length + 1) * (LANE + GAP);
  const every = Math.max(1, Math.ceil(checks.length / Math.max(2, Math.floor((width - LEFT) / 96))));
  const now = new Date();
  return (
    <div ref={box}>
      <svg className={css.chart} width={width} height={height + 18} role="img" aria-label={t.drift.chart}>
        {change !== null && <ChangeBand change={change} check={chosen} x={x} height={height} right={width - RIGHT} />}
        {lanes.map((lane, k) => <ViewLane key={lane.name} lane={lane} x={x} top={k * (LANE + GAP)} right={width - RIGHT} />)}
        <HarmLane checks={checks} x={x} top={lanes.length * (LANE + GAP)} right={width - RIGHT} line={harmLine} />
        {checks.map((check, k) => ((checks.length - 1 - k) % every === 0 ? <text key={check.id} className={css.tick} x={Math.min(x(k), width - 38)} y={height + 14} textAnchor="middle">{moment(check.last_at, now)}</text> : null))}
      </svg>
      <div className={css.verdicts} role="group" aria-label={t.drift.windows}>
        {checks.map((check, k) => (
          <button key={check.id} type="button" className={css.verdict} style={{ left: `${String(x(k) - 12)}px` }} aria-pressed={check.id === chosen.id} title={t.drift.window(t.drift.levels[check.level], moment(check.last_at, now), count(check.n))} onClick={() => onChoose(check)}>
            <span aria-hidden="true"><StateShape state={SHAPES[check.level]} size={12} /></span>
            <span className="visually-hidden">{t.drift.window(t.drift.levels[check.level], moment(check.last_at, now), count(check.n))}</span>
          </button>
        ))}
      </div>
      <Table checks={checks} lanes={lanes} now={now} />
    </div>
  );
}

function ChangeBand({ change, check, x, height, right }: { change: Change; check: DriftCheck; x: Scale; height: number; right: number }) {
  const now = new Date();
  const since = check.since;
  const words = since?.best_at == null ? "" : t.drift.sinceShort(moment(since.best_at, now), moment(since.first_at ?? since.best_at, now), moment(since.last_at ?? since.best_at, now));
  const at = x(change.best);
  const turned = at + words.length * 6 > right;
  return (
    <g>
      <rect className={css.changeBand} x={x(change.low)} width={Math.max(2, x(change.high) - x(change.low))} y={14} height={height - GAP - 14} />
      <line className={css.changeLine} x1={at} x2={at} y1={14} y2={height - GAP} />
      <text className={css.changeWords} x={at + (turned ? -5 : 5)} y={11} textAnchor={turned ? "end" : "start"}>{words}</text>
    </g>
  );
}

function Grid({ marks, y, right, write }: { marks: readonly number[]; y: Scale; right: number; write: (mark: number) => string }) {
  return (
    <>
      {marks.map((mark) => (
        <g key={mark}>
          <line className={css.grid} x1={LEFT} x2={right} y1={y(mark)} y2={y(mark)} />
          <text className={css.tick} x={LEFT - 7} y={y(mark) + 3.5} textAnchor="end">{write(mark)}</text>
        </g>
      ))}
    </>
  );
}

function ViewLane({ lane, x, top, right }: { lane: Lane; x: Scale; top: number; right: number }) {
  const scale = scaleOf(lane);
  const up = linear([0, 1], [top + LANE, top + 26]);
  const y: Scale = (value) => up(heightOf(value, scale));
  return (
    <g>
      <text className={css.laneName} x={LEFT} y={top + 20}>{t.drift.views[lane.name] ?? lane.name}{scale.logarithmic && <tspan className={css.words}> {t.drift.powers}</tspan>}</text>
      <Grid marks={scale.marks} y={y} right={right} write={(mark) => (mark === 0 ? "0" : distance(mark))} />
      <line className={css.threshold} x1={LEFT} x2={right} y1={y(lane.threshold)} y2={y(lane.threshold)} />
      <text className={css.limitWords} x={right} y={y(lane.threshold) + 12} textAnchor="end">{t.drift.threshold(distance(lane.threshold))}</text>
      <path className={css.line} d={linePath(lane.points.map((p) => [x(p.at), y(p.value)]))} />
      {lane.points.map((p) => (p.fired ? <path key={p.at} className={css.fired} d={`M${(x(p.at) - 4).toFixed(1)} ${(y(p.value) + 3).toFixed(1)}h8l-4 -7z`} /> : <circle key={p.at} className={css.calm} cx={x(p.at)} cy={y(p.value)} r={2.5} />))}
    </g>
  );
}

function HarmLane({ checks, x, top, right, line }: { checks: readonly DriftCheck[]; x: Scale; top: number; right: number; line: number }) {
  const known = checks.flatMap((check, at) => (check.harm?.loss.value == null ? [] : [{ at, loss: check.harm.loss, surely: check.harm.low !== null && check.harm.low > check.harm_line && check.level === "alarm" }]));
  const ends = known.flatMap(({ loss }) => [loss.low ?? loss.value ?? 0, loss.high ?? loss.value ?? 0]);
  const low = Math.min(0, ...ends);
  const high = Math.max(line * 2, ...ends) * 1.1;
  const y = linear([low, high], [top + LANE, top + 26]);
  const points = (value: number): string => (value < 0 ? "−" : "") + String(Math.round(Math.abs(value) * 1000) / 10);
  return (
    <g>
      <text className={css.laneName} x={LEFT} y={top + 20}>{t.drift.harmLane}</text>
      <Grid marks={ticks(low, high, 2)} y={y} right={right} write={points} />
      <line className={css.harmLine} x1={LEFT} x2={right} y1={y(line)} y2={y(line)} />
      <text className={css.harmWords} x={right} y={y(line) + 12} textAnchor="end">{t.drift.harmLine(points(line))}</text>
      {known.map(({ at, loss, surely }) => (
        <g key={at} className={surely ? css.harmful : css.harmless}>
          <line className={css.lossInterval} x1={x(at)} x2={x(at)} y1={y(loss.low ?? loss.value ?? 0)} y2={y(loss.high ?? loss.value ?? 0)} />
          <line className={css.lossValue} x1={x(at) - 6} x2={x(at) + 6} y1={y(loss.value ?? 0)} y2={y(loss.value ?? 0)} />
        </g>
      ))}
      {known.length === 0 && <text className={css.words} x={(LEFT + right) / 2} y={y(high / 2)} textAnchor="middle">{t.drift.harmNone}</text>}
    </g>
  );
}

function Table({ checks, lanes, now }: { checks: readonly DriftCheck[]; lanes: readonly Lane[]; now: Date }) {
  const heads = t.drift.heads;
  const limits: Record<string, string> = { statistics: heads.t2, embeddings: heads.mmd };
  const value = (check: DriftCheck, name: string): string[] => {
    const view = check.views.find((each) => each.name === name);
    return view === undefined ? ["", ""] : [distance(view.value), distance(view.threshold)];
  };
  const points = (part: number | null | undefined): string => (part == null ? "" : (100 * part).toFixed(1).replace("-", "−"));
  return (
    <ChartTable
      label={t.drift.chart}
      heads={[heads.to, heads.level, heads.n, ...lanes.flatMap((lane) => [limits[lane.name] ?? lane.name, `${limits[lane.name] ?? lane.name}, ${heads.t2Limit}`]), heads.loss, heads.interval]}
      rows={checks.map((check) => [moment(check.last_at, now), t.drift.levels[check.level], count(check.n), ...lanes.flatMap((lane) => value(check, lane.name)), points(check.harm?.loss.value), check.harm?.loss.low == null ? "" : `${points(check.harm.loss.low)} to ${points(check.harm.loss.high)}`])}
    />
  );
}
