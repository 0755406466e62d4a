// What this version may do for each class: policy, certificates, their blind audits, and what suggestions save.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Certificate, Model, SuggestionPolicy } from "@/api/types";
import { useProject, useSchema, classBook } from "@/app/project";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { EstimateText } from "@/ui/Measure";
import { StateShape } from "@/ui/State";
import { useAct } from "../shared/useForm";
import { AuditCard } from "./AuditCard";
import css from "./Models.module.css";
import { PolicyDialog } from "./PolicyDialog";
import type { ClassRow } from "./suggesting";
import { certificateWords, classRowsOf, EVERY, share, suggestsThis } from "./suggesting";

export function SuggestingCards({ model }: { model: Model }) {
  const { slug } = useProject();
  const schema = useSchema();
  const policy = useQuery({ queryKey: ["suggestionPolicy", slug], queryFn: () => api.suggestionPolicy(slug) });
  const certificates = useQuery({ queryKey: ["certificates", slug, model.id], queryFn: () => api.certificates(slug, { model: model.id, limit: 50 }), refetchInterval: 15_000 });
  const [audited, setAudited] = useState<string | null>(null);
  if (policy.isPending || certificates.isPending || schema.isPending) return <Loading what={t.things.policy} />;
  const failed = policy.error ?? certificates.error ?? schema.error;
  if (failed !== null || !policy.isSuccess || !certificates.isSuccess || !schema.isSuccess) return <ErrorState error={asError(failed)} onRetry={() => { void policy.refetch(); void certificates.refetch(); }} />;
  const book = classBook(schema.data.classes);
  const nameOf = (id: string): string => (id === EVERY ? t.suggesting.every : book.name(id));
  const rows = classRowsOf(policy.data, schema.data.classes.map((each) => each.id), certificates.data.rows);
  const held = certificates.data.rows.filter((each) => each.state !== "replaced" && (each.n_audits > 0 || each.state === "stopped"));
  const shown = held.find((each) => each.id === audited) ?? held[0];
  return (
    <>
      <Classes model={model} policy={policy.data} rows={rows} certificates={certificates.data.rows} nameOf={nameOf} onAudits={setAudited} />
      {shown !== undefined && <AuditCard certificate={shown} name={nameOf(shown.label_class)} />}
      {policy.data.version > 0 && suggestsThis(policy.data, model) && <FiguresCard />}
    </>
  );
}

interface ClassesProps {
  readonly model: Model;
  readonly policy: SuggestionPolicy;
  readonly rows: readonly ClassRow[];
  readonly certificates: readonly Certificate[];
  readonly nameOf: (id: string) => string;
  readonly onAudits: (certificate: string) => void;
}

function Classes({ model, policy, rows, certificates, nameOf, onAudits }: ClassesProps) {
  const { slug, may } = useProject();
  const client = useQueryClient();
  const [changing, setChanging] = useState(false);
  const certify = useAct(async () => {
    await api.certifyNow(slug, model.id);
    await client.invalidateQueries({ queryKey: ["modelRuns", slug] });
  });
  const leads = may("lead", "admin");
  const automatic = rows.some((row) => row.rule.mode === "automatic");
  const said = policy.version === 0 ? t.suggesting.nothing : suggestsThis(policy, model) ? t.suggesting.usesThis : t.suggesting.other(policy.model);
  return (
    <Card title={t.suggesting.title} note={t.suggesting.note(policy.version)}>
      <p className={css.use}>{said} {policy.version > 0 && t.suggesting.shares(share(policy.withheld_share), share(policy.audit_share))}</p>
      <div className={css.scroll}>
        <table className={css.classes}>
          <caption className="visually-hidden">{t.suggesting.title}</caption>
          <thead><tr><th scope="col">{t.suggesting.class}</th><th scope="col">{t.suggesting.mode}</th><th scope="col" className="num">{t.suggesting.from}</th><th scope="col">{t.suggesting.certificate}</th></tr></thead>
          <tbody>{rows.map((row) => <Row key={row.id} row={row} name={nameOf(row.id)} onAudits={onAudits} />)}</tbody>
        </table>
      </div>
      {leads && (
        <p className={css.titled}>
          <Button small onClick={() => setChanging(true)}>{t.suggesting.change}</Button>
          {automatic && <Button small busy={certify.busy} onClick={() => void certify.run()}>{t.suggesting.certify}</Button>}
        </p>
      )}
      <ErrorLine error={certify.error} />
      {changing && <PolicyDialog policy={policy} rows={rows} certificates={certificates} nameOf={nameOf} onClose={() => setChanging(false)} />}
    </Card>
  );
}

function Row({ row, name, onAudits }: { row: ClassRow; name: string; onAudits: (certificate: string) => void }) {
  const { state, words, more } = certificateWords(row);
  const held = row.certificate;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="nowrap" title={t.suggesting.modes[row.rule.mode]}>{t.suggesting.modeShort[row.rule.mode]}</td>
      <td className="num">{row.rule.mode === "manual" ? "" : rate(row.rule.show_above)}</td>
      <td>
        {held === null ? <span className="grey">{words}</span> : (
          <span className={css.certificate}>
            <StateShape state={state} />
            <span>
              {words}
              {more !== "" && <small>{more}</small>}
              {held.state === "stopped" && held.ended_why !== null && <small>{t.suggesting.stopped(held.ended_why)}</small>}
              {held.n_audits > 0 && <Button small kind="quiet" aria-label={t.suggesting.openAuditsOf(name)} onClick={() => onAudits(held.id)}>{t.suggesting.openAudits}</Button>}
            </span>
          </span>
        )}
      </td>
    </tr>
  );
}

/** Seconds with and without, and what became of what was shown. */
function FiguresCard() {
  const { slug } = useProject();
  const figures = useQuery({ queryKey: ["suggestionFigures", slug], queryFn: () => api.suggestionFigures(slug), staleTime: 30_000 });
  if (!figures.isSuccess) return null;
  const { seconds_with: shown, seconds_without: withheld, saving, ...fates } = figures.data;
  const nothing = shown.value === null && withheld.value === null;
  return (
    <Card title={t.suggesting.figures} note={t.suggesting.figuresNote}>
      {nothing ? <p className="grey">{t.suggesting.noFigures}</p> : (
        <dl className={css.figures}>
          <Figure name={t.suggesting.seconds.with} estimate={shown} unit="quantity" />
          <Figure name={t.suggesting.seconds.without} estimate={withheld} unit="quantity" />
          <Figure name={t.suggesting.seconds.saving} estimate={saving} />
          {(["kept", "changed", "removed", "missed"] as const).map((each) => <Figure key={each} name={t.suggesting.fates[each]} estimate={fates[each]} />)}
        </dl>
      )}
    </Card>
  );
}

function Figure({ name, estimate, unit = "rate" }: { name: string; estimate: React.ComponentProps<typeof EstimateText>["estimate"]; unit?: "rate" | "quantity" }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{estimate.value === null ? <span className="grey">{t.numbers.notEnoughShort(estimate.n)}</span> : <EstimateText estimate={estimate} unit={unit} />}</dd>
    </>
  );
}
