// One way to the server: same origin, the session's cookie, the CSRF token on unsafe calls, errors as values with a next step.

import { t } from "@/text/en";

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

export interface CallOptions {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | null | undefined>>;
  readonly body?: unknown;
  /** Sent as it is, for pictures and archives. */
  readonly raw?: Blob;
  readonly signal?: AbortSignal;
}

let csrfToken = "";
let onSessionEnd: () => void = () => undefined;

export function setToken(token: string): void {
  csrfToken = token;
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
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? filled : `${filled}?${text}`;
}

export async function call<T>(method: Method, template: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.raw !== undefined) headers["Content-Type"] = options.raw.type === "" ? "application/octet-stream" : options.raw.type;
  const body = options.raw ?? (options.body === undefined ? null : JSON.stringify(options.body));
  let response: Response;
  try {
    response = await fetch(addressOf(template, options), { method, headers, body, credentials: "same-origin", ...(options.signal ? { signal: options.signal } : {}) });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new UnreachableError(cause);
  }
  if (response.ok) return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
  throw await errorOf(response);
}

async function errorOf(response: Response): Promise<Error> {
  const parsed: unknown = await response.json().catch(() => null);
  const error = typeof parsed === "object" && parsed !== null && "error" in parsed ? (parsed.error as { code: string; message: string; hint: string; details?: unknown }) : null;
  if (error === null) {
    // A proxy between us answered, not the server.
    return response.status >= 502 ? new UnreachableError() : new ApiError(response.status, { code: "web.unexpected", message: t.errors.unexpected(response.status), hint: t.errors.unexpectedHint });
  }
  const refused = new ApiError(response.status, error);
  if (response.status === 401) onSessionEnd();
  return refused;
}

/** Any thrown value as what an error line shows. */
export function asError(cause: unknown): { message: string; hint: string; code: string } {
  if (cause instanceof ApiError || cause instanceof UnreachableError) return { message: cause.message, hint: cause.hint, code: cause.code };
  return { message: cause instanceof Error ? cause.message : String(cause), hint: "", code: "web.error" };
}
