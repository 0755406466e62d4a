// Where the money went, and what an accepted mark of each class comes to, with the pictures behind each.
import { Link } from "@tanstack/react-router";
import type { Costs } from "@/api/types";
import { useProject } from "@/app/project";
import { currencySign, money, moneyInterval, monthName } from "@/format/money";
import { count, percent } from "@/format/numbers";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import { IntervalBar } from "@/ui/Measure";
import css from "./Costs.module.css";

type Stage = Costs["stages"][number]["stage"];

/** Shades of one colour, for stages are an order and not classes; what nobody planned for stands out. */
const SHADES: Readonly<Record<Stage, string | undefined>> = {
  annotate: css.s1, review: css.s2, gold: css.s3, adjudicate: css.s4, audit: css.s4, practice: css.s3, rework: css.sWarn, train: css.sGrey, compute: css.sGrey, storage: css.sGrey, platform: css.sGrey, monitoring: css.sGrey, engineering: css.sGrey,
};

export function WhereItGoes({ costs, currency }: { costs: Costs; currency: string }) {
  const month = costs.months.at(-1);
  if (month === undefined) return null;
  const whole = month.stages.reduce((sum, stage) => sum + Number(stage.amount), 0);
  return (
    <Card title={t.costs.whereTitle} note={t.costs.whereNote(`${currencySign(currency)}\u202f${count(Number(month.amount), Number(month.amount) < 100 ? 2 : 0)}`, monthName(month.month))}>
      <div className={css.stack} role="img" aria-label={month.stages.map((s) => `${t.costs.stages[s.stage]} ${percent(Number(s.amount), whole)}`).join(", ")}>
        {month.stages.filter((s) => s.share > 0).map((s) => <span key={s.stage} className={SHADES[s.stage]} style={{ flexGrow: s.share }} />)}
      </div>
      <ul className={css.legend}>
        {month.stages.map((s) => (
          <li key={s.stage}>
            <span className={`${css.swatch ?? ""} ${SHADES[s.stage] ?? ""}`} aria-hidden="true" />
            <span>{t.costs.stages[s.stage]}</span>
            <b>{percent(Number(s.amount), whole)}</b>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function PerMark({ costs, currency }: { costs: Costs; currency: string }) {
  const { slug } = useProject();
  const top = Math.max(1e-9, ...costs.by_class.map((row) => row.per_mark.high ?? row.per_mark.value ?? 0)) * 1.15;
  return (
    <Card title={t.costs.perMark} note={t.costs.perMarkNote(currencySign(currency))}>
      <ul className={css.classes}>
        {costs.by_class.map((row, k) => (
          <li key={row.label_class}>
            <Link to={`/p/${slug}/items`} search={{ class: row.label_class }} className={css.className}>
              <span className={css.swatch} style={{ background: `var(--class-${String((k % 6) + 1)})` }} aria-hidden="true" />
              {row.name}
            </Link>
            {row.per_mark.value === null ? <span className={`grey ${css.noMark ?? ""}`}>{t.costs.noMark}</span> : (
              <>
                <IntervalBar interval={row.per_mark} domain={[0, top]} />
                <span className={css.classMoney}><b>{money(row.per_mark, "").trim()}</b> <span className="grey">{moneyInterval(row.per_mark)} n {count(row.per_mark.n)}</span></span>
              </>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function Batches({ costs, currency }: { costs: Costs; currency: string }) {
  if (costs.batches.length < 2) return null;
  return (
    <Card title={t.costs.batches} note={t.costs.batchesNote(currencySign(currency))}>
      <ul className={css.plainRows}>
        {costs.batches.map((row) => <li key={row.batch_id ?? "none"}><span>{row.name}</span><b>{row.amount}</b></li>)}
      </ul>
    </Card>
  );
}
