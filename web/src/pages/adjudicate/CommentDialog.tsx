// A comment while a dispute is settled: on one side's mark or on the image; it is kept with the settlement.
import { useState } from "react";
import type { Adjudication, Dispute } from "@/api/types";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Textarea } from "@/ui/Fields";
import work from "../work/Work.module.css";
import { sideMark } from "./resolve";

/** What a comment is about when it is about no mark. */
export const WHOLE = "image";

interface Props {
  readonly adjudication: Adjudication;
  readonly dispute: Dispute | undefined;
  readonly comments: ReadonlyMap<string, string>;
  readonly onKeep: (about: string, text: string) => void;
  readonly onClose: () => void;
}

export function CommentDialog({ adjudication, dispute, comments, onKeep, onClose }: Props) {
  const places = adjudication.answers.flatMap((answer) => {
    const mark = dispute === undefined ? null : sideMark(answer, dispute);
    return mark === null ? [] : [{ id: mark.id, label: t.adjudicate.commentMark(answer.label) }];
  });
  const choices = [...places, { id: WHOLE, label: t.adjudicate.commentWhole }];
  const [about, setAbout] = useState(choices[0]?.id ?? WHOLE);
  const [text, setText] = useState(comments.get(about) ?? "");
  const choose = (id: string): void => {
    setAbout(id);
    setText(comments.get(id) ?? "");
  };
  const keep = (words: string): void => {
    onKeep(about, words.trim());
    onClose();
  };
  return (
    <Dialog title={t.adjudicate.commentTitle} opened onClose={onClose}>
      <Form onSubmit={() => keep(text)}>
        <div className={work.buttons} role="radiogroup" aria-label={t.adjudicate.commentOn}>
          {choices.map((each) => <button key={each.id} type="button" role="radio" aria-checked={each.id === about} className={work.option} onClick={() => choose(each.id)}>{each.label}</button>)}
        </div>
        <Textarea label={t.adjudicate.commentText} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={2} maxLength={500} data-autofocus />
        <p className="grey">{t.adjudicate.commentHint}</p>
        <FormActions>
          <Button type="submit" kind="primary" disabled={text.trim() === ""}>{t.markNote.save}</Button>
          {comments.has(about) && <Button kind="quiet" onClick={() => keep("")}>{t.markNote.remove}</Button>}
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
