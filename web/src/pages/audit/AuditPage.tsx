// The audit log: who did what, when and why; sealed so that a changed byte is found.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { AuditEvent } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { signedAt } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, PageHead } from "@/ui/Card";
import { CodeBlock } from "@/ui/Code";
import { CsvLink, DataTable } from "@/ui/DataTable";
import { Dialog } from "@/ui/Dialog";
import { FormRow, TextInput } from "@/ui/Fields";
import { ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import css from "./Audit.module.css";

export function AuditPage() {
  const { slug } = useProject();
  const [action, setAction] = useState("");
  const [subject, setSubject] = useState("");
  const [open, setOpen] = useState<AuditEvent | null>(null);
  const head = useQuery({ queryKey: ["auditHead", slug], queryFn: () => api.auditHead(slug) });
  const filter = { action: action.trim(), subject: subject.trim() };
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "audit", filter)} />}><TopTitle title={t.nav.audit} /></Top>
      <PageHead title={t.audit.title(head.data === undefined ? null : count(head.data.size))} text={t.audit.text} />
      {head.data !== undefined && <div className={css.root}><span className="soft">{t.audit.root(signedAt(head.data.at))}</span> <CodeBlock copy={head.data.root}>{head.data.root}</CodeBlock></div>}
      <Card>
        <div className={css.filters}>
          <FormRow>
            <TextInput label={t.table.action} placeholder="release.signed" value={action} onChange={(event) => setAction(event.currentTarget.value)} />
            <TextInput label={t.table.subject} value={subject} onChange={(event) => setSubject(event.currentTarget.value)} />
          </FormRow>
        </div>
        <Rows filter={filter} onOpen={setOpen} />
      </Card>
      {open !== null && <Dialog title={open.action} opened onClose={() => setOpen(null)} size={640}><pre className={css.body}>{JSON.stringify(open, null, 2)}</pre></Dialog>}
    </>
  );
}

function Rows({ filter, onOpen }: { filter: { action: string; subject: string }; onOpen: (event: AuditEvent) => void }) {
  const { slug } = useProject();
  const events = useInfiniteQuery({
    queryKey: ["audit", slug, filter],
    queryFn: ({ pageParam }) => api.audit(slug, { ...filter, cursor: pageParam, limit: 100 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  if (events.isPending) return <Loading what={t.nav.audit} />;
  if (events.isError) return <ErrorState error={asError(events.error)} onRetry={() => void events.refetch()} />;
  return (
    <>
      <DataTable<AuditEvent>
        caption={t.nav.audit}
        rows={events.data.pages.flatMap((page) => page.rows)}
        rowId={(row) => String(row.seq)}
        dense
        onOpen={onOpen}
        columns={[
          { id: "seq", header: t.table.number, meta: { end: true }, accessorFn: (row) => row.seq },
          { id: "at", header: t.table.at, accessorFn: (row) => row.at, cell: (cell) => <span className="nowrap grey">{signedAt(cell.row.original.at)}</span> },
          { id: "actor", header: t.table.actor, accessorFn: (row) => row.actor.name, cell: (cell) => <>{cell.row.original.actor.name} <span className="grey">{cell.row.original.actor.kind}</span></> },
          { id: "action", header: t.table.action, accessorFn: (row) => row.action, cell: (cell) => <button type="button" className={css.open} onClick={() => onOpen(cell.row.original)}><code>{cell.row.original.action}</code></button> },
          { id: "subject", header: t.table.subject, accessorFn: (row) => row.subject, cell: (cell) => <code className={css.subject}>{cell.row.original.subject}</code> },
          { id: "why", header: t.table.reason, accessorFn: (row) => row.why },
        ]}
      />
      {events.hasNextPage && <Button small busy={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>{t.actions.more}</Button>}
    </>
  );
}
