// One person, for a lead: did something change, since when, and is the work since then being looked at?
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Alarm, ErrorKind, PersonPage as PersonData, Series } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count, intervalText, valueText } from "@/format/numbers";
import { clock, moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, Grid, PageHead } from "@/ui/Card";
import { Confusion } from "@/ui/Confusion";
import { ControlChart } from "@/ui/ControlChart";
import { IntervalBar, Measured, NotEnoughEvidence, evidenceCount, toneOf } from "@/ui/Measure";
import { ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { Standing } from "../overview/PeopleTable";
import { CropsCard } from "./CropsCard";
import { PersonActions } from "./PersonActions";
import css from "./Person.module.css";
import { PaceCard } from "./PaceCard";
import { PersonSteps } from "./PersonSteps";

const KINDS: readonly ErrorKind[] = ["missed", "spurious", "misclassified", "mislocalised"];

export function PersonPage() {
  const { slug, may } = useProject();
  const { user } = useParams({ strict: false });
  const search = useSearch({ strict: false }) as { kind?: string };
  const person = useQuery({ queryKey: ["person", slug, user], queryFn: () => api.person(slug, user ?? ""), refetchInterval: 5_000 });
  const book = useClassBook();
  const crops = useRef<HTMLDivElement>(null);
  const [clause, setClause] = useState<string | null>(null);
  if (person.isPending) return <Loading what={t.things.person} />;
  if (person.isError) return <ErrorState error={asError(person.error)} onRetry={() => void person.refetch()} />;
  const data = person.data;
  const alarm = data.alarms.find((each) => each.state === "open") ?? data.alarm;
  const lead = leadSeries(data, search.kind);
  return (
    <>
      <Top end={<PersonSteps user={data.user.id} />}>
        <TopTitle crumbs={[<Link key="people" to={`/p/${slug}/people`}>{t.nav.people}</Link>]} title={data.user.name} simulated={data.user.simulated} />
      </Top>
      <PageHead
        title={data.title}
        tag={alarm === null ? <Standing row={data} /> : <Tag tone="warn" state="warn">{t.person.alarm(clock(alarm.raised_at))}</Tag>}
        text={<>{data.text} {data.note !== null && data.note !== "" && <span className="grey">{t.person.note(data.note)}</span>}</>}
        actions={may("lead") && <PersonActions data={data} alarm={alarm} />}
      />
      <Grid>
        <Card span={8} title={lead === null ? t.person.noSeries : t.person.chart[lead.kind]} note={lead === null ? undefined : <ChartNote data={data} series={lead} />}>
          {lead === null || lead.points.length < 2 ? <NotEnoughEvidence evidence={data.error.evidence} n={evidenceCount(data.error)} /> : <ControlChart series={lead} height={data.series.length > 4 ? 316 : 250} alarms={data.alarms} label={t.person.chart[lead.kind]} onOpen={() => crops.current?.scrollIntoView({ behavior: "smooth" })} />}
        </Card>
        <Card span={4} title={t.person.others} note={othersNote(data, lead)}>
          {data.series.filter((each) => each !== lead && each.kind !== "all").map((each) => <SmallSeries key={each.kind} data={data} series={each} />)}
        </Card>
        <Card span={5} title={t.person.confusion} note={data.confusion.since_at === null ? t.person.allTime : t.person.since(moment(data.confusion.since_at, new Date()))}>
          {data.confusion.counts.flat().every((n) => n === 0) ? <p className="grey">{t.person.noConfusion}</p> : <>
          <div className={css.scroll}>
            <Confusion classes={data.confusion.classes.map((id) => (id === "nothing" ? t.confusion.nothing : book.name(id)))} counts={data.confusion.counts} caption={t.person.confusion} />
          </div>
          <p className={css.sentence}>{leftOutSentence(data, book)}</p></>}
        </Card>
        <Card span={7} title={alarm === null ? t.person.byClause : t.person.byClauseSince} note={alarm === null ? t.person.shareWrong : t.person.shareWrongBefore}>
          <Clauses data={data} onOpen={(clause) => { setClause(clause); crops.current?.scrollIntoView({ behavior: "smooth" }); }} />
        </Card>
        <div ref={crops} className={css.full}>
          <CropsCard data={data} clause={clause} onClause={setClause} first={KINDS.find((kind) => kind === search.kind) ?? (lead !== null && lead.kind !== "all" ? lead.kind : "missed")} />
        </div>
        <PaceCard user={data.user.id} name={data.user.name} />
        {data.put_backs.length > 0 && (
          <Card span={12} title={t.person.putBacks}>
            <ul className={css.list}>
              {data.put_backs.map((each) => <li key={each.id}>{t.person.putBackRow(moment(each.at, new Date()), each.since_at === null ? t.person.always : moment(each.since_at, new Date()), count(each.n_review), count(each.n_sampled))} <span className="grey">{each.why}</span></li>)}
            </ul>
          </Card>
        )}
      </Grid>
    </>
  );
}

/** The series asked for, else the one whose evidence of a slip is highest against its alarm line. */
function leadSeries(data: PersonData, asked: string | undefined): Series | null {
  const named = data.series.find((each) => each.kind === asked);
  if (named !== undefined) return named;
  const strength = (series: Series): number => Math.max(0, ...series.points.map((p) => p.evidence)) / (series.alarm_line ?? Infinity);
  const kinds = data.series.filter((each) => each.kind !== "all");
  const strongest = [...kinds].sort((a, b) => strength(b) - strength(a))[0];
  if (strongest !== undefined && strength(strongest) >= 1) return strongest;
  return data.series.find((each) => each.kind === "all") ?? strongest ?? null;
}

function ChartNote({ data, series }: { data: PersonData; series: Series }) {
  const last = series.points.findLast((p) => p.value !== null);
  return (
    <>
      {t.person.chartNote}
      {last !== undefined && <span className={css.now}>{t.person.now} <b>{valueText(last)}</b> <span className="grey">{intervalText(last)} {t.numbers.n(count(data.n_gold_images), t.units.goldImages)}</span></span>}
    </>
  );
}

function othersNote(data: PersonData, lead: Series | null): string {
  const moved = data.series.some((each) => each !== lead && each.kind !== "all" && each.alarm_line !== null && each.points.some((p) => p.evidence >= (each.alarm_line ?? Infinity)));
  return moved ? t.person.otherAlarm : t.person.noAlarm;
}

function SmallSeries({ data, series }: { data: PersonData; series: Series }) {
  const measured = series.kind === "all" ? data.error : data.kinds[series.kind];
  return (
    <div className={css.small}>
      <div>
        <h3>{series.kind === "all" ? t.person.chart.all : t.kinds[series.kind]}</h3>
        {measured.evidence.enough ? <p><b>{valueText(measured.estimate)}</b> <span className="grey">{intervalText(measured.estimate)}</span></p> : <p className="grey">{t.numbers.notEnoughWords}</p>}
        <p className="grey">{t.numbers.n(count(measured.estimate.n))}</p>
      </div>
      {series.points.length > 1 && <ControlChart series={series} alarms={[] satisfies Alarm[]} label={series.kind === "all" ? t.person.chart.all : t.person.chart[series.kind]} height={70} small />}
    </div>
  );
}

function Clauses({ data, onOpen }: { data: PersonData; onOpen: (clause: string) => void }) {
  const top = Math.max(0.3, ...data.by_clause.map((row) => row.now.estimate.high ?? 0));
  const domain: [number, number] = [0, Math.min(1, top)];
  const rows = [...data.by_clause].sort((a, b) => Number(b.now.evidence.enough) - Number(a.now.evidence.enough) || (b.now.estimate.value ?? 0) - (a.now.estimate.value ?? 0));
  if (rows.length === 0) return <p className="grey">{t.person.noClauses}</p>;
  return (
    <ul>
      {rows.map((row) => (
        <li key={row.clause_id} className={css.clause}>
          <span>{row.clause_id} {row.title}</span>
          {row.now.evidence.enough ? <IntervalBar interval={row.now.estimate} domain={domain} limit={row.before?.value ?? null} tone={toneOf(row.now)} /> : <span className="grey">{t.numbers.notEnoughWords}</span>}
          <span className={css.clauseValue}>{row.now.evidence.enough ? <Measured measured={row.now} /> : <span className="grey">{t.numbers.nNeeds(evidenceCount(row.now), row.now.evidence.needs)}</span>}</span>
          <Button kind="quiet" small aria-label={t.person.clausePictures(row.clause_id)} onClick={() => onOpen(row.clause_id)}>{t.person.pictures}</Button>
        </li>
      ))}
    </ul>
  );
}

/** "Red cells left out: 9 of 45", for the class left out most. */
function leftOutSentence({ confusion }: PersonData, book: ReturnType<typeof useClassBook>): string {
  const nothing = confusion.classes.length - 1;
  const rows = confusion.counts.slice(0, nothing).map((row, at) => ({ at, missed: row[nothing] ?? 0, all: row.reduce((sum, n) => sum + n, 0) }));
  const worst = rows.sort((a, b) => b.missed - a.missed)[0];
  if (worst === undefined || worst.missed === 0) return t.person.nothingLeftOut;
  return t.person.leftOut(book.name(confusion.classes[worst.at] ?? ""), worst.missed, worst.all);
}
