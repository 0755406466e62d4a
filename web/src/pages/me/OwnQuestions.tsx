// What somebody asked from the desk, and how experts ruled; nothing while they have asked nothing.
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/calls";
import { useProject } from "@/app/project";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import { Tag } from "@/ui/State";
import css from "./Me.module.css";

export function OwnQuestions() {
  const { slug } = useProject();
  const asked = useQuery({ queryKey: ["myEscalations", slug], queryFn: () => api.myEscalations(slug) });
  const rows = asked.data?.rows ?? [];
  if (rows.length === 0) return null;
  return (
    <Card span={12} title={t.ask.yours} note={t.ask.yoursNote}>
      <ul className={css.verdicts}>
        {rows.map((each) => (
          <li key={each.id}>
            <p className={css.verdictHead}>
              <b>{each.question}</b>
              <span className="grey">{each.clause === null ? "" : t.escalations.about(each.clause)} {moment(each.raised_at, new Date())}</span>
            </p>
            <p><Tag tone={each.state === "ruled" ? "ok" : "neutral"}>{each.state === "ruled" ? t.ask.ruled : t.ask.open}</Tag> {each.ruling}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
