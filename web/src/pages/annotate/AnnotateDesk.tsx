// The desk of an annotator: tools, canvas, objects, the rule in use, keys. Drawing, moving on and saving need no mouse.
import { useEffect, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/calls";
import type { Guideline, LabelClass, Receipt } from "@/api/types";
import { classBook, keyOf, useProject } from "@/app/project";
import { ANNOTATE_KEYS, KeyMap } from "@/core";
import type { ActiveClock } from "@/core";
import { count, intervalText, valueText } from "@/format/numbers";
import { stopwatch } from "@/format/times";
import { t } from "@/text/en";
import { Button, KeyLine } from "@/ui/Button";
import { Notice, ProgressBar } from "@/ui/Messages";
import { SaveState } from "@/ui/SaveState";
import { PanelPart, RailGap, ToolButton, WorkFrame } from "@/ui/WorkFrame";
import { CanvasHost } from "../work/CanvasHost";
import { ClassBar } from "../work/ClassBar";
import { ClausePanel } from "../work/ClausePanel";
import { HelpDialog } from "../work/HelpDialog";
import { toShapes } from "../work/marks";
import { ObjectsList } from "../work/ObjectsList";
import { Readout } from "../work/Readout";
import { useEngine, usePicture, useSnapshot } from "../work/useEngine";
import { useWorkKeys } from "../work/useWorkKeys";
import type { PageActions } from "../work/useWorkKeys";
import css from "../work/Work.module.css";
import { TopDivider, WorkTop } from "../work/WorkTop";
import type { Work } from "./claimWork";
import { RefusedAnswers } from "./RefusedAnswers";
import { SkipDialog } from "./SkipDialog";
import { useDesk } from "./useDesk";

export const annotateKeys = new KeyMap(ANNOTATE_KEYS);
const SCOPES = ["task", "app"] as const;

interface Props {
  readonly work: Work;
  readonly classes: readonly LabelClass[];
  readonly guideline: Guideline | undefined;
  /** The answer is safe here; null when the server could not be reached yet. */
  readonly onSubmitted: (receipt: Receipt | null) => Promise<void>;
  readonly onSkipped: () => Promise<void>;
}

export function AnnotateDesk({ work, classes, guideline, onSubmitted, onSkipped }: Props) {
  const { assignment } = work;
  const engine = useEngine({ classes, keys: annotateKeys, label: t.work.canvas });
  const snapshot = useSnapshot(engine);
  const desk = useDesk(engine, snapshot, work);
  const picture = usePicture(engine, assignment.image_url, { width: assignment.width_px, height: assignment.height_px }, () => toShapes(work.marks), desk.begin);
  const [dialog, setDialog] = useState<"none" | "help" | "skip">("none");
  const [finding, setFinding] = useState(false);
  const [notice, setNotice] = useState<string | null>(work.refusal);
  const [busy, setBusy] = useState(false);
  const [confirmedEmpty, setConfirmedEmpty] = useState<string | null>(null);
  useEffect(() => setNotice(work.refusal), [work]);

  const submit = async (): Promise<void> => {
    if (busy || engine === null || picture.state !== "shown") return;
    if (snapshot.draft !== null) return setNotice(t.work.unfinishedBox);
    if (snapshot.shapes.length === 0 && confirmedEmpty !== assignment.id) {
      setConfirmedEmpty(assignment.id);
      return setNotice(t.work.emptyImage);
    }
    setBusy(true);
    try {
      await onSubmitted(await desk.submit());
    } finally {
      setBusy(false);
    }
  };
  const actions: PageActions = {
    submit: () => void submit(),
    skip: () => setDialog("skip"),
    help: () => setDialog("help"),
    save: desk.saveNow,
    "class.find": () => setFinding(true),
    ...classActions(classes, (id) => engine?.chooseClass(id), (id) => engine?.editor.relabelSelected(id)),
  };
  useWorkKeys(annotateKeys, SCOPES, engine, actions);
  const book = classBook(classes);
  const { sitting } = assignment;

  return (
    <>
      <WorkFrame
        top={
          <>
            <WorkTop {...(assignment.practice ? { title: t.nav.practice } : {})} text={t.work.item(assignment.id.slice(-8))} />
            <span className={css.sitting}>
              {t.work.sitting}
              <span className={css.sittingBar}><ProgressBar label={t.overview.of(count(sitting.n_done), count(sitting.n_goal))} parts={[{ share: sitting.n_done / Math.max(1, sitting.n_goal), tone: "accent" }]} /></span>
              {t.overview.of(count(sitting.n_done), count(sitting.n_goal))}
            </span>
          </>
        }
        topEnd={
          <>
            <SaveState saved={desk.saved} pending={desk.pending + desk.outbox.pendingSubmissions} link={desk.outbox.link} shelfFailed={desk.outbox.shelfFailed} />
            <TopDivider />
            <Elapsed clock={desk.clock} />
            <Button kind="quiet" hint={annotateKeys.label("skip")} onClick={() => setDialog("skip")}>{t.work.skip}</Button>
            <Button kind="primary" hint={annotateKeys.label("submit")} busy={busy} onClick={() => void submit()}>{t.work.submit}</Button>
          </>
        }
        rail={<Tools engine={engine} tool={snapshot.tool} onHelp={() => setDialog("help")} />}
        canvas={<CanvasHost engine={engine} picture={picture} resting={busy} />}
        over={
          <div style={{ display: "grid", gap: 8, justifyItems: "center" }}>
            <ClassBar classes={classes} live={snapshot.classId} engine={engine} finding={finding} onFind={setFinding} />
            <RefusedAnswers except={assignment.id} />
            {notice !== null && <Notice tone="warn">{notice} <Button kind="quiet" small onClick={() => setNotice(null)}>{t.actions.close}</Button></Notice>}
          </div>
        }
        under={<Readout engine={engine} />}
        panel={
          <>
            <PanelPart title={t.work.objects} note={t.work.objectsNote(snapshot.shapes.length, annotateKeys.label("object.next"))} grow>
              <ObjectsList engine={engine} snapshot={snapshot} book={book} />
            </PanelPart>
            <ClausePanel guideline={guideline} classId={snapshot.classId} className={book.name(snapshot.classId)} />
          </>
        }
        keys={<KeyLine keys={keyLine(classes.length)}><OwnFigures /></KeyLine>}
      />
      <HelpDialog keys={annotateKeys} opened={dialog === "help"} onClose={() => setDialog("none")} />
      <SkipDialog assignmentId={assignment.id} opened={dialog === "skip"} onClose={() => setDialog("none")} onSkipped={onSkipped} />
    </>
  );
}

export function classActions(classes: readonly LabelClass[], choose: (id: string) => void, relabel: (id: string) => void): PageActions {
  const pairs = classes.flatMap((each, at) => {
    const key = keyOf(classes, at);
    return key === "" ? [] : [[`class.${key}`, () => choose(each.id)] as const, [`relabel.${key}`, () => relabel(each.id)] as const];
  });
  return Object.fromEntries(pairs);
}

export function keyLine(nClasses: number): { keys: string; label: string }[] {
  const label = (action: string): string => annotateKeys.label(action);
  return [
    { keys: label("tool.box"), label: t.keys.line.box },
    { keys: nClasses > 1 ? `1–${String(Math.min(9, nClasses))}` : "1", label: t.keys.line.classes },
    { keys: "← ↑ → ↓", label: t.keys.line.move },
    { keys: label("corner.place"), label: t.keys.line.corner },
    { keys: label("object.delete"), label: t.keys.line.delete },
    { keys: label("undo"), label: t.keys.line.undo },
    { keys: label("zoom.fit"), label: t.keys.line.fit },
    { keys: label("help"), label: t.keys.line.help },
  ];
}

export function Tools({ engine, tool, onHelp }: { engine: ReturnType<typeof useEngine>; tool: string; onHelp: () => void }) {
  const press = (action: string): void => {
    engine?.act(action);
    engine?.focus();
  };
  return (
    <>
      <ToolButton icon="select" label={t.work.tools.select} hint={annotateKeys.label("tool.select")} live={tool === "select"} onPress={() => press("tool.select")} />
      <ToolButton icon="box" label={t.work.tools.box} hint={annotateKeys.label("tool.box")} live={tool === "box"} onPress={() => press("tool.box")} />
      <ToolButton icon="hand" label={t.work.tools.hand} hint={annotateKeys.label("tool.hand")} live={tool === "hand"} onPress={() => press("tool.hand")} />
      <RailGap />
      <ToolButton icon="fit" label={t.work.tools.fit} hint={annotateKeys.label("zoom.fit")} onPress={() => press("zoom.fit")} />
      <ToolButton icon="guideline" label={t.keys.title} hint="?" onPress={onHelp} />
    </>
  );
}

function Elapsed({ clock }: { clock: ActiveClock }) {
  const [shown, setShown] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setShown(Math.floor(clock.seconds)), 250);
    return () => clearInterval(timer);
  }, [clock]);
  return <span className="soft">{t.work.elapsed(stopwatch(shown))}</span>;
}

/** Moves once a day, so that no answer can be read from it. */
function OwnFigures() {
  const { slug } = useProject();
  const figures = useQuery({ queryKey: ["figures", slug], queryFn: () => api.myFigures(slug), staleTime: 600_000 });
  if (figures.data === undefined) return null;
  const { accuracy } = figures.data;
  if (!accuracy.evidence.enough || accuracy.estimate.value === null) return <>{t.work.noFigures}</>;
  return <>{t.work.figures(valueText(accuracy.estimate), intervalText(accuracy.estimate), count(accuracy.estimate.n))}</>;
}
