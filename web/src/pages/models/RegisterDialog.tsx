// A version that was made elsewhere: its file is uploaded, tried out, and registered with what it is for.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { api } from "@/api/calls";
import type { ModelNew } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, FormRow, Select, Textarea, TextInput } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Models.module.css";
import { isName, jsonObject } from "./recipe";

const RUNNERS = ["onnx", "http", "linear", "boards", "none"] as const;
/** Runners whose models are files here. */
const NEEDS_FILE: readonly string[] = ["onnx", "linear", "boards"];
const NONE = "none";

export function RegisterDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const releases = useQuery({ queryKey: ["releases", slug], queryFn: () => api.releases(slug) });
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [runner, setRunner] = useState<ModelNew["runner"]>("onnx");
  const [task, setTask] = useState<ModelNew["task"]>("boxes");
  const [framework, setFramework] = useState("");
  const [use, setUse] = useState("");
  const [release, setRelease] = useState(NONE);
  const [settings, setSettings] = useState("");
  const config = jsonObject(settings);
  const needsFile = NEEDS_FILE.includes(runner);
  const save = useAct(async () => {
    const kept = file === null || !needsFile ? null : await api.uploadModel(slug, file);
    const made = await api.registerModel(slug, { name, task, runner, framework, intended_use: use, artifact_sha256: kept?.sha256 ?? null, release: release === NONE ? null : release, config: config ?? {} });
    await client.invalidateQueries({ queryKey: ["models", slug] });
    await navigate({ to: `/p/${slug}/models/${made.id}` });
  });
  const frozen = releases.data?.rows.filter((each) => each.state === "signed" || each.state === "frozen") ?? [];
  return (
    <Dialog title={t.registering.title} opened onClose={onClose} size={560}>
      <Form onSubmit={() => void save.run()}>
        <p className="soft">{t.registering.text}</p>
        <FormRow>
          <TextInput label={t.training.name} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={64} data-autofocus />
          <Select label={t.registering.task} data={(["boxes", "tags"] as const).map((each) => ({ value: each, label: t.models.tasks[each] }))} value={task} onChange={(value) => setTask(value === "tags" ? "tags" : "boxes")} allowDeselect={false} />
        </FormRow>
        <Select label={t.registering.runner} data={RUNNERS.map((each) => ({ value: each, label: t.registering.runners[each] ?? each }))} value={runner} onChange={(value) => setRunner(RUNNERS.find((each) => each === value) ?? "onnx")} allowDeselect={false} />
        {needsFile && <ChooseFile file={file} onChoose={setFile} />}
        <TextInput label={t.training.use} description={t.training.useHint} value={use} onChange={(event) => setUse(event.currentTarget.value)} maxLength={4000} />
        <FormRow>
          <TextInput label={t.registering.framework} description={t.registering.frameworkHint} value={framework} onChange={(event) => setFramework(event.currentTarget.value)} maxLength={64} />
          <Select label={t.registering.release} data={[{ value: NONE, label: t.registering.releaseNone }, ...frozen.map((each) => ({ value: each.id, label: each.name }))]} value={release} onChange={(value) => setRelease(value ?? NONE)} allowDeselect={false} />
        </FormRow>
        <Textarea label={t.registering.config} description={t.registering.configHint} value={settings} onChange={(event) => setSettings(event.currentTarget.value)} autosize minRows={2} {...(config === null ? { error: t.training.badJson(t.training.settings) } : {})} />
        <ErrorLine error={save.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={save.busy} disabled={!isName(name) || config === null || (needsFile && file === null)}>{t.registering.save}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}

function ChooseFile({ file, onChoose }: { file: File | null; onChoose: (file: File | null) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <p className={css.titled}>
      <input ref={input} type="file" hidden aria-label={t.registering.file} onChange={(event) => onChoose(event.currentTarget.files?.[0] ?? null)} />
      <Button onClick={() => input.current?.click()}>{t.registering.choose}</Button>
      <span className={file === null ? "grey" : undefined}>{file === null ? t.registering.noFile : t.registering.chosen(file.name, count(file.size))}</span>
    </p>
  );
}
