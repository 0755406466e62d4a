// The desk of a reviewer: the marks as they were handed in; any change to them makes the verdict a mend.
import { useMemo, useState } from "react";
import { api } from "@/api/calls";
import type { Guideline, LabelClass, ReasonCode, Review } from "@/api/types";
import { classBook, useProject } from "@/app/project";
import { ActiveClock, ANNOTATE_KEYS, KeyMap, REVIEW_KEYS, without } from "@/core";
import { t } from "@/text/en";
import { Button, KeyLine } from "@/ui/Button";
import { ErrorLine } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { Tag } from "@/ui/State";
import { PanelPart, WorkFrame } from "@/ui/WorkFrame";
import { classActions } from "../annotate/AnnotateDesk";
import { useAct } from "../shared/useForm";
import { CanvasHost } from "../work/CanvasHost";
import { ClassBar } from "../work/ClassBar";
import { ClausePanel } from "../work/ClausePanel";
import { HelpDialog } from "../work/HelpDialog";
import { toMarks, toShapes } from "../work/marks";
import { ObjectsList } from "../work/ObjectsList";
import { Readout } from "../work/Readout";
import { ToolRail } from "../work/Tools";
import { useClauses } from "../work/useClauses";
import { useEngine, usePicture, useSnapshot } from "../work/useEngine";
import { useWorkKeys } from "../work/useWorkKeys";
import { TopDivider, WorkTop } from "../work/WorkTop";
import { NoteDialog, withNote } from "./NoteDialog";
import { RejectDialog } from "./RejectDialog";

const keys = new KeyMap([...REVIEW_KEYS, ...without(ANNOTATE_KEYS, REVIEW_KEYS)]);
const SCOPES = ["review", "task", "app"] as const;

interface Props {
  readonly review: Review;
  readonly classes: readonly LabelClass[];
  readonly guideline: Guideline | undefined;
  readonly onNext: () => Promise<void>;
}

