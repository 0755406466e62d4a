// Bring images in: from this computer, a folder on the server or an object store; every refusal is named.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Import, ImportRow } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { CsvLink, DataTable } from "@/ui/DataTable";
import { EmptyState, ErrorState, Loading, Notice, ProgressBar } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import css from "./Imports.module.css";
import { NewImport } from "./NewImport";

const TONES = { open: "neutral", running: "accent", finished: "ok", failed: "stop" } as const;

export function ImportsPage() {
  const { slug, project, may } = useProject();
  const client = useQueryClient();
  const imports = useQuery({
    queryKey: ["imports", slug],
    queryFn: async () => {
      const page = await api.imports(slug, { limit: 50 });
      if (page.rows.some((row) => row.state === "finished")) void client.invalidateQueries({ queryKey: ["project", slug] });
      return page;
    },
    refetchInterval: (query) => (query.state.data?.rows.some((row) => row.state === "running") === true ? 1_000 : 10_000),
  });
  const [shown, setShown] = useState<string | null>(null);
  if (imports.isPending) return <Loading what={t.nav.imports} />;
  if (imports.isError) return <ErrorState error={asError(imports.error)} onRetry={() => void imports.refetch()} />;
  const rows = imports.data.rows;
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "imports")} />}><TopTitle title={t.nav.imports} /></Top>
      <PageHead title={t.imports.title(count(project.n_items))} text={t.imports.text} />
      <Columns
        evidence={
          <>
            {rows.length === 0 && <EmptyState title={t.imports.none}>{t.imports.noneHint}</EmptyState>}
            {rows.map((row) => <ImportCard key={row.id} row={row} open={shown === row.id} onToggle={() => setShown(shown === row.id ? null : row.id)} />)}
          </>
        }
        deciding={may("lead") && <Card title={t.imports.newTitle}><NewImport onStarted={() => void imports.refetch()} /></Card>}
      />
    </>
  );
}

function ImportCard({ row, open, onToggle }: { row: Import; open: boolean; onToggle: () => void }) {
  const all = Math.max(1, row.n_found ?? row.n_done);
  return (
    <Card title={row.name === "" ? t.imports.kinds[row.kind] : row.name} note={<Tag tone={TONES[row.state]}>{t.imports.states[row.state]}</Tag>}>
      {row.state === "running" && (
        <div className={css.progress}>
          <ProgressBar label={t.overview.of(count(row.n_done), row.n_found === null ? "?" : count(row.n_found))} parts={[{ share: row.n_done / all, tone: "accent" }]} />
          <span className="soft">{row.n_found === null ? t.imports.counting(count(row.n_done)) : t.overview.of(count(row.n_done), count(row.n_found))}</span>
        </div>
      )}
      {row.error !== null && <Notice tone="stop">{row.error}</Notice>}
      {row.warnings.map((warning) => <Notice key={warning} tone="warn">{warning}</Notice>)}
      <p className={css.facts}>{t.imports.facts(count(row.n_accepted), count(row.n_refused), count(row.n_duplicates), count(row.n_near_duplicates), count(row.n_marks))} {row.finished_at !== null && <span className="grey">{moment(row.finished_at, new Date())}</span>}</p>
      {row.n_refused + row.n_duplicates + row.n_near_duplicates > 0 && <Button small onClick={onToggle} aria-expanded={open}>{open ? t.imports.hideReport : t.imports.showReport}</Button>}
      {open && row.state !== "running" && <Report id={row.id} />}
    </Card>
  );
}

function Report({ id }: { id: string }) {
  const { slug } = useProject();
  const [state, setState] = useState<ImportRow["state"]>("refused");
  const rows = useQuery({ queryKey: ["importRows", slug, id, state], queryFn: () => api.importRows(slug, id, { state, limit: 200 }) });
  return (
    <div className={css.report}>
      <div className={css.tabs}>
        {(["refused", "duplicate", "near_duplicate"] as const).map((each) => <Button key={each} small kind={each === state ? "secondary" : "quiet"} aria-pressed={each === state} onClick={() => setState(each)}>{t.imports.rowStates[each]}</Button>)}
        <CsvLink href={csvOf(slug, `imports/${id}/rows`, { state })} />
      </div>
      {rows.isPending && <Loading what={t.imports.report} />}
      {rows.isError && <ErrorState error={asError(rows.error)} />}
      {rows.isSuccess && (rows.data.rows.length === 0 ? <p className="grey">{t.imports.noRows}</p> : (
        <DataTable<ImportRow>
          caption={t.imports.report}
          rows={rows.data.rows}
          rowId={(row) => row.name}
          dense
          columns={[
            { id: "name", header: t.table.file, accessorFn: (row) => row.name },
            { id: "reason", header: t.table.reason, accessorFn: (row) => row.reason ?? "" },
            { id: "hint", header: t.table.next, accessorFn: (row) => row.hint ?? "", cell: (cell) => <span className="grey">{cell.row.original.hint}</span> },
          ]}
        />
      ))}
    </div>
  );
}
