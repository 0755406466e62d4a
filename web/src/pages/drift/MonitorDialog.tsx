// A new watch: its reference is what is described now.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, NumberInput, Select, TextInput } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Drift.module.css";

const PLAIN = "embeddings/plain-1";

export function MonitorDialog({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const described = useQuery({ queryKey: ["descriptions", slug], queryFn: () => api.descriptions(slug) });
  const [name, setName] = useState("");
  const [size, setSize] = useState<number | null>(null);
  const [reference, setReference] = useState<number | null>(null);
  const [harm, setHarm] = useState(1);
  const [embedding, setEmbedding] = useState(PLAIN);
  const kinds = (described.data?.rows ?? []).filter((row) => row.dataset.startsWith("embeddings/"));
  const n = kinds.find((row) => row.dataset === embedding)?.n_described ?? 0;
  const window = size ?? Math.min(300, Math.max(30, Math.floor(n / 10) * 2));
  const clean = reference ?? Math.min(3000, Math.max(150, n));
  const start = useAct(async () => {
    const made = await api.startMonitor(slug, { name: name.trim(), window, n_reference: clean, harm_line: harm / 100, embedding, seed: 0 });
    await client.invalidateQueries({ queryKey: ["monitors", slug] });
    onMade(made.id);
  });
  const f = t.drift.fields;
  return (
    <Dialog title={t.drift.startTitle} opened onClose={onClose} size={560}>
      <Form onSubmit={() => void start.run()}>
        <p className="soft">{t.drift.startText} {described.data !== undefined && t.drift.described(count(n), count(kinds[0]?.n_items ?? 0))}</p>
        <TextInput label={f.name} description={f.nameHint} required value={name} maxLength={128} data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
        <div className={css.two}>
          <NumberInput label={f.window} description={f.windowHint} min={30} max={2000} allowDecimal={false} value={window} onChange={(value) => setSize(Number(value))} />
          <NumberInput label={f.reference} description={f.referenceHint} min={150} max={10_000} allowDecimal={false} value={clean} onChange={(value) => setReference(Number(value))} />
          <NumberInput label={f.harm} description={f.harmHint} min={0} max={100} decimalScale={1} value={harm} onChange={(value) => setHarm(Number(value))} />
          <Select label={f.embedding} description="&#8203;" allowDeselect={false} data={kinds.length === 0 ? [PLAIN] : kinds.map((row) => ({ value: row.dataset, label: row.name }))} value={embedding} onChange={(value) => setEmbedding(value ?? PLAIN)} />
        </div>
        <ErrorLine error={start.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={start.busy} disabled={name.trim() === ""}>{t.drift.startButton(name)}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
