// Living gold: what is signed, how people fare on it, and the verdicts that somebody contests.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Contest, GoldRow } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, Grid, PageHead } from "@/ui/Card";
import { CsvLink, DataTable, hidden } from "@/ui/DataTable";
import { Dialog } from "@/ui/Dialog";
import { Checkbox, Form, FormActions, Textarea } from "@/ui/Fields";
import { EmptyState, ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { VerdictCrops } from "../me/VerdictCrops";
import { useAct } from "../shared/useForm";
import css from "./Gold.module.css";

const TONES = { live: "ok", suspect: "warn", retired: "neutral" } as const;

export function GoldPage() {
  const { slug, may } = useProject();
  const gold = useQuery({ queryKey: ["gold", slug], queryFn: () => api.gold(slug, { limit: 200 }) });
  const contests = useQuery({ queryKey: ["contests", slug], queryFn: () => api.contests(slug, "open") });
  const [retiring, setRetiring] = useState<GoldRow | null>(null);
  if (gold.isPending) return <Loading what={t.nav.gold} />;
  if (gold.isError) return <ErrorState error={asError(gold.error)} onRetry={() => void gold.refetch()} />;
  const rows = gold.data.rows;
  const of = (state: GoldRow["state"]): number => rows.filter((row) => row.state === state).length;
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "gold")} />}><TopTitle title={t.nav.gold} /></Top>
      <PageHead title={t.gold.title(of("live"), of("suspect"), contests.data?.rows.length ?? 0)} text={t.gold.text} actions={may("expert") && <Link className={buttonClass("secondary")} to={`/p/${slug}/items`}>{t.gold.choose}</Link>} />
      <Grid>
        {(contests.data?.rows.length ?? 0) > 0 && <Card title={t.gold.contests}>{contests.data?.rows.map((contest) => <ContestRow key={contest.id} contest={contest} />)}</Card>}
        <Card title={t.gold.signed}>
          {rows.length === 0 ? <EmptyState title={t.gold.none}>{t.gold.noneHint}</EmptyState> : (
            <DataTable<GoldRow>
              caption={t.gold.signed}
              rows={rows}
              rowId={(row) => row.item_id}
              columns={[
                { id: "picture", header: hidden(t.table.picture), enableSorting: false, cell: (cell) => <Link to={`/p/${slug}/items/${cell.row.original.item_id}`}><img className={css.thumb} src={cell.row.original.thumb_url} alt={t.gold.openItem} loading="lazy" /></Link> },
                { id: "state", header: t.table.state, accessorFn: (row) => row.state, cell: (cell) => <Tag tone={TONES[cell.row.original.state]}>{t.gold.states[cell.row.original.state]}</Tag> },
                { id: "clauses", header: t.gold.clauses, accessorFn: (row) => row.clauses.join(", ") },
                { id: "marks", header: t.table.marks, meta: { end: true }, accessorFn: (row) => row.n_marks },
                { id: "wrong", header: t.gold.wrong, meta: { end: true }, accessorFn: (row) => row.n_wrong, cell: (cell) => t.overview.of(count(cell.row.original.n_wrong), count(cell.row.original.n_answers)) },
                { id: "by", header: t.gold.signedBy, accessorFn: (row) => row.signed_by.name, cell: (cell) => <Person person={cell.row.original.signed_by} second={`v${String(cell.row.original.version)}, ${moment(cell.row.original.signed_at, new Date())}`} /> },
                { id: "act", header: hidden(t.table.act), enableSorting: false, cell: (cell) => may("expert") && cell.row.original.state !== "retired" && <Button small onClick={() => setRetiring(cell.row.original)}>{t.gold.retire}</Button> },
              ]}
            />
          )}
        </Card>
      </Grid>
      {retiring !== null && <RetireDialog row={retiring} onClose={() => setRetiring(null)} />}
    </>
  );
}

function RetireDialog({ row, onClose }: { row: GoldRow; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [why, setWhy] = useState("");
  const [withdraw, setWithdraw] = useState(false);
  const retire = useAct(async () => {
    await api.retireGold(slug, row.item_id, why.trim(), withdraw);
    await client.invalidateQueries({ queryKey: ["gold", slug] });
    onClose();
  });
  return (
    <Dialog title={t.gold.retireTitle} opened onClose={onClose}>
      <Form onSubmit={() => void retire.run()}>
        <p className="soft">{t.gold.retireText}</p>
        <Textarea label={t.person.whyLabel} value={why} onChange={(event) => setWhy(event.currentTarget.value)} autosize minRows={2} data-autofocus />
        <Checkbox label={t.gold.withdraw} description={t.gold.withdrawHint} checked={withdraw} onChange={(event) => setWithdraw(event.currentTarget.checked)} />
        <ErrorLine error={retire.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={retire.busy} disabled={why.trim() === ""}>{t.gold.retire}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}

function ContestRow({ contest }: { contest: Contest }) {
  const { slug, may } = useProject();
  const client = useQueryClient();
  const book = useClassBook();
  const [text, setText] = useState("");
  const rule = useAct(async (upheld: boolean) => {
    await api.rule(slug, contest.id, upheld, text.trim());
    for (const key of ["contests", "gold"]) await client.invalidateQueries({ queryKey: [key, slug] });
  });
  return (
    <article className={css.contest}>
      <p><Person person={contest.user} compact /> <span className="grey">{moment(contest.created_at, new Date())}</span></p>
      <p className="soft">{t.release.quoted(contest.text)}</p>
      <VerdictCrops verdict={contest.verdict} book={book} errorsOnly />
      {may("expert") && (
        <Form onSubmit={() => void rule.run(true)}>
          <Textarea label={t.gold.ruling} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={2} />
          <ErrorLine error={rule.error} />
          <FormActions>
            <Button type="submit" kind="primary" busy={rule.busy} disabled={text.trim() === ""}>{t.gold.uphold}</Button>
            <Button busy={rule.busy} disabled={text.trim() === ""} onClick={() => void rule.run(false)}>{t.gold.decline}</Button>
          </FormActions>
        </Form>
      )}
    </article>
  );
}
