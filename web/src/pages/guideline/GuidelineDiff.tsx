// The versions of the guideline and what each changed; in the editor, what the draft would change.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import type { Guideline } from "@/api/types";
import { useGuideline, useProject } from "@/app/project";
import { lineDiff } from "@/format/lineDiff";
import type { DiffLine } from "@/format/lineDiff";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Dialog } from "@/ui/Dialog";
import { Loading } from "@/ui/Messages";
import css from "./Guideline.module.css";

const AROUND = 2;

export function History({ current }: { current: Guideline }) {
  const { slug } = useProject();
  const versions = useQuery({ queryKey: ["guidelines", slug, current.version], queryFn: () => api.guidelines(slug) });
  const [with_, setWith] = useState<number | null>(null);
  const rows = versions.data?.rows ?? [];
  if (rows.length < 2) return null;
  return (
    <Card title={t.diff.history}>
      <ul className={css.versions}>
        {[...rows].sort((a, b) => b.version - a.version).map((row) => (
          <li key={row.version}>
            <b>v{row.version}</b>
            <span>{t.diff.versionRow(row.created_by.name, row.note)}</span>
            <span className="grey nowrap">{moment(row.created_at, new Date())}</span>
            {row.version === current.version ? <span className="grey">{t.diff.current}</span> : <Button small onClick={() => setWith(row.version)}>{t.diff.compare(row.version)}</Button>}
          </li>
        ))}
      </ul>
      {with_ !== null && (
        <Dialog title={t.diff.title(with_, current.version)} opened onClose={() => setWith(null)} size={860}>
          <Against version={with_} after={current.markdown} />
        </Dialog>
      )}
    </Card>
  );
}

function Against({ version, after }: { version: number; after: string }) {
  const older = useGuideline(version);
  if (older.data === undefined) return <Loading what={t.nav.guideline} />;
  return <DiffText before={older.data.markdown} after={after} />;
}

export function DiffText({ before, after }: { before: string; after: string }) {
  const lines = lineDiff(before, after);
  if (lines.every((line) => line.kind === "same")) return <p className="grey">{t.diff.none}</p>;
  return (
    <div className={css.diff}>
      {folded(lines).map((part, at) => (typeof part === "number" ? <p key={at} className={css.fold}>{t.diff.unchanged(part)}</p> : <Line key={at} line={part} />))}
    </div>
  );
}

function Line({ line }: { line: DiffLine }) {
  if (line.kind === "same") return <p className={css.same}>{line.text}</p>;
  const Tag = line.kind === "added" ? "ins" : "del";
  return <p className={css[line.kind]}><span className="visually-hidden">{t.diff[line.kind]} </span><Tag>{line.text === "" ? "\u00a0" : line.text}</Tag></p>;
}

/** Long stretches without a change are told by their number of lines. */
function folded(lines: readonly DiffLine[]): (DiffLine | number)[] {
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((each) => each.kind !== "same"));
  const parts: (DiffLine | number)[] = [];
  lines.forEach((line, at) => {
    if (near[at] === true) parts.push(line);
    else if (typeof parts.at(-1) === "number") parts[parts.length - 1] = (parts.at(-1) as number) + 1;
    else parts.push(1);
  });
  return parts;
}
