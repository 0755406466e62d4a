// Which image statistics moved, by how many spreads of the reference, and which of the moves are more than chance.
import type { DriftCheck } from "@/api/types";
import { count, intervalText, valueText } from "@/format/numbers";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import css from "./Drift.module.css";
import { forestDomain } from "./driftView";
import { Forest } from "./Forest";

export function Moved({ check }: { check: DriftCheck }) {
  if (check.moved.length === 0) return <Card title={t.drift.moved}><p className="grey">{t.drift.movedNone}</p></Card>;
  const domain = forestDomain(check.moved.map((each) => each.shift_sd));
  return (
    <Card title={t.drift.moved} note={t.drift.movedNote(count(check.n))}>
      <ul className={css.moved}>
        {check.moved.map((each) => {
          const { shift_sd: shift } = each;
          const up = (shift.value ?? 0) > 0 ? "+" : "";
          return (
            <li key={each.name} className={each.significant ? undefined : css.still}>
              <span>{t.drift.statistics[each.name] ?? each.name}</span>
              <Forest value={shift} domain={domain} tone={each.significant ? "plain" : "faint"} />
              <span className={css.movedText}>{each.significant ? <b>{up}{valueText(shift)}</b> : <>{up}{valueText(shift)}</>} <span className="grey">{intervalText(shift)}</span></span>
            </li>
          );
        })}
      </ul>
      <p className={css.foot}>{t.drift.movedRest(check.moved.filter((each) => !each.significant).length)}</p>
    </Card>
  );
}
