// One's own account: who one is, and the password.
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { setToken } from "@/api/http";
import { SESSION_KEY, useSession } from "@/app/session";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Form, PasswordInput } from "@/ui/Fields";
import { ErrorLine, Notice } from "@/ui/Messages";
import { Door } from "./shared/Door";
import { useAct } from "./shared/useForm";

export function AccountPage() {
  const session = useSession();
  const client = useQueryClient();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [done, setDone] = useState(false);
  const change = useAct(async () => {
    const next = await api.changePassword(old, fresh);
    setToken(next.csrf_token, next.user.id);
    client.setQueryData(SESSION_KEY, next);
    setOld("");
    setFresh("");
    setDone(true);
  });
  return (
    <Door title={session.user.name} text={t.account.text(session.user.login)}>
      <Form onSubmit={() => void change.run()}>
        {done && <Notice tone="ok">{t.account.changed}</Notice>}
        <PasswordInput label={t.account.old} value={old} onChange={(event) => setOld(event.currentTarget.value)} autoComplete="current-password" />
        <PasswordInput label={t.link.newPassword} description={t.account.rule} value={fresh} onChange={(event) => setFresh(event.currentTarget.value)} autoComplete="new-password" />
        <ErrorLine error={change.error} />
        <div><Button type="submit" kind="primary" busy={change.busy} disabled={old === "" || [...fresh].length < 12}>{t.account.change}</Button></div>
        <p><Link to="/">{t.shell.allProjects}</Link></p>
      </Form>
    </Door>
  );
}
