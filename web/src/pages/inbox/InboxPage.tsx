// What waits for this person's name or judgement, and why; below it what waits for others.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { InboxRow, Release } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { buttonClass } from "@/ui/Button";
import { Card, PageHead } from "@/ui/Card";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { StateShape } from "@/ui/State";
import type { StateName } from "@/ui/State";
import css from "./Inbox.module.css";

interface Waiting {
  readonly id: string;
  readonly state: StateName;
  readonly what: string;
  readonly why: string;
  readonly since?: string | null;
  readonly to: string;
  readonly act: string;
}

export function InboxPage() {
  const { mine, others, pending, error, retry } = useWaiting();
  if (pending) return <Loading what={t.things.page} />;
  if (error !== null) return <ErrorState error={asError(error)} onRetry={retry} />;
  return (
    <>
      <Top><TopTitle title={t.inbox.nav} /></Top>
      <PageHead title={t.inbox.title(mine.length)} text={t.inbox.text} />
      {mine.length === 0 ? <EmptyState title={t.inbox.none}>{t.inbox.noneHint}</EmptyState> : <Card><List rows={mine} first /></Card>}
      {others.length > 0 && <Card title={t.inbox.others}><List rows={others} /></Card>}
    </>
  );
}

function List({ rows, first = false }: { rows: readonly Waiting[]; first?: boolean }) {
  return (
    <ul className={css.list}>
      {rows.map((row, at) => (
        <li key={row.id} className={css.row}>
          <StateShape state={row.state} />
          <span className={css.words}><b>{row.what}</b><span className="soft">{row.why}</span></span>
          <span className="grey nowrap">{row.since == null ? "" : moment(row.since, new Date())}</span>
          <Link className={buttonClass(first && at === 0 ? "primary" : "secondary", true)} to={row.to}>{row.act}</Link>
        </li>
      ))}
    </ul>
  );
}

/** Every role asks only for what it may read; what it may not is left out rather than refused. */
function useWaiting(): { mine: Waiting[]; others: Waiting[]; pending: boolean; error: unknown; retry: () => void } {
  const { slug, may } = useProject();
  const base = `/p/${slug}`;
  const every = { refetchInterval: 15_000 } as const;
  const releases = useQuery({ queryKey: ["releases", slug], queryFn: () => api.releases(slug), ...every });
  const overview = useQuery({ queryKey: ["overview", slug], queryFn: () => api.overview(slug), ...every });
  const inbox = useQuery({ queryKey: ["inbox", slug], queryFn: () => api.inbox(slug), ...every });
  const contests = useQuery({ queryKey: ["contests", slug, "open"], queryFn: () => api.contests(slug, "open"), enabled: may("expert", "lead", "auditor"), ...every });
  const doubts = useQuery({ queryKey: ["doubts", slug, "count"], queryFn: () => api.doubts(slug, { limit: 1 }), enabled: may("reviewer", "expert", "lead"), staleTime: 60_000 });
  const mine: Waiting[] = [];
  const others: Waiting[] = [];
  for (const row of inbox.data?.rows ?? []) mine.push({ id: row.id, state: "waiting", what: row.title, why: row.why, since: row.since, to: placeOf(row, base), act: t.inbox.open[row.kind === "escalation" ? "contests" : "sign"] });
  for (const release of releases.data?.rows ?? []) {
    if (release.state === "frozen" && !release.may_sign) others.push(waitingRelease(release, base));
    else if (release.state === "blocked") (may("lead") ? mine : others).push(blockedRelease(release, base));
  }
  const progress = overview.data?.progress;
  const add = (list: Waiting[], n: number, row: Omit<Waiting, "id">): void => { if (n > 0) list.push({ ...row, id: row.what }); };
  const nContests = contests.data?.rows.length ?? 0;
  add(may("expert") ? mine : others, nContests, { state: "warn", what: t.inbox.contests(nContests), why: t.inbox.contestsWhy, since: contests.data?.rows[0]?.created_at ?? null, to: `${base}/gold`, act: t.inbox.open.contests });
  const nDisputed = progress?.n_disputed ?? 0;
  add(may("expert", "lead") ? mine : others, nDisputed, { state: "warn", what: t.inbox.disputes(count(nDisputed)), why: t.inbox.disputesWhy, to: may("expert", "lead") ? `${base}/adjudicate` : `${base}/items?state=disputed`, act: t.inbox.open.disputes });
  const nReview = progress?.n_in_review ?? 0;
  add(may("reviewer", "expert", "lead") ? mine : others, nReview, { state: "waiting", what: t.inbox.reviews(count(nReview)), why: t.inbox.reviewsWhy, to: may("reviewer", "expert", "lead") ? `${base}/review` : `${base}/items?state=in_review`, act: t.inbox.open.reviews });
  const nFindings = overview.data?.findings.filter((each) => each.state === "open").length ?? 0;
  add(may("lead", "expert") ? mine : others, nFindings, { state: "warn", what: t.inbox.findings(nFindings), why: t.inbox.findingsWhy, to: `${base}/findings`, act: t.inbox.open.findings });
  const nDoubts = Object.values(doubts.data?.counts ?? {}).reduce((sum, each) => sum + each, 0);
  add(mine, nDoubts, { state: "none", what: t.inbox.doubts(count(nDoubts)), why: t.inbox.doubtsWhy, to: `${base}/doubts`, act: t.inbox.open.doubts });
  return { mine, others, pending: releases.isPending || overview.isPending || inbox.isPending, error: releases.error ?? overview.error ?? inbox.error, retry: () => { void inbox.refetch(); void releases.refetch(); void overview.refetch(); } };
}

/** The page behind a row of the inbox. */
function placeOf(row: InboxRow, base: string): string {
  if (row.kind === "release") return `${base}/releases/${row.id}`;
  const promotion = /\/promotions\/(\w+)$/.exec(row.where)?.[1];
  if (promotion !== undefined) return `${base}/promotions/${promotion}`;
  return row.kind === "escalation" ? `${base}/questions` : `${base}/proposals/${row.id}`;
}

function waitingRelease(release: Release, base: string): Waiting {
  return { id: release.id, state: "waiting", what: release.name, why: t.inbox.notYours(release.name, release.why_not ?? ""), since: release.frozen_at, to: `${base}/releases/${release.id}`, act: t.actions.open };
}

function blockedRelease(release: Release, base: string): Waiting {
  const n = release.gates.filter((gate) => gate.state === "block" || gate.state === "wait").length;
  return { id: release.id, state: "stop", what: t.inbox.blocked(release.name, n), why: t.inbox.blockedWhy, since: release.created_at, to: `${base}/releases/${release.id}`, act: t.inbox.open.blocked };
}
