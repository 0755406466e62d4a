// One class: how alike people draw it, what gold says, how large it is, and where it is least sure; each figure opens its images.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { ClassPage as Data } from "@/api/types";
import type { ClassBook } from "@/app/project";
import { useClassBook, useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count, intervalText, percent, rate, valueText } from "@/format/numbers";
import { t } from "@/text/en";
import { buttonClass } from "@/ui/Button";
import { Card, Columns, Figure, Grid, PageHead } from "@/ui/Card";
import { Swatch } from "@/ui/ClassChip";
import { CropCard, CropRow } from "@/ui/CropCard";
import { evidenceCount, IntervalBar, NotEnoughEvidence, toneOf } from "@/ui/Measure";
import type { MeasuredValue } from "@/ui/Measure";
import { ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { classCrop } from "../shared/crops";
import css from "./Class.module.css";

export function ClassPage() {
  const { slug } = useProject();
  const { labelClass = "" } = useParams({ strict: false }) as { labelClass?: string };
  const book = useClassBook();
  const page = useQuery({ queryKey: ["class", slug, labelClass], queryFn: () => api.classPage(slug, labelClass), staleTime: 10_000 });
  if (page.isPending) return <Loading what={t.things.pictures} />;
  if (page.isError) return <ErrorState error={asError(page.error)} onRetry={() => void page.refetch()} />;
  const data = page.data;
  return (
    <>
      <Top><TopTitle crumbs={[<Link key="schema" to={`/p/${slug}/schema`}>{t.nav.schema}</Link>]} title={data.name} /></Top>
      <PageHead
        title={<><Swatch at={book.at(data.label_class)} /> {data.title}</>}
        text={t.classPage.facts(count(data.n_items), count(data.n_marks))}
        actions={
          <>
            <Link className={buttonClass()} to={`/p/${slug}/doubts`} search={{ class: data.label_class }}>{t.classPage.doubts}</Link>
            <Link className={buttonClass()} to={`/p/${slug}/items`} search={{ class: data.label_class }}>{t.classPage.items(count(data.n_items))}</Link>
          </>
        }
      />
      <Columns evidence={<><Figures data={data} /><Worst data={data} book={book} /></>} deciding={<><People data={data} /><Confusion data={data} /></>} />
    </>
  );
}

function Figures({ data }: { data: Data }) {
  return (
    <Grid>
      {data.agreement === null ? <Figure span={4} label={t.classPage.agreement} value={<span className={css.thin}>{t.classPage.agreementNone}</span>} /> : <MeasuredFigure label={t.classPage.agreement} measured={data.agreement} />}
      <MeasuredFigure label={t.classPage.error} measured={data.error} text={t.classPage.errorNote} />
      {data.sizes !== null && (
        <Figure span={4} label={t.classPage.size} value={t.classPage.sizeValue(px(data.sizes.width_px.median), px(data.sizes.height_px.median))} text={t.classPage.sizeText(`${px(data.sizes.width_px.from_5)}–${px(data.sizes.width_px.to_95)}`, `${px(data.sizes.height_px.from_5)}–${px(data.sizes.height_px.to_95)}`)} />
      )}
    </Grid>
  );
}

function px(value: number): string {
  return count(Math.round(value));
}

function MeasuredFigure({ label, measured, text }: { label: string; measured: MeasuredValue; text?: string }) {
  const { estimate, evidence } = measured;
  const enough = evidence.enough && estimate.value !== null;
  return (
    <Figure
      span={4}
      label={label}
      note={t.numbers.n(count(estimate.n_items), t.units.images)}
      value={enough ? valueText(estimate) : <span className={css.thin}>{t.numbers.notEnoughWords}</span>}
      interval={enough ? intervalText(estimate) : undefined}
      bar={<IntervalBar interval={estimate} limit={measured.limit} enough={enough} tone={toneOf(measured)} />}
      text={enough ? text : <span className="grey">{t.numbers.have(evidenceCount(measured), evidence.needs, evidence.unit)}</span>}
    />
  );
}

function Worst({ data, book }: { data: Data; book: ClassBook }) {
  const { slug } = useProject();
  const navigate = useNavigate();
  return (
    <Card title={t.classPage.worst} note={t.classPage.worstNote}>
      {data.worst.length === 0 && <p className="grey">{t.classPage.noWorst}</p>}
      <CropRow>
        {data.worst.map((each, at) => (
          <CropCard
            key={at}
            crop={classCrop(each.crop, book)}
            label={`${data.name}, ${rate(each.confidence)}, ${t.classPage.votes(each.n_votes, each.n_answers)}`}
            caption={t.classPage.votes(each.n_votes, each.n_answers)}
            meta={rate(each.confidence)}
            onOpen={() => void navigate({ to: `/p/${slug}/items/${each.crop.item_id}` })}
          />
        ))}
      </CropRow>
    </Card>
  );
}

function People({ data }: { data: Data }) {
  const { slug } = useProject();
  const top = Math.max(0.2, ...data.people.map((each) => each.error.estimate.high ?? 0));
  return (
    <Card title={t.classPage.people}>
      {data.people.length === 0 && <p className="grey">{t.classPage.noPeople}</p>}
      <ul className={css.rows}>
        {data.people.map(({ user, error }) => (
          <li key={user.id} className={css.row}>
            <Link to={`/p/${slug}/people/${user.id}`}><Person person={user} /></Link>
            {error.evidence.enough ? <><IntervalBar interval={error.estimate} domain={[0, top]} limit={error.limit} tone={toneOf(error)} /><span><b>{valueText(error.estimate)}</b> <span className="grey">{intervalText(error.estimate)} · {t.numbers.n(count(error.estimate.n))}</span></span></> : <span className={css.wide}><NotEnoughEvidence evidence={error.evidence} n={evidenceCount(error)} /></span>}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Confusion({ data }: { data: Data }) {
  const { slug } = useProject();
  const all = data.confusion.reduce((sum, each) => sum + each.n, 0);
  if (all === 0) return null;
  return (
    <Card title={t.classPage.confusion} note={t.numbers.n(count(all), t.units.marks)}>
      <ul className={css.rows}>
        {data.confusion.map((each) => (
          <li key={each.label_class ?? ""}>{each.label_class === null || each.label_class === data.label_class ? t.classPage.confusionRow(each.name, count(each.n), percent(each.n, all)) : <Link to={`/p/${slug}/classes/${each.label_class}`}>{t.classPage.confusionRow(each.name, count(each.n), percent(each.n, all))}</Link>}</li>
        ))}
      </ul>
    </Card>
  );
}
