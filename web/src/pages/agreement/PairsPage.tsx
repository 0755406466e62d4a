// How alike each pair of people's marks are: a matrix whose cells draw the interval and open the images behind them.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { PairRow, Pairs } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count, intervalText, valueText } from "@/format/numbers";
import { t } from "@/text/en";
import { Card, PageHead } from "@/ui/Card";
import { DataTable, hidden } from "@/ui/DataTable";
import { IntervalBar } from "@/ui/Measure";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { Initials, Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import css from "./Pairs.module.css";

export function PairsPage() {
  const { slug } = useProject();
  const pairs = useQuery({ queryKey: ["pairs", slug], queryFn: () => api.pairs(slug), staleTime: 10_000 });
  if (pairs.isPending) return <Loading what={t.things.people} />;
  if (pairs.isError) return <ErrorState error={asError(pairs.error)} onRetry={() => void pairs.refetch()} />;
  const data = pairs.data;
  return (
    <>
      <Top><TopTitle title={t.pairs.nav} /></Top>
      <PageHead title={t.pairs.title(data.rows.length)} text={t.pairs.text} />
      {data.rows.length === 0 ? <EmptyState title={t.pairs.none}>{t.pairs.noneHint}</EmptyState> : (
        <>
          <Card title={t.pairs.matrix}><Matrix data={data} /></Card>
          <Card title={t.pairs.table}><List data={data} /></Card>
        </>
      )}
    </>
  );
}

function Matrix({ data }: { data: Pairs }) {
  const { slug } = useProject();
  const low = Math.max(0, Math.floor(10 * Math.min(0.9, ...data.rows.map((row) => row.f1.low ?? 1))) / 10);
  const find = (a: string, b: string): PairRow | undefined => data.rows.find((row) => (row.first.id === a && row.second.id === b) || (row.first.id === b && row.second.id === a));
  return (
    <div className={css.scroll}>
      <table className={css.matrix}>
        <caption className="visually-hidden">{t.pairs.matrix}</caption>
        <thead>
          <tr>
            <td />
            {data.people.map((person) => <th key={person.id} scope="col" title={person.name}><Initials name={person.name} /> <span className="visually-hidden">{person.name}</span></th>)}
          </tr>
        </thead>
        <tbody>
          {data.people.map((person) => (
            <tr key={person.id}>
              <th scope="row"><Person person={person} compact /></th>
              {data.people.map((other) => {
                const pair = find(person.id, other.id);
                if (person.id === other.id || pair === undefined) return <td key={other.id} className={css.blank} />;
                return <td key={other.id}><Cell pair={pair} low={low} to={`/p/${slug}/items`} /></td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ pair, low, to }: { pair: PairRow; low: number; to: string }) {
  const enough = pair.evidence.enough && pair.f1.value !== null;
  const label = t.pairs.cell(pair.first.name, pair.second.name, valueText(pair.f1), intervalText(pair.f1), count(pair.n_both));
  return (
    <Link className={css.cell} to={to} search={{ by: `${pair.first.id},${pair.second.id}`, order: "worst" }} aria-label={label} title={label}>
      {enough ? <><b>{valueText(pair.f1)}</b><IntervalBar interval={pair.f1} domain={[low, 1]} /><span className="grey">{t.numbers.n(count(pair.n_both))}</span></> : <span className="grey">{t.pairs.thin(count(pair.f1.n_items))}</span>}
    </Link>
  );
}

function List({ data }: { data: Pairs }) {
  const { slug } = useProject();
  return (
    <DataTable<PairRow>
      caption={t.pairs.table}
      rows={data.rows}
      rowId={(row) => `${row.first.id}/${row.second.id}`}
      dense
      columns={[
        { id: "pair", header: t.pairs.pair, accessorFn: (row) => row.first.name, cell: ({ row: { original } }) => <Link to={`/p/${slug}/items`} search={{ by: `${original.first.id},${original.second.id}`, order: "worst" }}>{original.first.name} · {original.second.name}</Link> },
        { id: "f1", header: t.pairs.f1, accessorFn: (row) => row.f1.value ?? 0, cell: ({ row: { original } }) => <><b>{valueText(original.f1)}</b> <span className="grey">{intervalText(original.f1)}</span></> },
        { id: "bar", header: hidden(t.pairs.interval), enableSorting: false, cell: ({ row: { original } }) => <IntervalBar interval={original.f1} enough={original.evidence.enough} /> },
        { id: "images", header: t.pairs.images, meta: { end: true }, accessorFn: (row) => row.n_both, cell: ({ row: { original } }) => count(original.n_both) },
        { id: "marks", header: t.pairs.marks, meta: { end: true }, accessorFn: (row) => row.n_first + row.n_second, cell: ({ row: { original } }) => `${count(original.n_first)} · ${count(original.n_second)}` },
      ]}
    />
  );
}
