// A plain table with sortable heads, its CSV beside it, and room for "more" rows from the server.
import type { ColumnDef, SortingState } from "@tanstack/react-table";
import { flexRender, getCoreRowModel, getSortedRowModel, useReactTable } from "@tanstack/react-table";
import { useState } from "react";
import { t } from "@/text/en";
import { buttonClass } from "./Button";
import css from "./DataTable.module.css";

interface Props<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the library's own type for columns of different values
  readonly columns: readonly ColumnDef<Row, any>[];
  readonly rowId: (row: Row) => string;
  readonly dense?: boolean;
  readonly onOpen?: (row: Row) => void;
}

export function DataTable<Row>({ caption, rows, columns, rowId, dense = false, onOpen }: Props<Row>) {
  const [sorting, setSorting] = useState<SortingState>([]);
  const table = useReactTable<Row>({
    data: rows as Row[],
    columns: columns as ColumnDef<Row>[],
    state: { sorting },
    onSortingChange: setSorting,
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });
  return (
    <table className={`${css.table} ${dense ? css.dense : ""}`}>
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id}>
            {group.headers.map((header) => (
              <th key={header.id} scope="col" aria-sort={sortName(header.column.getIsSorted())} className={metaClass(header.column.columnDef.meta)}>
                {header.column.getCanSort() ? (
                  <button type="button" className={css.sort} onClick={header.column.getToggleSortingHandler()}>
                    {flexRender(header.column.columnDef.header, header.getContext())}
                    <span aria-hidden="true">{{ asc: " ↑", desc: " ↓", false: "" }[String(header.column.getIsSorted())]}</span>
                  </button>
                ) : (
                  flexRender(header.column.columnDef.header, header.getContext())
                )}
              </th>
            ))}
          </tr>
        ))}
      </thead>
      <tbody>
        {table.getRowModel().rows.map((row) => (
          <tr key={row.id} className={onOpen === undefined ? undefined : css.open} onClick={onOpen === undefined ? undefined : () => onOpen(row.original)}>
            {row.getVisibleCells().map((cell) => (
              <td key={cell.id} className={metaClass(cell.column.columnDef.meta)}>{flexRender(cell.column.columnDef.cell, cell.getContext())}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function sortName(sorted: false | "asc" | "desc"): "ascending" | "descending" | "none" {
  if (sorted === false) return "none";
  return sorted === "asc" ? "ascending" : "descending";
}

function metaClass(meta: unknown): string | undefined {
  return typeof meta === "object" && meta !== null && "end" in meta ? css.end : undefined;
}

export function CsvLink({ href }: { href: string }) {
  return (
    <a className={buttonClass("quiet", true)} href={href} download>
      {t.actions.csv}
    </a>
  );
}

/** A column head that only screen readers need. */
export function hidden(words: string): () => React.ReactNode {
  return function HiddenHead() {
    return <span className="visually-hidden">{words}</span>;
  };
}
