// Quality on frozen gold as forest rows: overall, by class, by slice; every row opens the images behind it.
import { useState } from "react";
import type { Evaluation } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import type { ForestRow } from "./forest";
import { classMeasures, classRows, overallRows, sliceRows } from "./forest";
import forestCss from "./Forest.module.css";
import { ForestLegend, ForestTable } from "./ForestTable";
import { BehindDialog } from "./ItemsBehind";
import css from "./Models.module.css";

type View = "all" | "class" | "slice";
const VIEWS: readonly View[] = ["all", "class", "slice"];

export function EvaluationCard({ evaluation, inUse }: { evaluation: Evaluation; inUse: boolean }) {
  const { may } = useProject();
  const book = useClassBook();
  const [view, setView] = useState<View>("all");
  const [what, setWhat] = useState("f1");
  const [open, setOpen] = useState<ForestRow | null>(null);
  const rows = view === "all" ? overallRows(evaluation) : view === "class" ? classRows(evaluation, what, book.name) : sliceRows(evaluation, book.name);
  const heads = { all: t.model.heads.what, class: t.model.heads.class, slice: t.model.heads.slice };
  const notes = { all: t.model.allNote, class: t.model.classNote, slice: t.model.sliceNote };
  const beside = evaluation.against;
  return (
    <Card title={t.model.quality} note={<ForestLegend mine={t.model.legendThis(evaluation.model)} theirs={beside === null ? null : inUse ? t.model.legendBeside(beside) : t.model.legendUse(beside)} />}>
      <div className={css.bar}>
        <Choice label={t.model.viewsLabel} value={view} options={VIEWS.map((each) => [each, t.model.views[each]] as const)} onChoose={setView} />
        {view === "class" && <Choice label={t.model.measureLabel} value={what} options={classMeasures(evaluation).map((each) => [each, t.model.measures[each] ?? each] as const)} onChoose={setWhat} />}
      </div>
      <div className={css.scroll}>
        <ForestTable caption={`${t.model.quality}, ${t.model.views[view]}`} rows={rows} head={heads[view]} counts={view === "class" ? "marks" : "images"} differs={beside !== null && view !== "class"} onOpen={may("expert", "lead", "approver", "auditor", "admin") ? setOpen : undefined} />
      </div>
      <p className={forestCss.note}>{notes[view]} {beside !== null ? "" : inUse ? t.model.isUse : t.model.noBeside}</p>
      {open !== null && <BehindDialog evaluation={evaluation.id} title={open.name} look={open.look} onClose={() => setOpen(null)} />}
    </Card>
  );
}

export function Choice<V extends string>({ label, value, options, onChoose }: { label: string; value: V; options: readonly (readonly [V, string])[]; onChoose: (value: V) => void }) {
  return (
    <span className={css.tabs} role="group" aria-label={label}>
      {options.map(([each, words]) => <button key={each} type="button" aria-pressed={each === value} onClick={() => onChoose(each)}>{words}</button>)}
    </span>
  );
}
