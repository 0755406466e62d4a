// Lets only signed-in people through; others go to the sign-in page and come back afterwards.
import { Outlet, useLocation } from "@tanstack/react-router";
import { ApiError, asError } from "@/api/http";
import { t } from "@/text/en";
import { ErrorState, Loading } from "@/ui/Messages";
import { GoOnce } from "./GoOnce";
import { SessionProvider, SignInAgain, useSessionQuery } from "./session";
import { TopProvider } from "./top";

export function SignedIn() {
  const session = useSessionQuery();
  const { href } = useLocation();
  if (session.data !== undefined && session.data !== null) {
    return (
      <SessionProvider value={session.data}>
        <TopProvider>
          <Outlet />
          <SignInAgain session={session.data} />
        </TopProvider>
      </SessionProvider>
    );
  }
  if (session.isPending) return <Loading what={t.things.session} />;
  if (session.error instanceof ApiError && session.error.status === 401) return <GoOnce to="/signin" next={href} />;
  return <ErrorState error={asError(session.error)} onRetry={() => void session.refetch()} />;
}
