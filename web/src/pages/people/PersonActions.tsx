// What a lead can do about one person's work: look at it again, pause, put back, hand on, a new password link.
import { Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link as RouterLink } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import type { Alarm, Link, PersonPage } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { moment, toLocalField } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Textarea, TextInput } from "@/ui/Fields";
import { ErrorLine, Notice } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import { LinkBox } from "./LinkBox";

type Deed = "pause" | "resume" | "putBack" | "reassign" | "reset";

export function PersonActions({ data, alarm }: { data: PersonPage; alarm: Alarm | null }) {
  const { slug } = useProject();
  const [deed, setDeed] = useState<Deed | null>(null);
  const paused = data.state === "paused";
  const waiting = alarm === null ? 0 : alarm.n_put_back + alarm.n_sampled;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target><Button>{t.person.more}</Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDeed("putBack")}>{t.person.deeds.putBack}</Menu.Item>
          <Menu.Item onClick={() => setDeed("reassign")}>{t.person.deeds.reassign}</Menu.Item>
          <Menu.Item onClick={() => setDeed("reset")}>{t.person.deeds.reset}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button onClick={() => setDeed(paused ? "resume" : "pause")}>{paused ? t.person.deeds.resume : t.person.deeds.pause}</Button>
      {waiting > 0 ? (
        <RouterLink className={buttonClass("primary")} to={`/p/${slug}/review`} search={{ user_id: data.user.id }}>{t.person.reviewThe(count(waiting))}</RouterLink>
      ) : (
        <RouterLink className={buttonClass("secondary")} to={`/p/${slug}/review`} search={{ user_id: data.user.id }}>{t.person.reviewTheirs}</RouterLink>
      )}
      {deed !== null && <DeedDialog deed={deed} data={data} alarm={alarm} onClose={() => setDeed(null)} />}
    </>
  );
}

function sinceHint(alarm: Alarm | null): string | undefined {
  const low = alarm?.changed.low_at ?? null;
  const high = alarm?.changed.high_at ?? null;
  return low === null || high === null ? undefined : t.person.sinceHint(moment(low, new Date()), moment(high, new Date()));
}

function DeedDialog({ deed, data, alarm, onClose }: { deed: Deed; data: PersonPage; alarm: Alarm | null; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const user = data.user.id;
  const [why, setWhy] = useState("");
  const [since, setSince] = useState(toLocalField(alarm?.changed.low_at ?? new Date(Date.now() - 86_400_000).toISOString()));
  const [said, setSaid] = useState<string | null>(null);
  const [link, setLink] = useState<Link | null>(null);
  const act = useAct(async () => {
    if (deed === "pause") await api.pause(slug, user, why);
    if (deed === "resume") await api.resume(slug, user, why);
    if (deed === "putBack") {
      const done = await api.putBack(slug, user, new Date(since).toISOString(), why);
      setSaid(t.person.putBackDone(count(done.n_review), count(done.n_sampled)));
    }
    if (deed === "reassign") setSaid(t.person.reassigned(count((await api.reassign(slug, user, why)).n_returned)));
    if (deed === "reset") setLink((await api.resetPassword(slug, user)).link);
    await client.invalidateQueries({ queryKey: ["person", slug] });
    await client.invalidateQueries({ queryKey: ["overview", slug] });
    if (deed === "pause" || deed === "resume") onClose();
  });
  const finished = said !== null || link !== null;
  return (
    <Dialog title={t.person.deedTitle[deed](data.user.name)} opened onClose={onClose}>
      {finished ? (
        <>
          {said !== null && <Notice tone="ok">{said}</Notice>}
          {link !== null && <LinkBox link={link} />}
        </>
      ) : (
        <Form onSubmit={() => void act.run()}>
          <p className="soft">{t.person.deedText[deed]}</p>
          {deed === "putBack" && (
            <TextInput type="datetime-local" label={t.person.since_label} description={sinceHint(alarm)} value={since} onChange={(event) => setSince(event.currentTarget.value)} />
          )}
          {deed !== "reset" && <Textarea label={t.person.whyLabel} value={why} onChange={(event) => setWhy(event.currentTarget.value)} autosize minRows={2} maxLength={1000} data-autofocus />}
          <ErrorLine error={act.error} />
          <FormActions>
            <Button type="submit" kind="primary" busy={act.busy} disabled={deed !== "reset" && why.trim() === ""}>{t.person.deeds[deed]}</Button>
            <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
          </FormActions>
        </Form>
      )}
    </Dialog>
  );
}
