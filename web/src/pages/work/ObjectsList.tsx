// The marks as a list beside the canvas: the same selection, reachable by key and by screen reader.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useRef } from "react";
import type { ClassBook } from "@/app/project";
import { boundsOf, heightOf, isOpen, isPlaced, widthOf } from "@/core";
import type { AnnotationEngine, Shape, Snapshot } from "@/core";
import { pixels, rate } from "@/format/numbers";
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
          const selected = row.index === selectedAt || selection?.also?.includes(shape.id) === true;
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
              onClick={(event) => (event.shiftKey || event.ctrlKey || event.metaKey ? engine?.pick(shape.id, true) : choose(row.index))}
            >
              <Swatch at={book.at(shape.classId)} hollow={isOpen(shape)} />
              <span className={css.rowName}>{book.name(shape.classId)}</span>
              <span className="grey">{sizeOf(shape)}</span>
              <span className={css.rowNote}>{selected ? [...flagsOf(shape), t.work.selected].join(" · ") : (note?.(shape.id) ?? flagsOf(shape).join(" · "))}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function sizeOf(shape: Shape): string {
  const kind = shape.geometry.kind;
  if (!isPlaced(shape) || kind === "point") return t.work.kinds[kind];
  const box = boundsOf(shape);
  const size = pixels(widthOf(box), heightOf(box));
  return kind === "bbox" ? size : `${t.work.kinds[kind]} ${size}`;
}

/** What is worth saying of a mark beside its class: where it came from, and what was done to how it is shown. */
function flagsOf(shape: Shape): string[] {
  const { suggested, locked, hidden, group } = shape;
  const confidence = suggested?.confidence ?? null;
  const origin = suggested === undefined ? [] : [suggested.state === "open" ? t.work.origin.open(confidence === null ? "" : rate(confidence)) : t.work.origin[suggested.state]];
  return [...(group === undefined ? [] : [t.work.group(group)]), ...(locked === true ? [t.work.locked] : []), ...(hidden === true ? [t.work.hidden] : []), ...origin];
}
