// Why is this box here: every mark on one image with its author, rule, time and what became of it.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { ItemWhy, WhyMark } from "@/api/types";
import { classBook, useProject, useSchema } from "@/app/project";
import { Top } from "@/app/top";
import { ANNOTATE_KEYS, KeyMap } from "@/core";
import type { OverlayMark } from "@/core";
import { count, rate } from "@/format/numbers";
import { moment, stopwatch } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { ClassName } from "@/ui/ClassChip";
import { DataTable } from "@/ui/DataTable";
import { ErrorState, Loading } from "@/ui/Messages";
import { authorStyle } from "@/ui/palette";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { CanvasHost } from "../work/CanvasHost";
import { inferredMarks } from "../shared/why";
import { canvasBox } from "../work/marks";
import { useEngine, usePicture } from "../work/useEngine";
import css from "./Items.module.css";

const keys = new KeyMap(ANNOTATE_KEYS);
const CONSENSUS = "consensus";

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
        title={t.items.stateTitle[item.state](item.n_answers, item.overlap)}
        text={t.items.size(item.width_px, item.height_px, item.origin)}
        actions={may("expert") && <Link className={buttonClass()} to={`/p/${slug}/gold/${item.id}`}>{item.is_gold ? t.items.changeGold : t.items.makeGold}</Link>}
      />
      <Marks why={why.data} />
    </>
  );
}

function Marks({ why }: { why: ItemWhy }) {
  const schema = useSchema();
  const classes = schema.data?.classes ?? [];
  const book = classBook(classes);
  const authors = useMemo(() => [...new Set(why.marks.map((mark) => mark.author.name))], [why.marks]);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const engine = useEngine({ classes, keys, label: t.work.canvas, readOnly: true });
  const picture = usePicture(engine, why.item.image_url, { width: why.item.width_px, height: why.item.height_px }, () => []);
  const overlay = useMemo(() => overlayOf(why, authors, hidden), [why, authors, hidden]);
  useEffect(() => {
    if (picture.state === "shown") engine?.setOverlay(overlay);
  }, [engine, overlay, picture.state]);
  const toggle = (name: string): void => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
  };
  const inferred = inferredMarks(why);
  const names = [...authors, ...(inferred === null ? [] : [CONSENSUS])];
  return (
    <Columns
      evidence={
        <Card>
          <div className={css.toggles} role="group" aria-label={t.items.show}>
            {names.map((name, at) => <Button key={name} small aria-pressed={!hidden.has(name)} kind={hidden.has(name) ? "quiet" : "secondary"} onClick={() => toggle(name)}>{name === CONSENSUS ? t.adjudicate.consensusWord : <><AuthorDot at={at} /> {name}</>}</Button>)}
          </div>
          <div className={css.stage}><CanvasHost engine={engine} picture={picture} /></div>
        </Card>
      }
      deciding={
        <Card title={t.items.why} note={t.items.markCount(count(why.marks.length))}>
          <DataTable<WhyMark>
            caption={t.items.why}
            rows={why.marks}
            rowId={(mark) => mark.id}
            dense
            onOpen={(mark) => engine?.showBox(canvasBox(mark.bbox))}
            columns={[
              { id: "class", header: t.table.class, accessorFn: (mark) => book.name(mark.label_class), cell: (cell) => <ClassName at={book.at(cell.row.original.label_class)} name={book.name(cell.row.original.label_class)} /> },
              { id: "author", header: t.table.author, accessorFn: (mark) => mark.author.name, cell: (cell) => <span className={css.author}><Person person={cell.row.original.author} compact /><span className="grey">{t.items.versions(cell.row.original.guideline_version, cell.row.original.schema_version)}</span></span> },
              { id: "time", header: t.table.at, accessorFn: (mark) => mark.received_at, cell: (cell) => <span className="grey nowrap">{moment(cell.row.original.received_at, new Date())}<br />{t.items.took(stopwatch(cell.row.original.seconds))}</span> },
            ]}
          />
          {inferred !== null && <p className="grey">{t.items.consensus(inferred.length, rate(Math.min(1, ...inferred.map((mark) => mark.confidence))))}</p>}
          {why.verdicts.filter((verdict) => verdict.verdict !== null).map((verdict) => (
            <p key={verdict.submission_id + (verdict.at ?? "")} className="soft">{t.items.verdict(verdict.verdict ?? "", verdict.reviewer?.name ?? null, verdict.reason_code)} <span className="grey">{verdict.note}</span></p>
          ))}
        </Card>
      }
    />
  );
}

function AuthorDot({ at }: { at: number }) {
  return <span style={{ width: 10, height: 3, background: authorStyle(at).colour }} aria-hidden="true" />;
}

function overlayOf(why: ItemWhy, authors: readonly string[], hidden: ReadonlySet<string>): OverlayMark[] {
  const plain = { width: 1.6, faded: false, caption: null, badge: null };
  const drawn = why.marks.filter((mark) => !hidden.has(mark.author.name)).map((mark): OverlayMark => ({ ...authorStyle(authors.indexOf(mark.author.name)), ...plain, id: mark.id, box: canvasBox(mark.bbox) }));
  if (hidden.has(CONSENSUS)) return drawn;
  return [...drawn, ...(inferredMarks(why) ?? []).map((mark, at): OverlayMark => ({ ...plain, id: `consensus/${String(at)}`, box: canvasBox(mark.bbox), colour: "#14171f", dash: [], width: 1.4 }))];
}
