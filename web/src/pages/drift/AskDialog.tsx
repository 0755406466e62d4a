// Starts a time capsule: who will answer, about which model, how sure they are, and how many pictures.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { DiagnosisOutlook, Monitor } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, NumberInput, TextInput } from "@/ui/Fields";
import { ErrorLine, ErrorState, Loading, Notice } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { useAct } from "../shared/useForm";
import css from "./Drift.module.css";

export function AskDialog({ monitor, onClose }: { monitor: Monitor; onClose: () => void }) {
  const { slug } = useProject();
  const outlook = useQuery({ queryKey: ["diagnosisOutlook", slug], queryFn: () => api.diagnosisOutlook(slug) });
  return (
    <Dialog title={t.diagnosis.askTitle} opened onClose={onClose} size={600}>
      {outlook.isPending ? <Loading what={t.things.page} /> : outlook.isError ? <ErrorState error={asError(outlook.error)} onRetry={() => void outlook.refetch()} /> : <AskForm monitor={monitor} outlook={outlook.data} onClose={onClose} />}
    </Dialog>
  );
}

function AskForm({ monitor, outlook, onClose }: { monitor: Monitor; outlook: DiagnosisOutlook; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [name, setName] = useState(monitor.name);
  const [nNow, setNow] = useState(400);
  const [nThen, setThen] = useState(200);
  const measured = outlook.expert_n > 0;
  const [wrong, setWrong] = useState<number | "">(measured ? outlook.expert_wrong : "");
  const [of, setOf] = useState<number | "">(measured ? outlook.expert_n : "");
  const ask = useAct(async () => {
    await api.askExperts(slug, { name: name.trim(), n_now: nNow, n_then: nThen, expert_wrong: Number(wrong), expert_n: Number(of), monitor_id: monitor.id, seed: 0 });
    await client.invalidateQueries({ queryKey: ["diagnoses", slug] });
    onClose();
  });
  const number = (value: string | number): number | "" => (value === "" ? "" : Number(value));
  const possible = outlook.experts.length > 0 && outlook.model !== null;
  return (
    <Form onSubmit={() => void ask.run()}>
      <p className="soft">{t.diagnosis.askText}</p>
      {outlook.experts.length === 0 ? <Notice tone="warn">{t.diagnosis.noExperts} {t.diagnosis.noExpertsHint} <Link to={`/p/${slug}/people`}>{t.diagnosis.toPeople}</Link></Notice> : <p className={css.choose}><span className="grey">{t.diagnosis.experts}</span>{outlook.experts.map((expert) => <Person key={expert.id} person={expert} compact />)}</p>}
      {outlook.model === null ? <Notice tone="warn">{t.diagnosis.noModel} {t.diagnosis.noModelHint}</Notice> : <p><span className="grey">{t.diagnosis.model}</span> <b>{outlook.model}</b></p>}
      <TextInput label={t.diagnosis.name} required maxLength={128} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <div className={css.two}>
        <NumberInput label={t.diagnosis.nNow} min={30} max={5000} allowDecimal={false} value={nNow} onChange={(value) => setNow(Number(value))} />
        <NumberInput label={t.diagnosis.nThen} min={30} max={5000} allowDecimal={false} value={nThen} onChange={(value) => setThen(Number(value))} />
      </div>
      <p className="grey">{t.diagnosis.size}</p>
      <div className={css.two}>
        <NumberInput label={t.diagnosis.wrong} required min={0} allowDecimal={false} value={wrong} onChange={(value) => setWrong(number(value))} />
        <NumberInput label={t.diagnosis.of} required min={1} allowDecimal={false} value={of} onChange={(value) => setOf(number(value))} />
      </div>
      <p className="grey">{measured ? t.diagnosis.calibrated(count(outlook.expert_wrong), count(outlook.expert_n)) : t.diagnosis.uncalibrated}</p>
      <ErrorLine error={ask.error} />
      <FormActions>
        <Button type="submit" kind="primary" busy={ask.busy} disabled={!possible || name.trim() === "" || wrong === "" || of === ""}>{t.diagnosis.askButton(count(nNow + nThen))}</Button>
        <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
      </FormActions>
    </Form>
  );
}
