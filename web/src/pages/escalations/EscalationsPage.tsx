// Questions from the desk that the guideline does not decide: the picture, the words, and an expert's ruling for everybody.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Escalation } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { Top } from "@/app/top";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, PageHead } from "@/ui/Card";
import { ClassName } from "@/ui/ClassChip";
import { Form, FormActions, FormRow, Textarea, TextInput } from "@/ui/Fields";
import { EmptyState, ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { useAct } from "../shared/useForm";
import css from "./Escalations.module.css";

export function EscalationsPage() {
  const { slug } = useProject();
  const [state, setState] = useState<"open" | "ruled">("open");
  const found = useQuery({ queryKey: ["escalations", slug, state], queryFn: () => api.escalations(slug, state), refetchInterval: 15_000 });
  if (found.isPending) return <Loading what={t.things.page} />;
  if (found.isError) return <ErrorState error={asError(found.error)} onRetry={() => void found.refetch()} />;
  const { rows } = found.data;
  return (
    <>
      <Top><TopTitle title={t.escalations.nav} /></Top>
      <PageHead title={state === "open" ? t.escalations.title(rows.length) : t.escalations.showRuled} text={t.escalations.text} actions={<Button onClick={() => setState(state === "open" ? "ruled" : "open")}>{state === "open" ? t.escalations.showRuled : t.escalations.showOpen}</Button>} />
      {rows.length === 0 ? <EmptyState title={t.escalations.none}>{t.escalations.noneHint}</EmptyState> : rows.map((each) => <Question key={each.id} escalation={each} />)}
    </>
  );
}

function Question({ escalation }: { escalation: Escalation }) {
  const { slug, may } = useProject();
  const book = useClassBook();
  return (
    <Card title={escalation.question} note={<span className="nowrap">{moment(escalation.raised_at, new Date())}</span>}>
      <p className={css.facts}>
        <Person person={escalation.raised_by} compact />
        {escalation.label_class !== null && <ClassName at={book.at(escalation.label_class)} name={book.name(escalation.label_class)} />}
        {escalation.clause !== null && <span className="grey">{t.escalations.about(escalation.clause)}</span>}
        <Link to={`/p/${slug}/items/${escalation.item_id}`}>{t.escalations.openItem}</Link>
      </p>
      {escalation.ruling !== null && <p>{escalation.ruling} <span className="grey">{escalation.ruled_by === null ? "" : t.escalations.ruledBy(escalation.ruled_by.name)}</span></p>}
      {escalation.state === "open" && may("expert") && <Ruling escalation={escalation} />}
    </Card>
  );
}

function Ruling({ escalation }: { escalation: Escalation }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [ruling, setRuling] = useState("");
  const [number, setNumber] = useState("");
  const [text, setText] = useState("");
  const rule = useAct(async () => {
    await api.ruleEscalation(slug, escalation.id, { ruling: ruling.trim(), ...(number.trim() === "" ? {} : { clause: { number: number.trim(), text: text.trim() } }) });
    for (const key of ["escalations", "inbox", "guideline", "project"]) await client.invalidateQueries({ queryKey: [key, slug] });
  });
  return (
    <Form onSubmit={() => void rule.run()}>
      <Textarea label={t.escalations.ruling} value={ruling} onChange={(event) => setRuling(event.currentTarget.value)} autosize minRows={2} maxLength={2000} />
      <FormRow>
        <TextInput label={t.escalations.clauseNumber} value={number} onChange={(event) => setNumber(event.currentTarget.value)} maxLength={20} />
        {number.trim() !== "" && <Textarea label={t.escalations.clauseText} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={2} maxLength={2000} />}
      </FormRow>
      <ErrorLine error={rule.error} />
      <FormActions><Button type="submit" busy={rule.busy} disabled={ruling.trim() === "" || (number.trim() !== "" && text.trim() === "")}>{t.escalations.rule}</Button></FormActions>
    </Form>
  );
}
