// Project overview: what blocks the release, and which of these to open first. Moves while people work.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Overview } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count, intervalText, percent, valueText } from "@/format/numbers";
import { clock, moment } from "@/format/times";
import { t } from "@/text/en";
import { buttonClass } from "@/ui/Button";
import { Card, Figure, Grid, PageHead } from "@/ui/Card";
import { CsvLink } from "@/ui/DataTable";
import { BlockerRow, byUrgency, GateList } from "@/ui/GateRow";
import { ItemsStrip, StripLegend } from "@/ui/ItemsStrip";
import { IntervalBar, evidenceCount, toneOf } from "@/ui/Measure";
import type { MeasuredValue } from "@/ui/Measure";
import { EmptyState, ErrorState, Loading, ProgressBar } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { TimeChart } from "@/ui/TimeChart";
import { SetUp } from "../setup/SetUp";
import { AgreementCard } from "./AgreementCard";
import { HabitCard } from "./HabitCard";
import css from "./Overview.module.css";
import { PeopleTable } from "./PeopleTable";

const LIVE_MS = 1_500;
const REST_MS = 15_000;

export function OverviewPage() {
  const { slug, project, may } = useProject();
  const overview = useQuery({
    queryKey: ["overview", slug],
    queryFn: () => api.overview(slug),
    refetchInterval: (query) => ((query.state.data?.live.n_people ?? 0) > 0 ? LIVE_MS : REST_MS),
  });
  if (overview.isPending) return <Loading what={t.things.overview} />;
  if (overview.isError) return <ErrorState error={asError(overview.error)} onRetry={() => void overview.refetch()} />;
  const data = overview.data;
  return (
    <>
      <Top end={<><Live live={data.live} /><CsvLink href={csvOf(slug, "people")} /></>}>
        <TopTitle title={t.nav.overview} text={t.overview.facts(project.guideline_version, project.schema_version)} />
      </Top>
      {data.progress.n_items === 0 ? may("lead") ? <SetUp /> : <NothingYet /> : <Filled data={data} />}
    </>
  );
}

function Live({ live }: { live: Overview["live"] }) {
  if (live.n_people === 0) return <span className="grey">{t.overview.quiet}</span>;
  return (
    <span className={css.live}>
      <span className={css.liveDot} aria-hidden="true" /> {t.overview.live(live.n_people, live.simulated)}
    </span>
  );
}

function NothingYet() {
  const { slug } = useProject();
  return (
    <EmptyState title={t.overview.empty} action={<Link className={buttonClass("primary")} to={`/p/${slug}/imports`}>{t.overview.emptyAction}</Link>}>
      {t.overview.emptyHint}
    </EmptyState>
  );
}

function Filled({ data }: { data: Overview }) {
  const { slug } = useProject();
  const navigate = useNavigate();
  const book = useClassBook();
  const { progress } = data;
  const wanted = Math.max(1, Math.round(progress.n_answers_wanted / Math.max(1, progress.n_items)));
  const finding = data.findings.find((each) => each.state === "open");
  const allPass = data.blockers.every((gate) => gate.state === "pass" || gate.state === "none");
  const releases = useQuery({ queryKey: ["releases", slug], queryFn: () => api.releases(slug), enabled: allPass, staleTime: 5_000 });
  const released = allPass ? releases.data?.rows[0] : undefined;
  const openPlace = async (at: number): Promise<void> => {
    const item = await api.stripPlace(slug, at);
    await navigate({ to: `/p/${slug}/items/${item.id}` });
  };
  return (
    <>
      <PageHead title={released?.state === "signed" ? <Link to={`/p/${slug}/releases/${released.id}`}>{t.released.title(released.name)}</Link> : data.title} text={released?.state === "signed" ? t.released.text : undefined} />
      <Grid>
        <ProgressFigure progress={progress} />
        <MeasuredFigure label={t.overview.agreement} measured={data.agreement} noun={t.units.images} text={data.agreement.limit === null ? t.overview.noAgreementGate : t.overview.agreementNeeds(valueText({ value: data.agreement.limit, low: null, high: null }))} />
        <MeasuredFigure label={t.overview.overlap} measured={data.mean_iou} noun={t.units.images} text={t.overview.overlapText} />
        <MeasuredFigure label={t.overview.throughput} measured={data.throughput} unit="quantity" text={data.seconds_per_mark.evidence.enough ? t.overview.perMark(valueText(data.seconds_per_mark.estimate, "quantity"), intervalText(data.seconds_per_mark.estimate, "quantity"), count(data.seconds_per_mark.estimate.n)) : t.overview.perMarkUnknown} />

        <Card span={8} title={t.overview.people} note={t.overview.peopleNote(data.people[0]?.f1.limit ?? null)}>
          {data.people.length === 0 ? <p className="grey">{t.overview.noPeople}</p> : <PeopleTable rows={data.people} />}
        </Card>
        <Card span={4} title={t.overview.blockersTitle} note={t.release.gatesPass(data.blockers.filter((gate) => gate.state === "pass").length, data.blockers.length)}>
          <Blockers data={data} />
        </Card>

        <Card span={4} title={t.overview.throughputTitle} note={t.overview.throughputNote}>
          {data.throughput_series.length > 1 ? (
            <TimeChart height={132} points={data.throughput_series} label={t.overview.throughputTitle} events={data.alarms.map((alarm) => ({ at: alarm.raised_at, text: t.overview.alarmEvent(clock(alarm.raised_at), alarm.user.name) }))} />
          ) : (
            <p className="grey">{t.overview.throughputEmpty}</p>
          )}
        </Card>
        <Card span={4} title={t.overview.byClass} note={t.overview.byClassNote}>
          <AgreementCard byClass={data.by_class} split={data.split} book={book} />
        </Card>
        {finding === undefined ? (
          <Card span={4} title={t.overview.noHabit}><p className="grey">{t.overview.noHabitText}</p></Card>
        ) : (
          <HabitCard finding={finding} more={data.findings.filter((each) => each.state === "open").length - 1} />
        )}

        <Card span={12} title={t.overview.strip(count(progress.n_items))} note={<StripLegend wanted={wanted} />}>
          <ItemsStrip strip={data.strip} wanted={wanted} total={progress.n_items} onOpen={(at) => void openPlace(at)} />
        </Card>
      </Grid>
    </>
  );
}

