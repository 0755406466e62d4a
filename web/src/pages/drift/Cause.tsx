// Why quality fell: how far the experts are, and then the named cause with its evidence and what follows.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Diagnosis, Estimate, Monitor } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { EvidenceChip } from "@/ui/Measure";
import { ErrorLine, ErrorState, Loading, ProgressBar } from "@/ui/Messages";
import { StateShape } from "@/ui/State";
import { useAct } from "../shared/useForm";
import css from "./Drift.module.css";
import { forestDomain, progressOf } from "./driftView";
import { Forest } from "./Forest";

type Result = NonNullable<Diagnosis["result"]>;

/** Where the first step of an action is taken. */
const PLACES: Record<string, string> = { covariate: "selection", concept: "guideline", labels: "people", echo: "models" };

export function Cause({ monitor }: { monitor: Monitor }) {
  const { slug } = useProject();
  const [shownId, setShown] = useState<string | null>(null);
  const all = useQuery({ queryKey: ["diagnoses", slug], queryFn: () => api.diagnoses(slug, { limit: 20 }), refetchInterval: 10_000 });
  if (all.isPending) return <Card title={t.diagnosis.title}><Loading what={t.things.page} /></Card>;
  if (all.isError) return <Card title={t.diagnosis.title}><ErrorState error={asError(all.error)} onRetry={() => void all.refetch()} /></Card>;
  const own = all.data.rows.filter((each) => each.monitor_id === null || each.monitor_id === monitor.id);
  const shown = own.find((each) => each.id === shownId) ?? own[0];
  if (shown === undefined) return <div className={css.stack}><Card title={t.diagnosis.title}><p><b>{t.diagnosis.none}</b></p><p className="soft">{t.diagnosis.noneHint}</p></Card></div>;
  const others = own.filter((each) => each.id !== shown.id);
  const earlier = others.length > 0 && (
    <Card title={t.diagnosis.earlier}>
      <ul className={css.rows}>
        {others.map((each) => <li key={each.id}><span>{each.name} <span className="grey">{moment(each.created_at, new Date())}</span></span><Button small onClick={() => setShown(each.id)}>{t.diagnosis.show}</Button></li>)}
      </ul>
    </Card>
  );
  return (
    <>
      <div className={css.stack}>{shown.result === null ? <Waiting key={shown.id} diagnosis={shown} /> : <Named diagnosis={shown} result={shown.result} />}</div>
      <div className={css.stack}>
        {shown.result !== null && <ToDo result={shown.result} />}
        {earlier}
      </div>
    </>
  );
}

function Waiting({ diagnosis }: { diagnosis: Diagnosis }) {
  const { slug, may } = useProject();
  const client = useQueryClient();
  const { done, all, ready, finished } = progressOf(diagnosis);
  const conclude = useAct(async () => {
    await api.concludeDiagnosis(slug, diagnosis.id);
    await client.invalidateQueries({ queryKey: ["diagnoses", slug] });
  });
  return (
    <Card title={t.diagnosis.waiting(count(done), count(all))} note={t.diagnosis.asked(moment(diagnosis.created_at, new Date()))}>
      <p><b>{diagnosis.name}</b> <span className="grey">{t.diagnosis.by(diagnosis.experts.map((each) => each.name).join(", "))}</span></p>
      <div className={css.bar}><ProgressBar parts={[{ share: done / Math.max(1, all), tone: "accent" }]} label={t.diagnosis.waiting(count(done), count(all))} /></div>
      <p className="soft">{t.diagnosis.parts(count(diagnosis.n_answered_now ?? 0), count(diagnosis.n_now), count(diagnosis.n_answered_then ?? 0), count(diagnosis.n_then))}</p>
      {!ready && <p className="grey">{t.diagnosis.needs(diagnosis.needs)}</p>}
      <ErrorLine error={conclude.error} />
      {may("lead") && <p className={css.foot}><Button disabled={!ready} busy={conclude.busy} onClick={() => void conclude.run()}>{finished ? t.diagnosis.conclude : t.diagnosis.concludeEarly}</Button></p>}
    </Card>
  );
}

function Named({ diagnosis, result }: { diagnosis: Diagnosis; result: Result }) {
  const domain = forestDomain([result.observed, ...result.effects.map((each) => each.size)]);
  const [wrong, n] = [diagnosis.expert_wrong, diagnosis.expert_n];
  return (
    <Card title={t.diagnosis.answers[result.cause]} note={t.diagnosis.note}>
      <ul className={css.effects}>
        <li><span className={css.effectName}>{t.diagnosis.observed}</span><Forest value={result.observed} domain={domain} tone="plain" /><Points size={result.observed} /></li>
        {result.effects.map((effect) => (
          <li key={effect.cause}>
            <span className={effect.significant ? `${css.effectName ?? ""} ${css.strong ?? ""}` : css.still}>{t.diagnosis.causes[effect.cause]}</span>
            <Forest value={effect.size} domain={domain} tone={effect.significant ? "strong" : "faint"} />
            <Points size={effect.size} more={`${t.diagnosis.p(effect.p)}, ${t.diagnosis.tests[effect.test] ?? effect.test}`} />
          </li>
        ))}
      </ul>
      <div className={css.chips}>
        <EvidenceChip value={count(diagnosis.n_now)} meta={`${t.diagnosis.current}, ${t.diagnosis.blind}`} />
        <EvidenceChip value={count(diagnosis.n_then)} meta={`${t.diagnosis.archive}, ${t.diagnosis.same}`} />
        <EvidenceChip value={`${count(n - wrong)} of ${count(n)}`} meta={t.diagnosis.known} />
      </div>
      <details className={`${css.foot ?? ""} ${css.inWords ?? ""}`}><summary>{t.diagnosis.inWords}</summary><ul>{result.words.map((words) => <li key={words}>{words}</li>)}</ul></details>
      <p className={css.foot}>{t.diagnosis.how}</p>
    </Card>
  );
}

/** A change in points with its interval, n and test. */
function Points({ size, more }: { size: Estimate; more?: string }) {
  const write = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(1)}`;
  return (
    <span className={css.effectText}>
      {size.value !== null && <b>{write(size.value)}</b>} <small className="grey">{size.low === null || size.high === null ? "" : `${write(size.low)} to ${write(size.high)}`}</small>
      <span>{more === undefined ? "" : `${more} · `}n {count(size.n)}</span>
    </span>
  );
}

function ToDo({ result }: { result: Result }) {
  const { slug } = useProject();
  const place = PLACES[result.cause];
  const follow = result.starts_retraining ? t.diagnosis.retrains : result.cause === "labels" || result.cause === "echo" ? t.diagnosis.neverRetrains : t.diagnosis.noRetraining;
  return (
    <Card title={t.diagnosis.doTitle}>
      <ol className={css.steps}>
        <li><span className={css.no}>1</span><span><b>{result.action}</b>{place !== undefined && <><br /><Link className={css.inText} to={`/p/${slug}/${place}`}>{t.diagnosis.steps[result.cause]}</Link></>}</span></li>
        <li><span className={css.no}>2</span><span>{follow}</span></li>
      </ol>
      <div className={css.leave}><StateShape state="none" /><span>{t.diagnosis.leave[result.cause]}</span></div>
    </Card>
  );
}
