// What to label next: how to choose, the chosen pictures with the reason of each, what choosing saves, and the batch.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Selection } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { CsvLink } from "@/ui/DataTable";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, NumberInput } from "@/ui/Fields";
import { EmptyState, ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { useAct } from "../shared/useForm";
import { ChooseForm } from "./ChooseForm";
import { Chosen } from "./Chosen";
import { GainCard } from "./GainCard";
import css from "./Selection.module.css";

export function SelectionPage() {
  const { slug, may } = useProject();
  const navigate = useNavigate();
  const search: { selection?: string } = useSearch({ strict: false });
  const [batching, setBatching] = useState(false);
  const selections = useQuery({ queryKey: ["selections", slug], queryFn: () => api.selections(slug, { limit: 50 }) });
  if (selections.isPending) return <Loading what={t.things.selections} />;
  if (selections.isError) return <ErrorState error={asError(selections.error)} onRetry={() => void selections.refetch()} />;
  const all = selections.data.rows;
  const shown = all.find((each) => each.id === search.selection) ?? all[0];
  const show = (id: string): void => void navigate({ to: `/p/${slug}/selection`, search: { selection: id } });
  const others = all.filter((each) => each.id !== shown?.id);
  return (
    <>
      <Top end={shown === undefined ? undefined : <CsvLink href={csvOf(slug, `selections/${shown.id}/items`)} />}>
        <TopTitle crumbs={shown === undefined ? [] : [t.selecting.nav]} title={shown?.name ?? t.selecting.nav} />
      </Top>
      <Head shown={shown} onBatch={() => setBatching(true)} />
      <Columns
        evidence={shown === undefined ? <EmptyState title={t.selecting.none}>{t.selecting.noneHint}</EmptyState> : <Chosen key={shown.id} selection={shown} />}
        deciding={
          <>
            {may("lead") && <ChooseForm onChosen={show} first={shown === undefined} />}
            {shown !== undefined && <GainCard selection={shown} />}
            {others.length > 0 && (
              <Card title={t.selecting.earlier}>
                <ul className={css.rows}>
                  {others.map((each) => (
                    <li key={each.id}>
                      <span>{each.name} <span className="grey">{count(each.n)} · {moment(each.created_at, new Date())}{each.batch_id === null ? "" : ` · ${t.selecting.inQueue}`}</span></span>
                      <Button small onClick={() => show(each.id)}>{t.selecting.show}</Button>
                    </li>
                  ))}
                </ul>
              </Card>
            )}
          </>
        }
      />
      {batching && shown !== undefined && <BatchDialog selection={shown} onClose={() => setBatching(false)} />}
    </>
  );
}

function Head({ shown, onBatch }: { shown: Selection | undefined; onBatch: () => void }) {
  const { slug, may } = useProject();
  if (shown === undefined) return <PageHead title={t.selecting.title} text={t.selecting.text} />;
  const model = t.selecting.models[shown.model] ?? t.selecting.modelOf(shown.model);
  const queued = shown.batch_id !== null;
  return (
    <PageHead
      title={queued ? t.selecting.queued(count(shown.n)) : t.selecting.chosen(count(shown.n), count(shown.n_pool))}
      tag={queued ? <Tag tone="ok" state="ok">{t.selecting.inQueue}</Tag> : undefined}
      text={t.selecting.by(shown.created_by.name, moment(shown.created_at, new Date()), count(shown.n_labelled), model)}
      actions={queued ? <Link className={buttonClass()} to={`/p/${slug}/batches`}>{t.selecting.openBatches}</Link> : may("lead") && <Button kind="primary" onClick={onBatch}>{t.selecting.makeBatch(count(shown.n))}</Button>}
    />
  );
}

function BatchDialog({ selection, onClose }: { selection: Selection; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const policy = useQuery({ queryKey: ["policy", slug], queryFn: () => api.policy(slug) });
  const [overlap, setOverlap] = useState<number | null>(null);
  const make = useAct(async () => {
    await api.batchSelection(slug, selection.id, overlap);
    await Promise.all([client.invalidateQueries({ queryKey: ["selections", slug] }), client.invalidateQueries({ queryKey: ["batches", slug] })]);
    onClose();
  });
  return (
    <Dialog title={t.selecting.batchTitle(count(selection.n))} opened onClose={onClose}>
      <Form onSubmit={() => void make.run()}>
        <p className="soft">{t.selecting.batchText}</p>
        <NumberInput label={t.selecting.overlap} min={1} max={20} allowDecimal={false} value={overlap ?? policy.data?.overlap ?? 1} onChange={(value) => setOverlap(Number(value))} />
        <ErrorLine error={make.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={make.busy}>{t.selecting.makeBatch(count(selection.n))}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
