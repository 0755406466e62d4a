// Thresholds, human review and signatures of the rules in force, to be read in five seconds.
import type { Rulebook } from "@/api/types";
import { useClassBook } from "@/app/project";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import { StateShape } from "@/ui/State";
import css from "./Policy.module.css";
import type { ClassRow, GuardRow, Rules } from "./policyView";
import { rulesOf, share, signersOf, spanOf } from "./policyView";

export function Glance({ rulebook }: { rulebook: Rulebook }) {
  const rules = rulesOf(rulebook);
  return (
    <>
      <Classes rows={rules.classes} />
      <Guards rows={rules.guards} />
      <Card>
        <div className={css.three}>
          <Facts title={t.rulebook.serving} lines={[t.rulebook.askBelow(rate(rules.serving.ask_below)), t.rulebook.randomShare(share(rules.serving.random_share))]} />
          <Facts title={t.rulebook.promotion} lines={promotionLines(rules)} />
          <Facts title={t.rulebook.retrain} lines={retrainLines(rules)} />
        </div>
      </Card>
    </>
  );
}

function Classes({ rows }: { rows: readonly ClassRow[] }) {
  const book = useClassBook();
  return (
    <Card title={t.rulebook.classes} note={t.rulebook.classesNote}>
      {rows.length === 0 ? <p className="grey">{t.rulebook.noClasses}</p> : (
        <table className={css.table}>
          <thead><tr><th scope="col">{t.rulebook.class}</th><th scope="col">{t.rulebook.review}</th><th scope="col">{t.rulebook.automatic}</th><th scope="col">{t.rulebook.maxError}</th></tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row">{row.id === "*" ? t.rulebook.everyOther : <><span className={css.swatch} style={{ background: `var(--class-${String((book.at(row.id) % 6) + 1)})` }} aria-hidden="true" />{book.name(row.id)}</>}</th>
                <td>{row.human_review === "always" ? <b>{t.rulebook.always}</b> : t.rulebook.sampled}</td>
                <td>{row.automatic_above === null ? <span className="grey">{t.rulebook.never}</span> : <b>{rate(row.automatic_above)}</b>}</td>
                <td>{row.automatic_above === null ? "" : share(row.max_error)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Guards({ rows }: { rows: readonly GuardRow[] }) {
  return (
    <Card title={t.rulebook.approvals}>
      {rows.length === 0 ? <p className="grey">{t.rulebook.free}</p> : (
        <table className={css.table}>
          <thead><tr><th scope="col">{t.rulebook.guard}</th><th scope="col">{t.rulebook.signatures}</th><th scope="col">{t.rulebook.signedBy}</th><th scope="col">{t.rulebook.evidence}</th><th scope="col">{t.rulebook.expires}</th></tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.what}>
                <th scope="row">{t.rulebook.guarded[row.what] ?? row.what}</th>
                <td><b>{row.signatures}</b></td>
                <td>{signersOf(row)}{row.break_glass !== null && <span className={css.glass}><StateShape state="warn" size={11} /> {t.rulebook.alone}</span>}</td>
                <td>{row.evidence.join(", ")}</td>
                <td className="nowrap">{spanOf(row.expires_s)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Facts({ title, lines }: { title: string; lines: readonly string[] }) {
  return <div><h3>{title}</h3><ul className={css.words}>{lines.map((line) => <li key={line}>{line}</li>)}</ul></div>;
}

function promotionLines({ promotion }: Rules): string[] {
  const floors = Object.entries(promotion.floors);
  return [
    t.rulebook.margin(String(Math.round(promotion.margin * 1000) / 10)),
    ...(floors.length === 0 ? [t.rulebook.noFloors] : floors.map(([name, value]) => t.rulebook.floors(name, rate(value)))),
    promotion.roll_back_below === null ? t.rulebook.noRollback : t.rulebook.rollback(rate(promotion.roll_back_below)),
  ];
}

function retrainLines({ retrain }: Rules): string[] {
  const rows = retrain.map((row) => t.rulebook.retrainRow(t.rulebook.causes[row.cause] ?? row.cause, String(Math.round(row.drop * 1000) / 10), t.rulebook.acts[row.act] ?? row.act));
  return rows.length === 0 ? [t.rulebook.noRetrain] : [...rows, t.rulebook.neverLabels];
}
