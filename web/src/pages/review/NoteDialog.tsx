// A note on one mark of an answer: what should be different there. It travels with the verdict.
import { useState } from "react";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Textarea } from "@/ui/Fields";

export function NoteDialog({ text, onClose, onKeep }: { text: string; onClose: () => void; onKeep: (text: string) => void }) {
  const [draft, setDraft] = useState(text);
  const keep = (words: string): void => {
    onKeep(words.trim());
    onClose();
  };
  return (
    <Dialog title={t.markNote.title} opened onClose={onClose}>
      <Form onSubmit={() => keep(draft)}>
        <Textarea label={t.markNote.text} value={draft} onChange={(event) => setDraft(event.currentTarget.value)} autosize minRows={2} maxLength={500} data-autofocus />
        <FormActions>
          <Button type="submit" kind="primary" disabled={draft.trim() === ""}>{t.markNote.save}</Button>
          {text !== "" && <Button kind="quiet" onClick={() => keep("")}>{t.markNote.remove}</Button>}
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}

/** The notes with this one kept, or taken out where it is empty. */
export function withNote(notes: ReadonlyMap<string, string>, id: string, text: string): ReadonlyMap<string, string> {
  const next = new Map(notes);
  if (text === "") next.delete(id);
  else next.set(id, text);
  return next;
}
