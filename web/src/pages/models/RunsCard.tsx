// Trainings, measurements and certifications: how far each is, what it cost, why it failed, and once more.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { ModelRun } from "@/api/types";
import { useProject } from "@/app/project";
import { money } from "@/format/money";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { CodeBlock } from "@/ui/Code";
import { Dialog } from "@/ui/Dialog";
import { ErrorLine, ErrorState, Loading, ProgressBar } from "@/ui/Messages";
import { StateShape } from "@/ui/State";
import { useAct } from "../shared/useForm";
import css from "./Models.module.css";
import { isOpen, kindWords, progressWords, RUN_SHAPES, runAgain } from "./runs";

export function RunsCard() {
  const { slug, may } = useProject();
  const [open, setOpen] = useState<string | null>(null);
  const runs = useInfiniteQuery({
    queryKey: ["modelRuns", slug],
    queryFn: ({ pageParam }) => api.modelRuns(slug, { cursor: pageParam, limit: 10 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: (query) => (query.state.data?.pages[0]?.rows.some(isOpen) === true ? 1_500 : 15_000),
  });
  if (runs.isPending) return <Loading what={t.things.models} />;
  if (runs.isError) return <ErrorState error={asError(runs.error)} onRetry={() => void runs.refetch()} />;
  const rows = runs.data.pages.flatMap((page) => page.rows);
  return (
    <Card title={t.runs.title} note={t.runs.note}>
      {rows.length === 0 ? <p className="grey">{t.runs.none}</p> : <ul className={css.runs}>{rows.map((run) => <RunRow key={run.id} run={run} onOpen={() => setOpen(run.id)} leads={may("lead", "admin")} />)}</ul>}
      {runs.hasNextPage && <div className={css.more}><Button small busy={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>{t.runs.more}</Button></div>}
      {open !== null && <RunDialog id={open} onClose={() => setOpen(null)} />}
    </Card>
  );
}

function RunRow({ run, onOpen, leads }: { run: ModelRun; onOpen: () => void; leads: boolean }) {
  const what = `${kindWords(run)} ${run.model ?? run.name}`;
  return (
    <li className={css.runRow}>
      <StateShape state={RUN_SHAPES[run.state]} />
      <span className={css.runWords}><b>{kindWords(run)}</b><small>{run.model ?? run.name}{run.release === null ? "" : ` · ${run.release}`}</small></span>
      <span className={css.runWords}>
        <span>{progressWords(run)}</span>
        {run.error !== null && <small className={css.runError}>{run.error}</small>}
        {isOpen(run) && <ProgressBar parts={[{ share: run.steps_done / Math.max(1, run.steps.length), tone: "accent" }]} label={progressWords(run)} />}
      </span>
      <span className="num"><MachineTime run={run} /></span>
      <span className="grey nowrap" title={t.runs.by(run.started_by.name)}>{moment(run.created_at, new Date())}</span>
      <span className={css.titled}>
        {run.state === "failed" && leads && <Again run={run} />}
        <Button small kind="quiet" onClick={onOpen} aria-label={t.runs.open(what)}>{t.actions.open}</Button>
      </span>
    </li>
  );
}

/** Seconds of the processor, and what they come to at today's price where one is known. */
function MachineTime({ run }: { run: ModelRun }) {
  const { slug, may } = useProject();
  const rates = useQuery({ queryKey: ["rates", slug], queryFn: () => api.rates(slug), enabled: may("lead", "approver", "auditor", "admin"), staleTime: 60_000 });
  const card = rates.data?.rows[0];
  const price = card === undefined ? 0 : (Number(card.compute_minute) * run.cpu_s) / 60;
  return (
    <>
      {t.runs.seconds(run.cpu_s.toFixed(run.cpu_s < 10 ? 1 : 0))}
      {card !== undefined && price > 0 && <small className="grey"> {t.runs.price(money({ value: price, low: null, high: null }, card.currency))}</small>}
    </>
  );
}

function Again({ run, onStarted }: { run: ModelRun; onStarted?: (next: ModelRun) => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const again = useAct(async () => {
    const next = await runAgain(slug, run);
    await client.invalidateQueries({ queryKey: ["modelRuns", slug] });
    onStarted?.(next);
  });
  return (
    <>
      <Button small busy={again.busy} onClick={() => void again.run()}>{t.runs.again}</Button>
      <ErrorLine error={again.error} />
    </>
  );
}

export function RunDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { slug, may } = useProject();
  const [shown, setShown] = useState(id);
  const run = useQuery({ queryKey: ["modelRun", slug, shown], queryFn: () => api.modelRun(slug, shown), refetchInterval: (query) => (query.state.data === undefined || isOpen(query.state.data) ? 1_500 : false) });
  return (
    <Dialog title={run.data === undefined ? t.runs.title : `${kindWords(run.data)} ${run.data.model ?? run.data.name}`} opened onClose={onClose} size={720}>
      {run.isPending && <Loading what={t.things.run} />}
      {run.isError && <ErrorState error={asError(run.error)} onRetry={() => void run.refetch()} />}
      {run.isSuccess && <RunBody run={run.data} leads={may("lead", "admin")} base={`/p/${slug}`} onAgain={(next) => setShown(next.id)} />}
    </Dialog>
  );
}

function RunBody({ run, leads, base, onAgain }: { run: ModelRun; leads: boolean; base: string; onAgain: (next: ModelRun) => void }) {
  return (
    <>
      <p>{progressWords(run)} · <MachineTime run={run} /> · <span className="grey">{t.runs.by(run.started_by.name)}, {moment(run.created_at, new Date())}</span></p>
      {run.error !== null && <ErrorLine error={{ message: run.error, hint: "", code: "" }} />}
      <ol className={css.steps}>
        {run.steps.map((step, at) => <li key={step}><StateShape state={at < run.steps_done ? "ok" : at === run.steps_done && run.state === "failed" ? "stop" : at === run.steps_done && isOpen(run) ? "waiting" : "none"} /> {t.runs.steps[step] ?? step}</li>)}
      </ol>
      <h3>{t.runs.log} <span className="grey">{run.n_log_lines > 0 && t.runs.logTail(run.log.length, run.n_log_lines)}</span></h3>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
      {run.log.length === 0 ? <p className="grey">{t.runs.noLog}</p> : <pre className={css.log} tabIndex={0} role="log" aria-label={t.runs.log}>{run.log.join("\n")}</pre>}
      {Object.keys(run.config).length > 0 && <><h3>{t.runs.settings}</h3><CodeBlock>{JSON.stringify(run.config)}</CodeBlock></>}
      <p className={css.titled}>
        {run.model !== null && run.model_id !== null && run.state === "finished" && <Link className={buttonClass("secondary", true)} to={`${base}/models/${run.model_id}`}>{t.runs.result}: {run.model}</Link>}
        {run.state === "failed" && leads && <Again run={run} onStarted={onAgain} />}
      </p>
    </>
  );
}
