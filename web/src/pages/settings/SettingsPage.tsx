// The policy of the project: how many answers, how much hidden gold, which limits a release must meet.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Policy } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, Grid, PageHead } from "@/ui/Card";
import { Checkbox, Form, FormActions, NumberInput } from "@/ui/Fields";
import { ErrorLine, ErrorState, Loading, Notice } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { useAct } from "../shared/useForm";
import { PresetPicker } from "./PresetPicker";
import css from "./Settings.module.css";

type NumberField = { [K in keyof Policy]: Policy[K] extends number | null ? K : never }[keyof Policy];

interface Field {
  readonly name: NumberField;
  readonly step: number;
  readonly min: number;
  readonly max: number;
  /** Left empty, there is no such gate. */
  readonly optional?: boolean;
}

const GROUPS: Record<"answers" | "gold" | "release", readonly Field[]> = {
  answers: [
    { name: "overlap", step: 1, min: 1, max: 20 },
    { name: "review_share", step: 0.05, min: 0, max: 1 },
    { name: "agreement_threshold", step: 0.05, min: 0, max: 1 },
    { name: "match_iou", step: 0.05, min: 0.05, max: 1 },
    { name: "tight_iou", step: 0.05, min: 0.05, max: 1 },
    { name: "lease_s", step: 60, min: 60, max: 86_400 },
  ],
  gold: [
    { name: "gold_rate", step: 0.01, min: 0, max: 0.5 },
    { name: "accepted_error", step: 0.01, min: 0.001, max: 0.9 },
    { name: "max_error", step: 0.01, min: 0.001, max: 0.9 },
    { name: "min_gold_images", step: 1, min: 10, max: 1000 },
    { name: "alarm_run_length", step: 100, min: 50, max: 100_000 },
  ],
  release: [
    { name: "min_gold_lower", step: 0.01, min: 0, max: 1, optional: true },
    { name: "min_agreement_lower", step: 0.01, min: 0, max: 1, optional: true },
    { name: "signatures_needed", step: 1, min: 1, max: 5 },
  ],
};

export function SettingsPage() {
  const { slug } = useProject();
  const policy = useQuery({ queryKey: ["policy", slug], queryFn: () => api.policy(slug) });
  if (policy.isPending) return <Loading what={t.things.policy} />;
  if (policy.isError) return <ErrorState error={asError(policy.error)} onRetry={() => void policy.refetch()} />;
  return <PolicyForm policy={policy.data} />;
}

function PolicyForm({ policy }: { policy: Policy }) {
  const { slug, may } = useProject();
  const client = useQueryClient();
  const [draft, setDraft] = useState(policy);
  const [saved, setSaved] = useState(false);
  const change = (part: Partial<Policy>): void => {
    setDraft({ ...draft, ...part });
    setSaved(false);
  };
  const save = useAct(async () => {
    const next = await api.savePolicy(slug, draft);
    client.setQueryData(["policy", slug], next);
    setDraft(next);
    setSaved(true);
  });
  const mayEdit = may("lead");
  return (
    <>
      <Top><TopTitle title={t.nav.settings} text={t.settings.version(policy.version, policy.preset)} /></Top>
      <PageHead title={t.settings.title} text={t.settings.text} />
      {saved && <Notice tone="ok">{t.settings.saved}</Notice>}
      <Form onSubmit={() => void save.run()}>
        <Grid>
          {mayEdit && <PresetPicker saved={policy} draft={draft} onChoose={change} />}
          {(["answers", "gold", "release"] as const).map((group) => (
            <Card key={group} span={4} title={t.settings.groups[group]}>
              <div className={css.fields}>
                {GROUPS[group].map((field) => (
                  <NumberInput
                    key={field.name}
                    label={t.settings.fields[field.name].label}
                    description={t.settings.fields[field.name].hint}
                    value={draft[field.name] ?? ""}
                    step={field.step}
                    min={field.min}
                    max={field.max}
                    disabled={!mayEdit}
                    placeholder={field.optional === true ? t.settings.noGate : ""}
                    onChange={(value) => change({ [field.name]: typeof value === "number" ? value : field.optional === true ? null : draft[field.name] })}
                  />
                ))}
                {group === "gold" && <Checkbox label={t.settings.goldEveryone} checked={draft.gold_everyone} disabled={!mayEdit} onChange={(event) => change({ gold_everyone: event.currentTarget.checked })} />}
                {group === "release" && <Checkbox label={t.settings.leadsMaySign} checked={draft.leads_may_sign} disabled={!mayEdit} onChange={(event) => change({ leads_may_sign: event.currentTarget.checked })} />}
                {group === "answers" && <Checkbox label={t.settings.blindNames} checked={draft.blind_names} disabled={!mayEdit} onChange={(event) => change({ blind_names: event.currentTarget.checked })} />}
              </div>
            </Card>
          ))}
        </Grid>
        <ErrorLine error={save.error} />
        {mayEdit && <FormActions><Button type="submit" kind="primary" busy={save.busy}>{t.settings.save(policy.version + 1)}</Button></FormActions>}
      </Form>
    </>
  );
}
