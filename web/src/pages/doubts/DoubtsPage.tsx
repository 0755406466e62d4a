// Labels that are probably wrong, as pictures; one key says what each is. What was said can be taken back.
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Doubt, DoubtKind, DoubtState } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count, rate } from "@/format/numbers";
import { t } from "@/text/en";
import { Button, KeyHint } from "@/ui/Button";
import { PageHead } from "@/ui/Card";
import { CropCard } from "@/ui/CropCard";
import { EmptyState, ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { classCrop } from "../shared/crops";
import { useAct } from "../shared/useForm";
import css from "./Doubts.module.css";

const STATES: readonly DoubtState[] = ["open", "confirmed", "dismissed"];
const BY_KEY: Readonly<Record<string, DoubtState | undefined>> = { x: "confirmed", a: "dismissed", u: "open" };

interface Search {
  readonly kind?: string;
  readonly class?: string;
  readonly state?: string;
}

export function DoubtsPage() {
  const { slug } = useProject();
  const search = useSearch({ strict: false }) as Search;
  const state = STATES.find((each) => each === search.state) ?? "open";
  const doubts = useInfiniteQuery({
    queryKey: ["doubts", slug, search.kind, search.class, state],
    queryFn: ({ pageParam }) => api.doubts(slug, { kind: (search.kind as DoubtKind | undefined) ?? null, label_class: search.class ?? null, state, cursor: pageParam, limit: 24 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: 10_000,
  });
  const first = doubts.data?.pages[0];
  const n = Object.values(first?.counts ?? {}).reduce((sum, each) => sum + each, 0);
  return (
    <>
      <Top><TopTitle title={t.doubts.nav} /></Top>
      <PageHead title={t.doubts.title(n)} text={first === undefined ? undefined : t.doubts.text(count(first.n_items))} />
      {doubts.isPending && <Loading what={t.things.pictures} />}
      {doubts.isError && <ErrorState error={asError(doubts.error)} onRetry={() => void doubts.refetch()} />}
      {first !== undefined && (
        <>
          <Kinds counts={first.counts} search={search} state={state} />
          {first.rows.length === 0 ? <EmptyState title={n === 0 && state === "open" ? t.doubts.none : t.doubts.noneOfKind}>{n === 0 && state === "open" ? t.doubts.noneHint : undefined}</EmptyState> : <Gallery rows={doubts.data?.pages.flatMap((page) => page.rows) ?? []} />}
          {doubts.hasNextPage && <Button busy={doubts.isFetchingNextPage} onClick={() => void doubts.fetchNextPage()}>{t.actions.more}</Button>}
        </>
      )}
    </>
  );
}

function Kinds({ counts, search, state }: { counts: Readonly<Record<string, number>>; search: Search; state: DoubtState }) {
  const { slug } = useProject();
  const navigate = useNavigate();
  const go = (part: Search): void => void navigate({ to: `/p/${slug}/doubts`, search: { ...search, ...part } as Record<string, string | undefined> });
  const n = Object.values(counts).reduce((sum, each) => sum + each, 0);
  return (
    <div className={css.kinds}>
      <div role="group" aria-label={t.doubts.all} className={css.chips}>
        <Button small aria-pressed={search.kind === undefined} kind={search.kind === undefined ? "secondary" : "quiet"} onClick={() => void navigate({ to: `/p/${slug}/doubts`, search: { class: search.class, state: search.state } })}>{t.doubts.all} {count(n)}</Button>
        {Object.entries(counts).map(([kind, each]) => <Button key={kind} small aria-pressed={search.kind === kind} kind={search.kind === kind ? "secondary" : "quiet"} onClick={() => go({ kind })}>{t.doubts.kinds[kind] ?? kind} {count(each)}</Button>)}
      </div>
      <div role="group" aria-label={t.table.state} className={css.chips}>
        {STATES.map((each) => <Button key={each} small aria-pressed={state === each} kind={state === each ? "secondary" : "quiet"} onClick={() => go({ state: each })}>{t.doubts.states[each]}</Button>)}
      </div>
    </div>
  );
}

function Gallery({ rows }: { rows: readonly Doubt[] }) {
  const { slug, may } = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const list = useRef<HTMLUListElement>(null);
  // What was said on this page stays in sight with its "take back", until the page is left.
  const [said, setSaid] = useState<ReadonlyMap<string, DoubtState>>(new Map());
  const mayDecide = may("lead", "expert", "reviewer");
  const judge = useAct(async (doubt: Doubt, state: DoubtState) => {
    await api.judgeDoubt(slug, doubt.id, state);
    setSaid((before) => new Map(before).set(doubt.id, state));
    await client.invalidateQueries({ queryKey: ["doubts", slug], refetchType: "none" });
  });
  const stepTo = (at: number): void => list.current?.querySelectorAll<HTMLElement>("[data-doubt]")[at]?.focus();
  const onKey = (event: React.KeyboardEvent, doubt: Doubt, at: number): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const state = BY_KEY[event.key.toLowerCase()];
    if (state !== undefined && mayDecide) {
      void judge.run(doubt, state).then((done) => { if (done && state !== "open") stepTo(at + 1); });
    } else if (event.key === "j" || event.key === "ArrowRight") stepTo(at + 1);
    else if (event.key === "k" || event.key === "ArrowLeft") stepTo(at - 1);
    else if (event.key === "Enter" && event.target === event.currentTarget) void navigate({ to: `/p/${slug}/items/${doubt.crop.item_id}` });
    else return;
    event.preventDefault();
  };
  return (
    <>
      {mayDecide && (
        <p className={css.keys}>
          <KeyHint keys="X" /> {t.doubts.keys.confirm} <KeyHint keys="A" /> {t.doubts.keys.dismiss} <KeyHint keys="U" /> {t.doubts.keys.undo} <KeyHint keys="J" /> <KeyHint keys="K" /> {t.doubts.keys.move} <KeyHint keys="Enter" /> {t.doubts.keys.open}
        </p>
      )}
      <p className="grey">{t.doubts.confirmText}</p>
      <ErrorLine error={judge.error} />
      <ul ref={list} className={css.gallery}>
        {rows.map((doubt, at) => <Card key={doubt.id} doubt={doubt} state={said.get(doubt.id) ?? doubt.state} mayDecide={mayDecide} onKey={(event) => onKey(event, doubt, at)} onJudge={(state) => void judge.run(doubt, state)} />)}
      </ul>
    </>
  );
}

function Card({ doubt, state, mayDecide, onKey, onJudge }: { doubt: Doubt; state: DoubtState; mayDecide: boolean; onKey: (event: React.KeyboardEvent) => void; onJudge: (state: DoubtState) => void }) {
  const { slug } = useProject();
  const book = useClassBook();
  const label = t.doubts.focusLabel(t.doubts.kinds[doubt.kind] ?? doubt.kind, doubt.label_class ?? "", doubt.why);
  return (
    <li>
      {/* The card takes the keys that decide it; its buttons do the same by mouse. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions -- a group that takes keys, as in a grid */}
      <div role="group" data-doubt={doubt.id} tabIndex={0} aria-label={label} aria-keyshortcuts="X A U J K" className={`${css.card} ${state === "open" ? "" : css.decided}`} onKeyDown={onKey}>
        <CropCard crop={classCrop(doubt.crop, book)} label={label} aspect={1.3} caption={<b>{t.doubts.kinds[doubt.kind] ?? doubt.kind}</b>} meta={rate(doubt.score)} />
        <p className={css.why}>{doubt.label_class} {doubt.suggested_class !== null && doubt.suggested_class !== doubt.label_class && <span className="grey">{t.doubts.suggested(doubt.suggested_class)}</span>}<br /><span className="grey">{doubt.why}</span></p>
        <div className={css.buttons}>
          {state === "open" ? mayDecide && (
            <>
              <Button small kind="danger" onClick={() => onJudge("confirmed")}>{t.doubts.confirm}</Button>
              <Button small onClick={() => onJudge("dismissed")}>{t.doubts.dismiss}</Button>
            </>
          ) : (
            <>
              <Tag tone={state === "confirmed" ? "stop" : "ok"}>{doubt.decided_by === null ? t.doubts.states[state] : t.doubts.decidedBy(doubt.decided_by.name, t.doubts.states[state])}</Tag>
              {mayDecide && <Button small kind="quiet" onClick={() => onJudge("open")}>{t.doubts.undo}</Button>}
            </>
          )}
          <Link to={`/p/${slug}/items/${doubt.crop.item_id}`} className={css.open}>{t.doubts.openItem}</Link>
        </div>
      </div>
    </li>
  );
}
