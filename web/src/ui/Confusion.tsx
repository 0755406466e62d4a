// Gold against answer: counts of what became what; what was left out or added stands in the last row and column.
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import css from "./Confusion.module.css";

export function Confusion({ classes, counts, caption }: { classes: readonly string[]; counts: readonly (readonly number[])[]; caption: string }) {
  const wrong = counts.flatMap((row, r) => row.filter((_, c) => c !== r));
  const most = Math.max(1, ...wrong);
  const last = classes.length - 1;
  return (
    <table className={css.table}>
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col"><span className="visually-hidden">{t.confusion.gold}</span></th>
          {classes.map((name) => <th key={name} scope="col">{name}</th>)}
        </tr>
      </thead>
      <tbody>
        {counts.map((row, r) => (
          <tr key={classes[r] ?? r}>
            <th scope="row">{classes[r]}</th>
            {row.map((n, c) => (
              <td key={classes[c] ?? c}>
                {r === last && c === last ? null : <span className={n > 0 && r !== c && n / most >= 0.34 ? css.hot : css.cell} style={r !== c ? ({ "--heat": `${String(Math.round((55 * n) / most))}%` } as React.CSSProperties) : undefined}>{count(n)}</span>}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
