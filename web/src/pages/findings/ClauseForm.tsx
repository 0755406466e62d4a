// The clause that would settle a habit: drafted, to be read, changed and published, or set aside with a reason.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import type { Finding } from "@/api/types";
import { useGuideline, useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Form, FormActions, Textarea, TextInput } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Findings.module.css";

export function ClauseForm({ finding, expected }: { finding: Finding; expected: string | null }) {
  const { slug, may } = useProject();
  const client = useQueryClient();
  const guideline = useGuideline();
  const now = guideline.data?.clauses.find((clause) => clause.id === finding.clause_id);
  const [clauseId, setClauseId] = useState(finding.clause_id ?? "");
  const [markdown, setMarkdown] = useState(finding.drafted_clause);
  const [why, setWhy] = useState("");
  const done = async (): Promise<void> => {
    for (const key of ["findings", "guideline", "project", "overview"]) await client.invalidateQueries({ queryKey: [key, slug] });
  };
  const publish = useAct(async () => {
    await api.publishFinding(slug, finding.id, { clause_id: clauseId.trim(), markdown, why: why.trim() });
    await done();
  });
  const dismiss = useAct(async () => {
    await api.dismissFinding(slug, finding.id, why.trim());
    await done();
  });
  if (finding.state !== "open") return <Card title={t.findings.states[finding.state]}><p className="soft">{t.findings.closedText}</p></Card>;
  return (
    <Card title={t.findings.drafted} note={guideline.data === undefined ? undefined : t.findings.versionStep(guideline.data.version)}>
      {now !== undefined && <div className={css.now}><p className="grey">{t.findings.now(now.id)}</p><p>{now.title}</p></div>}
      <Form onSubmit={() => void publish.run()}>
        <TextInput label={t.findings.clauseId} description={t.findings.clauseIdHint} value={clauseId} onChange={(event) => setClauseId(event.currentTarget.value)} disabled={!may("lead", "expert")} />
        <Textarea label={t.findings.text} value={markdown} onChange={(event) => setMarkdown(event.currentTarget.value)} autosize minRows={4} disabled={!may("lead", "expert")} />
        {expected !== null && <p className="soft">{t.findings.ifPublished(expected)}</p>}
        {may("lead", "expert") && (
          <>
            <TextInput label={t.findings.why} value={why} onChange={(event) => setWhy(event.currentTarget.value)} />
            <ErrorLine error={publish.error ?? dismiss.error} />
            <FormActions>
              <Button type="submit" kind="primary" busy={publish.busy} disabled={clauseId.trim() === "" || markdown.trim() === "" || why.trim() === ""}>{t.findings.publish}</Button>
              <Button kind="quiet" busy={dismiss.busy} disabled={why.trim() === ""} onClick={() => void dismiss.run()}>{t.findings.dismiss}</Button>
            </FormActions>
            <p className="grey">{t.findings.nobodyChanged}</p>
          </>
        )}
      </Form>
    </Card>
  );
}
