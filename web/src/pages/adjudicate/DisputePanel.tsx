// One dispute with its sides as pictures, and the list of all of them.
import type { Adjudication, Dispute } from "@/api/types";
import type { ClassBook } from "@/app/project";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";
import { KeyHint } from "@/ui/Button";
import { CropCard } from "@/ui/CropCard";
import { IntervalBar } from "@/ui/Measure";
import { StateShape } from "@/ui/State";
import { authorStyle } from "@/ui/palette";
import css from "./DisputePanel.module.css";
import type { Choice } from "./resolve";
import { agreedMarks, iou, markAbout, sideMark } from "./resolve";

export function AuthorLine({ at }: { at: number }) {
  const style = authorStyle(at);
  return (
    <svg width="18" height="6" aria-hidden="true">
      <line x1="0" y1="3" x2="18" y2="3" stroke={`var(--author-line-${"abc"[at % 3] ?? "a"})`} strokeWidth="2" strokeDasharray={style.dash.map((each) => each * 0.6).join(" ")} />
    </svg>
  );
}

export function DisputeSides({ adjudication, dispute, book, choice, comments, onTake }: { adjudication: Adjudication; dispute: Dispute; book: ClassBook; choice: Choice | undefined; comments: ReadonlyMap<string, string>; onTake: (at: number) => void }) {
  const agreed = markAbout(adjudication.consensus, dispute.bbox);
  return (
    <>
      <div className={css.sides}>
        {adjudication.answers.map((answer, at) => {
          const mark = sideMark(answer, dispute);
          const chosen = choice?.how === "take" && choice.label === answer.label;
          const what = mark === null ? t.adjudicate.drewNothing : book.name(mark.label_class);
          return (
            <button key={answer.label} type="button" className={`${css.side} ${chosen ? css.chosen : ""}`} aria-pressed={chosen} onClick={() => onTake(at)}>
              <CropCard
                crop={{ imageUrl: adjudication.image_url, width: adjudication.width_px, height: adjudication.height_px, bbox: dispute.bbox, marks: mark === null ? [] : [{ bbox: mark.bbox, style: at === 1 ? "left_out" : "drawn", colour: `var(--author-${"abc"[at % 3] ?? "a"})` }] }}
                aspect={1.25}
                label={t.adjudicate.side(answer.label, what)}
              />
              <span className={css.sideFoot}><AuthorLine at={at} /> {answer.label} <KeyHint keys={String(at + 1)} /></span>
              <span className={css.sideText}>{what}</span>
              {mark !== null && comments.has(mark.id) && <span className={css.sideNote}>{comments.get(mark.id)}</span>}
            </button>
          );
        })}
      </div>
      {agreed !== null && (
        <p className={css.confidence}>
          <span>{t.adjudicate.confidence}</span>
          <IntervalBar interval={{ value: agreed.confidence, low: null, high: null }} />
          <span><b>{rate(agreed.confidence)}</b> <span className="grey">{t.adjudicate.votes(agreed.n_votes, adjudication.answers.length)}</span></span>
        </p>
      )}
      <Alike adjudication={adjudication} dispute={dispute} />
    </>
  );
}

/** How far the envelopes of every two sides overlap at this place. */
function Alike({ adjudication, dispute }: { adjudication: Adjudication; dispute: Dispute }) {
  const drawn = adjudication.answers.flatMap((answer) => {
    const mark = sideMark(answer, dispute);
    return mark === null ? [] : [{ label: answer.label, bbox: mark.bbox }];
  });
  const pairs = drawn.flatMap((a, at) => drawn.slice(at + 1).map((b) => t.adjudicate.pair(a.label, b.label, rate(iou(a.bbox, b.bbox)))));
  if (pairs.length === 0) return null;
  return <p className={css.alike}><span>{t.adjudicate.alike}</span> <span>{pairs.join(" · ")}</span></p>;
}

/** "A and C: Platelet. B: nothing." */
function sidesOf(dispute: Dispute, labels: readonly string[], book: ClassBook): string {
  const sides = new Map<string, string[]>();
  for (const label of labels) {
    const at = dispute.drawn_by.indexOf(label);
    const classId = dispute.label_classes[at] ?? dispute.label_classes[0];
    const what = at === -1 || classId === undefined ? t.adjudicate.drewNothing : book.name(classId);
    sides.set(what, [...(sides.get(what) ?? []), label]);
  }
  return [...sides].map(([what, who]) => t.adjudicate.who(who, what)).join(" ");
}

export function DisputeList({ adjudication, at, choices, book, onGo }: { adjudication: Adjudication; at: number; choices: ReadonlyMap<number, Choice>; book: ClassBook; onGo: (at: number) => void }) {
  const labels = adjudication.answers.map((answer) => answer.label);
  return (
    <>
      <ol className={css.list}>
        {adjudication.disputes.map((dispute, index) => {
          const choice = choices.get(index);
          const agreed = markAbout(adjudication.consensus, dispute.bbox);
          return (
            <li key={index}>
              <button type="button" className={`${css.row} ${index === at ? css.live : ""}`} aria-current={index === at} onClick={() => onGo(index)}>
                <span className={css.number}>{index + 1}</span>
                <span className={css.words}>
                  <b>{t.adjudicate.row([...new Set(dispute.label_classes)].map((id) => book.name(id)), dispute.kind)}</b>
                  <span>{choice === undefined ? sidesOf(dispute, labels, book) : t.adjudicate.chosen(choice)}</span>
                </span>
                {choice === undefined ? <b>{agreed === null ? "" : rate(agreed.confidence)}</b> : <StateShape state="ok" />}
              </button>
            </li>
          );
        })}
      </ol>
      <p className={css.agreed}><StateShape state="ok" /> {t.adjudicate.agreed(agreedMarks(adjudication).length)}</p>
    </>
  );
}