function ProgressFigure({ progress }: { progress: Overview["progress"] }) {
  const all = Math.max(1, progress.n_answers_wanted);
  const end = progress.expected_end;
  return (
    <Figure
      label={t.overview.answersIn}
      note={t.overview.of(count(progress.n_answers), count(progress.n_answers_wanted))}
      value={percent(progress.n_answers, progress.n_answers_wanted)}
      bar={<ProgressBar label={t.overview.of(count(progress.n_answers), count(progress.n_answers_wanted))} parts={[{ share: (progress.n_answers - progress.n_in_review) / all, tone: "accent" }, { share: progress.n_in_review / all, tone: "warn" }]} />}
      text={
        <>
          {end === null || end.value_at === null ? t.overview.endUnknown(progress.n_answers >= progress.n_answers_wanted) : <>{t.overview.done} <b>{moment(end.value_at, new Date())}</b> {end.low_at !== null && end.high_at !== null && `(${clock(end.low_at)}–${clock(end.high_at)})`}</>}
          {progress.n_in_review > 0 && <> · <b className={css.warn}>{t.overview.inReview(count(progress.n_in_review))}</b></>}
        </>
      }
    />
  );
}

function MeasuredFigure({ label, measured, unit = "rate", noun, text }: { label: string; measured: MeasuredValue; unit?: "rate" | "quantity"; noun?: string; text: string }) {
  const { estimate, evidence } = measured;
  const enough = evidence.enough && estimate.value !== null;
  const n = noun === t.units.images ? estimate.n_items : estimate.n;
  const top = Math.max(estimate.high ?? 0, estimate.value ?? 0, measured.limit ?? 0) * 1.6;
  return (
    <Figure
      label={label}
      note={t.numbers.n(count(n), noun)}
      value={enough ? valueText(estimate, unit) : <span className={css.thin}>{t.numbers.notEnoughWords}</span>}
      interval={enough ? intervalText(estimate, unit) : undefined}
      bar={<IntervalBar interval={estimate} domain={unit === "rate" ? [0, 1] : [0, top]} limit={measured.limit} enough={enough} tone={toneOf(measured)} />}
      text={enough ? text : <span className="grey" title={evidence.why}>{t.numbers.have(evidenceCount(measured), evidence.needs, evidence.unit)}</span>}
    />
  );
}

function Blockers({ data }: { data: Overview }) {
  const { slug } = useProject();
  const gates = [...data.blockers].sort(byUrgency);
  const open = gates.filter((gate) => gate.state !== "pass");
  const passing = gates.filter((gate) => gate.state === "pass");
  const first = open.find((gate) => gate.action !== null && gate.state === "block");
  return (
    <GateList>
      {open.map((gate) => (
        <BlockerRow key={gate.id} gate={gate} action={gate.action !== null && <Link className={buttonClass(gate === first ? "primary" : "secondary", true)} to={gate.action.to}>{gate.action.label}</Link>} />
      ))}
      {passing.length > 0 && (
        <BlockerRow
          gate={{ id: "passing", name: passing.map((gate) => gate.name).join(", "), rule: "", state: "pass", measured: null, count: null, reason: t.overview.gatesPass(passing.length) }}
          action={<Link className={buttonClass("quiet", true)} to={`/p/${slug}/releases`} aria-label={t.overview.openReleases}>{t.actions.open}</Link>}
        />
      )}
    </GateList>
  );
}
