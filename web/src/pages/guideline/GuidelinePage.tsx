// The written rules: numbered clauses to read, and for lead and expert the Markdown to change, as a new version.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { api } from "@/api/calls";
import { ApiError, asError } from "@/api/http";
import type { Guideline } from "@/api/types";
import { useClassBook, useGuideline, useProject } from "@/app/project";
import { Top } from "@/app/top";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { ClassName } from "@/ui/ClassChip";
import { Form, FormActions, Textarea, TextInput } from "@/ui/Fields";
import { EmptyState, ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { useAct } from "../shared/useForm";
import { ClauseBody } from "../work/ClausePanel";
import css from "./Guideline.module.css";
import { DiffText, History } from "./GuidelineDiff";

export function GuidelinePage() {
  const { may } = useProject();
  const guideline = useGuideline();
  const { finding, clause } = useSearch({ strict: false }) as { finding?: string; clause?: string };
  const asked = finding !== undefined && clause !== undefined ? { finding, clause } : null;
  const [editing, setEditing] = useState(asked !== null);
  if (guideline.isLoading) return <Loading what={t.nav.guideline} />;
  const missing = guideline.error instanceof ApiError && guideline.error.status === 404;
  if (guideline.isError && !missing) return <ErrorState error={asError(guideline.error)} onRetry={() => void guideline.refetch()} />;
  const data = guideline.data;
  const mayEdit = may("lead", "expert");
  return (
    <>
      <Top><TopTitle title={t.nav.guideline} text={data === undefined ? undefined : `v${String(data.version)}`} /></Top>
      <PageHead
        title={data === undefined ? t.guideline.none : t.guideline.title(data.clauses.length)}
        text={data === undefined ? undefined : t.guideline.text(data.version, data.created_by.name, data.created_by.simulated, moment(data.created_at, new Date()), data.note)}
        actions={mayEdit && !editing && <Button kind="primary" onClick={() => setEditing(true)}>{data === undefined ? t.guideline.write : t.guideline.edit}</Button>}
      />
      {editing ? <Drafted guideline={data} asked={asked} onClose={() => setEditing(false)} /> : data === undefined ? <EmptyState title={t.guideline.none}>{t.guideline.noneHint}</EmptyState> : <><Reader guideline={data} /><History current={data} /></>}
    </>
  );
}

function Reader({ guideline }: { guideline: Guideline }) {
  const book = useClassBook();
  return (
    <div className={css.clauses}>
      {guideline.clauses.map((clause) => (
        <Card key={clause.id} title={`${clause.id} ${clause.title}`} note={<span className={css.classes}>{clause.classes.map((id) => <ClassName key={id} at={book.at(id)} name={book.name(id)} />)}</span>}>
          <ClauseBody clause={clause} />
        </Card>
      ))}
    </div>
  );
}

interface Asked {
  /** The finding whose drafted clause is to be put in. */
  readonly finding: string;
  readonly clause: string;
}

/** The editor; with a finding's drafted clause in it where one was asked for. */
function Drafted({ guideline, asked, onClose }: { guideline: Guideline | undefined; asked: Asked | null; onClose: () => void }) {
  const { slug } = useProject();
  const draft = useQuery({ queryKey: ["draft", slug, asked], queryFn: () => api.draftOfFinding(slug, asked?.finding ?? "", asked?.clause ?? ""), enabled: asked !== null, staleTime: Infinity });
  if (asked === null) return <Editor guideline={guideline} start={guideline?.markdown ?? t.guideline.template} asked={null} onClose={onClose} />;
  if (draft.isError) return <ErrorState error={asError(draft.error)} onRetry={() => void draft.refetch()} />;
  if (draft.isPending) return <Loading what={t.nav.guideline} />;
  return <Editor guideline={guideline} start={draft.data.markdown} asked={asked} onClose={onClose} />;
}

function Editor({ guideline, start, asked, onClose }: { guideline: Guideline | undefined; start: string; asked: Asked | null; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [markdown, setMarkdown] = useState(start);
  const [note, setNote] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const save = useAct(async () => {
    if (asked === null) await api.saveGuideline(slug, markdown, note.trim());
    else await api.publishFinding(slug, asked.finding, { clause_id: asked.clause, markdown, why: note.trim(), whole: true });
    for (const key of ["guideline", "findings", "overview"]) await client.invalidateQueries({ queryKey: [key, slug] });
    await client.invalidateQueries({ queryKey: ["project"] });
    onClose();
  });
  const addPicture = useAct(async (file: File, good: boolean) => {
    const example = await api.addExample(slug, file);
    const at = area.current?.selectionStart ?? markdown.length;
    setMarkdown(`${markdown.slice(0, at)}\n![${good ? "good" : "bad"}: ](example:${example.id})\n${markdown.slice(at)}`);
  });
  return (
    <Columns
      evidence={
        <Card title={t.guideline.markdown}>
          <Form onSubmit={() => void save.run()}>
            <Textarea ref={area} aria-label={t.guideline.markdown} classNames={{ input: css.editor ?? "" }} value={markdown} onChange={(event) => setMarkdown(event.currentTarget.value)} autosize minRows={18} maxRows={32} spellCheck />
            <TextInput label={t.guideline.note} value={note} onChange={(event) => setNote(event.currentTarget.value)} maxLength={500} />
            <ErrorLine error={save.error ?? addPicture.error} />
            <FormActions>
              <Button type="submit" kind="primary" busy={save.busy} disabled={markdown.trim() === "" || note.trim() === ""}>{t.guideline.publish((guideline?.version ?? 0) + 1)}</Button>
              <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
              <PictureButton label={t.guideline.addGood} onFile={(file) => void addPicture.run(file, true)} />
              <PictureButton label={t.guideline.addBad} onFile={(file) => void addPicture.run(file, false)} />
            </FormActions>
          </Form>
        </Card>
      }
      deciding={<>{guideline !== undefined && markdown !== guideline.markdown && <Card title={t.diff.draft(guideline.version)}><DiffText before={guideline.markdown} after={markdown} /></Card>}<Card title={t.guideline.howTo}><ul className={css.how}>{t.guideline.howToLines.map((line) => <li key={line}>{line}</li>)}</ul></Card></>}
    />
  );
}

function PictureButton({ label, onFile }: { label: string; onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input ref={input} type="file" accept="image/png,image/jpeg,image/webp" hidden aria-label={label} onChange={(event) => { const file = event.currentTarget.files?.[0]; if (file !== undefined) onFile(file); event.currentTarget.value = ""; }} />
      <Button small onClick={() => input.current?.click()}>{label}</Button>
    </>
  );
}
