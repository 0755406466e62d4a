// The next version of the suggestion policy: for each class by hand, with a person, or unseen; where guarded, put to the approvers.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import type { Certificate, ClassSuggestion, SuggestionPolicy } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, FormRow, NumberInput, Select, TextInput } from "@/ui/Fields";
import { ErrorLine, Notice } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Models.module.css";
import type { ClassRow } from "./suggesting";
import { EVERY, ruleOf } from "./suggesting";

const MODES = ["manual", "loop", "automatic"] as const;
const GUARDED = "governance.approval_needed";

interface Props {
  readonly policy: SuggestionPolicy;
  readonly rows: readonly ClassRow[];
  readonly certificates: readonly Certificate[];
  readonly nameOf: (id: string) => string;
  readonly onClose: () => void;
}

export function PolicyDialog({ policy, rows, certificates, nameOf, onClose }: Props) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [model, setModel] = useState(policy.model);
  const [withheld, setWithheld] = useState(100 * policy.withheld_share);
  const [audited, setAudited] = useState(100 * policy.audit_share);
  const [why, setWhy] = useState("");
  // What no class of its own is said for follows the rule for all others.
  const [classes, setClasses] = useState<Record<string, ClassSuggestion>>(policy.classes);
  const ids = [...rows.map((row) => row.id).filter((id) => id !== EVERY), EVERY];
  const ruleNow = (id: string): Required<ClassSuggestion> => ruleOf({ ...policy, classes }, id);
  const body = { model, withheld_share: withheld / 100, audit_share: audited / 100, classes };
  const save = useAct(async () => {
    await api.saveSuggestionPolicy(slug, { ...body, version: policy.version, why });
    await client.invalidateQueries({ queryKey: ["suggestionPolicy", slug] });
    onClose();
  });
  const [put, setPut] = useState(false);
  const propose = useAct(async () => {
    const held = certificates.find((each) => each.state === "certified");
    await api.putForward(slug, { kind: "threshold", title: t.suggesting.form.proposalTitle, action: { body, why, based_on: policy.version }, evidence: held === undefined ? {} : { certificate: `certificate/${held.id}` } });
    setPut(true);
  });
  const guarded = save.error?.code === GUARDED;
  const change = (id: string, next: Partial<ClassSuggestion>): void => setClasses({ ...classes, [id]: { ...ruleNow(id), ...next } });
  return (
    <Dialog title={t.suggesting.form.title} opened onClose={onClose} size={720}>
      <Form onSubmit={() => void save.run()}>
        <p className="soft">{t.suggesting.form.text}</p>
        <FormRow>
          <TextInput label={t.suggesting.form.model} description={t.suggesting.form.modelHint} value={model} onChange={(event) => setModel(event.currentTarget.value)} />
          <NumberInput label={t.suggesting.form.withheld} value={withheld} min={1} max={100} onChange={(value) => setWithheld(Number(value))} />
          <NumberInput label={t.suggesting.form.audited} value={audited} min={1} max={100} onChange={(value) => setAudited(Number(value))} />
        </FormRow>
        <div role="group" aria-label={t.suggesting.title}>
          {ids.map((id) => <ClassFields key={id} name={nameOf(id)} rule={ruleNow(id)} onChange={(next) => change(id, next)} />)}
        </div>
        <TextInput label={t.suggesting.form.why} value={why} onChange={(event) => setWhy(event.currentTarget.value)} maxLength={500} />
        <ErrorLine error={save.error ?? propose.error} />
        {guarded && !put && <p>{t.suggesting.form.guarded} <Button small busy={propose.busy} onClick={() => void propose.run()}>{t.suggesting.form.propose}</Button></p>}
        {put && <Notice tone="ok">{t.suggesting.form.proposed}</Notice>}
        <FormActions>
          <Button type="submit" kind="primary" busy={save.busy} disabled={why.trim() === "" || model.trim() === ""}>{t.suggesting.form.save(policy.version + 1)}</Button>
          <Button kind="quiet" onClick={onClose}>{put ? t.actions.close : t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}

function ClassFields({ name, rule, onChange }: { name: string; rule: Required<ClassSuggestion>; onChange: (next: Partial<ClassSuggestion>) => void }) {
  const automatic = rule.mode === "automatic";
  return (
    <div className={css.classFields} role="group" aria-label={name}>
      <b>{name}</b>
      <Select label={t.suggesting.mode} data={MODES.map((each) => ({ value: each, label: t.suggesting.modeShort[each] ?? each }))} value={rule.mode} onChange={(value) => onChange({ mode: MODES.find((each) => each === value) ?? "manual" })} allowDeselect={false} />
      <NumberInput label={t.suggesting.from} value={rule.show_above} min={0} max={1} step={0.05} decimalScale={2} disabled={rule.mode === "manual"} onChange={(value) => onChange({ show_above: Number(value) })} />
      <NumberInput label={t.suggesting.target} value={rule.target} min={0.001} max={0.4} step={0.01} decimalScale={3} disabled={!automatic} onChange={(value) => onChange({ target: Number(value) })} />
      <NumberInput label={t.suggesting.sure} value={rule.sureness} min={0.5} max={0.999} step={0.05} decimalScale={3} disabled={!automatic} onChange={(value) => onChange({ sureness: Number(value) })} />
    </div>
  );
}
