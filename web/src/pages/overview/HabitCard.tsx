// A disagreement that follows a habit: who leaves out what, with pictures and a clause to write.
import { Link } from "@tanstack/react-router";
import type { Finding } from "@/api/types";
import { useProject } from "@/app/project";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";
import { buttonClass } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { CropCard } from "@/ui/CropCard";
import { Tag } from "@/ui/State";
import { leavesOut, sidesCrop } from "../shared/crops";
import css from "./Overview.module.css";

export function HabitCard({ finding, more }: { finding: Finding; more: number }) {
  const { slug } = useProject();
  return (
    <Card span={4} title={finding.title} note={<Tag tone="accent">{t.findings.gap}</Tag>}>
      <div className={css.crops}>
        {finding.crops.slice(0, 3).map((crop, at) => <CropCard key={at} crop={sidesCrop(crop)} aspect={1.16} label={crop.caption} />)}
      </div>
      <p className={css.habitText}>
        {leavesOut(finding) && <span className={css.leftOut}>{t.findings.leftOut}</span>} {leavesOut(finding) ? t.findings.byWhom(finding.people.map(named), finding.others.length) : t.findings.doneBy(finding.people.map(named), finding.others.length)} {t.findings.clause(finding.clause_id)}
      </p>
      <div className={css.habitFoot}>
        <Link className={buttonClass("secondary", true)} to={`/p/${slug}/findings`} search={{ finding: finding.id }}>{t.findings.readClause}</Link>
        {finding.expected_agreement?.value != null && <span>{t.findings.expected(rate(finding.expected_agreement.value))}</span>}
        {more > 0 && <span>{t.findings.more(more)}</span>}
      </div>
    </Card>
  );
}

function named(person: Finding["people"][number]): string {
  return person.simulated ? `${person.name} (${t.people.simulated})` : person.name;
}
