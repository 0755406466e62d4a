// One event with its evidence: who, when, why, the facts it carries, its object's page, and all of it as it is stored.
import { Link } from "@tanstack/react-router";
import type { AuditEvent } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { signedAt } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import css from "./Audit.module.css";
import type { AuditFilter } from "./AuditPage";
import { factsOf, pageOf } from "./auditView";

export function EventDialog({ event, onClose, onNarrow }: { event: AuditEvent; onClose: () => void; onNarrow: (part: Partial<AuditFilter>) => void }) {
  const { slug } = useProject();
  const facts = factsOf(event);
  const page = pageOf(event.subject);
  return (
    <Dialog title={<code>{event.action}</code>} opened onClose={onClose} size={680}>
      <dl className={css.facts}>
        <dt>{t.auditLog.actor}</dt><dd>{event.actor.name} <span className="grey">{t.auditLog.kinds[event.actor.kind]}</span></dd>
        <dt>{t.table.at}</dt><dd>{signedAt(event.at)}</dd>
        <dt>{t.auditLog.why}</dt><dd>{event.why}</dd>
        <dt>{t.auditLog.subject}</dt><dd><code>{event.subject}</code></dd>
        <dt>{t.auditLog.seq}</dt><dd>{count(event.seq)}</dd>
      </dl>
      <h3 className={css.part}>{t.auditLog.evidence}</h3>
      {facts.length === 0 ? <p className="grey">{t.auditLog.noEvidence}</p> : (
        <dl className={css.facts}>{facts.map(([name, value]) => <div key={name} className={css.fact}><dt>{name}</dt><dd><code>{value}</code></dd></div>)}</dl>
      )}
      <p className={css.actions}>
        {page !== null && <Link className={buttonClass("secondary", true)} to={`/p/${slug}/${page}`}>{t.auditLog.openObject}</Link>}
        <Button small onClick={() => onNarrow({ subject: event.subject })}>{t.auditLog.onlyThis}</Button>
        <Button small onClick={() => onNarrow({ actor: event.actor.id })}>{t.auditLog.onlyWho}</Button>
      </p>
      <details>
        <summary className={css.summary}>{t.auditLog.raw}</summary>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
        <pre className={css.body} tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>
      </details>
    </Dialog>
  );
}
