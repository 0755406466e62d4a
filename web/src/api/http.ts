// One way to the server: same origin, the session's cookie, the CSRF token on unsafe calls, errors as values with a next step.

import { t } from "@/text/en";
import type { paths } from "./schema";

/** What the server refused: its stable code, the thing and its value, the next step. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  readonly details: unknown;

  constructor(status: number, body: { code: string; message: string; hint: string; details?: unknown }) {
    super(body.message);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.hint = body.hint;
    this.details = body.details;
  }
}

/** The server could not be reached, or was too busy or away: worth another try. */
export class UnreachableError extends Error {
  readonly code = "web.unreachable";
  readonly hint = t.errors.unreachableHint;

  constructor(cause?: unknown) {
    super(t.errors.unreachable, { cause });
    this.name = "UnreachableError";
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

// What docs/openapi.json says about one route: its parameters, its body, the answer when it goes through.
type Operation<P extends keyof paths, M extends Method> = paths[P][Lowercase<M> & keyof paths[P]];
type Loose<Q> = { [K in keyof Q]?: Q[K] | null | undefined };
type PathPart<O> = O extends { parameters: { path: infer X } } ? { path: X } : unknown;
type QueryPart<O> = O extends { parameters: { query?: infer Q } } ? { query?: Loose<Q> } : unknown;
type BodyPart<O> = O extends { requestBody?: infer R } ? (NonNullable<R> extends { content: { "application/json": infer B } } ? { body?: B } : unknown) : unknown;
type Options<O> = PathPart<O> & QueryPart<O> & BodyPart<O>;
type Json<R> = R extends { content: { "application/json": infer J } } ? J : undefined;
type Answer<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202 | 204)]> : never;

interface CallOptions {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;
  readonly body?: unknown;
  /** Sent as it is, for pictures and archives. */
  readonly raw?: Blob;
}

let csrfToken = "";
let signedInAs = "";
let onSessionEnd: () => void = () => undefined;

/** The token of the session, and whose it is. */
export function setToken(token: string, userId = ""): void {
  csrfToken = token;
  signedInAs = userId;
}

/** Tell the app, once, that a call was refused because the session is over. */
export function whenSessionEnds(listener: () => void): void {
  onSessionEnd = listener;
}

/** Fill a path template and its query, each part escaped. */
export function addressOf(template: string, { path = {}, query = {} }: Pick<CallOptions, "path" | "query"> = {}): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name] ?? "")));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const each of value) search.append(name, String(each));
    else if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? filled : `${filled}?${text}`;
}

/** A call of the API: path, parameters, body and answer are checked against docs/openapi.json. */
export function call<M extends Method, P extends keyof paths>(method: M, template: P, options: Options<Operation<P, M>>): Promise<Answer<Operation<P, M>>> {
  return send(method, template, options as CallOptions);
}

/** Send a picture or an archive as it is. */
export function sendRaw<P extends keyof paths>(template: P, options: PathPart<Operation<P, "PUT">> & QueryPart<Operation<P, "PUT">> & { raw: Blob }): Promise<Answer<Operation<P, "PUT">>> {
  return send("PUT", template, options as CallOptions);
}

async function send<T>(method: Method, template: string, options: CallOptions = {}): Promise<T> {
  try {
    return await sendOnce<T>(method, template, options);
  } catch (cause) {
    // Somebody signed in again in another tab: the cookie is new and this tab's token old. Nothing was changed.
    if (!(cause instanceof ApiError) || cause.code !== "api.forged_request" || !(await tokenRenewed())) throw cause;
    return sendOnce<T>(method, template, options);
  }
}

/** Take the token of the session that the cookie belongs to now, if it is the same person's and another token. */
async function tokenRenewed(): Promise<boolean> {
  const { csrf_token: fresh, user } = await sendOnce<{ csrf_token: string; user: { id: string } }>("GET", "/v1/session");
  if (fresh === csrfToken || user.id !== signedInAs) return false;
  csrfToken = fresh;
  return true;
}

async function sendOnce<T>(method: Method, template: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.raw !== undefined) headers["Content-Type"] = options.raw.type === "" ? "application/octet-stream" : options.raw.type;
  const body = options.raw ?? (options.body === undefined ? null : JSON.stringify(options.body));
  const response = await fetch(addressOf(template, options), { method, headers, body, credentials: "same-origin" }).catch((cause: unknown) => {
    throw new UnreachableError(cause);
  });
  if (response.status === 204) return undefined as T;
  // An answer that breaks off on the way was not received: the call may be made again like one that was never sent.
  const text = await response.text().catch((cause: unknown) => {
    throw new UnreachableError(cause);
  });
  if (!response.ok) throw errorFrom(response.status, jsonOrNull(text));
  const parsed = jsonOrNull(text);
  if (parsed === null && text !== "null") throw new UnreachableError();
  return parsed as T;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details?: unknown;
}

function errorFrom(status: number, parsed: unknown): Error {
  const body = typeof parsed === "object" && parsed !== null && "error" in parsed ? (parsed.error as ErrorBody) : null;
  if (body === null) {
    // A proxy between us answered, not the server.
    return status >= 502 ? new UnreachableError() : new ApiError(status, { code: "web.unexpected", message: t.errors.unexpected(status), hint: t.errors.unexpectedHint });
  }
  // A wrong password is answered by 401 too, and ends nothing.
  if (status === 401 && body.code === "access.not_signed_in") onSessionEnd();
  return new ApiError(status, body);
}

/** Any thrown value as what an error line shows. */
export function asError(cause: unknown): { message: string; hint: string; code: string } {
  if (cause instanceof ApiError || cause instanceof UnreachableError) return { message: cause.message, hint: cause.hint, code: cause.code };
  return { message: cause instanceof Error ? cause.message : String(cause), hint: "", code: "web.error" };
}
