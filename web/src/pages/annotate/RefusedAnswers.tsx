// Answers that the server would not take and that no desk shows again: said with the reason, kept until put aside.
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Messages";
import { useOutbox, useOutboxState } from "./useDesk";

export function RefusedAnswers({ except }: { except?: string }) {
  const box = useOutbox();
  const { refused } = useOutboxState(box);
  return refused
    .filter((record) => record.assignmentId !== except)
    .map((record) => (
      <Notice key={record.key} tone="warn">
        {t.save.refused(record.assignmentId.slice(-8))} {record.refusal?.message} {record.refusal?.hint}{" "}
        <Button kind="quiet" small onClick={() => void box?.outbox.dismiss(record.key)}>{t.save.putAside}</Button>
      </Notice>
    ));
}
