// The clause that would settle a finding: drafted, to be read, changed and published, or set aside with a reason.
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import type { Finding } from "@/api/types";
import { useGuideline, useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Form, FormActions, Textarea, TextInput } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import { ClauseBody } from "../work/ClausePanel";
import css from "./Findings.module.css";

export function ClauseForm({ finding }: { finding: Finding }) {
  const { slug, may } = useProject();
  const client = useQueryClient();
  const guideline = useGuideline();
  const now = guideline.data?.clauses.find((clause) => clause.id === finding.clause_id);
  const [clauseId, setClauseId] = useState(finding.clause_id ?? finding.next_clause_id);
  const [markdown, setMarkdown] = useState(finding.drafted_clause);
  const [why, setWhy] = useState("");
  const done = async (): Promise<void> => {
    for (const key of ["findings", "guideline", "project", "overview"]) await client.invalidateQueries({ queryKey: [key, slug] });
  };
  const publish = useAct(async () => {
    await api.publishFinding(slug, finding.id, { clause_id: clauseId.trim(), markdown, why: why.trim(), whole: false });
    await done();
  });
  const dismiss = useAct(async () => {
    await api.dismissFinding(slug, finding.id, why.trim());
    await done();
  });
  const [title] = markdown.split("\n");
  const mayEdit = may("lead", "expert");
  if (finding.state !== "open") return <Card title={t.findings.states[finding.state]}><p className="soft">{t.findings.closedText}</p></Card>;
  return (
    <Card title={t.findings.drafted} note={guideline.data === undefined ? undefined : t.findings.versionStep(guideline.data.version)}>
      {now !== undefined && <div className={css.now}><p className="grey">{t.findings.now(now.id)} {now.title}</p><ClauseBody clause={now} /></div>}
      <Form onSubmit={() => void publish.run()}>
        <Textarea label={t.findings.text} value={markdown} onChange={(event) => setMarkdown(event.currentTarget.value)} autosize minRows={4} disabled={!mayEdit} />
        {mayEdit && (
          <>
            <div className={css.other}>
              <span className="grey">{t.findings.otherWay}: {finding.other_clause}</span>
              <Button small onClick={() => setMarkdown(`${title ?? ""}\n\n${finding.other_clause}`)}>{t.findings.other}</Button>
            </div>
            <TextInput label={t.findings.clauseId} description={t.findings.clauseIdHint} value={clauseId} onChange={(event) => setClauseId(event.currentTarget.value)} />
            <TextInput label={t.findings.why} value={why} onChange={(event) => setWhy(event.currentTarget.value)} />
            <ErrorLine error={publish.error ?? dismiss.error} />
            <FormActions>
              <Button type="submit" kind="primary" busy={publish.busy} disabled={clauseId.trim() === "" || markdown.trim() === "" || why.trim() === ""}>{t.findings.publish}</Button>
              <Link className={buttonClass("secondary")} to={`/p/${slug}/guideline`} search={{ finding: finding.id, clause: clauseId.trim() }}>{t.findings.editor}</Link>
              <Button kind="quiet" busy={dismiss.busy} disabled={why.trim() === ""} onClick={() => void dismiss.run()}>{t.findings.dismiss}</Button>
            </FormActions>
          </>
        )}
      </Form>
    </Card>
  );
}
