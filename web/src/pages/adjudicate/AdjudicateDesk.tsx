// The desk of an expert: which mark is in dispute, and whose shape to take. Every answer stays; the verdict is a new one.
import { useMemo, useState } from "react";
import { api } from "@/api/calls";
import type { Adjudication, Guideline, LabelClass } from "@/api/types";
import { classBook, useProject } from "@/app/project";
import { ActiveClock, ADJUDICATE_KEYS, ANNOTATE_KEYS, KeyMap } from "@/core";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";
import { Button, KeyHint, KeyLine } from "@/ui/Button";
import { ErrorLine } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { Tag } from "@/ui/State";
import { PanelPart, Plate, WorkFrame } from "@/ui/WorkFrame";
import { withNote } from "../review/NoteDialog";
import { useAct } from "../shared/useForm";
import { CanvasHost } from "../work/CanvasHost";
import { ClausePanel } from "../work/ClausePanel";
import { HelpDialog } from "../work/HelpDialog";
import { canvasBox, toMarks, toShapes } from "../work/marks";
import { Readout } from "../work/Readout";
import { useClauses } from "../work/useClauses";
import { useEngine, usePicture, useSnapshot } from "../work/useEngine";
import { useWorkKeys } from "../work/useWorkKeys";
import css from "../work/Work.module.css";
import { TopDivider, WorkTop } from "../work/WorkTop";
import { Beside } from "./Beside";
import { CommentDialog, WHOLE } from "./CommentDialog";
import { AuthorLine, DisputeList, DisputeSides } from "./DisputePanel";
import { agreedMarks } from "./resolve";
import { useDisputes } from "./useDisputes";

// Tab walks the disputes here and digits take sides, so the canvas keeps only what does not clash.
const TAKEN = new Set(ADJUDICATE_KEYS.flatMap((binding) => binding.chords));
const keys = new KeyMap([...ADJUDICATE_KEYS, ...ANNOTATE_KEYS.filter((binding) => binding.action !== "submit" && !binding.chords.some((chord) => TAKEN.has(chord)))]);
const SCOPES = ["review", "canvas", "task", "app"] as const;

interface Props {
  readonly adjudication: Adjudication;
  readonly classes: readonly LabelClass[];
  readonly guideline: Guideline | undefined;
  readonly onNext: () => Promise<void>;
}

