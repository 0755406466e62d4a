// A search over all clauses: words, arrows, Enter; Escape gives the keys back to the canvas.
import { useState } from "react";
import type { Clause } from "@/api/types";
import { t } from "@/text/en";
import { StateShape } from "@/ui/State";
import { findClauses } from "./clauseSearch";
import css from "./Work.module.css";

interface Props {
  readonly clauses: readonly Clause[];
  readonly onPick: (id: string) => void;
  readonly onLeave: () => void;
}

export function ClauseSearch({ clauses, onPick, onLeave }: Props) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const hits = findClauses(clauses, text);
  const chosen = hits[Math.min(at, hits.length - 1)]?.clause.id;
  const key = (event: React.KeyboardEvent): void => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Escape") onLeave();
    else if (event.key === "Enter" && chosen !== undefined) onPick(chosen);
    else if (by === 0) return;
    else setAt(Math.max(0, Math.min(hits.length - 1, at + by)));
    event.preventDefault();
  };
  return (
    <div className={css.clauseSearch}>
      <input
        className={css.find}
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="clause-hits"
        aria-activedescendant={chosen === undefined ? undefined : `clause-${chosen}`}
        aria-label={t.work.searchClauses}
        placeholder={t.work.searchHint}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the person has just asked for this field
        autoFocus
        value={text}
        onChange={(event) => { setText(event.currentTarget.value); setAt(0); }}
        onKeyDown={key}
      />
      <div id="clause-hits" className={css.clauseHits} role="listbox" aria-label={t.work.searchClauses}>
        {hits.map(({ clause, around }) => (
          <button key={clause.id} id={`clause-${clause.id}`} type="button" role="option" tabIndex={-1} aria-selected={clause.id === chosen} className={css.clauseHit} onClick={() => onPick(clause.id)}>
            <span className={css.clauseHitHead}><b>{clause.id}</b> {clause.title}{clause.examples.length > 0 && <span className="grey"> · {t.work.nExamples(clause.examples.length)}</span>}</span>
            {around[1] !== "" && <span className={css.clauseHitText}>{around[0]}<mark>{around[1]}</mark>{around[2]}</span>}
            {clause.id === chosen && clause.examples.length > 0 && (
              <span className={css.clauseHitPictures}>
                {clause.examples.slice(0, 2).map((example) => (
                  <span key={example.url}><img src={example.url} alt={example.caption} loading="lazy" />{example.good !== null && <StateShape state={example.good ? "ok" : "stop"} size={12} />}</span>
                ))}
              </span>
            )}
          </button>
        ))}
      </div>
      <p className="grey" role="status">{hits.length === 0 ? t.work.noHits(text.trim()) : t.work.hits(hits.length, clauses.length)}</p>
    </div>
  );
}
