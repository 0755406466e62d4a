// Why is this box here: every mark on one image with its author, rule, time and what became of it; overlaid or side by side.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { ItemWhy, WhyMark } from "@/api/types";
import { classBook, useProject, useSchema } from "@/app/project";
import type { ClassBook } from "@/app/project";
import { Top } from "@/app/top";
import { count, rate } from "@/format/numbers";
import { moment, stopwatch } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { ClassName } from "@/ui/ClassChip";
import { DataTable } from "@/ui/DataTable";
import { ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { inferredMarks } from "../shared/why";
import { Canvases } from "./Canvases";
import { layersOf } from "./layers";
import css from "./Items.module.css";

export function ItemPage() {
  const { slug, may } = useProject();
  const { item: id } = useParams({ strict: false });
  const why = useQuery({ queryKey: ["why", slug, id], queryFn: () => api.itemWhy(slug, id ?? "") });
  if (why.isPending) return <Loading what={t.things.item} />;
  if (why.isError) return <ErrorState error={asError(why.error)} onRetry={() => void why.refetch()} />;
  const { item } = why.data;
  return (
    <>
      <Top><TopTitle crumbs={[<Link key="items" to={`/p/${slug}/items`}>{t.nav.items}</Link>]} title={item.name} /></Top>
      <PageHead
        title={item.is_gold ? t.itemMore.goldTitle(item.n_answers) : t.items.stateTitle[item.state](item.n_answers, item.overlap)}
        text={t.items.size(item.width_px, item.height_px, item.origin)}
        actions={may("expert") && <Link className={buttonClass()} to={`/p/${slug}/gold/${item.id}`}>{item.is_gold ? t.items.changeGold : t.items.makeGold}</Link>}
      />
      <Marks why={why.data} />
    </>
  );
}

function Marks({ why }: { why: ItemWhy }) {
  const schema = useSchema();
  const book = classBook(schema.data?.classes ?? []);
  const layers = useMemo(() => layersOf(why), [why]);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [beside, setBeside] = useState(false);
  const [target, setTarget] = useState<WhyMark["bbox"] | null>(null);
  const shown = layers.filter((layer) => !hidden.has(layer.id));
  const toggle = (id: string): void => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    setHidden(next);
  };
  return (
    <Columns
      evidence={
        <Card>
          <div className={css.toggles} role="group" aria-label={t.items.show}>
            {layers.map((layer) => <Button key={layer.id} small aria-pressed={!hidden.has(layer.id)} kind={hidden.has(layer.id) ? "quiet" : "secondary"} onClick={() => toggle(layer.id)}><span className={css.dot} style={{ background: layer.style.colour }} aria-hidden="true" /> {layer.name}{layer.simulated && <span className="grey"> {t.people.simulated}</span>}</Button>)}
            <span className={css.spring} />
            {layers.length > 1 && <Button small aria-pressed={beside} onClick={() => setBeside(!beside)}>{beside ? t.itemMore.overlay : t.itemMore.sideBySide}</Button>}
          </div>
          {schema.data !== undefined && <Canvases why={why} classes={schema.data.classes} layers={shown} beside={beside && shown.length > 1} target={target} />}
          {beside && shown.length > 3 && <p className="grey">{t.itemMore.threeAtMost}</p>}
        </Card>
      }
      deciding={<WhyList why={why} book={book} onShow={setTarget} />}
    />
  );
}

function WhyList({ why, book, onShow }: { why: ItemWhy; book: ClassBook; onShow: (bbox: WhyMark["bbox"]) => void }) {
  const { slug } = useProject();
  const inferred = inferredMarks(why);
  const notes = new Map([...why.verdicts, ...why.consensus].flatMap((verdict) => verdict.notes.map((note) => [note.mark_id, note.text] as const)));
  return (
    <Card title={t.items.why} note={t.items.markCount(count(why.marks.length))}>
      <DataTable<WhyMark>
        caption={t.items.why}
        rows={why.marks}
        rowId={(mark) => mark.id}
        dense
        onOpen={(mark) => onShow([...mark.bbox])}
        columns={[
          { id: "class", header: t.table.class, accessorFn: (mark) => book.name(mark.label_class), cell: ({ row: { original: mark } }) => <span className={css.author}><Link to={`/p/${slug}/classes/${mark.label_class}`}><ClassName at={book.at(mark.label_class)} name={book.name(mark.label_class)} /></Link>{notes.has(mark.id) && <span className={css.note}>{t.itemMore.onMark(notes.get(mark.id) ?? "")}</span>}</span> },
          { id: "author", header: t.table.author, accessorFn: (mark) => mark.author.name, cell: (cell) => <span className={css.author}><Person person={cell.row.original.author} compact /><span className="grey">{t.items.versions(cell.row.original.guideline_version, cell.row.original.schema_version)}</span></span> },
          { id: "time", header: t.table.at, accessorFn: (mark) => mark.received_at, cell: (cell) => <span className="grey nowrap">{moment(cell.row.original.received_at, new Date())}<br />{t.items.took(stopwatch(cell.row.original.seconds))}</span> },
        ]}
      />
      {inferred !== null && <p className="grey">{t.items.consensus(inferred.length, rate(Math.min(1, ...inferred.map((mark) => mark.confidence))))}</p>}
      {why.verdicts.filter((verdict) => verdict.verdict !== null).map((verdict) => (
        <p key={verdict.submission_id + (verdict.at ?? "")} className="soft">{t.items.verdict(verdict.verdict ?? "", verdict.reviewer?.name ?? null, verdict.reason_code)} <span className="grey">{verdict.note}</span></p>
      ))}
    </Card>
  );
}
