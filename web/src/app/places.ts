// Where a link may lead after signing in.

/** Only places of this app: never an address that a stranger put into the link. */
export function safeNext(next: string | undefined): string | null {
  return next !== undefined && /^\/(?![/\\])/.test(next) && next !== "/" && !next.startsWith("/signin") ? next : null;
}
