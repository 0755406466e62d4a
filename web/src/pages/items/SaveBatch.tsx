// What fits the filters becomes a batch: a name, and exactly how many images it will hold.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import type { Looking } from "@/api/calls";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, TextInput } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";

export function SaveBatch({ looking, n, onClose }: { looking: Looking; n: number; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const save = useAct(async () => {
    const { ids } = await api.browseIds(slug, looking);
    await api.createBatch(slug, { name: name.trim(), items: ids });
    await client.invalidateQueries({ queryKey: ["batches", slug] });
    await navigate({ to: `/p/${slug}/batches` });
  });
  return (
    <Dialog title={t.browse.saveTitle(count(n))} opened onClose={onClose}>
      <Form onSubmit={() => void save.run()}>
        <p className="soft">{t.browse.saveText}</p>
        <TextInput label={t.table.name} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={128} data-autofocus />
        <ErrorLine error={save.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={save.busy} disabled={name.trim() === ""}>{t.browse.saveButton(count(n))}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
