// The policy file: what is in force at a glance and in words, the next version as it is written, and its way to signatures.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Rulebook } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { CodeBlock } from "@/ui/Code";
import { Dialog } from "@/ui/Dialog";
import { ErrorState, Loading, Notice } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { DiffText } from "../guideline/GuidelineDiff";
import { Draft } from "./Draft";
import { Glance } from "./Glance";
import css from "./Policy.module.css";

export function PolicyPage() {
  const { slug, may } = useProject();
  const [drafting, setDrafting] = useState(false);
  const rulebook = useQuery({ queryKey: ["rulebook", slug], queryFn: () => api.rulebook(slug), refetchInterval: drafting ? false : 10_000 });
  if (rulebook.isPending) return <Loading what={t.things.policy} />;
  if (rulebook.isError) return <ErrorState error={asError(rulebook.error)} onRetry={() => void rulebook.refetch()} />;
  const now = rulebook.data;
  const write = may("lead") && !drafting && <Button kind="primary" onClick={() => setDrafting(true)}>{now.version === 0 ? t.rulebook.write : t.rulebook.edit}</Button>;
  return (
    <>
      <Top><TopTitle title={t.rulebook.nav} /></Top>
      <PageHead title={t.rulebook.title(now.version)} tag={now.version === 0 ? <Tag tone="dashed">{t.rulebook.version(0)}</Tag> : <Tag tone="ok" state="ok">{t.rulebook.current}</Tag>} text={t.rulebook.text(now.version)} actions={write} />
      <Waiting />
      {drafting ? <Draft rulebook={now} onDone={() => { setDrafting(false); void rulebook.refetch(); }} /> : <InForce rulebook={now} />}
    </>
  );
}

/** Versions that wait for somebody's name. */
function Waiting() {
  const { slug } = useProject();
  const open = useQuery({ queryKey: ["proposals", slug, "open"], queryFn: () => api.proposals(slug, "open"), refetchInterval: 10_000 });
  return open.data?.rows.filter((each) => each.kind === "policy").map((each) => (
    <div key={each.id} className={css.waiting}><Notice tone="accent">{t.rulebook.waiting(each.title)} <Link to={`/p/${slug}/proposals/${each.id}`}>{t.rulebook.openProposal}</Link></Notice></div>
  ));
}

function InForce({ rulebook }: { rulebook: Rulebook }) {
  return (
    <Columns
      evidence={
        <>
          <Glance rulebook={rulebook} />
          <Card title={t.rulebook.source}>{rulebook.source === null ? <p className="grey">{t.rulebook.noSource}</p> : <div className={css.source}><CodeBlock copy={rulebook.source}>{rulebook.source}</CodeBlock></div>}</Card>
        </>
      }
      deciding={
        <>
          <Card title={t.rulebook.saysNow}><ul className={css.words}>{rulebook.words.map((words) => <li key={words}>{words}</li>)}</ul></Card>
          <Warnings warnings={rulebook.warnings} />
          <Versions current={rulebook} />
        </>
      }
    />
  );
}

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return <Card title={t.rulebook.warnings}><ul className={css.words}>{warnings.map((words) => <li key={words}>{words}</li>)}</ul></Card>;
}

function Versions({ current }: { current: Rulebook }) {
  const { slug, may } = useProject();
  const [other, setOther] = useState<number | null>(null);
  const readable = may("reviewer", "expert", "lead", "approver", "auditor", "admin");
  const versions = useQuery({ queryKey: ["rulebookVersions", slug, current.version], queryFn: () => api.rulebookVersions(slug), enabled: readable });
  const rows = versions.data?.rows ?? [];
  if (rows.length === 0) return null;
  return (
    <Card title={t.rulebook.versions}>
      <ul className={css.rows}>
        {rows.map((row) => (
          <li key={row.version}>
            <b>{t.rulebook.version(row.version)}</b>
            <span className={css.who}>{row.created_by.name} <span className="grey">{moment(row.created_at, new Date())}</span></span>
            {row.version === current.version ? <span className="grey">{t.rulebook.current}</span> : <Button small onClick={() => setOther(row.version)}>{t.rulebook.compare(row.version)}</Button>}
          </li>
        ))}
      </ul>
      {other !== null && <Dialog title={t.rulebook.compareTitle(other, current.version)} opened onClose={() => setOther(null)} size={860}><Against version={other} after={current.source ?? ""} /></Dialog>}
    </Card>
  );
}

function Against({ version, after }: { version: number; after: string }) {
  const { slug } = useProject();
  const older = useQuery({ queryKey: ["rulebookFile", slug, version], queryFn: () => api.rulebookFile(slug, version), staleTime: Infinity });
  if (older.isPending) return <Loading what={t.things.policy} />;
  if (older.isError) return <ErrorState error={asError(older.error)} onRetry={() => void older.refetch()} />;
  return <DiffText before={older.data.source ?? ""} after={after} />;
}
