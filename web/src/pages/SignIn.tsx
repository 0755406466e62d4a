// Sign in with login and password.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { setToken } from "@/api/http";
import { safeNext } from "@/app/places";
import { landingOf } from "@/app/project";
import { SESSION_KEY } from "@/app/session";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Form, PasswordInput, TextInput } from "@/ui/Fields";
import { ErrorLine } from "@/ui/Messages";
import { Door } from "./shared/Door";
import { useAct } from "./shared/useForm";

export function SignInPage() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false }) as { next?: string };
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useAct(async () => {
    const session = await api.signIn(login, password);
    setToken(session.csrf_token, session.user.id);
    client.clear();
    client.setQueryData(SESSION_KEY, session);
    await navigate({ href: safeNext(next) ?? landingOf(session.projects) });
  });
  return (
    <Door title={t.session.signInTitle}>
      <Form onSubmit={() => void signIn.run()}>
        <TextInput label={t.session.login} value={login} onChange={(event) => setLogin(event.currentTarget.value)} autoComplete="username" />
        <PasswordInput label={t.session.password} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="current-password" />
        <ErrorLine error={signIn.error} />
        <div>
          <Button type="submit" kind="primary" busy={signIn.busy} disabled={login === "" || password === ""}>{t.session.signIn}</Button>
        </div>
        <p className="grey">{t.session.noAccount}</p>
      </Form>
    </Door>
  );
}
