// Asking for a version to be taken into use, with why; measuring and the gate follow by themselves.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import type { Model, Promotion } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Select, TextInput } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";

export function AskDialog({ models, onClose, onAsked }: { models: readonly Model[]; onClose: () => void; onAsked: (made: Promotion) => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [model, setModel] = useState(models[0]?.id ?? "");
  const [why, setWhy] = useState("");
  const title = models.find((each) => each.id === model)?.title ?? "";
  const ask = useAct(async () => {
    const made = await api.askPromotion(slug, { model, why });
    await Promise.all([client.invalidateQueries({ queryKey: ["promotions", slug] }), client.invalidateQueries({ queryKey: ["models", slug] }), client.invalidateQueries({ queryKey: ["model", slug] })]);
    onAsked(made);
  });
  return (
    <Dialog title={t.promotions.ask} opened onClose={onClose}>
      <Form onSubmit={() => void ask.run()}>
        <p className="soft">{t.promotions.askText}</p>
        <Select label={t.promotions.model} data={models.map((each) => ({ value: each.id, label: each.title }))} value={model} onChange={(value) => setModel(value ?? "")} allowDeselect={false} />
        <TextInput label={t.promotions.why} description={t.promotions.whyHint} value={why} onChange={(event) => setWhy(event.currentTarget.value)} maxLength={500} data-autofocus />
        <ErrorLine error={ask.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={ask.busy} disabled={model === "" || why.trim() === ""}>{t.promotions.start(title)}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
