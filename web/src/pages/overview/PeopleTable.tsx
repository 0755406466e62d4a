// Everybody on hidden gold, on one scale down each column.
import { Link } from "@tanstack/react-router";
import type { PersonRow } from "@/api/types";
import { useProject } from "@/app/project";
import { count, intervalText, valueText } from "@/format/numbers";
import { t } from "@/text/en";
import { IntervalBar, NotEnoughEvidence, evidenceCount, toneOf } from "@/ui/Measure";
import type { MeasuredValue, Tone } from "@/ui/Measure";
import { Person } from "@/ui/Person";
import { Tag } from "@/ui/State";
import type { TagTone } from "@/ui/State";
import css from "./Overview.module.css";

const KINDS = ["missed", "spurious", "misclassified", "mislocalised"] as const;
const STANDING: Record<PersonRow["standing"]["state"], TagTone> = { ok: "ok", warn: "warn", stop: "stop", none: "dashed", practice_differs: "accent" };

export function PeopleTable({ rows }: { rows: readonly PersonRow[] }) {
  const { slug } = useProject();
  const accuracy = accuracyDomain(rows);
  const errors: [number, number] = [0, Math.max(0.2, ...rows.flatMap((row) => KINDS.map((kind) => row.kinds[kind].estimate.high ?? 0)))];
  return (
    <table className={css.people}>
      <caption className="visually-hidden">{t.overview.people}</caption>
      <thead>
        <tr>
          <th scope="col">{t.people.annotator}</th>
          <th scope="col" colSpan={2}>{t.people.right}</th>
          <th scope="col" className="num">{t.numbers.nHead}</th>
          {KINDS.map((kind) => <th key={kind} scope="col">{t.kinds[kind]}</th>)}
          <th scope="col">{t.people.standing}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.user.id}>
            <td><Link className={css.personLink} to={`/p/${slug}/people/${row.user.id}`}><Person person={row.user} /></Link></td>
            {row.f1.evidence.enough ? <Accuracy measured={row.f1} domain={accuracy} tone={standingTone(row)} n={row.n_gold_marks} /> : <td colSpan={3 + KINDS.length}><NotEnoughEvidence evidence={row.f1.evidence} n={evidenceCount(row.f1)} /></td>}
            {row.f1.evidence.enough && KINDS.map((kind) => <td key={kind}><KindCell measured={row.kinds[kind]} domain={errors} to={`/p/${slug}/people/${row.user.id}`} kind={kind} /></td>)}
            <td><Standing row={row} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Standing({ row }: { row: PersonRow }) {
  return <Tag tone={STANDING[row.standing.state]}>{row.standing.state === "none" ? t.people.tooFew : row.standing.text}</Tag>;
}

function standingTone(row: PersonRow): Tone {
  const { state } = row.standing;
  return state === "warn" || state === "stop" ? state : toneOf(row.f1);
}

function Accuracy({ measured, domain, tone, n }: { measured: MeasuredValue; domain: [number, number]; tone: Tone; n: number }) {
  const { estimate } = measured;
  return (
    <>
      <td><IntervalBar interval={estimate} domain={domain} limit={measured.limit} tone={tone} /></td>
      <td><b>{valueText(estimate)}</b> <span className="grey">{intervalText(estimate)}</span></td>
      <td className="num grey">{count(n)}</td>
    </>
  );
}

function KindCell({ measured, domain, to, kind }: { measured: MeasuredValue; domain: [number, number]; to: string; kind: string }) {
  const { estimate, evidence } = measured;
  if (!evidence.enough || estimate.value === null) return <NotEnoughEvidence evidence={evidence} n={evidenceCount(measured)} short />;
  return (
    <Link className={`${css.cellBar ?? ""} ${css.personLink ?? ""}`} to={to} search={{ kind }} title={`${valueText(estimate)} (${intervalText(estimate)})`}>
      <IntervalBar interval={estimate} domain={domain} tone={toneOf(measured)} />
      {valueText(estimate)}
    </Link>
  );
}

/** From the lowest end of anybody's interval to 1, in steps of a tenth. */
function accuracyDomain(rows: readonly PersonRow[]): [number, number] {
  const lows = rows.flatMap((row) => (row.f1.evidence.enough ? [row.f1.estimate.low ?? 1, row.f1.limit ?? 1] : []));
  return [Math.max(0, Math.floor(10 * Math.min(0.7, ...lows) - 0.5) / 10), 1];
}
