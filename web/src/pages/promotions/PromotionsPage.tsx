// Every promotion, newest first: what is in use, what waits and for whom, what was refused and why.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Promotion } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { Top } from "@/app/top";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, PageHead } from "@/ui/Card";
import { DataTable } from "@/ui/DataTable";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { AskDialog } from "./AskDialog";
import css from "./Promotions.module.css";
import { saidOf, stateWords, titleOfAll, toneOf } from "./titles";

export function PromotionsPage() {
  const { slug, may } = useProject();
  const navigate = useNavigate();
  const book = useClassBook();
  const [asking, setAsking] = useState(false);
  const promotions = useInfiniteQuery({
    queryKey: ["promotions", slug],
    queryFn: ({ pageParam }) => api.promotions(slug, { cursor: pageParam, limit: 50 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: 5_000,
  });
  const models = useQuery({ queryKey: ["models", slug, "first"], queryFn: () => api.models(slug, { limit: 50 }) });
  if (promotions.isPending || models.isPending) return <Loading what={t.things.promotions} />;
  if (promotions.isError) return <ErrorState error={asError(promotions.error)} onRetry={() => void promotions.refetch()} />;
  if (models.isError) return <ErrorState error={asError(models.error)} onRetry={() => void models.refetch()} />;
  const rows = promotions.data.pages.flatMap((page) => page.rows);
  const free = models.data.rows.filter((each) => each.standing !== "in_use" && each.standing !== "candidate");
  const to = (row: { id: string }): string => `/p/${slug}/promotions/${row.id}`;
  const inUse = models.data.rows.find((each) => each.standing === "in_use")?.title;
  return (
    <>
      <Top><TopTitle title={t.promotions.nav} /></Top>
      <PageHead title={titleOfAll(rows, inUse, (at) => moment(at, new Date()))} text={t.promotions.text} actions={may("expert", "lead", "approver", "admin") && <Button kind="primary" disabled={free.length === 0} onClick={() => setAsking(true)}>{t.promotions.ask}</Button>} />
      {rows.length === 0 ? (
        models.data.rows.length === 0 ? <EmptyState title={t.promotions.none} action={<Link className={buttonClass()} to={`/p/${slug}/models`}>{t.promotions.toModels}</Link>}>{t.promotions.noModel}</EmptyState> : <EmptyState title={t.promotions.none}>{t.promotions.noneHint}</EmptyState>
      ) : (
        <Card>
          <div className={css.scroll}>
            <DataTable<Promotion>
              caption={t.promotions.nav}
              rows={rows}
              rowId={(row) => row.id}
              onOpen={(row) => void navigate({ to: to(row) })}
              columns={[
                { id: "model", header: t.promotions.model, accessorFn: (row) => row.model, cell: ({ row: { original: row } }) => <Link to={to(row)}><b>{row.model}</b></Link> },
                { id: "state", header: t.promotions.state, accessorFn: (row) => row.state, cell: ({ row: { original: row } }) => <Tag tone={toneOf(row)}>{stateWords(row)}</Tag> },
                { id: "instead", header: t.promotions.instead, accessorFn: (row) => row.instead_of ?? "", cell: ({ row: { original: row } }) => row.instead_of ?? <span className="grey">{t.promotions.first}</span> },
                { id: "said", header: t.promotions.what, enableSorting: false, accessorFn: (row) => row.title, cell: ({ row: { original: row } }) => <span className={css.said}>{saidOf(row, book.name)}</span> },
                { id: "by", header: t.promotions.asked, accessorFn: (row) => row.requested_by.name, cell: ({ row: { original: row } }) => <Person person={row.requested_by} compact /> },
                { id: "at", header: t.promotions.when, accessorFn: (row) => row.requested_at, cell: ({ row: { original: row } }) => <span className="grey nowrap">{moment(row.requested_at, new Date())}</span> },
              ]}
            />
          </div>
          {promotions.hasNextPage && <div className={css.more}><Button small busy={promotions.isFetchingNextPage} onClick={() => void promotions.fetchNextPage()}>{t.promotions.more}</Button></div>}
        </Card>
      )}
      {asking && <AskDialog models={free} onClose={() => setAsking(false)} onAsked={(made) => void navigate({ to: to(made) })} />}
    </>
  );
}
