// What the drift page works out from checks: which watch comes first, where a change lies among the windows, what to say.
import type { Diagnosis, DriftCheck, DriftLevel, Monitor } from "@/api/types";
import { ticks } from "@/ui/chart";

const URGENCY: Record<DriftLevel, number> = { alarm: 0, notice: 1, quiet: 2 };

/** Watches that go on before stopped ones, the most urgent first, then the newest. */
export function byUrgency(a: Monitor, b: Monitor): number {
  const stopped = Number(a.state === "stopped") - Number(b.state === "stopped");
  if (stopped !== 0) return stopped;
  const level = URGENCY[a.level] - URGENCY[b.level];
  return level !== 0 ? level : b.created_at.localeCompare(a.created_at);
}

export interface LanePoint {
  readonly at: number;
  readonly value: number;
  readonly fired: boolean;
}

export interface Lane {
  readonly name: string;
  readonly threshold: number;
  readonly points: readonly LanePoint[];
}

/** One lane for each view that any window was judged by; windows count from 0, oldest first. */
export function lanesOf(checks: readonly DriftCheck[]): Lane[] {
  const names = [...new Set(checks.flatMap((check) => check.views.map((view) => view.name)))];
  return names.map((name) => {
    const points = checks.flatMap((check, at) => check.views.filter((view) => view.name === name).map((view) => ({ at, value: view.value, fired: view.fired, threshold: view.threshold })));
    return { name, threshold: points.at(-1)?.threshold ?? 0, points };
  });
}

/** Where an instant lies among the windows: k is the end of window k, with shares of the way from the end of the one before. */
export function placeOf(at: string, checks: readonly DriftCheck[]): number {
  const when = Date.parse(at);
  let before = Date.parse(checks[0]?.first_at ?? at);
  for (const [k, check] of checks.entries()) {
    const end = Date.parse(check.last_at);
    if (when <= end) return end > before ? k - 1 + Math.max(0, (when - before) / (end - before)) : k;
    before = Math.max(before, end);
  }
  return checks.length - 1;
}

export interface Change {
  readonly best: number;
  readonly low: number;
  readonly high: number;
}

/** The change of a check as places among the windows; null while nothing changed or when its times were not kept. */
export function changeOf(check: DriftCheck | undefined, checks: readonly DriftCheck[]): Change | null {
  const since = check?.since;
  if (since?.best_at == null || since.first_at === null || since.last_at === null) return null;
  return { best: placeOf(since.best_at, checks), low: placeOf(since.first_at, checks), high: placeOf(since.last_at, checks) };
}

export interface LaneScale {
  readonly logarithmic: boolean;
  readonly low: number;
  readonly high: number;
  readonly marks: readonly number[];
}

/** From this many times the threshold on, a distance is drawn in powers of ten, so that clean windows can still be read. */
const WIDE = 12;

/** Scale of distances: everything that is drawn, and the threshold, with room above. */
export function scaleOf(lane: Lane): LaneScale {
  const values = lane.points.map((p) => p.value);
  const high = Math.max(1e-9, lane.threshold, ...values) * 1.15;
  if (!(lane.threshold > 0) || high < WIDE * lane.threshold) return { logarithmic: false, low: 0, high, marks: ticks(0, high, 2) };
  const low = Math.max(lane.threshold / 100, Math.min(lane.threshold, ...values.filter((value) => value > 0))) * 0.7;
  const powers = Array.from({ length: 12 }, (_, k) => 10 ** (Math.ceil(Math.log10(low)) + k)).filter((mark) => mark <= high);
  const every = Math.max(1, Math.ceil(powers.length / 3));
  return { logarithmic: true, low, high: high * 1.2, marks: powers.filter((_, k) => k % every === 0) };
}

/** Where a distance stands on its scale, from 0 at the foot to 1 at the head. */
export function heightOf(value: number, { logarithmic, low, high }: LaneScale): number {
  if (!logarithmic) return (value - low) / (high - low);
  return Math.max(0, Math.log(Math.max(value, low) / low) / Math.log(high / low));
}

/** A distance with as many digits as tell it apart from its threshold. */
export function distance(value: number): string {
  if (value >= 1000) return `${String(Math.round(value / 100) / 10)}k`;
  const digits = value >= 10 ? 0 : value >= 1 ? 1 : value >= 0.1 ? 2 : 3;
  return value.toFixed(digits).replace(/^0\./, ".");
}

/** What experts have done of a packet, and whether a cause can be named. */
export function progressOf({ n_now, n_then, n_answered_now, n_answered_then, needs }: Diagnosis): { done: number; all: number; ready: boolean; finished: boolean } {
  const now = n_answered_now ?? n_now;
  const then = n_answered_then ?? n_then;
  return { done: now + then, all: n_now + n_then, ready: now >= needs && then >= needs, finished: now >= n_now && then >= n_then };
}

/** Effects in points with the zero line inside, on one scale. */
export function forestDomain(values: readonly { value: number | null; low: number | null; high: number | null }[]): [number, number] {
  const ends = values.flatMap((v) => [v.low ?? v.value ?? 0, v.high ?? v.value ?? 0]);
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const room = Math.max(0.005, (high - low) * 0.08);
  return [low - room, high + room];
}
