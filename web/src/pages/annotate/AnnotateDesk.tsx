// The desk of an annotator: tools, canvas, objects, the rule in use, keys. Drawing, moving on and saving need no mouse.
import { useEffect, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/calls";
import type { Guideline, LabelClass, Receipt } from "@/api/types";
import { classBook, keyOf, useProject } from "@/app/project";
import { ANNOTATE_KEYS, isOpen, KeyMap } from "@/core";
import type { ActiveClock, Snapshot } from "@/core";
import { count, intervalText, valueText } from "@/format/numbers";
import { stopwatch } from "@/format/times";
import { t } from "@/text/en";
import { Button, KeyLine } from "@/ui/Button";
import { Notice, ProgressBar } from "@/ui/Messages";
import { SaveState } from "@/ui/SaveState";
import { PanelPart, WorkFrame } from "@/ui/WorkFrame";
import { AttributesPanel, missingAttributes } from "../work/AttributesPanel";
import { CanvasHost } from "../work/CanvasHost";
import { ClassBar } from "../work/ClassBar";
import { ClausePanel } from "../work/ClausePanel";
import { HelpDialog } from "../work/HelpDialog";
import { toShapes, toSuggestions } from "../work/marks";
import { LookPanel } from "../work/LookPanel";
import { ObjectsList } from "../work/ObjectsList";
import { useOwnKeys } from "../work/ownKeys";
import { Readout } from "../work/Readout";
import { SuggestionsPanel } from "../work/SuggestionsPanel";
import { ToolRail } from "../work/Tools";
import { useClauses } from "../work/useClauses";
import { useEngine, usePicture, useSnapshot } from "../work/useEngine";
import { useFills } from "../work/useFills";
import { useWorkKeys } from "../work/useWorkKeys";
import type { PageActions } from "../work/useWorkKeys";
import css from "../work/Work.module.css";
import { TopDivider, WorkTop } from "../work/WorkTop";
import type { Work } from "./claimWork";
import { RefusedAnswers } from "./RefusedAnswers";
import { AskDialog } from "./AskDialog";
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
  const keys = useOwnKeys();
  const fills = useFills();
  const size = { width: assignment.width_px, height: assignment.height_px };
  const engine = useEngine({ classes, keys, label: t.work.canvas, fillOf: fills.of });
  const snapshot = useSnapshot(engine);
  const desk = useDesk(engine, snapshot, work);
  const shown = (): void => {
    desk.begin();
    const carried = engine?.pasteCarried() ?? 0;
    if (carried > 0) setNotice(t.work.carried(carried));
  };
  const picture = usePicture(engine, assignment.image_url, size, () => [...toShapes(work.marks, size), ...toSuggestions(work.suggestions, work.marks.length, size)], shown);
  const [dialog, setDialog] = useState<"none" | "help" | "skip" | "ask">("none");
  const [looking, setLooking] = useState(false);
  const [attributesAsked, setAttributesAsked] = useState(0);
  const [finding, setFinding] = useState(false);
  const [notice, setNotice] = useState<string | null>(work.refusal);
  const [busy, setBusy] = useState(false);
  const [confirmedEmpty, setConfirmedEmpty] = useState<string | null>(null);
  useEffect(() => setNotice(work.refusal), [work]);
  const book = classBook(classes);
  const { slug } = useProject();
  const skip = async (reason: string): Promise<void> => {
    await api.skip(slug, assignment.id, reason);
    await onSkipped();
  };
  const clauses = useClauses(guideline, snapshot.classId);

  const submit = async (): Promise<void> => {
    if (busy || engine === null || picture.state !== "shown") return;
    if (snapshot.draft !== null) return setNotice(t.work.unfinishedBox);
    const lacking = snapshot.shapes.find((shape) => !isOpen(shape) && missingAttributes(shape, classes).length > 0);
    if (lacking !== undefined) {
      engine.pick(lacking.id);
      return setNotice(t.work.missingAttributes(book.name(lacking.classId), missingAttributes(lacking, classes)));
    }
    if (snapshot.shapes.length === snapshot.nOpen && confirmedEmpty !== assignment.id) {
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
    escalate: () => setDialog("ask"),
    attributes: () => setAttributesAsked((n) => n + 1),
    help: () => setDialog("help"),
    "clause.search": () => clauses.search(true),
    "clause.next": () => clauses.step(1),
    "clause.previous": () => clauses.step(-1),
    save: desk.saveNow,
    "class.find": () => setFinding(true),
    ...classActions(classes, (id) => engine?.chooseClass(id), (id) => engine?.editor.relabelSelected(id)),
  };
  useWorkKeys(keys, SCOPES, engine, actions);
  const { sitting } = assignment;
  const selected = snapshot.selection === null ? null : (snapshot.shapes.find((shape) => shape.id === snapshot.selection?.id) ?? null);

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
            <Button kind="quiet" hint={keys.label("skip")} onClick={() => setDialog("skip")}>{t.work.skip}</Button>
            <Button kind="primary" hint={keys.label("submit")} busy={busy} onClick={() => void submit()}>{t.work.submit}</Button>
          </>
        }
        rail={<ToolRail engine={engine} tool={snapshot.tool} keys={keys} classes={classes} looking={looking} onLook={() => setLooking(!looking)} onHelp={() => setDialog("help")} />}
        canvas={<CanvasHost engine={engine} picture={picture} resting={busy} />}
        over={
          <div style={{ display: "grid", gap: 8, justifyItems: "center" }}>
            <ClassBar classes={classes} live={snapshot.classId} engine={engine} finding={finding} onFind={setFinding} />
            <RefusedAnswers except={assignment.id} />
            {notice !== null && <Notice tone="warn">{notice} <Button kind="quiet" small onClick={() => setNotice(null)}>{t.actions.close}</Button></Notice>}
          </div>
        }
        under={<Readout engine={engine} snapshot={snapshot} />}
        panel={
          <>
            {looking && <LookPanel engine={engine} classes={classes} live={snapshot.classId} fills={fills} />}
            <SuggestionsPanel engine={engine} snapshot={snapshot} keys={keys} />
            <PanelPart title={t.work.objects} note={t.work.objectsNote(snapshot.shapes.length, keys.label("object.next"))} grow>
              <ObjectsList engine={engine} snapshot={snapshot} book={book} />
            </PanelPart>
            <AttributesPanel engine={engine} shape={selected} classes={classes} asked={attributesAsked} />
            <ClausePanel guideline={guideline} view={clauses} className={book.name(snapshot.classId)} keys={keys} onLeave={() => engine?.focus()} onAsk={() => setDialog("ask")} />
          </>
        }
        keys={<KeyLine keys={keyLine(classes.length, keys, snapshot)}><OwnFigures /></KeyLine>}
      />
      <HelpDialog keys={keys} opened={dialog === "help"} onClose={() => setDialog("none")} />
      <SkipDialog opened={dialog === "skip"} onClose={() => setDialog("none")} onSkip={skip} />
      {dialog === "ask" && <AskDialog assignmentId={assignment.id} clauses={guideline?.clauses ?? []} first={clauses.clause?.id} about={selected} live={snapshot.classId} onClose={() => setDialog("none")} onAsked={() => setNotice(t.ask.sent)} onSkip={skip} />}
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

/** The keys that matter with the tool in hand. */
export function keyLine(nClasses: number, keys: KeyMap = annotateKeys, snapshot?: Snapshot): { keys: string; label: string }[] {
  const label = (action: string): string => keys.label(action);
  const ring = snapshot?.tool === "polygon" || snapshot?.tool === "line";
  const brush = snapshot?.tool === "brush" || snapshot?.tool === "eraser";
  const tool = snapshot === undefined || !ring ? [] : [{ keys: label("corner.place"), label: t.keys.line.close }];
  return [
    ...(ring || brush ? [] : [{ keys: label("tool.box"), label: t.keys.line.box }]),
    ...tool,
    ...(brush ? [{ keys: `${label("brush.smaller")} ${label("brush.larger")}`, label: t.keys.line.size }] : []),
    { keys: nClasses > 1 ? `1–${String(Math.min(9, nClasses))}` : "1", label: t.keys.line.classes },
    ...((snapshot?.nOpen ?? 0) > 0 ? [{ keys: `${label("suggestion.accept")} / ${label("suggestion.reject")}`, label: t.keys.line.judge }] : []),
    { keys: "← ↑ → ↓", label: t.keys.line.move },
    ...(ring || brush || (snapshot?.nOpen ?? 0) > 0 ? [] : [{ keys: label("corner.place"), label: t.keys.line.corner }]),
    { keys: label("object.delete"), label: ring && snapshot?.draft !== null ? t.keys.line.vertex : t.keys.line.delete },
    { keys: label("undo"), label: t.keys.line.undo },
    { keys: label("zoom.fit"), label: t.keys.line.fit },
    { keys: label("help"), label: t.keys.line.help },
  ];
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
