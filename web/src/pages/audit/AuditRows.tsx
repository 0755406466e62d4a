// The events that fit, newest first; the server looks through the log in steps, so a step may bring nothing and still go on.
import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { AuditEvent } from "@/api/types";
import { useProject } from "@/app/project";
import { signedAt } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { DataTable } from "@/ui/DataTable";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import css from "./Audit.module.css";
import type { AuditFilter } from "./AuditPage";

export function AuditRows({ filter, onOpen }: { filter: Partial<AuditFilter>; onOpen: (event: AuditEvent) => void }) {
  const { slug } = useProject();
  const events = useInfiniteQuery({
    queryKey: ["audit", slug, filter],
    queryFn: ({ pageParam }) => api.audit(slug, { ...filter, cursor: pageParam, limit: 100 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  if (events.isPending) return <Loading what={t.nav.audit} />;
  if (events.isError) return <ErrorState error={asError(events.error)} onRetry={() => void events.refetch()} />;
  const rows = events.data.pages.flatMap((page) => page.rows);
  const further = events.hasNextPage && <Button small busy={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>{rows.length === 0 ? t.auditLog.further : t.actions.more}</Button>;
  if (rows.length === 0) return <EmptyState title={t.auditLog.none} action={further === false ? undefined : further}>{events.hasNextPage ? t.auditLog.looked : t.auditLog.noneHint}</EmptyState>;
  return (
    <>
      <DataTable<AuditEvent>
        caption={t.nav.audit}
        rows={rows}
        rowId={(row) => String(row.seq)}
        dense
        onOpen={onOpen}
        columns={[
          { id: "seq", header: t.table.number, meta: { end: true }, accessorFn: (row) => row.seq },
          { id: "at", header: t.table.at, accessorFn: (row) => row.at, cell: (cell) => <span className="nowrap grey">{signedAt(cell.row.original.at)}</span> },
          { id: "actor", header: t.table.actor, accessorFn: (row) => row.actor.name, cell: (cell) => <span className="nowrap">{cell.row.original.actor.name} <span className="grey">{t.auditLog.kinds[cell.row.original.actor.kind]}</span></span> },
          { id: "action", header: t.table.action, accessorFn: (row) => row.action, cell: (cell) => <button type="button" className={css.open} onClick={(event) => { event.stopPropagation(); onOpen(cell.row.original); }}><code>{cell.row.original.action}</code></button> },
          { id: "subject", header: t.table.subject, accessorFn: (row) => row.subject, cell: (cell) => <code className={css.subject}>{cell.row.original.subject}</code> },
          { id: "why", header: t.table.reason, accessorFn: (row) => row.why, cell: (cell) => <span className={css.why}>{cell.row.original.why}</span> },
        ]}
      />
      {further}
    </>
  );
}
