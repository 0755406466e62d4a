// Review: one submission after another; accept it, mend it, or send it back with a reason.
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import { useGuideline, useProject, useSchema } from "@/app/project";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import type { Review } from "@/api/types";
import work from "../work/Work.module.css";
import { ReviewDesk } from "./ReviewDesk";

export function ReviewPage() {
  const { slug } = useProject();
  const { user_id: userId } = useSearch({ strict: false }) as { user_id?: string };
  const claim = useQuery({ queryKey: ["reviewClaim", slug, userId], queryFn: () => api.claimReview(slug, userId ?? null), staleTime: Infinity, gcTime: 0, refetchOnWindowFocus: false, retry: false });
  const review = claim.data?.review ?? null;
  if (review !== null && !claim.isError) return <Loaded review={review} onNext={async () => { await claim.refetch(); }} />;
  return (
    <main className={work.center}>
      {claim.isFetching && <Loading what={t.things.review} />}
      {!claim.isFetching && claim.isError && <ErrorState error={asError(claim.error)} onRetry={() => void claim.refetch()} />}
      {!claim.isFetching && !claim.isError && (
        <EmptyState
          level={1}
          title={t.review.none}
          action={
            <div className={work.buttons}>
              <Link className={buttonClass("primary")} to={`/p/${slug}`}>{t.nav.overview}</Link>
              <Button onClick={() => void claim.refetch()}>{t.work.lookAgain}</Button>
            </div>
          }
        >
          {t.review.noneHint}
        </EmptyState>
      )}
    </main>
  );
}

function Loaded({ review, onNext }: { review: Review; onNext: () => Promise<void> }) {
  const schema = useSchema(review.schema_version);
  const guideline = useGuideline(review.guideline_version);
  if (schema.isPending) return <Loading what={t.things.schema} />;
  if (schema.data === undefined) return <ErrorState error={asError(schema.error)} onRetry={() => void schema.refetch()} />;
  return <ReviewDesk key={review.id} review={review} classes={schema.data.classes} guideline={guideline.data} onNext={onNext} />;
}
