// Annotate: claims the next image and puts it on the desk; says why when there is none.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { asError } from "@/api/http";
import { useGuideline, useProject, useSchema } from "@/app/project";
import { useSession } from "@/app/session";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { EmptyState, ErrorState, Loading, Notice } from "@/ui/Messages";
import work from "../work/Work.module.css";
import { AnnotateDesk } from "./AnnotateDesk";
import type { Work } from "./claimWork";
import { nextWork } from "./claimWork";
import { useOutbox, useOutboxState } from "./useDesk";

export function AnnotatePage() {
  const { slug } = useProject();
  const { user } = useSession();
  const claim = useQuery({ queryKey: ["claim", slug], queryFn: () => nextWork(user.id, slug, false), staleTime: Infinity, gcTime: 0, refetchOnWindowFocus: false, retry: false });
  const outbox = useOutboxState(useOutbox());
  const { refetch, isError } = claim;
  // Back on the network: what was waiting is sent by now, so the next image can come.
  useEffect(() => {
    if (isError && outbox.link === "online" && outbox.pendingSubmissions === 0) void refetch();
  }, [isError, outbox.link, outbox.pendingSubmissions, refetch]);

  if (claim.data?.work != null && !claim.isError) return <Desk work={claim.data.work} onNext={async () => { await refetch(); }} />;
  return (
    <div className={work.center}>
      {outbox.pendingSubmissions > 0 && <Notice tone="warn">{t.save.answersWaiting(outbox.pendingSubmissions)}</Notice>}
      {claim.isFetching && <Loading what={t.things.nextImage} />}
      {!claim.isFetching && claim.isError && <ErrorState error={asError(claim.error)} onRetry={() => void refetch()} />}
      {!claim.isFetching && claim.data?.work === null && (
        <EmptyState
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
    </div>
  );
}

/** Waits for the schema and the guideline that this work is bound to. */
function Desk({ work: next, onNext }: { work: Work; onNext: () => Promise<void> }) {
  const schema = useSchema(next.assignment.schema_version);
  const guideline = useGuideline(next.assignment.guideline_version);
  if (schema.isPending) return <Loading what={t.things.schema} />;
  if (schema.isError) return <ErrorState error={asError(schema.error)} onRetry={() => void schema.refetch()} />;
  return <AnnotateDesk work={next} classes={schema.data.classes} guideline={guideline.data} onSubmitted={onNext} onSkipped={onNext} />;
}