export function ReviewDesk({ review, classes, guideline, onNext }: Props) {
  const { slug } = useProject();
  const engine = useEngine({ classes, keys, label: t.work.canvas });
  const snapshot = useSnapshot(engine);
  const clock = useMemo(() => new ActiveClock(() => Date.now()), []);
  const [startVersion, setStartVersion] = useState(0);
  const picture = usePicture(engine, review.image_url, { width: review.width_px, height: review.height_px }, () => toShapes(review.marks, { width: review.width_px, height: review.height_px }), () => {
    engine?.act("tool.select");
    setStartVersion(engine?.snapshot().version ?? 0);
    clock.restart();
  });
  const [dialog, setDialog] = useState<"none" | "help" | "reject" | "fix" | "note">("none");
  const [finding, setFinding] = useState(false);
  // One key for all tries of this verdict.
  const [clientKey] = useState(() => crypto.randomUUID());
  const [notes, setNotes] = useState<ReadonlyMap<string, string>>(new Map());
  const noted = review.marks.find((mark) => mark.id === snapshot.selection?.id);
  const changed = snapshot.version !== startVersion && snapshot.canUndo;
  const book = classBook(classes);
  const clauses = useClauses(guideline, snapshot.classId);

  const verdict = useAct(async (what: "accept" | "fix" | "reject", code?: ReasonCode, note?: string) => {
    await api.verdict(slug, review.id, {
      verdict: what,
      client_key: clientKey,
      seconds: clock.seconds,
      notes: [...notes].map(([mark_id, text]) => ({ mark_id, text })),
      ...(code === undefined ? {} : { reason_code: code }),
      ...(note === undefined || note === "" ? {} : { note }),
      ...(what === "fix" ? { marks: toMarks(snapshot.shapes, { width: review.width_px, height: review.height_px }) } : {}),
    });
    setDialog("none");
    await onNext();
  });
  const accept = (): void => {
    if (picture.state === "shown" && !verdict.busy) void (changed ? setDialog("fix") : verdict.run("accept"));
  };
  useWorkKeys(keys, SCOPES, engine, {
    "review.accept": accept,
    "review.fix": () => engine?.act("tool.box"),
    "review.reject": () => setDialog("reject"),
    "review.note": () => { if (noted !== undefined) setDialog("note"); },
    submit: accept,
    "clause.search": () => clauses.search(true),
    "clause.next": () => clauses.step(1),
    "clause.previous": () => clauses.step(-1),
    help: () => setDialog("help"),
    "class.find": () => setFinding(true),
    ...classActions(classes, (id) => engine?.chooseClass(id), (id) => engine?.editor.relabelSelected(id)),
  });

  return (
    <>
      <WorkFrame
        top={<WorkTop title={t.nav.review} text={t.review.open(review.n_open)} />}
        topEnd={
          <>
            {changed && <><Tag tone="warn">{t.review.changed}</Tag> <TopDivider /></>}
            <Button kind="danger" hint={keys.label("review.reject")} onClick={() => setDialog("reject")}>{t.review.reject}</Button>
            <Button kind="primary" hint={keys.label("review.accept")} busy={verdict.busy} onClick={accept}>{changed ? t.review.saveFix : t.review.accept(review.marks.length)}</Button>
          </>
        }
        rail={<ToolRail engine={engine} tool={snapshot.tool} keys={keys} classes={classes} onHelp={() => setDialog("help")} />}
        canvas={<CanvasHost engine={engine} picture={picture} />}
        over={<ClassBar classes={classes} live={snapshot.classId} engine={engine} finding={finding} onFind={setFinding} />}
        under={<Readout engine={engine} snapshot={snapshot} />}
        panel={
          <>
            <PanelPart title={t.review.why[review.reason]} note={t.review.versions(review.guideline_version, review.schema_version)}>
              {review.author === null ? <p className="grey">{t.review.blind}</p> : <Person person={review.author} />}
              <ErrorLine error={dialog === "none" ? verdict.error : null} />
            </PanelPart>
            <PanelPart title={t.work.objects} note={t.work.objectsNote(snapshot.shapes.length, keys.label("object.next"))} grow>
              <ObjectsList engine={engine} snapshot={snapshot} book={book} note={(id) => notes.get(id) ?? ""} />
              <Button small disabled={noted === undefined} hint={keys.label("review.note")} onClick={() => setDialog("note")}>{t.markNote.add}</Button>
            </PanelPart>
            <ClausePanel guideline={guideline} view={clauses} className={book.name(snapshot.classId)} keys={keys} onLeave={() => engine?.focus()} />
          </>
        }
        keys={
          <KeyLine keys={[
            { keys: keys.label("review.accept"), label: t.review.keys.accept },
            { keys: keys.label("review.reject"), label: t.review.keys.reject },
            { keys: keys.label("review.fix"), label: t.review.keys.fix },
            { keys: keys.label("object.next"), label: t.review.keys.next },
            { keys: keys.label("object.delete"), label: t.keys.line.delete },
            { keys: keys.label("undo"), label: t.keys.line.undo },
            { keys: keys.label("zoom.selected"), label: t.review.keys.zoom },
            { keys: keys.label("help"), label: t.keys.line.help },
          ]}>{t.review.everyAnswerStays}</KeyLine>
        }
      />
      {dialog === "note" && noted !== undefined && <NoteDialog text={notes.get(noted.id) ?? ""} onClose={() => setDialog("none")} onKeep={(text) => setNotes(withNote(notes, noted.id, text))} />}
      <HelpDialog keys={keys} opened={dialog === "help"} onClose={() => setDialog("none")} />
      <RejectDialog kind={dialog === "fix" ? "fix" : "reject"} opened={dialog === "reject" || dialog === "fix"} busy={verdict.busy} error={verdict.error} onClose={() => setDialog("none")} onDecide={(code, note) => void verdict.run(dialog === "fix" ? "fix" : "reject", code, note)} />
    </>
  );
}
