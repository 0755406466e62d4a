// The audit log: who did what, when and why, looked through by person, kind, object and time; sealed so that a changed byte is found.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import type { AuditEvent } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { signedAt } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, PageHead } from "@/ui/Card";
import { CodeBlock } from "@/ui/Code";
import { CsvLink } from "@/ui/DataTable";
import { Select, TextInput } from "@/ui/Fields";
import { TopTitle } from "@/ui/Shell";
import css from "./Audit.module.css";
import { AuditRows } from "./AuditRows";
import { instantOf, kindsOf } from "./auditView";
import { ChainCheck } from "./ChainCheck";
import { EventDialog } from "./EventDialog";

export interface AuditFilter {
  readonly action: string;
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
  readonly since: string;
  readonly until: string;
}

const NONE: AuditFilter = { action: "", kind: "", subject: "", actor: "", since: "", until: "" };

/** What the server is asked: fields of time as instants, empty ones left out. */
function queryOf(filter: AuditFilter): Partial<AuditFilter> {
  const times = { since: instantOf(filter.since), until: instantOf(filter.until) };
  const all = { ...filter, action: filter.action.trim(), subject: filter.subject.trim(), ...times };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== ""));
}

export function AuditPage() {
  const { slug } = useProject();
  const [filter, setFilter] = useState(NONE);
  const [open, setOpen] = useState<AuditEvent | null>(null);
  const head = useQuery({ queryKey: ["auditHead", slug], queryFn: () => api.auditHead(slug) });
  const asked = queryOf(filter);
  const narrow = (part: Partial<AuditFilter>): void => {
    setFilter({ ...NONE, ...part });
    setOpen(null);
  };
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "audit", asked)} />}><TopTitle title={t.nav.audit} /></Top>
      <PageHead title={t.audit.title(head.data === undefined ? null : count(head.data.size))} text={t.audit.text} />
      {head.data !== undefined && (
        <div className={css.head}>
          <div className={css.root}><span className="soft">{t.audit.root(signedAt(head.data.at))}</span> <CodeBlock copy={head.data.root}>{head.data.root}</CodeBlock></div>
          <ChainCheck />
        </div>
      )}
      <Card title={t.auditLog.filters} note={Object.keys(asked).length > 0 ? <Button small kind="quiet" onClick={() => setFilter(NONE)}>{t.auditLog.clear}</Button> : undefined}>
        <Filters filter={filter} onChange={(part) => setFilter((before) => ({ ...before, ...part }))} />
        <AuditRows filter={asked} onOpen={setOpen} />
      </Card>
      {open !== null && <EventDialog event={open} onClose={() => setOpen(null)} onNarrow={narrow} />}
    </>
  );
}

function Filters({ filter, onChange }: { filter: AuditFilter; onChange: (part: Partial<AuditFilter>) => void }) {
  const { slug } = useProject();
  const choices = useQuery({ queryKey: ["auditChoices", slug], queryFn: () => api.auditChoices(slug), staleTime: 30_000 });
  const actions = (choices.data?.actions ?? []).filter((each) => filter.kind === "" || each.startsWith(`${filter.kind}.`));
  const actors = choices.data?.actors ?? [];
  const written = (each: (typeof actors)[number]): string => (each.kind === "system" ? `${each.name} (${t.auditLog.kinds[each.kind] ?? each.kind})` : each.name);
  return (
    <div className={css.filters}>
      <Select label={t.auditLog.actor} placeholder={t.auditLog.anyone} searchable clearable data={actors.map((each) => ({ value: each.id, label: written(each) }))} value={filter.actor === "" ? null : filter.actor} onChange={(value) => onChange({ actor: value ?? "" })} />
      <Select label={t.auditLog.kind} placeholder={t.auditLog.anyKind} searchable clearable data={kindsOf(choices.data?.actions ?? [])} value={filter.kind === "" ? null : filter.kind} onChange={(value) => onChange({ kind: value ?? "", action: "" })} />
      <Select label={t.table.action} placeholder={t.auditLog.anyKind} searchable clearable data={actions} value={filter.action === "" ? null : filter.action} onChange={(value) => onChange({ action: value ?? "" })} />
      <TextInput label={t.auditLog.subject} placeholder={t.auditLog.subjectHint} value={filter.subject} onChange={(event) => onChange({ subject: event.currentTarget.value })} />
      <TextInput label={t.auditLog.from} type="datetime-local" value={filter.since} onChange={(event) => onChange({ since: event.currentTarget.value })} />
      <TextInput label={t.auditLog.until} type="datetime-local" value={filter.until} onChange={(event) => onChange({ until: event.currentTarget.value })} />
    </div>
  );
}
