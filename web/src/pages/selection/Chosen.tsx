// The chosen pictures in the order to label them, each with its reason.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Selection, SelectionItem } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { ErrorState, Loading } from "@/ui/Messages";
import css from "./Selection.module.css";
import { reasonsOf, whyOf } from "./selectionView";

const PAGE = 60;

export function Chosen({ selection }: { selection: Selection }) {
  const { slug } = useProject();
  const [reason, setReason] = useState<string | null>(null);
  const items = useInfiniteQuery({
    queryKey: ["selectionItems", slug, selection.id],
    queryFn: ({ pageParam }) => api.selectionItems(slug, selection.id, { cursor: pageParam, limit: PAGE }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const rows = items.data?.pages.flatMap((page) => page.rows) ?? [];
  const fit = reason === null ? rows : rows.filter((row) => row.reason === reason);
  const filters = (
    <span className={css.filters} role="group" aria-label={t.selecting.filter}>
      <button type="button" aria-pressed={reason === null} onClick={() => setReason(null)}>{t.selecting.allReasons} {count(selection.n)}</button>
      {reasonsOf(selection.reasons).map(([name, n]) => <button key={name} type="button" aria-pressed={reason === name} onClick={() => setReason(name)}>{t.selecting.reasons[name] ?? name} {count(n)}</button>)}
    </span>
  );
  return (
    <Card title={t.selecting.pictures} note={filters}>
      {items.isPending ? <Loading what={t.things.pictures} /> : items.isError ? <ErrorState error={asError(items.error)} onRetry={() => void items.refetch()} /> : (
        <>
          <ol className={css.shots}>{fit.map((row) => <Shot key={row.item_id} item={row} />)}</ol>
          {items.hasNextPage && <Button small busy={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>{t.actions.more}</Button>}
        </>
      )}
    </Card>
  );
}

function Shot({ item }: { item: SelectionItem }) {
  const { slug } = useProject();
  const book = useClassBook();
  return (
    <li className={css.shot}>
      <Link to={`/p/${slug}/items/${item.item_id}`}><img src={item.thumb_url} alt={item.item_name} loading="lazy" /></Link>
      <span className={css.rank}>{String(item.rank + 1)}</span>
      <p>{whyOf(item, book.name)}</p>
      {item.passed_over > 0 && <p className="grey">{t.selecting.standsFor(item.passed_over)}</p>}
    </li>
  );
}
