// The written rule at hand: the clauses of the class in use, with their good and bad examples.
import { useState } from "react";
import type { Clause, Guideline } from "@/api/types";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ServerHtml } from "@/ui/ServerHtml";
import { StateShape } from "@/ui/State";
import { PanelPart } from "@/ui/WorkFrame";
import css from "./Work.module.css";

/** Clauses that name the class come first; those that name none hold for all. */
export function clausesFor(clauses: readonly Clause[], classId: string): Clause[] {
  return [...clauses.filter((each) => each.classes.includes(classId)), ...clauses.filter((each) => each.classes.length === 0)];
}

export function ClausePanel({ guideline, classId, className }: { guideline: Guideline | undefined; classId: string; className: string }) {
  const [at, setAt] = useState(0);
  const [reading, setReading] = useState(false);
  const clauses = clausesFor(guideline?.clauses ?? [], classId);
  const clause = clauses[clauses.length === 0 ? 0 : at % clauses.length];
  if (guideline === undefined) return <PanelPart title={t.work.rule}><p className={css.emptyList}>{t.work.noGuideline}</p></PanelPart>;
  return (
    <PanelPart title={clause === undefined ? className : t.work.clauseOf(className, clause.id)} note={<Button kind="quiet" small onClick={() => setReading(true)}>{t.work.guideline(guideline.version)}</Button>}>
      {clause === undefined ? <p className={css.emptyList}>{t.work.noClause(className)}</p> : <ClauseBody clause={clause} />}
      {clauses.length > 1 && (
        <div className={css.clauseNav}>
          <Button small onClick={() => setAt(at + 1)}>{t.work.nextClause}</Button>
          <span className="grey">{t.work.clauseCount((at % clauses.length) + 1, clauses.length)}</span>
        </div>
      )}
      <Dialog title={t.work.guideline(guideline.version)} opened={reading} onClose={() => setReading(false)} size={720}>
        <GuidelineText clauses={guideline.clauses} />
      </Dialog>
    </PanelPart>
  );
}

export function GuidelineText({ clauses }: { clauses: readonly Clause[] }) {
  return (
    <ol className={css.facts}>
      {clauses.map((clause) => (
        <li key={clause.id}>
          <h3>{clause.id} {clause.title}</h3>
          <ClauseBody clause={clause} />
        </li>
      ))}
    </ol>
  );
}

export function ClauseBody({ clause }: { clause: Clause }) {
  return (
    <>
      <ServerHtml html={clause.html} className={css.clause} />
      {clause.examples.length > 0 && (
        <div className={css.examples}>
          {clause.examples.map((example) => (
            <figure key={example.url} className={css.example}>
              <img src={example.url} alt={example.caption} loading="lazy" />
              <figcaption>
                {example.good !== null && <StateShape state={example.good ? "ok" : "stop"} size={12} />} {example.caption}
              </figcaption>
            </figure>
          ))}
        </div>
      )}
    </>
  );
}
