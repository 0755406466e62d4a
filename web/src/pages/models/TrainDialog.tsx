// A recipe: which trainer learns which release, under which name, with settings that have defaults.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { ModelRun, Release, Trainer } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Checkbox, Form, FormActions, FormRow, NumberInput, Select, Textarea, TextInput } from "@/ui/Fields";
import { ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import type { Typed } from "./recipe";
import { configOf, isName } from "./recipe";
import { RunDialog } from "./RunsCard";

export function TrainDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useProject();
  const [begun, setBegun] = useState<ModelRun | null>(null);
  const trainers = useQuery({ queryKey: ["trainers", slug], queryFn: () => api.trainers(slug), staleTime: 60_000 });
  const releases = useQuery({ queryKey: ["releases", slug], queryFn: () => api.releases(slug) });
  if (begun !== null) return <RunDialog id={begun.id} onClose={onClose} />;
  const failed = trainers.error ?? releases.error;
  const frozen = releases.data?.rows.filter((each) => each.state === "signed" || each.state === "frozen") ?? [];
  return (
    <Dialog title={t.training.title} opened onClose={onClose} size={560}>
      {failed !== null && <ErrorState error={asError(failed)} onRetry={() => { void trainers.refetch(); void releases.refetch(); }} />}
      {failed === null && (trainers.isPending || releases.isPending) && <Loading what={t.things.page} />}
      {trainers.isSuccess && releases.isSuccess && <Recipe trainers={trainers.data.rows} releases={frozen} onBegun={setBegun} onClose={onClose} />}
    </Dialog>
  );
}

function Recipe({ trainers, releases, onBegun, onClose }: { trainers: readonly Trainer[]; releases: readonly Release[]; onBegun: (run: ModelRun) => void; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [chosen, setChosen] = useState(trainers[0]?.name ?? "");
  const [release, setRelease] = useState(releases[0]?.id ?? "");
  const [name, setName] = useState("");
  const [use, setUse] = useState("");
  const [typed, setTyped] = useState<Typed>({});
  // Sent again, it is the same training.
  const [key] = useState(() => crypto.randomUUID());
  const trainer = trainers.find((each) => each.name === chosen);
  const { config, bad } = trainer === undefined ? { config: {}, bad: null } : configOf(trainer, typed);
  const train = useAct(async () => {
    const run = await api.train(slug, { trainer: chosen, name, release, intended_use: use, config, client_key: key });
    await client.invalidateQueries({ queryKey: ["modelRuns", slug] });
    onBegun(run);
  });
  return (
    <Form onSubmit={() => void train.run()}>
      <p className="soft">{t.training.text}</p>
      <FormRow>
        <Select label={t.training.trainer} data={trainers.map((each) => each.name)} value={chosen} onChange={(value) => { setChosen(value ?? ""); setTyped({}); }} allowDeselect={false} />
        <Select label={t.training.release} data={releases.map((each) => ({ value: each.id, label: each.name }))} value={release} onChange={(value) => setRelease(value ?? "")} allowDeselect={false} />
      </FormRow>
      {trainer !== undefined && <p className="grey">{trainer.added ? t.training.added : trainer.words}</p>}
      <TextInput label={t.training.name} description={t.training.nameHint} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={64} data-autofocus />
      <TextInput label={t.training.use} description={t.training.useHint} value={use} onChange={(event) => setUse(event.currentTarget.value)} maxLength={4000} />
      {trainer !== undefined && <Settings trainer={trainer} typed={typed} bad={bad} onType={(key, value) => setTyped({ ...typed, [key]: value })} />}
      <ErrorLine error={train.error} />
      <FormActions>
        <Button type="submit" kind="primary" busy={train.busy} disabled={!isName(name) || release === "" || bad !== null}>{t.training.start(name)}</Button>
        <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
      </FormActions>
    </Form>
  );
}

function Settings({ trainer, typed, bad, onType }: { trainer: Trainer; typed: Typed; bad: string | null; onType: (key: string, value: string | number | boolean) => void }) {
  const wrong = (key: string, label: string): { error?: string } => (bad === key ? { error: t.training.badJson(label) } : {});
  if (trainer.added) {
    return <Textarea label={t.training.anySettings} value={String(typed[""] ?? "")} onChange={(event) => onType("", event.currentTarget.value)} autosize minRows={2} {...wrong("", t.training.settings)} />;
  }
  return (
    <>
      {trainer.settings.map((each) => {
        if (each.kind === "flag") return <Checkbox key={each.name} label={each.words} checked={typed[each.name] === true} onChange={(event) => onType(each.name, event.currentTarget.checked)} />;
        if (each.kind === "json") return <Textarea key={each.name} label={each.name} description={each.words} placeholder={t.training.unset} value={String(typed[each.name] ?? "")} onChange={(event) => onType(each.name, event.currentTarget.value)} autosize minRows={1} {...wrong(each.name, each.name)} />;
        return (
          <NumberInput
            key={each.name}
            label={each.name}
            description={each.words}
            value={Number(typed[each.name] ?? each.default ?? 0)}
            {...(each.low === null ? {} : { min: each.low })}
            {...(each.high === null ? {} : { max: each.high })}
            allowDecimal={each.kind === "number"}
            onChange={(value) => onType(each.name, value)}
          />
        );
      })}
    </>
  );
}
