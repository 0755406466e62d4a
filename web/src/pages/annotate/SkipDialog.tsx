// Skip an image with a reason: somebody else gets it, and the reason is kept.
import { useState } from "react";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Textarea } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "../work/Work.module.css";

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onSkip: (reason: string) => Promise<void>;
}

export function SkipDialog({ opened, onClose, onSkip }: Props) {
  const [chosen, setChosen] = useState(0);
  const [other, setOther] = useState("");
  const last = t.skip.reasons.length - 1;
  const reason = chosen === last ? other.trim() : (t.skip.reasons[chosen] ?? "");
  const skip = useAct(async () => {
    await onSkip(reason);
    setOther("");
    onClose();
  });
  return (
    <Dialog title={t.skip.title} opened={opened} onClose={onClose}>
      <Form onSubmit={() => void skip.run()}>
        <div className={css.options} role="radiogroup" aria-label={t.skip.title}>
          {t.skip.reasons.map((each, at) => (
            <button key={each} type="button" role="radio" aria-checked={at === chosen} className={css.option} onClick={() => setChosen(at)} {...(at === 0 ? { "data-autofocus": true } : {})}>
              {each}
            </button>
          ))}
        </div>
        {chosen === last && <Textarea label={t.skip.other} value={other} onChange={(event) => setOther(event.currentTarget.value)} autosize minRows={2} maxLength={500} />}
        <ErrorLine error={skip.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={skip.busy} disabled={reason === ""}>{t.skip.button}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
