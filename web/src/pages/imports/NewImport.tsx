// The form of an import: where the images are, what becomes of labels beside them, real or synthetic.
import { useRef, useState } from "react";
import { api } from "@/api/calls";
import type { Import } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Form, FormActions, Select, TextInput } from "@/ui/Fields";
import { ErrorLine, ProgressBar } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Imports.module.css";

export function NewImport({ onStarted }: { onStarted: () => void }) {
  const { slug } = useProject();
  const [kind, setKind] = useState<Import["kind"]>("upload");
  const [location, setLocation] = useState("");
  const [labels, setLabels] = useState<"as_author" | "ignore">("as_author");
  const [origin, setOrigin] = useState<"real" | "synthetic">("real");
  const [files, setFiles] = useState<readonly File[]>([]);
  const [sent, setSent] = useState(0);
  const start = useAct(async () => {
    setSent(0);
    const made = await api.createImport(slug, { kind, labels, origin, ...(kind === "upload" ? {} : { location: location.trim() }) });
    for (const file of files) {
      await api.uploadFile(slug, made.id, nameOf(file), file);
      setSent((n) => n + 1);
    }
    await api.startImport(slug, made.id);
    setFiles([]);
    onStarted();
  });
  const ready = kind === "upload" ? files.length > 0 : location.trim() !== "";
  return (
    <Form onSubmit={() => void start.run()}>
      <Select label={t.imports.from} value={kind} allowDeselect={false} data={(["upload", "folder", "store"] as const).map((value) => ({ value, label: t.imports.kinds[value] }))} onChange={(value) => setKind((value ?? "upload") as Import["kind"])} />
      {kind === "upload" ? <Files files={files} onFiles={setFiles} /> : <TextInput label={t.imports.location} description={t.imports.locationHint[kind]} value={location} onChange={(event) => setLocation(event.currentTarget.value)} />}
      <Select label={t.imports.labels} value={labels} allowDeselect={false} data={[{ value: "as_author", label: t.imports.labelsKeep }, { value: "ignore", label: t.imports.labelsIgnore }]} onChange={(value) => setLabels(value === "ignore" ? "ignore" : "as_author")} />
      <Select label={t.imports.origin} value={origin} allowDeselect={false} data={[{ value: "real", label: t.imports.real }, { value: "synthetic", label: t.imports.synthetic }]} onChange={(value) => setOrigin(value === "synthetic" ? "synthetic" : "real")} />
      {start.busy && kind === "upload" && <ProgressBar label={t.overview.of(count(sent), count(files.length))} parts={[{ share: sent / Math.max(1, files.length), tone: "accent" }]} />}
      <ErrorLine error={start.error} />
      <FormActions><Button type="submit" kind="primary" busy={start.busy} disabled={!ready}>{t.imports.start}</Button></FormActions>
      <p className="grey">{t.imports.privacy}</p>
    </Form>
  );
}

/** Folders keep their paths, so that labels find their images. */
function nameOf(file: File): string {
  return file.webkitRelativePath === "" ? file.name : file.webkitRelativePath;
}

function Files({ files, onFiles }: { files: readonly File[]; onFiles: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is an addition to the two buttons inside
    <div
      role="group"
      aria-label={t.imports.drop}
      className={`${css.drop} ${over ? css.dropOver : ""}`}
      onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => { event.preventDefault(); setOver(false); onFiles([...event.dataTransfer.files]); }}
    >
      <p>{files.length === 0 ? t.imports.drop : t.imports.chosen(count(files.length))}</p>
      <input ref={input} type="file" multiple hidden aria-label={t.imports.chooseFiles} onChange={(event) => onFiles([...(event.currentTarget.files ?? [])])} />
      <input ref={folder} type="file" multiple hidden aria-label={t.imports.chooseFolder} {...{ webkitdirectory: "" }} onChange={(event) => onFiles([...(event.currentTarget.files ?? [])])} />
      <span>
        <Button small onClick={() => input.current?.click()}>{t.imports.chooseFiles}</Button> <Button small onClick={() => folder.current?.click()}>{t.imports.chooseFolder}</Button>
      </span>
    </div>
  );
}
