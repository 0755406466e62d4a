// Findings: disagreements that follow a habit, with pictures and the clause that would settle them.
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Finding } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";
import { Card, Columns, PageHead } from "@/ui/Card";
import { CropCard, CropRow } from "@/ui/CropCard";
import { CsvLink } from "@/ui/DataTable";
import { EstimateText, IntervalBar } from "@/ui/Measure";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { leavesOut, sidesCrop } from "../shared/crops";
import { ClauseForm } from "./ClauseForm";
import css from "./Findings.module.css";

export function FindingsPage() {
  const { slug } = useProject();
  const { finding: asked } = useSearch({ strict: false }) as { finding?: string };
  const findings = useQuery({ queryKey: ["findings", slug], queryFn: () => api.findings(slug) });
  if (findings.isPending) return <Loading what={t.things.findings} />;
  if (findings.isError) return <ErrorState error={asError(findings.error)} onRetry={() => void findings.refetch()} />;
  const rows = [...findings.data.rows].sort((a, b) => Number(b.id === asked) - Number(a.id === asked) || Number(b.state === "open") - Number(a.state === "open"));
  const open = rows.filter((row) => row.state === "open").length;
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "findings")} />}><TopTitle title={t.nav.findings} /></Top>
      <PageHead title={t.findings.title(open)} text={t.findings.titleText} />
      {rows.length === 0 && <EmptyState title={t.findings.none}>{t.findings.noneHint}</EmptyState>}
      <div className={css.stack}>{rows.map((finding) => <FindingCard key={finding.id} finding={finding} />)}</div>
    </>
  );
}

function FindingCard({ finding }: { finding: Finding }) {
  return (
    <Columns
      evidence={
        <Card title={finding.title} note={<Tag tone={finding.state === "open" ? "accent" : "neutral"}>{finding.state === "open" ? t.findings.gap : t.findings.states[finding.state]}</Tag>}>
          <CropRow large>
            {finding.crops.slice(0, 6).map((crop, at) => <CropCard key={at} crop={sidesCrop(crop)} aspect={1.4} label={crop.caption} caption={crop.caption} />)}
          </CropRow>
          <p className={css.legend}>{t.findings.legend} {leavesOut(finding) ? t.findings.shareLeftOut : t.findings.shareDone}</p>
          <div className={css.sides}>
            <Side title={leavesOut(finding) ? t.findings.leaveOut : t.findings.doSo} people={finding.people} estimate={finding.value} tone="b" />
            <Side title={leavesOut(finding) ? t.findings.draw : t.findings.doNot} people={finding.others} estimate={finding.reference} tone="a" />
          </div>
        </Card>
      }
      deciding={<ClauseForm finding={finding} expected={finding.expected_agreement?.value == null ? null : rate(finding.expected_agreement.value)} />}
    />
  );
}

function Side({ title, people, estimate, tone }: { title: string; people: Finding["people"]; estimate: Finding["value"]; tone: "a" | "b" }) {
  return (
    <section className={css.side}>
      <h3><span className={tone === "a" ? css.drawn : css.leftOut} aria-hidden="true" /> {title}</h3>
      <p className={css.people}>{people.map((person) => <Person key={person.id} person={person} compact />)}</p>
      <p className={css.measure}><IntervalBar interval={estimate} /> <EstimateText estimate={estimate} /></p>
    </section>
  );
}
