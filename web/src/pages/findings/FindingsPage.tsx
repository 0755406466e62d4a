// Findings: practice that differs, with the pictures, who stands where, and the clause that would settle it.
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { t } from "@/text/en";
import { PageHead } from "@/ui/Card";
import { CsvLink } from "@/ui/DataTable";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { FindingView } from "./FindingView";
import css from "./Findings.module.css";
import { LookedCard } from "./LookedCard";

export function FindingsPage() {
  const { slug } = useProject();
  const { finding: asked } = useSearch({ strict: false }) as { finding?: string };
  const findings = useQuery({ queryKey: ["findings", slug], queryFn: () => api.findings(slug) });
  if (findings.isPending) return <Loading what={t.things.findings} />;
  if (findings.isError) return <ErrorState error={asError(findings.error)} onRetry={() => void findings.refetch()} />;
  const rows = [...findings.data.rows].sort((a, b) => Number(b.id === asked) - Number(a.id === asked));
  const open = rows.filter((row) => row.state === "open").length;
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "findings")} />}><TopTitle title={t.nav.findings} /></Top>
      <PageHead title={t.findings.title(open)} text={t.findings.titleText} />
      {rows.length === 0 && <EmptyState title={t.findings.none}>{t.findings.noneHint}</EmptyState>}
      <div className={css.stack}>
        {rows.map((finding) => <FindingView key={finding.id} finding={finding} />)}
        <LookedCard findings={rows} />
      </div>
    </>
  );
}
