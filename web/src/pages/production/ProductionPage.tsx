// How good the model is in production: the share of wrong marks over time, from pictures drawn at random alone.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { ProductionCheck, ProductionQuality } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count, rate } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { CsvLink, DataTable } from "@/ui/DataTable";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { EstimateText, IntervalBar } from "@/ui/Measure";
import { TopTitle } from "@/ui/Shell";
import css from "./Production.module.css";
import { QualityChart } from "./QualityChart";

type Every = "day" | "week" | "month";

export function ProductionPage() {
  const { slug } = useProject();
  const [every, setEvery] = useState<Every>("week");
  const quality = useQuery({ queryKey: ["production", slug, every], queryFn: () => api.productionQuality(slug, every), refetchInterval: 15_000 });
  if (quality.isPending) return <Loading what={t.things.production} />;
  if (quality.isError) return <ErrorState error={asError(quality.error)} onRetry={() => void quality.refetch()} />;
  const found = quality.data;
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "production/checks")} />}><TopTitle title={t.production.nav} /></Top>
      <PageHead title={found.title} text={t.production.text(rate(found.ask_below), found.random_share)} />
      {found.n_random + found.n_asked === 0 ? <EmptyState title={t.production.none}>{t.production.noneHint}</EmptyState> : (
        <Columns
          evidence={
            <>
              <Card title={t.production.chart} note={<Stretches every={every} onEvery={setEvery} />}>
                <QualityChart points={found.points} />
              </Card>
              <Checks slug={slug} />
            </>
          }
          deciding={
            <>
              <Parts title={t.production.models} parts={found.models} />
              <Parts title={t.production.classes} parts={found.classes} />
              <Parts title={t.production.slices} parts={found.slices} />
            </>
          }
        />
      )}
    </>
  );
}

function Stretches({ every, onEvery }: { every: Every; onEvery: (every: Every) => void }) {
  return (
    <span className={css.stretches} role="group" aria-label={t.production.stretch}>
      {(["day", "week", "month"] as const).map((each) => <button key={each} type="button" aria-pressed={each === every} onClick={() => onEvery(each)}>{t.production.every[each]}</button>)}
    </span>
  );
}

function Parts({ title, parts }: { title: string; parts: ProductionQuality["classes"] }) {
  if (parts.length === 0) return null;
  const top = Math.max(0.01, ...parts.map((part) => part.wrong.high ?? part.wrong.value ?? 0)) * 1.1;
  return (
    <Card title={title} note={t.production.wrongNote}>
      <ul className={css.parts}>
        {parts.map((part) => (
          <li key={part.name}>
            <span>{part.name}</span>
            <IntervalBar interval={part.wrong} domain={[0, top]} />
            <EstimateText estimate={part.wrong} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Checks({ slug }: { slug: string }) {
  const navigate = useNavigate();
  const checks = useInfiniteQuery({
    queryKey: ["checks", slug],
    queryFn: ({ pageParam }) => api.productionChecks(slug, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const rows = checks.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Card title={t.production.checks} note={t.production.checksNote}>
      <DataTable<ProductionCheck>
        caption={t.production.checks}
        rows={rows}
        rowId={(row) => row.prediction_id}
        onOpen={(row) => void navigate({ to: `/p/${slug}/items/${row.item_id}` })}
        columns={[
          { id: "picture", header: t.table.picture, enableSorting: false, accessorFn: (row) => row.item_id, cell: (cell) => <img className={css.thumb} src={cell.row.original.thumb_url} alt="" loading="lazy" /> },
          { id: "model", header: t.production.model, accessorFn: (row) => row.model },
          { id: "reason", header: t.production.why, accessorFn: (row) => row.reason, cell: (cell) => t.production.reasons[cell.row.original.reason] },
          { id: "confidence", header: t.production.confidence, meta: { end: true }, accessorFn: (row) => row.confidence ?? -1, cell: (cell) => (cell.row.original.confidence === null ? <span className="grey">{t.production.saysNone}</span> : rate(cell.row.original.confidence)) },
          { id: "errors", header: t.production.errors, meta: { end: true }, accessorFn: (row) => row.n_errors ?? -1, cell: (cell) => (cell.row.original.n_errors === null ? <span className="grey">{t.production.waiting}</span> : t.production.of(count(cell.row.original.n_errors), count(cell.row.original.n_units ?? 0))) },
          { id: "at", header: t.table.at, accessorFn: (row) => row.predicted_at, cell: (cell) => <span className="grey">{moment(cell.row.original.predicted_at, new Date())}</span> },
        ]}
      />
      {checks.hasNextPage && <Button small busy={checks.isFetchingNextPage} onClick={() => void checks.fetchNextPage()}>{t.actions.more}</Button>}
    </Card>
  );
}
