// The written rule at hand: the clauses of the class in use, with their good and bad examples, and a search over all.
import { useState } from "react";
import type { Clause, Guideline } from "@/api/types";
import type { KeyMap } from "@/core";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ServerHtml } from "@/ui/ServerHtml";
import { StateShape } from "@/ui/State";
import { PanelPart } from "@/ui/WorkFrame";
import { ClauseSearch } from "./ClauseSearch";
import type { ClauseView } from "./useClauses";
import css from "./Work.module.css";

interface Props {
  readonly guideline: Guideline | undefined;
  readonly view: ClauseView;
  readonly className: string;
  readonly keys: KeyMap;
  /** Gives the canvas its keys back when the search closes. */
  readonly onLeave: () => void;
  readonly onAsk?: () => void;
}

export function ClausePanel({ guideline, view, className, keys, onLeave, onAsk }: Props) {
  const [reading, setReading] = useState(false);
  const { clause, at, n } = view;
  if (guideline === undefined) return <PanelPart title={t.work.rule}><p className={css.emptyList}>{t.work.noGuideline}</p></PanelPart>;
  const leave = (id?: string): void => {
    if (id !== undefined) view.pick(id);
    view.search(false);
    onLeave();
  };
  return (
    <PanelPart title={clause === undefined ? className : at === 0 ? t.work.clauseFound(clause.id, clause.title) : t.work.clauseOf(className, clause.id)} note={<span className={css.clauseHead}><Button kind="quiet" small hint={keys.label("clause.search")} aria-label={t.work.searchClauses} onClick={() => view.search(true)}>{t.work.searchShort}</Button><Button kind="quiet" small onClick={() => setReading(true)}>{t.work.guideline(guideline.version)}</Button></span>}>
      {view.searching ? <ClauseSearch clauses={guideline.clauses} onPick={leave} onLeave={() => leave()} /> : (
        <>
          <div className={css.clauseBody}>{clause === undefined ? <p className={css.emptyList}>{t.work.noClause(className)}</p> : <ClauseBody clause={clause} />}</div>
          <div className={css.clauseNav}>
            {at === 0 && clause !== undefined && <Button small onClick={() => view.pick(null)}>{t.work.clausesOf(className)}</Button>}
            {at > 0 && n > 1 && <><Button small hint={keys.label("clause.next")} onClick={() => view.step(1)}>{t.work.nextClause}</Button><span className="grey">{t.work.clauseCount(at, n)}</span></>}
            {onAsk !== undefined && <span className={css.clauseEnd}><Button small hint={keys.label("escalate")} onClick={onAsk}>{t.work.askExpert}</Button></span>}
          </div>
        </>
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
