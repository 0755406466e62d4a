// Where a model fails: crops of what it missed, drew too much, misnamed or misplaced; each leads to its image.
import { useState } from "react";
import type { Behind } from "@/api/calls";
import type { Evaluation } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import { Choice } from "./EvaluationCard";
import { ItemsBehind } from "./ItemsBehind";
import css from "./Models.module.css";

const KINDS = ["missed", "spurious", "misclassified", "mislocalised"] as const;
type Kind = (typeof KINDS)[number];

export function FailuresCard({ evaluation }: { evaluation: Evaluation }) {
  const { may } = useProject();
  const [kind, setKind] = useState<Kind | "all">("all");
  const found = KINDS.filter((each) => (evaluation.error_kinds[each] ?? 0) > 0);
  const total = found.reduce((sum, each) => sum + (evaluation.error_kinds[each] ?? 0), 0);
  const look: Behind = kind === "all" ? { wrong: true } : { kind };
  return (
    <Card title={t.model.fails} note={t.model.cropLegend}>
      {total === 0 ? <p className="grey">{t.model.noFailure}</p> : (
        <>
          <div className={css.bar}>
            <Choice label={t.model.fails} value={kind} options={[["all", `${t.model.kindAll} ${count(total)}`] as const, ...found.map((each) => [each, `${t.model.kinds[each]} ${count(evaluation.error_kinds[each] ?? 0)}`] as const)]} onChoose={setKind} />
          </div>
          {may("expert", "lead", "approver", "auditor", "admin") ? <ItemsBehind key={kind} evaluation={evaluation.id} look={look} first={6} /> : <p className="grey">{t.model.hiddenGold}</p>}
        </>
      )}
    </Card>
  );
}
