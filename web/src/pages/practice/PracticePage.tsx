// The practice round: six pictures, some of them gold, and what was missed is shown at once.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Receipt } from "@/api/types";
import { useGuideline, useProject, useSchema } from "@/app/project";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { AnnotateDesk } from "../annotate/AnnotateDesk";
import type { Work } from "../annotate/claimWork";
import { useClaim } from "../annotate/useClaim";
import work from "../work/Work.module.css";
import { PracticeResult } from "./PracticeResult";
import { PracticeVerdictView } from "./PracticeVerdictView";

export function PracticePage() {
  const { slug } = useProject();
  const client = useQueryClient();
  const claim = useClaim(true);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const next = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ["figures", slug] });
    await claim.refetch();
    // Only now: without it the picture that was just handed in would stand on the desk again.
    setReceipt(null);
  };
  if (receipt?.practice != null) return <PracticeVerdictView practice={receipt.practice} onNext={() => void next()} />;
  const waiting = claim.data?.work;
  if (waiting?.assignment.practice === true && claim.failureCount === 0) {
    return <Desk work={waiting} onSubmitted={async (said) => { if (said?.practice != null) setReceipt(said); else await next(); }} onSkipped={next} />;
  }
  if (claim.isFetching) return <main className={work.center}><Loading what={t.things.nextImage} /></main>;
  if (claim.isError) return <main className={work.center}><ErrorState error={asError(claim.error)} onRetry={() => void claim.refetch()} /></main>;
  return <Finished />;
}

function Desk({ work: next, onSubmitted, onSkipped }: { work: Work; onSubmitted: (receipt: Receipt | null) => Promise<void>; onSkipped: () => Promise<void> }) {
  const schema = useSchema(next.assignment.schema_version);
  const guideline = useGuideline(next.assignment.guideline_version);
  if (schema.isPending) return <Loading what={t.things.schema} />;
  if (schema.data === undefined) return <ErrorState error={asError(schema.error)} onRetry={() => void schema.refetch()} />;
  return <AnnotateDesk work={next} classes={schema.data.classes} guideline={guideline.data} onSubmitted={onSubmitted} onSkipped={onSkipped} />;
}

function Finished() {
  const { slug } = useProject();
  const figures = useQuery({ queryKey: ["figures", slug], queryFn: () => api.myFigures(slug) });
  if (figures.isPending) return <Loading what={t.things.figures} />;
  if (figures.isError) return <ErrorState error={asError(figures.error)} onRetry={() => void figures.refetch()} />;
  const { practice } = figures.data;
  const onward = <Link className={buttonClass("primary")} to={`/p/${slug}/annotate`}>{t.practice.toWork}</Link>;
  if (practice.n_done === 0) return <main className={work.center}><EmptyState level={1} title={t.practice.none} action={onward}>{t.practice.noneHint}</EmptyState></main>;
  return <PracticeResult practice={practice} onward={<>{onward} <Button kind="quiet" onClick={() => void figures.refetch()}>{t.work.lookAgain}</Button></>} />;
}
