// The turned knobs as a new version of the policy.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/calls";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Costs.module.css";
import type { Turned } from "./WhatIf";

export function ProposeDialog({ turned, onClose, onDone }: { turned: Turned; onClose: () => void; onDone: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const policy = useQuery({ queryKey: ["policy", slug], queryFn: () => api.policy(slug) });
  const changes = {
    ...(turned.overlap === undefined ? {} : { overlap: Math.ceil(turned.overlap - 1e-9) }),
    ...(turned.gold_rate === undefined ? {} : { gold_rate: turned.gold_rate }),
    ...(turned.review_share === undefined ? {} : { review_share: turned.review_share }),
  };
  const save = useAct(async () => {
    if (policy.data === undefined) return;
    await api.savePolicy(slug, { ...policy.data, ...changes });
    await Promise.all([client.invalidateQueries({ queryKey: ["policy", slug] }), client.invalidateQueries({ queryKey: ["forecast", slug] })]);
    onDone();
  });
  return (
    <Dialog title={t.costs.propose} opened onClose={onClose}>
      <Form onSubmit={() => void save.run()}>
        <p className="soft">{t.costs.proposeText}</p>
        <ul className={css.plainRows}>
          {Object.entries(changes).map(([name, value]) => <li key={name}><span>{t.costs.knobs[name as keyof typeof changes]}</span><b>{value.toLocaleString("en-US")}</b></li>)}
        </ul>
        {turned.auto_share !== undefined && <p className="grey">{t.costs.proposeAuto}</p>}
        {turned.overlap !== undefined && !Number.isInteger(turned.overlap) && <p className="grey">{t.costs.proposeOverlap}</p>}
        <ErrorLine error={save.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={save.busy} disabled={policy.data === undefined || Object.keys(changes).length === 0}>{t.costs.proposeSave(policy.data === undefined ? 0 : policy.data.version + 1)}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
