// One version: how good it was measured to be beside the model in use, where it fails, what it may do alone.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, cardOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Model } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { AskDialog } from "../promotions/AskDialog";
import { useAct } from "../shared/useForm";
import { EvaluationCard } from "./EvaluationCard";
import { FailuresCard } from "./FailuresCard";
import { ModelCard } from "./ModelCard";
import css from "./Models.module.css";
import { isOpen, progressWords } from "./runs";
import { STANDING_TONES } from "./standing";
import { SuggestingCards } from "./SuggestingCards";
import { titleOfOne } from "./titles";

export function ModelPage() {
  const { slug } = useProject();
  const { model: id = "" } = useParams({ strict: false }) as { model?: string };
  const model = useQuery({ queryKey: ["model", slug, id], queryFn: () => api.model(slug, id), refetchInterval: 10_000 });
  const evaluations = useQuery({ queryKey: ["evaluations", slug, id], queryFn: () => api.evaluations(slug, id, { limit: 10 }) });
  const measuring = useMeasuring(id, evaluations.refetch);
  if (model.isPending || evaluations.isPending) return <Loading what={t.things.model} />;
  if (model.isError) return <ErrorState error={asError(model.error)} onRetry={() => void model.refetch()} />;
  if (evaluations.isError) return <ErrorState error={asError(evaluations.error)} onRetry={() => void evaluations.refetch()} />;
  const data = model.data;
  const newest = evaluations.data.rows[0];
  return (
    <>
      <Top end={<a className={buttonClass("quiet", true)} href={cardOf(slug, data.id)} download={`${data.title}.md`}>{t.model.card}</a>}>
        <TopTitle crumbs={[<Link key="models" to={`/p/${slug}/models`}>{t.models.nav}</Link>]} title={data.title} text={t.model.facts(data.release, data.schema_version, data.framework)} />
      </Top>
      <PageHead
        title={titleOfOne(data, newest)}
        tag={<Tag {...STANDING_TONES[data.standing]}>{t.models.standings[data.standing]}</Tag>}
        text={newest === undefined ? t.model.unmeasuredText : t.model.text(count(newest.n_items), newest.gold_digest.slice(0, 12), moment(newest.at, new Date())) + (newest.against === null ? "" : ` ${t.model.comparedOn}`)}
        actions={<Actions model={data} measured={newest !== undefined} busy={measuring.open} />}
      />
      {measuring.words !== null && <p role="status" className={`soft ${css.said ?? ""}`}>{t.model.running(measuring.words)}</p>}
      {measuring.error !== null && <div className={css.said}><ErrorLine error={{ message: measuring.error, hint: "", code: "" }} /></div>}
      <Columns
        evidence={
          <>
            {newest === undefined ? <Card title={t.model.quality}><p className="grey">{t.model.unmeasured(data.title)}.</p></Card> : <EvaluationCard evaluation={newest} inUse={data.standing === "in_use"} />}
            {newest !== undefined && <FailuresCard evaluation={newest} />}
            <SuggestingCards model={data} />
          </>
        }
        deciding={<ModelCard model={data} evaluations={evaluations.data.rows} />}
      />
    </>
  );
}

function Actions({ model, measured, busy }: { model: Model; measured: boolean; busy: boolean }) {
  const { slug, may } = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const measure = useAct(async () => {
    await api.evaluate(slug, model.id);
    await client.invalidateQueries({ queryKey: ["modelRuns", slug] });
  });
  const leads = may("lead", "admin");
  const promotes = measured && (model.standing === "evaluated" || model.standing === "refused" || model.standing === "was_in_use") && may("expert", "lead", "approver", "admin");
  return (
    <>
      {leads && <Button kind={measured ? "secondary" : "primary"} busy={measure.busy || busy} onClick={() => void measure.run()}>{measured ? t.model.measureAgain : t.model.measure}</Button>}
      {promotes && <Button kind="primary" onClick={() => setAsking(true)}>{t.model.promote}</Button>}
      {model.promotion_id !== null && !promotes && <Link className={buttonClass("primary")} to={`/p/${slug}/promotions/${model.promotion_id}`}>{t.model.openPromotion}</Link>}
      <ErrorLine error={measure.error} />
      {asking && <AskDialog models={[model]} onClose={() => setAsking(false)} onAsked={(made) => void navigate({ to: `/p/${slug}/promotions/${made.id}` })} />}
    </>
  );
}

/** Follows the newest measurement of this version until it ends; then the figures are read anew. */
function useMeasuring(id: string, onEnd: () => unknown): { open: boolean; words: string | null; error: string | null } {
  const { slug } = useProject();
  const runs = useQuery({
    queryKey: ["modelRuns", slug, "newest"],
    queryFn: () => api.modelRuns(slug, { limit: 20 }),
    refetchInterval: (query) => (query.state.data?.rows.some(isOpen) === true ? 1_000 : 10_000),
  });
  const run = runs.data?.rows.find((each) => each.kind === "evaluate" && each.model_id === id);
  const state = run?.state;
  useEffect(() => {
    if (state === "finished") onEnd();
  }, [state, run?.id, onEnd]);
  if (run === undefined) return { open: false, words: null, error: null };
  return { open: isOpen(run), words: isOpen(run) ? progressWords(run) : null, error: run.state === "failed" ? run.error : null };
}
