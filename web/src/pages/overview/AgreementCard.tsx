// Agreement by class, and what people disagree about: whether something is there, what it is, where its edge runs.
import { Link } from "@tanstack/react-router";
import type { Overview } from "@/api/types";
import type { ClassBook } from "@/app/project";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { ClassName } from "@/ui/ClassChip";
import { IntervalBar, Measured, toneOf } from "@/ui/Measure";
import type { MeasuredValue } from "@/ui/Measure";
import css from "./Overview.module.css";

export function AgreementCard({ byClass, split, book }: { byClass: Overview["by_class"]; split: Overview["split"]; book: ClassBook }) {
  const { slug } = useProject();
  const all = [...byClass.map((row) => row.f1), split.existence, split.label_class, split.geometry];
  const domain: [number, number] = [Math.max(0, Math.floor(10 * Math.min(0.7, ...all.map((m) => m.estimate.low ?? 1))) / 10), 1];
  return (
    <>
      {byClass.map((row) => <Row key={row.label_class} name={<Link className={css.personLink} to={`/p/${slug}/classes/${row.label_class}`}><ClassName at={book.at(row.label_class)} name={row.name} /></Link>} measured={row.f1} domain={domain} />)}
      <div className={css.split}>
        <Row name={t.overview.exists} measured={split.existence} domain={domain} />
        <Row name={t.overview.whichClass} measured={split.label_class} domain={domain} />
        <Row name={t.overview.whereEdge} measured={split.geometry} domain={domain} />
      </div>
    </>
  );
}

function Row({ name, measured, domain }: { name: React.ReactNode; measured: MeasuredValue; domain: [number, number] }) {
  return (
    <div className={css.classRow}>
      <span>{name}</span>
      <IntervalBar interval={measured.estimate} domain={domain} limit={measured.limit} enough={measured.evidence.enough} tone={toneOf(measured)} />
      <span><Measured measured={measured} short /></span>
    </div>
  );
}
