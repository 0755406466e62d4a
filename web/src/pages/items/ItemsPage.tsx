// All images as a grid with their state; one click from why each mark is there.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Item, ItemState } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { PageHead } from "@/ui/Card";
import { CsvLink } from "@/ui/DataTable";
import { Select, TextInput } from "@/ui/Fields";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { StateShape, Tag } from "@/ui/State";
import type { StateName } from "@/ui/State";
import css from "./Items.module.css";

const SHAPES: Record<ItemState, StateName> = { new: "none", queued: "waiting", answered: "waiting", disputed: "warn", in_review: "stop", settled: "ok" };

function isState(value: string | undefined): value is ItemState {
  return value !== undefined && value in SHAPES;
}

export function ItemsPage() {
  const { slug, project } = useProject();
  const navigate = useNavigate();
  const { state, q } = useSearch({ strict: false }) as { state?: string; q?: string };
  const [text, setText] = useState(q ?? "");
  const items = useInfiniteQuery({
    queryKey: ["items", slug, state, q],
    queryFn: ({ pageParam }) => api.items(slug, { state: isState(state) ? state : undefined, q, cursor: pageParam, limit: 60 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const go = (search: { state?: string | undefined; q?: string | undefined }): void => void navigate({ to: `/p/${slug}/items`, search });
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "items", { state, q })} />}><TopTitle title={t.nav.items} /></Top>
      <PageHead
        title={t.items.title(count(project.n_items))}
        actions={
          <form className={css.filters} onSubmit={(event) => { event.preventDefault(); go({ state, q: text }); }}>
            <Select aria-label={t.table.state} placeholder={t.items.anyState} clearable value={state ?? null} data={(Object.keys(SHAPES) as ItemState[]).map((value) => ({ value, label: t.items.states[value] }))} onChange={(value) => go({ state: value ?? undefined, q })} />
            <TextInput aria-label={t.items.search} placeholder={t.items.search} value={text} onChange={(event) => setText(event.currentTarget.value)} />
          </form>
        }
      />
      {items.isPending && <Loading what={t.things.items} />}
      {items.isError && <ErrorState error={asError(items.error)} onRetry={() => void items.refetch()} />}
      {items.isSuccess && (
        <>
          {items.data.pages[0]?.rows.length === 0 && <EmptyState title={t.items.none}>{t.items.noneHint}</EmptyState>}
          <ul className={css.grid}>{items.data.pages.flatMap((page) => page.rows).map((item) => <Tile key={item.id} item={item} />)}</ul>
          {items.hasNextPage && <Button busy={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>{t.actions.more}</Button>}
        </>
      )}
    </>
  );
}

function Tile({ item }: { item: Item }) {
  const { slug } = useProject();
  return (
    <li>
      <Link to={`/p/${slug}/items/${item.id}`} className={css.tile}>
        <img src={item.thumb_url} alt="" loading="lazy" />
        <span className={css.name}><StateShape state={SHAPES[item.state]} size={12} /> <span>{item.name}</span></span>
        <span className={css.meta}>{item.overlap === 0 ? t.items.states[item.state] : t.items.answers(item.n_answers, item.overlap)} {item.is_gold && <Tag tone="warn">{t.items.gold}</Tag>} {item.origin === "synthetic" && <Tag tone="dashed">{t.items.synthetic}</Tag>}</span>
      </Link>
    </li>
  );
}
