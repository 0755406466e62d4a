// The model card: what a version is, what it is for, and its earlier measurements.
import type { Evaluation, Model } from "@/api/types";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import { Digest } from "@/ui/Code";
import { EstimateText } from "@/ui/Measure";
import { Person } from "@/ui/Person";
import css from "./Models.module.css";

export function ModelCard({ model, evaluations }: { model: Model; evaluations: readonly Evaluation[] }) {
  const earlier = evaluations.slice(1);
  return (
    <>
      <Card title={t.model.cardTitle}>
        <p className={css.use}>{model.intended_use === "" ? t.model.noUse : model.intended_use}</p>
        <dl className={css.facts}>
          <dt>{t.model.answers}</dt><dd>{t.models.tasks[model.task]}</dd>
          <dt>{t.model.runs}</dt><dd>{t.model.runners[model.runner] ?? model.runner}{model.framework === "" ? "" : `, ${model.framework}`}</dd>
          <dt>{t.model.trained}</dt><dd>{model.release ?? t.models.elsewhere}</dd>
          <dt>{t.model.schema}</dt><dd>{t.model.version(model.schema_version)}</dd>
          <dt>{t.model.file}</dt><dd>{model.artifact_sha256 === null ? t.models.noFile : <><code title={model.artifact_sha256}>{model.artifact_sha256.slice(0, 16)}…</code> {t.model.bytes(count(model.artifact_bytes))}</>}</dd>
          <dt>{t.model.registered}</dt><dd><Person person={model.registered_by} compact /> {moment(model.registered_at, new Date())}</dd>
        </dl>
        <p className={css.limits}>{t.model.limits}</p>
        <p className={css.limits}>{t.model.digest}</p>
        <Digest value={model.digest} />
      </Card>
      {earlier.length > 0 && (
        <Card title={t.model.earlier}>
          <dl className={css.figures}>
            {earlier.map((each) => <Earlier key={each.id} evaluation={each} />)}
          </dl>
        </Card>
      )}
    </>
  );
}

function Earlier({ evaluation }: { evaluation: Evaluation }) {
  const f1 = evaluation.measures["f1"];
  return (
    <>
      <dt>{moment(evaluation.at, new Date())} <code className="grey" title={t.model.evidence(evaluation.digest)}>{evaluation.digest.slice(0, 8)}…</code></dt>
      <dd>{f1 === undefined || f1.value === null ? t.numbers.notEnoughWords : <EstimateText estimate={f1} />}</dd>
    </>
  );
}
