// Adjudication: claims the dearest disputed image and puts it before an expert.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Adjudication } from "@/api/types";
import { useGuideline, useProject, useSchema } from "@/app/project";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import work from "../work/Work.module.css";
import { AdjudicateDesk } from "./AdjudicateDesk";

export function AdjudicatePage() {
  const { slug } = useProject();
  const claim = useQuery({ queryKey: ["adjudicationClaim", slug], queryFn: () => api.claimAdjudication(slug), staleTime: Infinity, gcTime: 0, refetchOnWindowFocus: false, retry: false });
  const adjudication = claim.data?.adjudication ?? null;
  if (adjudication !== null && !claim.isError) return <Loaded adjudication={adjudication} onNext={async () => { await claim.refetch(); }} />;
  return (
    <main className={work.center}>
      {claim.isFetching && <Loading what={t.things.dispute} />}
      {!claim.isFetching && claim.isError && <ErrorState error={asError(claim.error)} onRetry={() => void claim.refetch()} />}
      {!claim.isFetching && !claim.isError && (
        <EmptyState
          level={1}
          title={t.adjudicate.none}
          action={
            <div className={work.buttons}>
              <Link className={buttonClass("primary")} to={`/p/${slug}`}>{t.nav.overview}</Link>
              <Button onClick={() => void claim.refetch()}>{t.work.lookAgain}</Button>
            </div>
          }
        >
          {t.adjudicate.noneHint}
        </EmptyState>
      )}
    </main>
  );
}

function Loaded({ adjudication, onNext }: { adjudication: Adjudication; onNext: () => Promise<void> }) {
  const schema = useSchema(adjudication.schema_version);
  const guideline = useGuideline(adjudication.guideline_version);
  if (schema.isPending) return <Loading what={t.things.schema} />;
  if (schema.data === undefined) return <ErrorState error={asError(schema.error)} onRetry={() => void schema.refetch()} />;
  return <AdjudicateDesk key={adjudication.id} adjudication={adjudication} classes={schema.data.classes} guideline={guideline.data} onNext={onNext} />;
}
