// Forest rows: the one in use grey above, this one in accent below, the paired difference beside it around zero.
import type { Estimate } from "@/api/types";
import { count, intervalText, rate, valueText } from "@/format/numbers";
import { t } from "@/text/en";
import { linear, ticks } from "@/ui/chart";
import type { StateName } from "@/ui/State";
import { StateShape } from "@/ui/State";
import css from "./Forest.module.css";
import type { ForestRow } from "./forest";
import { differenceDomain, shareDomain } from "./forest";
import { points, pointsInterval } from "./points";

interface Props {
  readonly caption: string;
  readonly rows: readonly ForestRow[];
  readonly head: string;
  /** What n counts: the gold images, or the marks on them. */
  readonly counts?: "images" | "marks";
  readonly onOpen?: ((row: ForestRow) => void) | undefined;
  /** The loss that is allowed overall: drawn on the first row. */
  readonly margin?: number;
  /** What was decided on each row. */
  readonly verdict?: (row: ForestRow) => StateName;
  readonly differs?: boolean;
}

export function ForestTable({ caption, rows, head, counts = "images", onOpen, margin, verdict, differs = true }: Props) {
  const domain = shareDomain(rows);
  const around = differenceDomain(rows, margin);
  return (
    <table className={css.forest}>
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{head}</th>
          <th scope="col" className="num">{counts === "images" ? t.model.heads.images : t.model.heads.marks}</th>
          <th scope="col" className={css.bars}><span className="visually-hidden">{t.model.heads.interval}</span><Axis domain={domain} /></th>
          <th scope="col" className="num">{t.model.heads.value}</th>
          {differs && <th scope="col" colSpan={2} className={css.differenceHead}>{t.model.heads.difference}</th>}
          {verdict !== undefined && <th scope="col"><span className="visually-hidden">{t.table.state}</span></th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={row.id} className={at === 0 && margin !== undefined ? css.first : undefined}>
            <th scope="row">{onOpen === undefined ? row.name : <button type="button" className={css.open} onClick={() => onOpen(row)} aria-label={t.model.openRow(row.name)}>{row.name}</button>}</th>
            <td className="num grey">{count(counts === "images" ? row.mine.n_items : row.mine.n)}</td>
            <td className={css.bars}><Pair row={row} domain={domain} /></td>
            <Values row={row} />
            {differs && <Difference row={row} domain={around} margin={at === 0 ? margin : undefined} />}
            {verdict !== undefined && <td className={css.verdict}><StateShape state={verdict(row)} /></td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Axis({ domain }: { domain: readonly [number, number] }) {
  const at = linear(domain, [0, 100]);
  return (
    <span className={css.axis} aria-hidden="true">
      {ticks(domain[0], domain[1], 3).map((mark) => <span key={mark} style={{ left: `${String(at(mark))}%` }} className={at(mark) < 8 ? css.axisFirst : at(mark) > 92 ? css.axisLast : undefined}>{rate(mark).replace(/^(\.\d)0$/, "$10")}</span>)}
    </span>
  );
}

/** Both intervals on one scale; dashed outlines without a value where there is too little. */
function Pair({ row, domain }: { row: ForestRow; domain: readonly [number, number] }) {
  const thin = row.thin !== null;
  return (
    <span className={css.pair} aria-hidden="true">
      {ticks(domain[0], domain[1], 3).map((mark) => <span key={mark} className={css.grid} style={{ left: `${String(linear(domain, [0, 100])(mark))}%` }} />)}
      {row.theirs !== null && <Bar estimate={row.theirs} domain={domain} kind={css.theirs ?? ""} thin={thin} />}
      <Bar estimate={row.mine} domain={domain} kind={`${css.mine ?? ""} ${row.theirs === null ? (css.alone ?? "") : ""}`} thin={thin} />
    </span>
  );
}

function Bar({ estimate, domain, kind, thin }: { estimate: Estimate; domain: readonly [number, number]; kind: string; thin: boolean }) {
  const { value, low, high } = estimate;
  if (low === null || high === null) return null;
  const at = (x: number): number => Math.min(100, Math.max(0, linear(domain, [0, 100])(x)));
  return (
    <span className={`${css.bar} ${kind} ${thin ? (css.thin ?? "") : ""}`}>
      <span className={css.interval} style={{ left: `${String(at(low))}%`, width: `${String(Math.max(0, at(high) - at(low)))}%` }} />
      {value !== null && !thin && <span className={css.tick} style={{ left: `${String(at(value))}%` }} />}
    </span>
  );
}

function Values({ row }: { row: ForestRow }) {
  if (row.thin !== null) return <td className={css.values} />;
  const { mine, theirs } = row;
  return (
    <td className={css.values}>
      {theirs !== null && theirs.value !== null && <span className="grey">{valueText(theirs)} </span>}
      <b className={theirs === null ? undefined : css.new}>{valueText(mine)}</b> <span className={css.ends}>{intervalText(mine)}</span>
    </td>
  );
}

function Difference({ row, domain, margin }: { row: ForestRow; domain: readonly [number, number]; margin: number | undefined }) {
  const { difference, thin } = row;
  if (thin !== null) return <td colSpan={2} className="grey">{thin}</td>;
  if (difference === null || difference.value === null) return <td colSpan={2} />;
  const at = (x: number): number => Math.min(100, Math.max(0, linear(domain, [0, 100])(x)));
  const { value, low, high } = difference;
  return (
    <>
      <td className={css.differenceBar}>
        <span className={css.pair} aria-hidden="true">
          <span className={css.zero} style={{ left: `${String(at(0))}%` }} />
          {margin !== undefined && <span className={css.margin} style={{ left: `${String(at(-margin))}%` }} />}
          <span className={`${css.bar} ${css.alone}`}>
            {low !== null && high !== null && <span className={css.interval} style={{ left: `${String(at(low))}%`, width: `${String(at(high) - at(low))}%` }} />}
            <span className={css.tick} style={{ left: `${String(at(value))}%` }} />
          </span>
        </span>
      </td>
      <td className={css.differenceWords}><b>{points(value)}</b> <span className="grey">{pointsInterval(difference)}</span></td>
    </>
  );
}

/** Which colour is which. */
export function ForestLegend({ mine, theirs }: { mine: string; theirs: string | null }) {
  return (
    <span className={css.legend}>
      {theirs !== null && <span><i className={css.keyTheirs} /> {theirs}</span>}
      <span><i className={css.keyMine} /> {mine}</span>
    </span>
  );
}
