// What a month takes today, at the other size, and with the changes: money, hours, people, weeks, storage, compute.
import type { Forecast, Scenario } from "@/api/types";
import { money, moneyInterval } from "@/format/money";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import css from "./Costs.module.css";

interface Cell {
  readonly value: string;
  readonly interval: string;
}

type Range = Scenario["money"];

function plain(range: Range, places: number): Cell {
  const write = (value: number): string => count(value, places);
  return { value: write(range.value), interval: `${write(range.low)}–${write(range.high)}` };
}

function people(range: Range): Cell {
  const up = (value: number): string => count(Math.max(1, Math.ceil(value)));
  return { value: up(range.value), interval: up(range.low) === up(range.high) ? "" : `${up(range.low)}–${up(range.high)}` };
}

function gigabytes(value: number): Cell {
  return { value: value >= 10 ? `${count(value)} GB` : value >= 0.1 ? `${count(value, 1)} GB` : `${count(1000 * value)} MB`, interval: "" };
}

function cells(scenario: Scenario, currency: string): readonly Cell[] {
  const hours = scenario.hours.value < 10 ? 1 : 0;
  const weeks = scenario.weeks_for_10000.value < 10 ? 1 : 0;
  return [
    { value: money(scenario.money, currency), interval: moneyInterval(scenario.money) },
    plain(scenario.hours, hours),
    people(scenario.annotators),
    plain(scenario.weeks_for_10000, weeks),
    gigabytes(scenario.stored_gb),
    { value: money(scenario.compute, currency), interval: moneyInterval(scenario.compute) },
    { value: money(scenario.per_item, currency), interval: moneyInterval(scenario.per_item) },
  ];
}

export function Takes({ forecast }: { forecast: Forecast }) {
  const names = [t.costs.rows.money, t.costs.rows.hours, t.costs.rows.people(forecast.hours_a_week), t.costs.rows.weeks, t.costs.rows.storage, t.costs.rows.compute, t.costs.rows.image];
  const now = cells(forecast.now, forecast.currency);
  const then = cells(forecast.then, forecast.currency);
  const changed = forecast.changed === null ? null : cells(forecast.changed, forecast.currency);
  const times = t.costs.times(forecast.scale);
  return (
    <Card title={t.costs.takes}>
      <table className={css.takes}>
        <thead>
          <tr>
            <th scope="col"><span className="visually-hidden">{t.costs.what}</span></th>
            <th scope="col">{t.costs.todayHead}</th>
            <th scope="col">{t.costs.thenHead(times)}</th>
            <th scope="col"><span className="visually-hidden">{t.costs.interval80}</span></th>
            {changed !== null && <th scope="col">{t.costs.changedHead(times, forecast.changes.length)}</th>}
            {changed !== null && <th scope="col"><span className="visually-hidden">{t.costs.interval80}</span></th>}
          </tr>
        </thead>
        <tbody>
          {names.map((name, k) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td><b>{now[k]?.value}</b></td>
              <td><b>{then[k]?.value}</b></td>
              <td className={css.between}>{then[k]?.interval}</td>
              {changed !== null && <td className={css.accent}><b>{changed[k]?.value}</b></td>}
              {changed !== null && <td className={css.between}>{changed[k]?.interval}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={css.assumptions}>{forecast.assumptions.join(" ")}</p>
    </Card>
  );
}
