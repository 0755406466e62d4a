// A verdict can be contested: say why, an expert decides, the ruling is shown here.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import type { GoldVerdict } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Form, FormActions, Textarea } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Me.module.css";

export function ContestBox({ verdict }: { verdict: GoldVerdict }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [writing, setWriting] = useState(false);
  const [text, setText] = useState("");
  const contest = useAct(async () => {
    await api.contest(slug, verdict.id, text.trim());
    setWriting(false);
    await client.invalidateQueries({ queryKey: ["figures", slug] });
  });
  if (verdict.contest !== null) {
    return <p className={`${css.contest ?? ""} grey`}>{t.me.contestState[verdict.contest.state]} {verdict.contest.ruling ?? ""}</p>;
  }
  if (!writing) return <div className={css.contest}><Button small onClick={() => setWriting(true)}>{t.me.contest}</Button> <span className="grey">{t.me.contestHint}</span></div>;
  return (
    <div className={css.contest}>
      <Form onSubmit={() => void contest.run()}>
        <Textarea label={t.me.contestWhy} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={2} maxLength={2000} data-autofocus />
        <ErrorLine error={contest.error} />
        <FormActions>
          <Button type="submit" small busy={contest.busy} disabled={text.trim() === ""}>{t.me.contestSend}</Button>
          <Button kind="quiet" small onClick={() => setWriting(false)}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </div>
  );
}
