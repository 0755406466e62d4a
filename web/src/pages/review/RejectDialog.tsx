// Why a submission is mended or sent back: one reason by key, a note when there is more to say.
import { useEffect, useState } from "react";
import type { ReasonCode } from "@/api/types";
import { t } from "@/text/en";
import { Button, KeyHint } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Textarea } from "@/ui/Fields";
import type { ErrorValue } from "@/ui/Messages";
import { ErrorLine } from "@/ui/Messages";
import css from "../work/Work.module.css";

const CODES: readonly ReasonCode[] = ["missed", "spurious", "class", "placement", "attribute", "guideline", "other"];

interface Props {
  readonly kind: "fix" | "reject";
  readonly opened: boolean;
  readonly busy: boolean;
  readonly error: ErrorValue | null;
  readonly onClose: () => void;
  readonly onDecide: (code: ReasonCode, note: string) => void;
}

export function RejectDialog({ kind, opened, busy, error, onClose, onDecide }: Props) {
  const [code, setCode] = useState<ReasonCode>("missed");
  const [note, setNote] = useState("");
  // On the window: a digit pressed while the dialog is still opening counts too.
  useEffect(() => {
    if (!opened) return;
    const byDigit = (event: KeyboardEvent): void => {
      const chosen = CODES[Number(event.key) - 1];
      if (chosen === undefined || event.target instanceof HTMLTextAreaElement) return;
      setCode(chosen);
      event.preventDefault();
      event.stopPropagation();
    };
    globalThis.addEventListener("keydown", byDigit, { capture: true });
    return () => globalThis.removeEventListener("keydown", byDigit, { capture: true });
  }, [opened]);
  return (
    <Dialog title={t.review.dialog[kind]} opened={opened} onClose={onClose}>
      <Form onSubmit={() => onDecide(code, note.trim())}>
        <div className={css.options} role="radiogroup" aria-label={t.review.reason}>
          {CODES.map((each, at) => (
            <button key={each} type="button" role="radio" aria-checked={each === code} className={css.option} onClick={() => setCode(each)} {...(at === 0 ? { "data-autofocus": true } : {})}>
              <KeyHint keys={String(at + 1)} /> {t.review.reasons[each]}
            </button>
          ))}
        </div>
        <Textarea label={t.review.note} value={note} onChange={(event) => setNote(event.currentTarget.value)} autosize minRows={2} maxLength={2000} />
        <ErrorLine error={error} />
        <FormActions>
          <Button type="submit" kind={kind === "fix" ? "primary" : "danger"} busy={busy}>{t.review.dialogButton[kind]}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
