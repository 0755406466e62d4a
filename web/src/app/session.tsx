// Who is signed in; when a session ends, the page stays and a dialog asks for the password again.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState } from "react";
import { api } from "@/api/calls";
import { asError, setToken, whenSessionEnds } from "@/api/http";
import type { Role, Session } from "@/api/types";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, PasswordInput, TextInput } from "@/ui/Fields";
import type { ErrorValue } from "@/ui/Messages";
import { ErrorLine } from "@/ui/Messages";
import { resumeOutboxes } from "./outboxes";

export const SESSION_KEY = ["session"] as const;

const SessionContext = createContext<Session | null>(null);

/** The session of whoever is signed in; only below pages that need one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("This page needs a session.");
  return session;
}

export const SessionProvider = SessionContext.Provider;

export function useSessionQuery() {
  const query = useQuery({ queryKey: SESSION_KEY, queryFn: api.session, retry: false, staleTime: 60_000 });
  // Before the children of this render make their first unsafe call.
  if (query.data !== undefined) setToken(query.data.csrf_token, query.data.user.id);
  return query;
}

export function rolesSentence(roles: readonly Role[]): string {
  return roles.map((role) => t.roles[role]).join(", ");
}

/** Appears when any call comes back with "not signed in"; what is on the page stays there. */
export function SignInAgain({ session }: { session: Session }) {
  const client = useQueryClient();
  const [ended, setEnded] = useState(false);
  const [password, setPassword] = useState("");
  const [error, setError] = useState<ErrorValue | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    whenSessionEnds(() => setEnded(true));
    return () => whenSessionEnds(() => undefined);
  }, []);
  const signIn = async (): Promise<void> => {
    setBusy(true);
    try {
      const next = await api.signIn(session.user.login, password);
      setToken(next.csrf_token, next.user.id);
      client.setQueryData(SESSION_KEY, next);
      setPassword("");
      setError(null);
      setEnded(false);
      await resumeOutboxes();
      // Work that lies on a desk stays there; only a claim that failed is made again.
      await client.invalidateQueries({ predicate: ({ queryKey, state }) => !/claim$/i.test(String(queryKey[0])) || state.status === "error" });
    } catch (cause) {
      setError(asError(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t.session.endedTitle} opened={ended} onClose={() => setEnded(false)}>
      <Form onSubmit={() => void signIn()}>
        <p className="soft">{t.session.endedText}</p>
        <TextInput label={t.session.login} value={session.user.login} readOnly autoComplete="username" />
        <PasswordInput label={t.session.password} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="current-password" data-autofocus />
        <ErrorLine error={error} />
        <div>
          <Button type="submit" kind="primary" busy={busy} disabled={password === ""}>{t.session.signIn}</Button>
        </div>
      </Form>
    </Dialog>
  );
}
