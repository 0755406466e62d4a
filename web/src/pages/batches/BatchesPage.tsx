// Batches: images put into the queue under one policy.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Batch } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count, percent, rate } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, PageHead } from "@/ui/Card";
import { CsvLink, DataTable, hidden } from "@/ui/DataTable";
import { Dialog } from "@/ui/Dialog";
import { Checkbox, Form, FormActions, TextInput } from "@/ui/Fields";
import { EmptyState, ErrorLine, ErrorState, Loading, ProgressBar } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { useAct } from "../shared/useForm";

export function BatchesPage() {
  const { slug, may } = useProject();
  const batches = useQuery({ queryKey: ["batches", slug], queryFn: () => api.batches(slug, { limit: 200 }), refetchInterval: 5_000 });
  const [creating, setCreating] = useState(false);
  const flip = useAct(async (batch: Batch) => {
    await (batch.state === "open" ? api.closeBatch(slug, batch.id) : api.openBatch(slug, batch.id));
    await batches.refetch();
  });
  if (batches.isPending) return <Loading what={t.nav.batches} />;
  if (batches.isError) return <ErrorState error={asError(batches.error)} onRetry={() => void batches.refetch()} />;
  const rows = batches.data.rows;
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "batches")} />}><TopTitle title={t.nav.batches} /></Top>
      <PageHead title={t.batches.title(rows.filter((row) => row.state === "open").length)} text={t.batches.text} actions={may("lead") && <Button kind="primary" onClick={() => setCreating(true)}>{t.batches.create}</Button>} />
      <ErrorLine error={flip.error} />
      {rows.length === 0 ? <EmptyState title={t.batches.none}>{t.batches.noneHint}</EmptyState> : (
        <Card>
          <DataTable<Batch>
            caption={t.nav.batches}
            rows={rows}
            rowId={(row) => row.id}
            columns={[
              { id: "name", header: t.table.name, accessorFn: (row) => row.name, cell: (cell) => <><b>{cell.row.original.name}</b> {cell.row.original.practice && <Tag tone="accent">{t.batches.practice}</Tag>}</> },
              { id: "state", header: t.table.state, accessorFn: (row) => row.state, cell: (cell) => <Tag tone={cell.row.original.state === "open" ? "ok" : "neutral"}>{t.batches.states[cell.row.original.state]}</Tag> },
              { id: "progress", header: t.table.answers, accessorFn: (row) => row.n_answers / Math.max(1, row.n_answers_wanted), cell: (cell) => <Progress batch={cell.row.original} /> },
              { id: "tasks", header: t.table.images, meta: { end: true }, accessorFn: (row) => row.n_tasks, cell: (cell) => count(cell.row.original.n_tasks) },
              { id: "policy", header: t.batches.policy, enableSorting: false, cell: (cell) => <span className="grey">{t.batches.policyWords(cell.row.original.policy.overlap, rate(cell.row.original.policy.gold_rate), rate(cell.row.original.policy.review_share))}</span> },
              { id: "at", header: t.table.created, accessorFn: (row) => row.created_at, cell: (cell) => <span className="grey">{moment(cell.row.original.created_at, new Date())}</span> },
              { id: "act", header: hidden(t.table.act), enableSorting: false, cell: (cell) => may("lead") && <Button small busy={flip.busy} onClick={() => void flip.run(cell.row.original)}>{cell.row.original.state === "open" ? t.batches.close : t.batches.open}</Button> },
            ]}
          />
        </Card>
      )}
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function Progress({ batch }: { batch: Batch }) {
  return (
    <span style={{ display: "inline-grid", gridTemplateColumns: "90px auto", gap: 8, alignItems: "center" }}>
      <ProgressBar label={t.overview.of(count(batch.n_answers), count(batch.n_answers_wanted))} parts={[{ share: batch.n_answers / Math.max(1, batch.n_answers_wanted), tone: "accent" }]} />
      <span className="nowrap">{percent(batch.n_answers, batch.n_answers_wanted)} <span className="grey">{t.overview.of(count(batch.n_answers), count(batch.n_answers_wanted))}</span></span>
    </span>
  );
}

function CreateDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [practice, setPractice] = useState(false);
  const create = useAct(async () => {
    await api.createBatch(slug, { name: name.trim(), items: "unbatched", practice });
    await client.invalidateQueries({ queryKey: ["batches", slug] });
    onClose();
  });
  return (
    <Dialog title={t.batches.create} opened onClose={onClose}>
      <Form onSubmit={() => void create.run()}>
        <p className="soft">{t.batches.createText}</p>
        <TextInput label={t.table.name} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={128} data-autofocus />
        <Checkbox label={t.batches.practiceLabel} description={t.batches.practiceHint} checked={practice} onChange={(event) => setPractice(event.currentTarget.checked)} />
        <ErrorLine error={create.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={create.busy} disabled={name.trim() === ""}>{t.batches.createButton}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
