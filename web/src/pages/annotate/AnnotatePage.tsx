// Annotate: claims the next image and puts it on the desk; says why when there is none.
import { Link } from "@tanstack/react-router";
import { asError } from "@/api/http";
import { useGuideline, useProject, useSchema } from "@/app/project";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { EmptyState, ErrorState, Loading, Notice } from "@/ui/Messages";
import work from "../work/Work.module.css";
import { AnnotateDesk } from "./AnnotateDesk";
import { RefusedAnswers } from "./RefusedAnswers";
import type { Work } from "./claimWork";
import { useClaim } from "./useClaim";
import { useOutbox, useOutboxState } from "./useDesk";

export function AnnotatePage() {
  const { slug } = useProject();
  const claim = useClaim(false);
  const outbox = useOutboxState(useOutbox());
  const { refetch } = claim;

  if (claim.data?.work != null && claim.failureCount === 0) return <Desk work={claim.data.work} onNext={async () => { await refetch(); }} />;
  return (
    <main className={work.center}>
      <RefusedAnswers />
      {outbox.pendingSubmissions > 0 && <Notice tone="warn">{t.save.answersWaiting(outbox.pendingSubmissions)}</Notice>}
      {claim.isFetching && claim.failureCount > 0 && <p className="soft" role="status">{t.errors.unreachable} {t.errors.unreachableHint}</p>}
      {claim.isFetching && claim.failureCount === 0 && <Loading what={t.things.nextImage} />}
      {!claim.isFetching && claim.isError && <ErrorState error={asError(claim.error)} onRetry={() => void refetch()} />}
      {!claim.isFetching && claim.data?.work === null && (
        <EmptyState
          level={1}
          title={claim.data.reason === "paused" ? t.work.paused : t.work.queueEmpty}
          action={
            <div className={work.buttons}>
              <Button kind="primary" onClick={() => void refetch()}>{t.work.lookAgain}</Button>
              <Link className={buttonClass()} to={`/p/${slug}/me`}>{t.nav.me}</Link>
            </div>
          }
        >
          {claim.data.reason === "paused" ? t.work.pausedHint : t.work.queueEmptyHint}
        </EmptyState>
      )}
    </main>
  );
}

/** Waits for the schema and the guideline that this work is bound to. */
function Desk({ work: next, onNext }: { work: Work; onNext: () => Promise<void> }) {
  const schema = useSchema(next.assignment.schema_version);
  const guideline = useGuideline(next.assignment.guideline_version);
  if (schema.isPending) return <Loading what={t.things.schema} />;
  if (schema.data === undefined) return <ErrorState error={asError(schema.error)} onRetry={() => void schema.refetch()} />;
  return <AnnotateDesk work={next} classes={schema.data.classes} guideline={guideline.data} onSubmitted={onNext} onSkipped={onNext} />;
}
