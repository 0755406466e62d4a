// The marks as a list beside the canvas: the same selection, reachable by key and by screen reader.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useRef } from "react";
import type { ClassBook } from "@/app/project";
import { boundsOf, heightOf, widthOf } from "@/core";
import type { AnnotationEngine, Snapshot } from "@/core";
import { pixels } from "@/format/numbers";
import { t } from "@/text/en";
import { Swatch } from "@/ui/ClassChip";
import css from "./Work.module.css";

const ROW_PX = 25;

export function ObjectsList({ engine, snapshot, book, note }: { engine: AnnotationEngine | null; snapshot: Snapshot; book: ClassBook; note?: (id: string) => string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const { shapes, selection } = snapshot;
  const rows = useVirtualizer({ count: shapes.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 8 });
  const selectedAt = selection === null ? -1 : shapes.findIndex((shape) => shape.id === selection.id);
  useEffect(() => {
    if (selectedAt >= 0) rows.scrollToIndex(selectedAt);
  }, [rows, selectedAt]);
  if (shapes.length === 0) return <p className={css.emptyList}>{t.work.noObjects}</p>;
  const choose = (at: number): void => engine?.editor.store.select(shapes[at]?.id ?? null, "picked");
  return (
    <div
      ref={scroller}
      className={css.list}
      role="listbox"
      tabIndex={0}
      aria-label={t.work.objects}
      aria-activedescendant={selectedAt >= 0 ? `${prefix}-${String(selectedAt)}` : undefined}
      onKeyDown={(event) => {
        const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (step !== 0) choose(Math.min(shapes.length - 1, Math.max(0, selectedAt + step)));
        else if (event.key === "Home") choose(0);
        else if (event.key === "End") choose(shapes.length - 1);
        else if (event.key === "Delete" || event.key === "Backspace") engine?.editor.removeSelected();
        else if (event.key === "Enter") engine?.focus();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <div className={css.rows} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const shape = shapes[row.index];
          if (shape === undefined) return null;
          const box = boundsOf(shape);
          const selected = row.index === selectedAt;
          return (
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the listbox around it has the keys
            <div
              key={shape.id}
              id={`${prefix}-${String(row.index)}`}
              role="option"
              tabIndex={-1}
              aria-selected={selected}
              aria-posinset={row.index + 1}
              aria-setsize={shapes.length}
              className={`${css.row} ${selected ? css.rowSelected : ""}`}
              style={{ transform: `translateY(${String(row.start)}px)` }}
              onClick={() => choose(row.index)}
            >
              <Swatch at={book.at(shape.classId)} />
              <span className={css.rowName}>{book.name(shape.classId)}</span>
              <span className="grey">{pixels(widthOf(box), heightOf(box))}</span>
              <span className={css.rowNote}>{selected ? t.work.selected : note?.(shape.id)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
