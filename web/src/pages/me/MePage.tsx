// How am I doing: one's own figures, moved once a day, and gold verdicts that can no longer give anything away.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { MyAssignment, MyFigures } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { useSession } from "@/app/session";
import { Top } from "@/app/top";
import { count, intervalText, valueText } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, Grid, PageHead } from "@/ui/Card";
import { CsvLink, DataTable } from "@/ui/DataTable";
import { IntervalBar, Measured, NotEnoughEvidence, evidenceCount, toneOf } from "@/ui/Measure";
import type { MeasuredValue } from "@/ui/Measure";
import { ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { ContestBox } from "./ContestBox";
import css from "./Me.module.css";
import { OwnQuestions } from "./OwnQuestions";
import { VerdictCrops } from "./VerdictCrops";

export function MePage() {
  const { slug } = useProject();
  const { user } = useSession();
  const figures = useQuery({ queryKey: ["figures", slug], queryFn: () => api.myFigures(slug) });
  if (figures.isPending) return <Loading what={t.things.figures} />;
  if (figures.isError) return <ErrorState error={asError(figures.error)} onRetry={() => void figures.refetch()} />;
  const data = figures.data;
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "me/assignments")} />}><TopTitle title={t.nav.me} simulated={user.simulated} /></Top>
      <PageHead title={titleOf(data)} text={t.me.asOf(moment(data.as_of_at, new Date()))} actions={<Link className={buttonClass("primary")} to={`/p/${slug}/annotate`}>{t.me.goOn}</Link>} />
      <Grid>
        <Card span={5} title={t.me.figures} note={t.me.figuresNote}>
          <FigureRow name={t.people.right} measured={data.accuracy} domain={[0, 1]} />
          {(["missed", "spurious", "misclassified", "mislocalised"] as const).map((kind) => <FigureRow key={kind} name={t.kinds[kind]} measured={data.kinds[kind]} domain={[0, 0.5]} />)}
        </Card>
        <Card span={7} title={t.me.verdicts} note={t.me.verdictsNote}>
          <Verdicts verdicts={data.verdicts} />
        </Card>
        <OwnQuestions />
        <Card span={12} title={t.me.handedIn}>
          <HandedIn />
        </Card>
      </Grid>
    </>
  );
}

function titleOf({ accuracy }: MyFigures): string {
  if (!accuracy.evidence.enough || accuracy.estimate.value === null) return t.me.titleThin(evidenceCount(accuracy), accuracy.evidence.needs, accuracy.evidence.unit);
  return t.me.title(valueText(accuracy.estimate), intervalText(accuracy.estimate), count(accuracy.estimate.n));
}

function FigureRow({ name, measured, domain }: { name: string; measured: MeasuredValue; domain: [number, number] }) {
  return (
    <div className={css.row}>
      <span>{name}</span>
      <IntervalBar interval={measured.estimate} domain={domain} limit={measured.limit} enough={measured.evidence.enough} tone={toneOf(measured)} />
      <span className={css.value}>{measured.evidence.enough ? <Measured measured={measured} /> : <NotEnoughEvidence evidence={measured.evidence} n={evidenceCount(measured)} short />}</span>
    </div>
  );
}

function Verdicts({ verdicts }: { verdicts: MyFigures["verdicts"] }) {
  const book = useClassBook();
  if (verdicts.length === 0) return <p className="grey">{t.me.noVerdicts}</p>;
  return (
    <ul className={css.verdicts}>
      {verdicts.map((verdict) => (
        <li key={verdict.id}>
          <p className={css.verdictHead}>
            <b>{t.practice.verdict(verdict.n_errors, verdict.n_units)}</b>
            <span className="grey">{moment(verdict.answered_at, new Date())}</span>
          </p>
          <VerdictCrops verdict={verdict} book={book} errorsOnly />
          {verdict.n_errors > 0 && <ContestBox verdict={verdict} />}
        </li>
      ))}
    </ul>
  );
}

const VERDICT_TONES = { none: "neutral", accepted: "ok", fixed: "warn", rejected: "stop" } as const;

function HandedIn() {
  const { slug } = useProject();
  const rows = useInfiniteQuery({
    queryKey: ["myAssignments", slug],
    queryFn: ({ pageParam }) => api.myAssignments(slug, { cursor: pageParam, limit: 50 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  if (rows.isPending) return <Loading what={t.things.answers} />;
  if (rows.isError) return <ErrorState error={asError(rows.error)} />;
  const all = rows.data.pages.flatMap((page) => page.rows);
  if (all.length === 0) return <p className="grey">{t.me.nothingYet}</p>;
  return (
    <>
      <DataTable<MyAssignment>
        caption={t.me.handedIn}
        rows={all}
        rowId={(row) => row.id}
        dense
        columns={[
          { id: "id", header: t.table.item, accessorFn: (row) => row.id.slice(-8), cell: (cell) => <code>{cell.row.original.id.slice(-8)}</code> },
          { id: "at", header: t.table.handedIn, accessorFn: (row) => row.submitted_at ?? "", cell: (cell) => (cell.row.original.submitted_at === null ? <span className="grey">{t.me.states[cell.row.original.state] ?? cell.row.original.state}</span> : moment(cell.row.original.submitted_at, new Date())) },
          { id: "marks", header: t.table.marks, meta: { end: true }, accessorFn: (row) => row.n_marks ?? 0, cell: (cell) => (cell.row.original.n_marks === null ? "" : count(cell.row.original.n_marks)) },
          { id: "verdict", header: t.table.review, accessorFn: (row) => row.verdict, cell: (cell) => <Tag tone={VERDICT_TONES[cell.row.original.verdict]}>{t.me.verdict[cell.row.original.verdict]}</Tag> },
          { id: "why", header: t.table.reason, enableSorting: false, accessorFn: (row) => row.reason ?? "" },
        ]}
      />
      {rows.hasNextPage && <Button small busy={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>{t.actions.more}</Button>}
    </>
  );
}
