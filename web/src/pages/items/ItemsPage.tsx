// All images as a grid with the marks that stand for them now; filters live in the address, what fits becomes a batch.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { BrowseRow, ItemState } from "@/api/types";
import type { ClassBook } from "@/app/project";
import { classBook, useProject, useSchema } from "@/app/project";
import { Top } from "@/app/top";
import { count, rate } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { PageHead } from "@/ui/Card";
import { classColour } from "@/ui/ClassChip";
import { CsvLink } from "@/ui/DataTable";
import { Select, TextInput } from "@/ui/Fields";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { StateShape, Tag } from "@/ui/State";
import type { StateName } from "@/ui/State";
import css from "./Items.module.css";
import { SaveBatch } from "./SaveBatch";
import { isFiltered, lookingFor, STATES } from "./search";
import type { ItemSearch } from "./search";

const SHAPES: Record<ItemState, StateName> = { new: "none", queued: "waiting", answered: "ok", disputed: "warn", in_review: "stop", settled: "ok" };
const BELOW = ["0.5", "0.6", "0.7", "0.8", "0.9"] as const;

export function ItemsPage() {
  const { slug, project, may } = useProject();
  const search = useSearch({ strict: false }) as ItemSearch;
  const looking = lookingFor(search);
  const schema = useSchema();
  const book = classBook(schema.data?.classes ?? []);
  const [saving, setSaving] = useState(false);
  const items = useInfiniteQuery({
    queryKey: ["browse", slug, looking],
    queryFn: ({ pageParam }) => api.browse(slug, { ...looking, cursor: pageParam, limit: 60 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const n = items.data?.pages[0]?.n_matching ?? null;
  const atLeast = items.data?.pages[0]?.at_least ?? false;
  const filtered = isFiltered(search);
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "browse", { ...looking })} />}><TopTitle title={t.nav.items} /></Top>
      <PageHead
        title={n === null ? t.items.title(count(project.n_items)) : t.browse.title(atLeast ? t.browse.atLeast(count(n)) : count(n), count(project.n_items), filtered)}
        actions={may("lead") && n !== null && n > 0 && <Button onClick={() => setSaving(true)}>{t.browse.save}</Button>}
      />
      <Filters search={search} classes={(schema.data?.classes ?? []).map((each) => ({ value: each.id, label: each.name }))} />
      {items.isPending && <Loading what={t.things.items} />}
      {items.isError && <ErrorState error={asError(items.error)} onRetry={() => void items.refetch()} />}
      {items.isSuccess && (
        <>
          {n === 0 && <EmptyState title={t.items.none} action={filtered ? <Link to={`/p/${slug}/items`}>{t.browse.clear}</Link> : undefined}>{t.items.noneHint}</EmptyState>}
          <ul className={css.grid}>{items.data.pages.flatMap((page) => page.rows).map((row) => <Tile key={row.item.id} row={row} book={book} />)}</ul>
          {items.hasNextPage && <Button busy={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>{t.actions.more}</Button>}
        </>
      )}
      {saving && n !== null && <SaveBatch looking={looking} n={n} onClose={() => setSaving(false)} />}
    </>
  );
}

function Filters({ search, classes }: { search: ItemSearch; classes: { value: string; label: string }[] }) {
  const { slug } = useProject();
  const navigate = useNavigate();
  const [text, setText] = useState(search.q ?? "");
  const people = useQuery({ queryKey: ["people", slug], queryFn: () => api.people(slug), staleTime: 30_000 });
  const authors = [{ value: "imported", label: t.browse.imported }, ...(people.data?.rows ?? []).map(({ user }) => ({ value: user.id, label: user.simulated ? `${user.name} (${t.people.simulated})` : user.name }))];
  const two = search.by !== undefined && search.by.includes(",");
  const pair = two ? [{ value: search.by ?? "", label: (search.by ?? "").split(",").map((id) => authors.find((each) => each.value === id)?.label ?? id).join(" + ") }] : [];
  const go = (part: ItemSearch): void => void navigate({ to: `/p/${slug}/items`, search: { ...search, ...part } });
  return (
    <form className={css.filters} role="search" onSubmit={(event) => { event.preventDefault(); go({ q: text === "" ? undefined : text }); }}>
      <TextInput aria-label={t.items.search} placeholder={t.items.search} value={text} onChange={(event) => setText(event.currentTarget.value)} onBlur={() => { if (text !== (search.q ?? "")) go({ q: text === "" ? undefined : text }); }} />
      <Select aria-label={t.table.state} placeholder={t.items.anyState} clearable value={search.state ?? null} data={STATES.map((value) => ({ value, label: t.items.states[value] }))} onChange={(value) => go({ state: value ?? undefined })} />
      <Select aria-label={t.browse.label.class} placeholder={t.browse.anyClass} clearable searchable value={search.class ?? null} data={classes} onChange={(value) => go({ class: value ?? undefined })} />
      <Select aria-label={t.browse.label.author} placeholder={t.browse.anyAuthor} clearable searchable value={search.by ?? null} data={[...pair, ...authors]} onChange={(value) => go({ by: value ?? undefined })} />
      <Select aria-label={t.browse.label.score} placeholder={t.browse.anyScore} clearable value={search.below ?? null} data={BELOW.map((value) => ({ value, label: t.browse.below(rate(Number(value))) }))} onChange={(value) => go({ below: value ?? undefined })} />
      <Select aria-label={t.browse.label.gold} placeholder={t.browse.anyGold} clearable value={search.gold ?? null} data={[{ value: "only", label: t.browse.goldOnly }, { value: "none", label: t.browse.goldNone }]} onChange={(value) => go({ gold: value ?? undefined })} />
      <Select aria-label={t.browse.label.order} value={search.order === "worst" ? "worst" : "came"} allowDeselect={false} data={[{ value: "came", label: t.browse.order.came }, { value: "worst", label: t.browse.order.worst }]} onChange={(value) => go({ order: value === "worst" ? "worst" : undefined })} />
    </form>
  );
}

function Tile({ row, book }: { row: BrowseRow; book: ClassBook }) {
  const { slug } = useProject();
  const { item } = row;
  const open = item.state === "answered" && item.n_answers < item.overlap;
  return (
    <li>
      <Link to={`/p/${slug}/items/${item.id}`} className={css.tile}>
        <span className={css.thumb}>
          <img src={item.thumb_url} alt="" loading="lazy" />
          <svg viewBox={`0 0 ${String(item.width_px)} ${String(item.height_px)}`} preserveAspectRatio="xMidYMid slice" aria-hidden="true">
            {row.marks.map((mark, at) => <ThumbMark key={at} bbox={mark.bbox} colour={classColour(book.at(mark.label_class), true)} />)}
          </svg>
        </span>
        <span className={css.name}><StateShape state={item.is_gold ? "ok" : open ? "waiting" : SHAPES[item.state]} size={12} /> <span>{item.name}</span></span>
        <span className={css.meta}>
          {item.is_gold ? t.itemMore.goldTitle(item.n_answers) : item.overlap === 0 ? t.items.states[item.state] : t.items.answers(item.n_answers, item.overlap)}
          {row.mean_iou !== null && ` · ${t.browse.iou(rate(row.mean_iou))}`}
          {item.is_gold && <> <Tag tone="warn">{t.items.gold}</Tag></>}
          {item.origin === "synthetic" && <> <Tag tone="dashed">{t.items.synthetic}</Tag></>}
        </span>
      </Link>
    </li>
  );
}

function ThumbMark({ bbox: [xMin, yMin, xMax, yMax], colour }: { bbox: BrowseRow["marks"][number]["bbox"]; colour: string }) {
  const box = { x: xMin, y: yMin, width: Math.max(0, xMax - xMin), height: Math.max(0, yMax - yMin), fill: "none", vectorEffect: "non-scaling-stroke" } as const;
  return (
    <>
      <rect {...box} stroke="#ffffff" strokeWidth={3} />
      <rect {...box} stroke={colour} strokeWidth={1.5} />
    </>
  );
}
