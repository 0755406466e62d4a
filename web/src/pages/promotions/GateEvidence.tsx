// What the gate looked at: the paired comparison against its limits, or a first model's floors; every row opens its images.
import { useState } from "react";
import type { Evaluation, PromotionSeen } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { count, rate } from "@/format/numbers";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import { EstimateText, IntervalBar } from "@/ui/Measure";
import { StateShape } from "@/ui/State";
import type { ForestRow } from "../models/forest";
import { ForestLegend, ForestTable } from "../models/ForestTable";
import { BehindDialog } from "../models/ItemsBehind";
import type { GateDocument } from "./gate";
import { gateRows, marginText, measureName, verdictState } from "./gate";
import css from "./Promotions.module.css";

export function GateEvidence({ gate, promotion, evaluation }: { gate: GateDocument; promotion: PromotionSeen; evaluation: Evaluation | null }) {
  const { may } = useProject();
  const book = useClassBook();
  const [open, setOpen] = useState<ForestRow | null>(null);
  const sees = may("expert", "lead", "approver", "auditor", "admin") && evaluation !== null;
  if (gate.kind === "first") return <Floors gate={gate} />;
  const rows = gateRows(gate, evaluation, book.name);
  const verdicts = new Map(rows.map((row) => [row.id, row.verdict]));
  return (
    <Card title={t.promotion.paired} note={<ForestLegend mine={promotion.model} theirs={promotion.instead_of === null ? null : t.model.legendUse(promotion.instead_of)} />}>
      <div className={css.scroll}>
        <ForestTable caption={t.promotion.paired} rows={rows} head={t.promotion.head.slice} margin={gate.rules.margin} onOpen={sees ? setOpen : undefined} verdict={(row) => verdictState(verdicts.get(row.id) ?? "")} />
      </div>
      <p className={css.note}>{t.promotion.note(marginText(gate))} {t.promotion.pairedNote(count(gate.n_items))}.</p>
      {open !== null && evaluation !== null && <BehindDialog evaluation={evaluation.id} title={open.name} look={open.look} onClose={() => setOpen(null)} />}
    </Card>
  );
}

function Floors({ gate }: { gate: GateDocument }) {
  return (
    <Card title={t.promotion.first} note={t.promotion.firstNote}>
      <table className={css.floors}>
        <caption className="visually-hidden">{t.promotion.first}</caption>
        <thead><tr><th scope="col">{t.promotion.head.measure}</th><th scope="col" className="num">{t.promotion.head.floor}</th><th scope="col" className={css.bar}><span className="visually-hidden">{t.model.heads.interval}</span></th><th scope="col">{t.promotion.head.value}</th><th scope="col"><span className="visually-hidden">{t.table.state}</span></th></tr></thead>
        <tbody>
          {(gate.floors ?? []).map((floor) => (
            <tr key={floor.name}>
              <th scope="row">{measureName(floor.name)}</th>
              <td className="num">{rate(floor.floor)}</td>
              <td className={css.bar}>{floor.measured !== null && <IntervalBar interval={floor.measured} limit={floor.floor} tone={floor.verdict === "fail" ? "stop" : "plain"} />}</td>
              <td>{floor.measured === null || floor.measured.value === null ? <span className="grey">{t.promotion.notMeasured}</span> : <EstimateText estimate={floor.measured} />}</td>
              <td><StateShape state={floor.verdict === "pass" ? "ok" : "stop"} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={css.note}>{t.promotion.floorsNote} {t.promotion.pairedNote(count(gate.n_items)).replace(", paired", "")}.</p>
    </Card>
  );
}
