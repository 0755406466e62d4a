// What a release holds by class, and what changed since the one before it.
import type { Release } from "@/api/types";
import type { ClassBook } from "@/app/project";
import { count, signed } from "@/format/numbers";
import { t } from "@/text/en";
import { ClassName } from "@/ui/ClassChip";
import css from "./Release.module.css";

export function ChangesTable({ changes, name, book }: { changes: NonNullable<Release["changes"]>; name: string; book: ClassBook }) {
  const first = changes.since === null;
  const most = Math.max(1, ...changes.by_class.flatMap((row) => [row.added, row.removed]));
  const width = (n: number, room: number): { width: string } => ({ width: n === 0 ? "0" : `${String(Math.max(3, (room * n) / most))}%` });
  return (
    <table className={css.changes}>
      <thead>
        <tr>
          <th scope="col">{t.table.class}</th>
          {!first && <><th scope="col" className="num">{changes.since}</th><th scope="col">{t.release.removedAdded}</th><th scope="col" className="num">{t.release.moved}</th><th scope="col" className="num">{t.release.classChanged}</th></>}
          <th scope="col" className="num">{name}</th>
        </tr>
      </thead>
      <tbody>
        {changes.by_class.map((row) => (
          <tr key={row.label_class}>
            <td><ClassName at={book.at(row.label_class)} name={row.name} /></td>
            {!first && (
              <>
                <td className="num">{count(row.before)}</td>
                <td>
                  <span className={css.bars}>
                    <span className={css.removed}>{row.removed > 0 && signed(-row.removed)} <span className={css.barRemoved} style={width(row.removed, 60)} /></span>
                    <span className={css.added}><span className={css.barAdded} style={width(row.added, 70)} /> {row.added > 0 && signed(row.added)}</span>
                  </span>
                </td>
                <td className="num">{count(row.moved)}</td>
                <td className="num">{count(row.class_changed)}</td>
              </>
            )}
            <td className="num"><b>{count(row.after)}</b></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
