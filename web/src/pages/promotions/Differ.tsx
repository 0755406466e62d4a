// Where the two models differ: gold images that only one of them gets right; the proof behind the difference.
import { useState } from "react";
import type { Evaluation } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { BehindDialog, ItemsBehind } from "../models/ItemsBehind";
import css from "./Promotions.module.css";

export function Differ({ evaluation }: { evaluation: Evaluation }) {
  const { may } = useProject();
  const [open, setOpen] = useState<"better" | "worse" | null>(null);
  const theirs = evaluation.against ?? "";
  const titles = { better: t.promotion.onlyNew(evaluation.model, theirs), worse: t.promotion.onlyOld(evaluation.model, theirs) };
  if (!may("expert", "lead", "approver", "auditor", "admin")) return <Card title={t.promotion.differ}><p className="grey">{t.model.hiddenGold}</p></Card>;
  return (
    <Card title={t.promotion.differ} note={t.model.cropLegend}>
      <div className={css.differ}>
        {(["better", "worse"] as const).map((beside) => (
          <section key={beside} aria-label={titles[beside]}>
            <h3>{titles[beside]} <Button small kind="quiet" onClick={() => setOpen(beside)} aria-label={`${t.promotion.openAll}: ${titles[beside]}`}>{t.promotion.openAll}</Button></h3>
            <ItemsBehind evaluation={evaluation.id} look={{ beside }} few none={t.promotion.differNone} />
          </section>
        ))}
      </div>
      {open !== null && <BehindDialog evaluation={evaluation.id} title={titles[open]} look={{ beside: open }} onClose={() => setOpen(null)} />}
    </Card>
  );
}
