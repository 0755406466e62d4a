// Four knobs of the policy: what each alone would save a month, and what it does to quality.
import type { Forecast } from "@/api/types";
import { money, moneyInterval } from "@/format/money";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import css from "./Costs.module.css";

export type Knob = Forecast["changes"][number]["name"];
export type Turned = Partial<Record<Knob, number>>;

interface Range {
  readonly name: Knob;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

const RANGES: readonly Range[] = [
  { name: "overlap", min: 1, max: 5, step: 0.1 },
  { name: "auto_share", min: 0, max: 0.9, step: 0.05 },
  { name: "gold_rate", min: 0, max: 0.2, step: 0.01 },
  { name: "review_share", min: 0, max: 1, step: 0.05 },
];

function shown(name: Knob, value: number): string {
  return name === "overlap" ? value.toLocaleString("en-US", { maximumFractionDigits: 1 }) : `${String(Math.round(1000 * value) / 10)}\u202f%`;
}

export function WhatIf({ forecast, turned, onTurn, onReset }: { forecast: Forecast; turned: Turned; onTurn: (name: Knob, value: number) => void; onReset: () => void }) {
  return (
    <Card title={t.costs.whatIf} note={<Button kind="quiet" small onClick={onReset} disabled={Object.keys(turned).length === 0}>{t.costs.reset}</Button>}>
      <div className={css.knobs}>
        {RANGES.map((range) => <KnobRow key={range.name} range={range} forecast={forecast} value={turned[range.name]} onTurn={onTurn} />)}
      </div>
    </Card>
  );
}

function KnobRow({ range, forecast, value, onTurn }: { range: Range; forecast: Forecast; value: number | undefined; onTurn: (name: Knob, value: number) => void }) {
  const { name } = range;
  const before = forecast.knobs[name];
  const at = value ?? before;
  const max = Math.max(range.max, before);
  const place = (x: number): number => (100 * (x - range.min)) / (max - range.min);
  const change = forecast.changes.find((each) => each.name === name);
  const moved = value !== undefined && change !== undefined;
  return (
    <div className={css.knob}>
      <label className={css.knobHead}>
        <span>{t.costs.knobs[name]}</span>
        <span className={css.knobFrom}>
          {shown(name, before)} → <b className={moved ? css.turned : undefined}>{shown(name, at)}</b>
        </span>
        <span className={css.slider}>
          <span className={css.rail} />
          <span className={css.moved} style={{ left: `${String(Math.min(place(before), place(at)))}%`, width: `${String(Math.abs(place(at) - place(before)))}%` }} />
          <span className={css.was} style={{ left: `${String(place(before))}%` }} />
          <input type="range" min={range.min} max={max} step={range.step} value={at} aria-valuetext={shown(name, at)} onChange={(event) => onTurn(name, Number(event.currentTarget.value))} />
        </span>
      </label>
      <p className={css.saves}>
        {moved ? <><b>{money(flip(change.saves), forecast.currency)}</b> <span className="grey">{moneyInterval(flip(change.saves))} {t.costs.aMonth}</span></> : <span className="grey">{t.costs.unchanged}</span>}
      </p>
      {moved && change.effect !== "" && <p className={css.effect}>{change.effect}</p>}
    </div>
  );
}

/** A saving as a change of the bill: what is saved is written with a minus. */
function flip(range: Forecast["then"]["money"]): { value: number; low: number; high: number } {
  return { value: -range.value, low: -range.high, high: -range.low };
}
