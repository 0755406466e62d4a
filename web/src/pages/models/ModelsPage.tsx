// Every version of every model: which is in use, how good each was measured to be; and the runs that make and measure them.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Model } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, Grid, PageHead } from "@/ui/Card";
import { CsvLink, DataTable } from "@/ui/DataTable";
import { EstimateText, IntervalBar } from "@/ui/Measure";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import css from "./Models.module.css";
import { RegisterDialog } from "./RegisterDialog";
import { RunsCard } from "./RunsCard";
import { STANDING_TONES } from "./standing";
import { titleOfAll } from "./titles";
import { TrainDialog } from "./TrainDialog";

export function ModelsPage() {
  const { slug, may } = useProject();
  const [open, setOpen] = useState<"train" | "register" | null>(null);
  const models = useInfiniteQuery({
    queryKey: ["models", slug],
    queryFn: ({ pageParam }) => api.models(slug, { cursor: pageParam, limit: 50 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: 10_000,
  });
  const releases = useQuery({ queryKey: ["releases", slug], queryFn: () => api.releases(slug) });
  if (models.isPending) return <Loading what={t.things.models} />;
  if (models.isError) return <ErrorState error={asError(models.error)} onRetry={() => void models.refetch()} />;
  const rows = models.data.pages.flatMap((page) => page.rows);
  const frozen = releases.data?.rows.find((each) => each.state === "signed" || each.state === "frozen");
  const leads = may("lead", "admin");
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "models")} />}><TopTitle title={t.models.nav} /></Top>
      <PageHead
        title={titleOfAll(rows)}
        text={t.models.text}
        actions={leads && (
          <>
            <Button onClick={() => setOpen("register")}>{t.models.register}</Button>
            <Button kind="primary" onClick={() => setOpen("train")} disabled={frozen === undefined}>{t.models.train}</Button>
          </>
        )}
      />
      {rows.length === 0 && <div className={css.empty}><NoModel release={frozen?.name} leads={leads} base={`/p/${slug}`} /></div>}
      <Grid>
        {rows.length > 0 && (
          <Card title={t.models.versions} note={t.models.newest}>
            <div className={css.scroll}><Versions rows={rows} base={`/p/${slug}`} /></div>
            {models.hasNextPage && <div className={css.more}><Button small busy={models.isFetchingNextPage} onClick={() => void models.fetchNextPage()}>{t.models.more}</Button></div>}
          </Card>
        )}
        <RunsCard />
      </Grid>
      {open === "train" && <TrainDialog onClose={() => setOpen(null)} />}
      {open === "register" && <RegisterDialog onClose={() => setOpen(null)} />}
    </>
  );
}

function NoModel({ release, leads, base }: { release: string | undefined; leads: boolean; base: string }) {
  if (!leads) return <EmptyState title={t.models.none}>{t.models.noneOther}</EmptyState>;
  if (release !== undefined) return <EmptyState title={t.models.none}>{t.models.noneTrain(release)}</EmptyState>;
  return <EmptyState title={t.models.none} action={<Link className={buttonClass()} to={`${base}/releases`}>{t.models.toReleases}</Link>}>{t.models.noneRelease}</EmptyState>;
}

function Versions({ rows, base }: { rows: readonly Model[]; base: string }) {
  const navigate = useNavigate();
  const to = (row: Model): string => `${base}/models/${row.id}`;
  const [low, high] = [Math.min(1, ...rows.map((row) => row.figures["f1"]?.low ?? 1)), 1];
  const domain: [number, number] = [Math.max(0, Math.floor(low * 10 - 0.5) / 10), high];
  return (
    <DataTable<Model>
      caption={t.models.versions}
      rows={rows}
      rowId={(row) => row.id}
      onOpen={(row) => void navigate({ to: to(row) })}
      columns={[
        { id: "name", header: t.models.version, accessorFn: (row) => row.title, cell: ({ row: { original: row } }) => (
          <span className={css.name}>
            <span className={css.titled}><Link to={to(row)}><b>{row.title}</b></Link> <Tag {...STANDING_TONES[row.standing]}>{t.models.standings[row.standing]}</Tag></span>
            <small title={row.intended_use}>{row.intended_use === "" ? t.model.noUse : row.intended_use}</small>
          </span>
        ) },
        { id: "f1", header: t.models.quality, accessorFn: (row) => row.figures["f1"]?.value ?? -1, cell: ({ row: { original: row } }) => <Quality model={row} domain={domain} /> },
        { id: "task", header: t.models.answers, accessorFn: (row) => row.task, cell: ({ row: { original: row } }) => t.models.tasks[row.task] },
        { id: "release", header: t.models.trainedOn, accessorFn: (row) => row.release ?? "", cell: ({ row: { original: row } }) => row.release ?? <span className="grey">{t.models.elsewhere}</span> },
        { id: "schema", header: t.models.schema, accessorFn: (row) => row.schema_version, cell: ({ row: { original: row } }) => `v${String(row.schema_version)}` },
        { id: "framework", header: t.models.framework, accessorFn: (row) => row.framework, cell: ({ row: { original: row } }) => <span className="soft">{row.framework}</span> },
        { id: "file", header: t.models.file, enableSorting: false, accessorFn: (row) => row.artifact_sha256 ?? "", cell: ({ row: { original: row } }) => (row.artifact_sha256 === null ? <span className="grey">{t.models.noFile}</span> : <code title={row.artifact_sha256}>{row.artifact_sha256.slice(0, 8)}…</code>) },
        { id: "by", header: t.models.by, accessorFn: (row) => row.registered_by.name, cell: ({ row: { original: row } }) => <Person person={row.registered_by} compact /> },
        { id: "at", header: t.table.at, accessorFn: (row) => row.registered_at, cell: ({ row: { original: row } }) => <span className="grey nowrap">{moment(row.registered_at, new Date())}</span> },
      ]}
    />
  );
}

function Quality({ model, domain }: { model: Model; domain: [number, number] }) {
  const f1 = model.figures["f1"];
  if (f1 === undefined) return <span className="grey">{t.models.unmeasured}</span>;
  if (f1.value === null) return <span className="grey">{t.numbers.notEnoughShort(f1.n)}</span>;
  return <span className={css.quality}><IntervalBar interval={f1} domain={domain} /><EstimateText estimate={f1} /></span>;
}
