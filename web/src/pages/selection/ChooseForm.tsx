// How to choose: strategy, share by lot, quotas by class, spread over alike pictures.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { useProject, useSchema } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Checkbox, Form, FormActions, NumberInput, Select, TextInput } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Selection.module.css";
import type { Draft, Method } from "./selectionView";
import { FIRST, METHODS, requestOf } from "./selectionView";

export function ChooseForm({ onChosen, first }: { onChosen: (id: string) => void; first: boolean }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>(FIRST);
  const described = useQuery({ queryKey: ["descriptions", slug], queryFn: () => api.descriptions(slug) });
  const kinds = (described.data?.rows ?? []).filter((row) => row.dataset.startsWith("embeddings/"));
  const kind = kinds.find((row) => row.dataset === draft.embedding);
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const choose = useAct(async () => {
    const made = await api.select(slug, requestOf(draft, new Date()));
    await client.invalidateQueries({ queryKey: ["selections", slug] });
    onChosen(made.id);
  });
  return (
    <Card title={t.selecting.form} note={kind === undefined ? undefined : t.selecting.described(count(kind.n_described), count(kind.n_items))}>
      <Form onSubmit={() => void choose.run()}>
        <div className={css.two}>
          <NumberInput label={t.selecting.n} min={1} max={100_000} allowDecimal={false} value={draft.n} onChange={(value) => change({ n: Number(value) })} />
          <NumberInput label={t.selecting.random} min={0} max={100} suffix=" %" value={draft.random} onChange={(value) => change({ random: Number(value) })} />
        </div>
        <Select label={t.selecting.method} allowDeselect={false} data={METHODS.map((each) => ({ value: each, label: t.selecting.methods[each] ?? each }))} value={draft.method} onChange={(value) => change({ method: (value ?? "auto") as Method })} />
        <p className="soft">{t.selecting.methodText[draft.method]}</p>
        {draft.method === "auto" && <Checkbox label={t.selecting.typicalStart} description={t.selecting.typicalHint} checked={draft.typicalStart} onChange={(event) => change({ typicalStart: event.currentTarget.checked })} />}
        <details className={css.more}>
          <summary>{t.selecting.advanced}</summary>
          <div className={css.moreFields}>
            <Quotas draft={draft} onChange={(quotas) => change({ quotas })} />
            <div className={css.two}>
              <NumberInput label={t.selecting.alike} min={0.5} max={1} step={0.005} decimalScale={3} value={draft.alike} onChange={(value) => change({ alike: Number(value) })} />
              <Select label={t.selecting.embedding} allowDeselect={false} data={kinds.length === 0 ? [draft.embedding] : kinds.map((row) => ({ value: row.dataset, label: row.name }))} value={draft.embedding} onChange={(value) => change({ embedding: value ?? draft.embedding })} />
            </div>
            <p className="grey">{t.selecting.alikeHint} {t.selecting.randomHint}</p>
            <TextInput label={t.selecting.name} maxLength={128} value={draft.name} onChange={(event) => change({ name: event.currentTarget.value })} />
          </div>
        </details>
        <ErrorLine error={choose.error} />
        <FormActions><Button type="submit" kind={first ? "primary" : "secondary"} busy={choose.busy} disabled={draft.n < 1}>{t.selecting.choose(draft.n)}</Button></FormActions>
      </Form>
    </Card>
  );
}

function Quotas({ draft, onChange }: { draft: Draft; onChange: (quotas: Record<string, number>) => void }) {
  const schema = useSchema();
  const classes = schema.data?.classes ?? [];
  return (
    <fieldset className={css.quotas}>
      <legend>{t.selecting.quotas}</legend>
      {classes.length === 0 ? <p className="grey">{t.selecting.quotasNone}</p> : (
        <div className={css.two}>
          {classes.map((each) => <NumberInput key={each.id} label={each.name} min={0} max={draft.n} allowDecimal={false} value={draft.quotas[each.id] ?? 0} onChange={(value) => onChange({ ...draft.quotas, [each.id]: Number(value) })} />)}
        </div>
      )}
    </fieldset>
  );
}
