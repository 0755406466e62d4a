// The answers side by side: the outcome, which is drawn on, and each author's marks beside it, moving as one.
import type { Adjudication, LabelClass } from "@/api/types";
import type { AnnotationEngine } from "@/core";
import { t } from "@/text/en";
import { Plate } from "@/ui/WorkFrame";
import { Pane, useJoin, useSyncedViews } from "../work/Panes";
import css from "./Beside.module.css";
import { AuthorLine } from "./DisputePanel";
import type { Standing } from "./useDisputes";
import { authorMarks } from "./useDisputes";

interface Props {
  readonly adjudication: Adjudication;
  readonly classes: readonly LabelClass[];
  readonly engine: AnnotationEngine | null;
  readonly beside: boolean;
  readonly away: ReadonlySet<string>;
  readonly standing: Standing;
  /** The canvas that is drawn on; it stays mounted however it is laid out. */
  readonly children: React.ReactNode;
}

export function Beside({ adjudication, classes, engine, beside, away, standing, children }: Props) {
  const join = useSyncedViews();
  useJoin(join, "outcome", engine, beside);
  const shown = beside ? adjudication.answers.flatMap((answer, at) => (away.has(answer.label) ? [] : [{ answer, at }])) : [];
  return (
    <div className={shown.length === 0 ? css.one : css.panes} data-panes={shown.length}>
      <div className={css.pane}>
        {children}
        {beside && <div className={css.name}><Plate><span style={{ display: "inline-block", width: 14, height: 9, border: "2px solid var(--text)" }} aria-hidden="true" /> {t.adjudicate.outcome}</Plate></div>}
      </div>
      {shown.map(({ answer, at }) => (
        <div key={answer.label} className={css.pane}>
          <Pane id={answer.label} label={t.adjudicate.showAuthor(answer.label)} imageUrl={adjudication.image_url} size={{ width: adjudication.width_px, height: adjudication.height_px }} classes={classes} marks={authorMarks(adjudication, at, standing)} join={join} />
          <div className={css.name}><Plate><AuthorLine at={at} /> {answer.author === null ? answer.label : answer.author.name}</Plate></div>
        </div>
      ))}
    </div>
  );
}
