// What publishing would change and cost, and why the difference is called a practice.
import type { Finding } from "@/api/types";
import { count, intervalText, valueText } from "@/format/numbers";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import { IntervalBar } from "@/ui/Measure";
import css from "./Findings.module.css";

type Proof = NonNullable<Finding["proof"]>;

export function ProofCards({ finding, proof }: { finding: Finding; proof: Proof }) {
  const floor = Math.max(0, Math.min(proof.agreement.low ?? 0, proof.without.low ?? 0) - 0.1);
  return (
    <>
      <Card title={t.gaps.ifPublished}>
        <dl className={css.table}>
          <Row label={t.gaps.agreementNow[finding.part]} estimate={proof.agreement} floor={floor} />
          <Row label={t.gaps.alike} estimate={proof.without} floor={floor} />
          <dt>{t.gaps.lookAgain}</dt>
          <dd><b>{t.gaps.marks(proof.n_marks, count(proof.n_marks))}</b> <span className={css.meta}>{t.gaps.inImages(proof.n_images)}</span></dd>
        </dl>
        <p className="grey">{t.findings.nobodyChanged}</p>
      </Card>
      <Card title={t.gaps.whyPractice}>
        <p className={css.chips}>
          <span className={css.chip}><b>{valueText(proof.within)}</b> {t.gaps.within} {t.numbers.n(count(proof.within.n))}</span>
          <span className={css.chip}><b>{valueText(proof.across)}</b> {t.gaps.across} {t.numbers.n(count(proof.across.n))}</span>
          <span className={css.chip}>{t.gaps.chance(finding.p_value)}</span>
        </p>
        <p className="grey">{t.gaps.noTrend}</p>
      </Card>
    </>
  );
}

function Row({ label, estimate, floor }: { label: string; estimate: Proof["agreement"]; floor: number }) {
  return (
    <>
      <dt>{label}</dt>
      <dd className={css.figure}><IntervalBar interval={estimate} domain={[floor, 1]} /> <span><b>{valueText(estimate)}</b> <span className={css.meta}>{intervalText(estimate)}</span> <span className={css.meta}>{t.numbers.n(count(estimate.n_items), t.units.images)}</span></span></dd>
    </>
  );
}