export function AdjudicateDesk({ adjudication, classes, guideline, onNext }: Props) {
  const { slug } = useProject();
  const engine = useEngine({ classes, keys, label: t.work.canvas, colour: "#14171f" });
  const snapshot = useSnapshot(engine);
  const clock = useMemo(() => new ActiveClock(() => Date.now()), []);
  const picture = usePicture(engine, adjudication.image_url, { width: adjudication.width_px, height: adjudication.height_px }, () => toShapes(agreedMarks(adjudication), { width: adjudication.width_px, height: adjudication.height_px }), () => {
    engine?.act("tool.select");
    clock.restart();
  });
  const [beside, setBeside] = useState(false);
  const disputes = useDisputes(engine, snapshot, adjudication, picture.state === "shown", beside);
  const [dialog, setDialog] = useState<"none" | "help" | "comment">("none");
  const [comments, setComments] = useState<ReadonlyMap<string, string>>(new Map());
  const [clientKey] = useState(() => crypto.randomUUID());
  const book = classBook(classes);
  const n = adjudication.disputes.length;
  const left = n - disputes.choices.size;
  const dispute = adjudication.disputes[disputes.at];
  const clauses = useClauses(guideline, dispute?.label_classes[0] ?? "");
  const take = (at: number): void => {
    const answer = adjudication.answers[at];
    if (answer !== undefined) disputes.decide({ how: "take", label: answer.label });
  };
  const step = (by: 1 | -1): boolean => {
    if (n === 0 || engine?.takeLeave() === true) return false;
    disputes.go((disputes.at + n + by) % n);
    return true;
  };
  const settle = useAct(async () => {
    await api.settle(slug, adjudication.id, { marks: toMarks(snapshot.shapes, { width: adjudication.width_px, height: adjudication.height_px }), client_key: clientKey, seconds: clock.seconds, ...settledComments(comments) });
    await onNext();
  });
  const trySettle = (): void => {
    if (picture.state === "shown" && left === 0 && snapshot.draft === null && !settle.busy) void settle.run();
  };
  useWorkKeys(keys, SCOPES, engine, {
    "dispute.next": () => step(1),
    "dispute.previous": () => step(-1),
    "take.1": () => take(0),
    "take.2": () => take(1),
    "take.3": () => take(2),
    "take.merge": () => disputes.decide({ how: "merge" }),
    "take.nothing": () => disputes.decide({ how: "nothing" }),
    "take.draw": () => disputes.decide({ how: "draw" }),
    "hide.settled": disputes.toggleSettled,
    "zoom.selected": () => { if (dispute !== undefined) engine?.showBox(canvasBox(dispute.bbox)); },
    undo: disputes.undo,
    redo: disputes.redo,
    settle: trySettle,
    "beside.toggle": () => setBeside(!beside),
    "review.note": () => setDialog("comment"),
    "clause.search": () => clauses.search(true),
    "clause.next": () => clauses.step(1),
    "clause.previous": () => clauses.step(-1),
    help: () => setDialog("help"),
  });

  return (
    <>
      <WorkFrame
        top={<WorkTop title={t.nav.adjudicate} text={t.adjudicate.open(adjudication.n_open)} />}
        topEnd={
          <>
            {adjudication.answers.every((answer) => answer.author === null) && <Tag>{t.adjudicate.blind}</Tag>}
            <TopDivider />
            <Button kind="primary" disabled={left > 0 || picture.state !== "shown"} busy={settle.busy} hint={keys.label("settle")} onClick={trySettle}>{t.adjudicate.settle(left)}</Button>
          </>
        }
        canvas={<Beside adjudication={adjudication} classes={classes} engine={engine} beside={beside} away={disputes.away} standing={{ at: disputes.at, hideSettled: disputes.hideSettled, choices: disputes.choices }}><CanvasHost engine={engine} picture={picture} /></Beside>}
        over={
          <Plate roomy>
            <span className={css.authors}>
              {adjudication.answers.map((answer, at) => (
                <button key={answer.label} type="button" className={css.authorToggle} aria-pressed={!disputes.away.has(answer.label)} aria-label={t.adjudicate.showAuthor(answer.author?.name ?? answer.label)} onClick={() => disputes.toggleAuthor(answer.label)}><AuthorLine at={at} /> {answer.author === null ? answer.label : <Person person={answer.author} compact />}</button>
              ))}
              <span className={css.author}><span style={{ width: 16, height: 10, border: "2px solid var(--text)" }} aria-hidden="true" /> {t.adjudicate.consensusWord}</span>
              <Button kind="quiet" small hint={keys.label("hide.settled")} onClick={disputes.toggleSettled}>{disputes.hideSettled ? t.adjudicate.showSettled : t.adjudicate.hideSettled}</Button>
              <Button kind="quiet" small hint={keys.label("beside.toggle")} aria-pressed={beside} onClick={() => setBeside(!beside)}>{beside ? t.adjudicate.overlaid : t.adjudicate.beside}</Button>
            </span>
          </Plate>
        }
        under={<Readout engine={engine} />}
        wide
        panel={
          <>
            {dispute !== undefined && (
              <PanelPart title={t.adjudicate.disputeOf(disputes.at + 1, n, dispute.kind)}>
                <DisputeSides adjudication={adjudication} dispute={dispute} book={book} choice={disputes.choices.get(disputes.at)} comments={comments} onTake={take} />
                <div className={css.buttons}>
                  <Button small hint={keys.label("take.merge")} onClick={() => disputes.decide({ how: "merge" })}>{t.adjudicate.merge}</Button>
                  <Button small hint={keys.label("take.draw")} onClick={() => disputes.decide({ how: "draw" })}>{t.adjudicate.draw}</Button>
                  <Button small hint={keys.label("take.nothing")} onClick={() => disputes.decide({ how: "nothing" })}>{t.adjudicate.nothing}</Button>
                  <Button small hint={keys.label("review.note")} onClick={() => setDialog("comment")}>{comments.size === 0 ? t.adjudicate.comment : t.adjudicate.comments(comments.size)}</Button>
                </div>
                <ErrorLine error={settle.error} />
              </PanelPart>
            )}
            <PanelPart title={t.adjudicate.list} note={<>{t.adjudicate.agreement(rate(adjudication.agreement.mean_iou), rate(adjudication.agreement.f1))} <KeyHint keys="Tab" /></>} grow>
              <DisputeList adjudication={adjudication} at={disputes.at} choices={disputes.choices} book={book} onGo={disputes.go} />
            </PanelPart>
            {dispute !== undefined && <ClausePanel guideline={guideline} view={clauses} className={book.name(dispute.label_classes[0] ?? "")} keys={keys} onLeave={() => engine?.focus()} />}
          </>
        }
        keys={
          <KeyLine keys={[
            { keys: "Tab", label: t.adjudicate.keys.next },
            { keys: "1 2 3", label: t.adjudicate.keys.take },
            { keys: keys.label("take.merge"), label: t.adjudicate.keys.merge },
            { keys: keys.label("take.nothing"), label: t.adjudicate.keys.nothing },
            { keys: keys.label("beside.toggle"), label: t.adjudicate.keys.beside },
            { keys: keys.label("review.note"), label: t.adjudicate.keys.comment },
            { keys: keys.label("undo"), label: t.keys.line.undo },
            { keys: keys.label("help"), label: t.keys.line.help },
          ]}>{t.review.everyAnswerStays}</KeyLine>
        }
      />
      {dialog === "comment" && <CommentDialog adjudication={adjudication} dispute={dispute} comments={comments} onClose={() => setDialog("none")} onKeep={(about, text) => setComments(withNote(comments, about, text))} />}
      <HelpDialog keys={keys} opened={dialog === "help"} onClose={() => setDialog("none")} />
    </>
  );
}

/** As they are sent: what is about no mark is the note on the whole. */
function settledComments(comments: ReadonlyMap<string, string>): { note?: string; notes: { mark_id: string; text: string }[] } {
  const whole = comments.get(WHOLE);
  return { ...(whole === undefined ? {} : { note: whole }), notes: [...comments].filter(([about]) => about !== WHOLE).map(([mark_id, text]) => ({ mark_id, text })) };
}
