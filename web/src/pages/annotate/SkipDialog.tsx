// Skip an image with a reason: somebody else gets it, and the reason is kept.
import { useState } from "react";
import { api } from "@/api/calls";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Textarea } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "../work/Work.module.css";

interface Props {
  readonly assignmentId: string;
  readonly opened: boolean;
  /** A clause that does not decide the case: then the question to the expert comes first. */
  readonly clause?: string | null;
  readonly onClose: () => void;
  readonly onSkipped: () => Promise<void>;
}

export function SkipDialog({ assignmentId, opened, clause = null, onClose, onSkipped }: Props) {
  const { slug } = useProject();
  const [chosen, setChosen] = useState(0);
  const [other, setOther] = useState("");
  const last = t.skip.reasons.length - 1;
  const asks = clause !== null;
  const reason = asks ? t.skip.question(clause, other.trim()) : chosen === last ? other.trim() : (t.skip.reasons[chosen] ?? "");
  const skip = useAct(async () => {
    await api.skip(slug, assignmentId, reason);
    setOther("");
    onClose();
    await onSkipped();
  });
  return (
    <Dialog title={asks ? t.skip.askTitle : t.skip.title} opened={opened} onClose={onClose}>
      <Form onSubmit={() => void skip.run()}>
        {!asks && <div className={css.options} role="radiogroup" aria-label={t.skip.title}>
          {t.skip.reasons.map((each, at) => (
            <button key={each} type="button" role="radio" aria-checked={at === chosen} className={css.option} onClick={() => setChosen(at)} {...(at === 0 ? { "data-autofocus": true } : {})}>
              {each}
            </button>
          ))}
        </div>}
        {asks && <p className="grey">{t.skip.askHint(clause)}</p>}
        {(asks || chosen === last) && <Textarea label={asks ? t.skip.askLabel : t.skip.other} {...(asks ? { "data-autofocus": true } : {})} value={other} onChange={(event) => setOther(event.currentTarget.value)} autosize minRows={2} maxLength={500} />}
        <ErrorLine error={skip.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={skip.busy} disabled={asks ? other.trim() === "" : reason === ""}>{asks ? t.skip.askButton : t.skip.button}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
