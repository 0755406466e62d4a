// Practice that differs, at a glance: three places where people part, who stands where, and the clause to write.
import { Link } from "@tanstack/react-router";
import type { Finding } from "@/api/types";
import { useProject } from "@/app/project";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";
import { buttonClass } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { CropCard } from "@/ui/CropCard";
import { Tag } from "@/ui/State";
import { sidesCrop } from "../shared/crops";
import { namesOf, sidesOf } from "../shared/practice";
import css from "./Overview.module.css";

export function HabitCard({ finding, more }: { finding: Finding; more: number }) {
  const { slug } = useProject();
  const sides = sidesOf(finding);
  const then = finding.proof?.without.value ?? null;
  return (
    <Card span={4} title={finding.title} note={<Tag tone="accent">{t.gaps.forms[finding.form]}</Tag>}>
      <div className={css.crops}>
        {finding.crops.slice(0, 3).map((crop, at) => <CropCard key={at} crop={sidesCrop(crop)} aspect={1.16} label={t.gaps.place(at + 1, crop.caption)} />)}
      </div>
      {sides !== null && (
        <p className={css.habitText}>
          <span className={css.leftOut}>{namesOf(sides.departs)}</span>{" · "}<span className={css.kept}>{namesOf(sides.keeps)}</span>
        </p>
      )}
      <p className={css.habitText}>{t.gaps.clause(finding.clause_id)}{then !== null && finding.proof?.agreement.value != null && ` ${t.gaps.wouldBe(finding.part, rate(finding.proof.agreement.value), rate(then))}`}</p>
      <div className={css.habitFoot}>
        <Link className={buttonClass("secondary", true)} to={`/p/${slug}/findings`} search={{ finding: finding.id }}>{t.gaps.read}</Link>
        {more > 0 && <span>{t.gaps.more(more)}</span>}
      </div>
    </Card>
  );
}
