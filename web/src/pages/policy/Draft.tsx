// The next version: the file with its faulty lines marked, what it will do in words as one types, the difference, and the way on.
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Rulebook } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, Columns } from "@/ui/Card";
import { ErrorLine, ErrorState, Notice } from "@/ui/Messages";
import { StateShape } from "@/ui/State";
import { DiffText } from "../guideline/GuidelineDiff";
import { useAct } from "../shared/useForm";
import { Editor } from "./Editor";
import type { EditorHandle } from "./Editor";
import { Warnings } from "./PolicyPage";
import css from "./Policy.module.css";
import type { Fault } from "./policyView";
import { faultsOf, rulesOf } from "./policyView";

/** A pause in typing after which the server reads the file. */
const PAUSE_MS = 350;

export function Draft({ rulebook, onDone }: { rulebook: Rulebook; onDone: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [source, setSource] = useState(rulebook.source ?? t.rulebook.example);
  const [proposal, setProposal] = useState<string | null>(null);
  const settled = useSettled(source);
  const editor = useRef<EditorHandle>(null);
  const checked = useQuery({ queryKey: ["rulebookCheck", slug, settled], queryFn: () => api.checkRulebook(slug, settled), retry: false, placeholderData: keepPreviousData, staleTime: Infinity });
  const faults = checked.isError ? faultsOf(checked.error) : null;
  const reading = settled !== source || checked.isFetching;
  const sound = !reading && checked.isSuccess;
  const next = rulebook.version + 1;
  const guarded = rulesOf(rulebook).guards.some((row) => row.what === "policy");
  const submit = useAct(async () => {
    const made = await api.submitRulebook(slug, source, rulebook.version);
    await Promise.all([client.invalidateQueries({ queryKey: ["rulebook", slug] }), client.invalidateQueries({ queryKey: ["proposals", slug] }), client.invalidateQueries({ queryKey: ["inbox", slug] })]);
    if (made.proposal_id === null) onDone();
    else setProposal(made.proposal_id);
  });
  if (proposal !== null) {
    return <Notice tone="ok">{t.rulebook.proposed(next)} <Link to={`/p/${slug}/proposals/${proposal}`}>{t.rulebook.openProposal}</Link> <Button small kind="quiet" onClick={onDone}>{t.actions.close}</Button></Notice>;
  }
  return (
    <Columns
      evidence={
        <>
          <Card title={t.rulebook.editor} note={t.rulebook.version(next)}>
            <Editor handle={editor} value={source} label={t.rulebook.editor} faulty={(faults ?? []).flatMap((each) => (each.line === null ? [] : [each.line]))} onChange={setSource} />
          </Card>
          <Card title={t.rulebook.diff}>{rulebook.source === null ? <p className="grey">{t.rulebook.diffFirst}</p> : <DiffText before={rulebook.source} after={source} />}</Card>
        </>
      }
      deciding={
        <>
          <Card>
            <ErrorLine error={submit.error} />
            <div className={css.actions}>
              <Button kind="primary" busy={submit.busy} disabled={!sound || source === rulebook.source} onClick={() => void submit.run()}>{guarded ? t.rulebook.propose(next) : t.rulebook.publish(next)}</Button>
              <Button kind="quiet" onClick={onDone}>{t.rulebook.stopEditing}</Button>
            </div>
          </Card>
          <Card title={t.rulebook.says} note={reading ? t.rulebook.checking : t.rulebook.reads}>
            {faults !== null ? <Faults faults={faults} onLine={(line) => editor.current?.goTo(line)} /> : checked.isError ? <ErrorState error={asError(checked.error)} onRetry={() => void checked.refetch()} /> : (
              <>
                {sound && <p className={css.sound}><StateShape state="ok" /> {t.rulebook.sound}</p>}
                <ul className={css.words} aria-live="polite">{checked.data?.words.map((words) => <li key={words}>{words}</li>)}</ul>
              </>
            )}
          </Card>
          {sound && <Warnings warnings={checked.data.warnings} />}
        </>
      }
    />
  );
}

function Faults({ faults, onLine }: { faults: readonly Fault[]; onLine: (line: number) => void }) {
  return (
    <div role="alert">
      <p className={css.refused}><StateShape state="stop" /> {faults.every((each) => each.line === null) ? t.rulebook.faultsWhole : t.rulebook.faults(faults.length)}</p>
      <ul className={css.faults}>
        {faults.map((each) => (
          <li key={String(each.line) + each.what}>
            {each.line !== null && <button type="button" className={css.toLine} aria-label={t.rulebook.toLine(each.line)} onClick={() => onLine(each.line ?? 1)}>{t.rulebook.line(each.line)}</button>}
            <span>{each.what}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The text once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
