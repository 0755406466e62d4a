// Releases: frozen, named, signed states of the labels; or what stands in the way of the next one.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Release } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, PageHead } from "@/ui/Card";
import { CsvLink, DataTable } from "@/ui/DataTable";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Textarea, TextInput } from "@/ui/Fields";
import { EmptyState, ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { useAct } from "../shared/useForm";

export const RELEASE_TONES = { blocked: "stop", frozen: "accent", signed: "ok", refused: "warn" } as const;

export function ReleasesPage() {
  const { slug, may } = useProject();
  const navigate = useNavigate();
  const releases = useQuery({ queryKey: ["releases", slug], queryFn: () => api.releases(slug), refetchInterval: 5_000 });
  const [creating, setCreating] = useState(false);
  if (releases.isPending) return <Loading what={t.things.releases} />;
  if (releases.isError) return <ErrorState error={asError(releases.error)} onRetry={() => void releases.refetch()} />;
  const rows = releases.data.rows;
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "releases")} />}><TopTitle title={t.nav.releases} /></Top>
      <PageHead title={titleOf(rows)} text={t.releases.text} actions={may("lead") && <Button kind="primary" onClick={() => setCreating(true)}>{t.releases.create}</Button>} />
      {rows.length === 0 ? <EmptyState title={t.releases.none}>{t.releases.noneHint}</EmptyState> : (
        <Card>
          <DataTable<Release>
            caption={t.nav.releases}
            rows={rows}
            rowId={(row) => row.id}
            onOpen={(row) => void navigate({ to: `/p/${slug}/releases/${row.id}` })}
            columns={[
              { id: "name", header: t.table.name, accessorFn: (row) => row.name, cell: (cell) => <Link to={`/p/${slug}/releases/${cell.row.original.id}`}><b>{cell.row.original.name}</b></Link> },
              { id: "state", header: t.table.state, accessorFn: (row) => row.state, cell: (cell) => <Tag tone={RELEASE_TONES[cell.row.original.state]}>{t.releases.states[cell.row.original.state]}</Tag> },
              { id: "items", header: t.table.images, meta: { end: true }, accessorFn: (row) => row.n_items, cell: (cell) => count(cell.row.original.n_items) },
              { id: "marks", header: t.table.marks, meta: { end: true }, accessorFn: (row) => row.n_marks, cell: (cell) => count(cell.row.original.n_marks) },
              { id: "signatures", header: t.table.signatures, meta: { end: true }, accessorFn: (row) => row.signatures.length, cell: (cell) => `${String(cell.row.original.signatures.length)} / ${String(cell.row.original.signatures_needed)}` },
              { id: "digest", header: t.table.digest, enableSorting: false, accessorFn: (row) => row.digest ?? "", cell: (cell) => (cell.row.original.digest === null ? <span className="grey">{t.releases.notFrozen}</span> : <code>{cell.row.original.digest.slice(0, 12)}…</code>) },
              { id: "at", header: t.table.created, accessorFn: (row) => row.created_at, cell: (cell) => <span className="grey">{moment(cell.row.original.created_at, new Date())}</span> },
            ]}
          />
        </Card>
      )}
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function titleOf(rows: readonly Release[]): string {
  const last = rows.find((row) => row.state === "signed");
  const waiting = rows.find((row) => row.state === "frozen");
  if (waiting !== undefined) return t.releases.titleWaiting(waiting.name);
  return last === undefined ? t.releases.titleNone : t.releases.titleSigned(last.name, count(last.n_marks));
}

function CreateDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const create = useAct(async () => {
    const release = await api.createRelease(slug, { ...(name.trim() === "" ? {} : { name: name.trim() }), ...(note.trim() === "" ? {} : { note: note.trim() }) });
    await client.invalidateQueries({ queryKey: ["releases", slug] });
    await navigate({ to: `/p/${slug}/releases/${release.id}` });
  });
  return (
    <Dialog title={t.releases.create} opened onClose={onClose}>
      <Form onSubmit={() => void create.run()}>
        <p className="soft">{t.releases.createText}</p>
        <TextInput label={t.releases.name} description={t.releases.nameHint} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={64} data-autofocus />
        <Textarea label={t.releases.note} value={note} onChange={(event) => setNote(event.currentTarget.value)} autosize minRows={2} />
        <ErrorLine error={create.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={create.busy}>{t.releases.checkGates}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
