// Has what comes changed, what moved, since when, does it harm, and why: a watch's windows over time, and the experts' answer.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { DriftCheck, Monitor } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { CsvLink } from "@/ui/DataTable";
import { Select } from "@/ui/Fields";
import { EmptyState, ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { useAct } from "../shared/useForm";
import { AskDialog } from "./AskDialog";
import { Cause } from "./Cause";
import css from "./Drift.module.css";
import { byUrgency } from "./driftView";
import { MonitorDialog } from "./MonitorDialog";
import { Moved } from "./Moved";
import { Pairs } from "./Pairs";
import { PicturesDialog } from "./PicturesDialog";
import { StopDialog } from "./StopDialog";
import { WindowsChart } from "./WindowsChart";

/** Windows that are drawn; older ones are in the CSV. */
const SHOWN = 40;

export function DriftPage() {
  const { slug, may } = useProject();
  const navigate = useNavigate();
  const search: { monitor?: string } = useSearch({ strict: false });
  const [making, setMaking] = useState(false);
  const monitors = useQuery({ queryKey: ["monitors", slug], queryFn: () => api.monitors(slug, { limit: 200 }), refetchInterval: 10_000 });
  if (monitors.isPending) return <Loading what={t.things.drift} />;
  if (monitors.isError) return <ErrorState error={asError(monitors.error)} onRetry={() => void monitors.refetch()} />;
  const all = [...monitors.data.rows].sort(byUrgency);
  const shown = all.find((each) => each.id === search.monitor) ?? all[0];
  const pick = (id: string | null): void => void navigate({ to: `/p/${slug}/drift`, search: id === null ? {} : { monitor: id } });
  const dialog = making && <MonitorDialog onClose={() => setMaking(false)} onMade={(id) => { setMaking(false); pick(id); }} />;
  if (shown === undefined) {
    return (
      <>
        <Top><TopTitle title={t.drift.nav} /></Top>
        <NoWatch action={may("lead") ? <Button kind="primary" onClick={() => setMaking(true)}>{t.drift.start}</Button> : undefined} />
        {dialog}
      </>
    );
  }
  const tools = (
    <>
      {all.length > 1 && <Select aria-label={t.drift.monitor} size="xs" w={180} allowDeselect={false} data={all.map((each) => ({ value: each.id, label: each.name }))} value={shown.id} onChange={pick} />}
      {may("lead") && <Button kind="quiet" small onClick={() => setMaking(true)}>{t.drift.start}</Button>}
      <CsvLink href={csvOf(slug, `monitors/${shown.id}/checks`)} />
    </>
  );
  return (
    <>
      <Top end={tools}><TopTitle crumbs={[t.drift.nav]} title={shown.name} /></Top>
      <Watched key={shown.id} monitor={shown} />
      {dialog}
    </>
  );
}

function NoWatch({ action }: { action: React.ReactNode }) {
  const { slug } = useProject();
  const described = useQuery({ queryKey: ["descriptions", slug], queryFn: () => api.descriptions(slug), refetchInterval: 5_000 });
  const row = described.data?.rows[0];
  return (
    <EmptyState title={t.drift.none} level={1} action={action}>
      {t.drift.noneHint} {row !== undefined && t.drift.described(count(row.n_described), count(row.n_items))}
    </EmptyState>
  );
}

function Watched({ monitor }: { monitor: Monitor }) {
  const { slug, may } = useProject();
  const [dialog, setDialog] = useState<"ask" | "stop" | "pictures" | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const checks = useQuery({ queryKey: ["driftChecks", slug, monitor.id], queryFn: () => api.driftChecks(slug, monitor.id, { limit: SHOWN }), refetchInterval: 10_000 });
  const look = useAct(async () => {
    await api.checkDrift(slug, monitor.id);
    setChosen(null);
    await checks.refetch();
  });
  if (checks.isPending) return <Loading what={t.things.drift} />;
  if (checks.isError) return <ErrorState error={asError(checks.error)} onRetry={() => void checks.refetch()} />;
  const inOrder = [...checks.data.rows].reverse();
  const newest = inOrder.at(-1);
  const check = inOrder.find((each) => each.id === chosen) ?? newest;
  const working = monitor.state === "watching" && may("lead");
  const actions = (primary: boolean): React.ReactNode => (
    <>
      {working && <Button onClick={() => setDialog("stop")}>{t.drift.stop}</Button>}
      {working && <Button busy={look.busy} onClick={() => void look.run()}>{t.drift.check}</Button>}
      {may("lead") && <Button kind={primary ? "primary" : "secondary"} onClick={() => setDialog("ask")}>{t.diagnosis.ask}</Button>}
    </>
  );
  return (
    <>
      {check === undefined || newest === undefined ? (
        <>
          <PageHead title={t.drift.fresh(monitor.name)} text={t.drift.freshText(count(monitor.window))} actions={actions(false)} />
          <ErrorLine error={look.error} />
        </>
      ) : (
        <>
          <PageHead title={titleOf(newest)} tag={<LevelTag check={newest} stopped={monitor.state === "stopped"} />} text={newest.words.filter((words) => !words.startsWith("Moved")).join(" ")} actions={actions(newest.level !== "quiet")} />
          <ErrorLine error={look.error} />
          <Columns
            evidence={
              <Card title={t.drift.chart} note={t.drift.chartNote(count(monitor.window))}>
                <WindowsChart checks={inOrder} chosen={check} harmLine={monitor.harm_line} onChoose={(each) => setChosen(each.id)} />
                <Picked check={check} onOpen={() => setDialog("pictures")} />
              </Card>
            }
            deciding={<Pairs monitor={monitor} check={check} onOpen={() => setDialog("pictures")} />}
          />
        </>
      )}
      <div className={css.three}>
        {check !== undefined && <div className={css.stack}><Moved check={check} /></div>}
        <Cause monitor={monitor} />
      </div>
      {dialog === "ask" && <AskDialog monitor={monitor} onClose={() => setDialog(null)} />}
      {dialog === "stop" && <StopDialog monitor={monitor} onClose={() => setDialog(null)} />}
      {dialog === "pictures" && check !== undefined && <PicturesDialog monitor={monitor} check={check} onClose={() => setDialog(null)} />}
    </>
  );
}

function titleOf(check: DriftCheck): string {
  if (check.level === "quiet") return t.drift.titles.quiet(count(check.n));
  return t.drift.titles[check.level](check.since?.best_at == null ? "" : t.drift.changedAt(moment(check.since.best_at, new Date())));
}

function LevelTag({ check, stopped }: { check: DriftCheck; stopped: boolean }) {
  if (stopped) return <Tag>{t.drift.stopped}</Tag>;
  const tone = ({ quiet: "ok", notice: "warn", alarm: "stop" } as const)[check.level];
  return <Tag tone={tone} state={tone}>{t.drift.levels[check.level]}</Tag>;
}

/** A share of answers in points, with its sign. */
function points(part: number | null): string {
  return part === null ? "" : (100 * part).toFixed(1).replace("-", "−");
}

/** What the chosen window says, and the way to its pictures. */
function Picked({ check, onOpen }: { check: DriftCheck; onOpen: () => void }) {
  const { slug } = useProject();
  const now = new Date();
  const since = check.since;
  return (
    <div className={css.picked}>
      <div className={css.pickedWords}>
        <b>{t.drift.window(t.drift.levels[check.level], moment(check.last_at, now), count(check.n))}</b>
        <p className="soft">{since?.best_at == null ? check.words[0] : t.drift.sinceText(moment(since.best_at, now), moment(since.first_at ?? since.best_at, now), moment(since.last_at ?? since.best_at, now))}</p>
        <p className="grey">{check.harm === null ? t.drift.harmNone : <>{t.drift.loss(points(check.harm.loss.value), `${points(check.harm.loss.low)} to ${points(check.harm.loss.high)}`, count(check.harm.loss.n))} {t.drift.harmSource[check.harm.source] ?? check.harm.source}</>}</p>
      </div>
      <div className={css.pickedActions}>
        <Link className={buttonClass("quiet", true)} to={`/p/${slug}/production`}>{t.drift.production}</Link>
        <Button small onClick={onOpen}>{t.drift.openWindow(count(check.n))}</Button>
      </div>
    </div>
  );
}
