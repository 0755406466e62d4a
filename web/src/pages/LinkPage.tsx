// A single-use link: says whom it is for, sets the password first, and signs in.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/calls";
import { asError, setToken as setCsrfToken } from "@/api/http";
import { landingOf } from "@/app/project";
import { SESSION_KEY } from "@/app/session";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Form, PasswordInput, TextInput } from "@/ui/Fields";
import { EmptyState, ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { Door } from "./shared/Door";
import { useAct } from "./shared/useForm";

const SHORTEST = 12;

function tokenHere(): string {
  return globalThis.location.hash.slice(1);
}

export function LinkPage() {
  // The token stands behind the #, so that no server log and no referrer ever holds it.
  const [token, setToken] = useState(tokenHere);
  useEffect(() => {
    // A second link pasted into the same tab changes the hash only.
    const read = (): void => setToken(tokenHere());
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  const link = useQuery({ queryKey: ["link", token], queryFn: () => api.inspectLink(token), enabled: token !== "", retry: false, staleTime: Infinity });
  if (token === "") return <Door title={t.link.title}><EmptyState title={t.link.noToken}>{t.link.noTokenHint}</EmptyState></Door>;
  if (link.isPending) return <Door title={t.link.title}><Loading what={t.things.link} /></Door>;
  if (link.isError) return <Door title={t.link.unusable}><ErrorState error={asError(link.error)} /></Door>;
  return (
    <Door title={t.link.welcome(link.data.name)} text={`${t.link.purpose[link.data.purpose]} ${t.link.until(moment(link.data.expires_at, new Date()))}`}>
      <PasswordForm key={token} token={token} login={link.data.login} />
    </Door>
  );
}

function PasswordForm({ token, login }: { token: string; login: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const redeem = useAct(async () => {
    const session = await api.redeemLink(token, password);
    setCsrfToken(session.csrf_token);
    client.clear();
    client.setQueryData(SESSION_KEY, session);
    await navigate({ href: landingOf(session.projects), replace: true });
  });
  const missing = SHORTEST - [...password].length;
  return (
    <Form onSubmit={() => void redeem.run()}>
      <TextInput label={t.session.login} value={login} readOnly autoComplete="username" />
      <PasswordInput label={t.link.newPassword} description={missing > 0 ? t.link.passwordRule(SHORTEST, missing) : t.link.passwordLongEnough} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="new-password" />
      <ErrorLine error={redeem.error} />
      <div>
        <Button type="submit" kind="primary" busy={redeem.busy} disabled={missing > 0}>{t.link.setAndSignIn}</Button>
      </div>
    </Form>
  );
}
