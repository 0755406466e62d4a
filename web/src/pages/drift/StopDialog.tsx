// Ends a watch, after a second look at its name.
import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/calls";
import type { Monitor } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";

export function StopDialog({ monitor, onClose }: { monitor: Monitor; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const stop = useAct(async () => {
    await api.stopMonitor(slug, monitor.id);
    await client.invalidateQueries({ queryKey: ["monitors", slug] });
    onClose();
  });
  return (
    <Dialog title={t.drift.stopTitle} opened onClose={onClose}>
      <Form onSubmit={() => void stop.run()}>
        <p className="soft">{t.drift.stopText}</p>
        <ErrorLine error={stop.error} />
        <FormActions>
          <Button type="submit" kind="danger" busy={stop.busy}>{t.drift.stopButton(monitor.name)}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}
