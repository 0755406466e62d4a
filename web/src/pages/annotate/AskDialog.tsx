// Ask an expert about an edge case: the clause that does not decide it, the question, and the mark it is about.
import { useRef, useState } from "react";
import { api } from "@/api/calls";
import type { Clause } from "@/api/types";
import { useProject } from "@/app/project";
import { boundsOf } from "@/core";
import type { Shape } from "@/core";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Select, Textarea } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import { wireBox } from "../work/marks";

const NO_CLAUSE = "";

interface Props {
  readonly assignmentId: string;
  readonly clauses: readonly Clause[];
  /** The clause that is read at the desk. */
  readonly first: string | undefined;
  /** The selected mark, if the question is about one. */
  readonly about: Shape | null;
  /** The class of the next mark. */
  readonly live: string;
  readonly onClose: () => void;
  readonly onAsked: () => void;
  /** Somebody else may go on with the picture. */
  readonly onSkip: (reason: string) => Promise<void>;
}

export function AskDialog({ assignmentId, clauses, first, about, live, onClose, onAsked, onSkip }: Props) {
  const { slug } = useProject();
  const [clause, setClause] = useState(first ?? NO_CLAUSE);
  const [question, setQuestion] = useState("");
  // One key for all tries of this question.
  const [key] = useState(() => crypto.randomUUID());
  const goOn = useRef<HTMLButtonElement>(null);
  const text = question.trim();
  const ask = useAct(async (leave: boolean) => {
    await api.escalate(slug, { client_key: key, question: text, assignment_id: assignmentId, clause: clause === NO_CLAUSE ? null : clause, label_class: about?.classId ?? live, bbox: about === null ? null : wireBox(boundsOf(about)) });
    if (leave) await onSkip(clause === NO_CLAUSE ? text : t.ask.reason(clause, text));
    else onAsked();
    onClose();
  });
  return (
    <Dialog title={t.ask.title} opened onClose={onClose}>
      <Form onSubmit={() => void (text !== "" && ask.run(false))}>
        <Select label={t.ask.clause} value={clause} allowDeselect={false} data={[...clauses.map(({ id, title }) => ({ value: id, label: `${id} ${title}` })), { value: NO_CLAUSE, label: t.ask.noClause }]} onChange={(value) => setClause(value ?? NO_CLAUSE)} />
        <Textarea
          label={t.ask.question}
          data-autofocus
          value={question}
          onChange={(event) => setQuestion(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            goOn.current?.click();
          }}
          autosize
          minRows={2}
          maxLength={2000}
        />
        <p className="grey">{t.ask.hint}</p>
        <ErrorLine error={ask.error} />
        <FormActions>
          <Button ref={goOn} type="submit" kind="primary" hint="Ctrl+Enter" busy={ask.busy} disabled={text === ""}>{t.ask.goOn}</Button>
          <Button disabled={text === "" || ask.busy} onClick={() => void ask.run(true)}>{t.ask.leave}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
