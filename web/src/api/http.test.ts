// The way to the server: addresses are escaped, refusals keep their words, silence is not an answer, the token is sent.
import { afterEach, describe, expect, it, vi } from "vitest";
import { safeNext } from "@/app/places";
import { addressOf, ApiError, asError, call, setToken, UnreachableError, whenSessionEnds } from "./http";

function answer(status: number, body: unknown): void {
  vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response(status === 204 ? null : JSON.stringify(body), { status }))));
}

afterEach(() => {
  vi.unstubAllGlobals();
  whenSessionEnds(() => undefined);
});

describe("addresses", () => {
  it("escape every part, so that no name can change the path", () => {
    expect(addressOf("/v1/projects/{project}/items/{item}", { path: { project: "a/../b", item: "x?y#z" } })).toBe("/v1/projects/a%2F..%2Fb/items/x%3Fy%23z");
  });

  it("leave out what is not asked", () => {
    expect(addressOf("/v1/x", { query: { a: 1, b: null, c: undefined, d: "", e: "é&" } })).toBe("/v1/x?a=1&e=%C3%A9%26");
  });

  it("after signing in are places of this app only", () => {
    expect(["/p/a?x=1", "//evil.example", "/\\evil.example", "https://evil.example", "/signin", "/", undefined].map(safeNext)).toEqual(["/p/a?x=1", null, null, null, null, null, null]);
  });
});

describe("calls", () => {
  it("carry the token on unsafe calls only", async () => {
    setToken("t0k");
    answer(204, null);
    await call("DELETE", "/v1/session", {});
    await call("GET", "/v1/projects", {});
    const sent = vi.mocked(fetch).mock.calls.map(([, init]) => new Headers(init?.headers).get("X-CSRF-Token"));
    expect(sent).toEqual(["t0k", null]);
  });

  it("turn a refusal into its code, message and next step", async () => {
    answer(409, { error: { code: "queue.draft_stale", message: "Newer.", hint: "Reload.", details: { revision: 7 } } });
    const refused = await call("GET", "/v1/projects", {}).catch((cause: unknown) => cause);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({ status: 409, code: "queue.draft_stale", hint: "Reload.", details: { revision: 7 } });
  });

  it("say once that the session has ended", async () => {
    const ended = vi.fn();
    whenSessionEnds(ended);
    answer(401, { error: { code: "access.not_signed_in", message: "No.", hint: "" } });
    await expect(call("GET", "/v1/session", {})).rejects.toBeInstanceOf(ApiError);
    expect(ended).toHaveBeenCalledTimes(1);
  });

  it("take a wrong password for what it is, not for the end of the session", async () => {
    const ended = vi.fn();
    whenSessionEnds(ended);
    answer(401, { error: { code: "access.sign_in_failed", message: "No.", hint: "" } });
    await expect(call("GET", "/v1/session", {})).rejects.toBeInstanceOf(ApiError);
    expect(ended).not.toHaveBeenCalled();
  });

  it("tell an unreachable server from one that refuses", async () => {
    vi.stubGlobal("fetch", vi.fn(() => Promise.reject(new TypeError("network"))));
    await expect(call("GET", "/v1/projects", {})).rejects.toBeInstanceOf(UnreachableError);
    answer(502, "a proxy");
    await expect(call("GET", "/v1/projects", {})).rejects.toBeInstanceOf(UnreachableError);
    answer(500, { error: { code: "server.corrupt", message: "Broken.", hint: "Tell." } });
    await expect(call("GET", "/v1/projects", {})).rejects.toBeInstanceOf(ApiError);
    expect(asError(new Error("plain"))).toEqual({ message: "plain", hint: "", code: "web.error" });
  });

  it("take an answer that breaks off on the way for none", async () => {
    const torn = new ReadableStream({ start: (flow) => { flow.enqueue(new TextEncoder().encode('{"id": ')); flow.error(new TypeError("network")); } });
    vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response(torn, { status: 200 }))));
    await expect(call("GET", "/v1/projects", {})).rejects.toBeInstanceOf(UnreachableError);
    vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response('{"id": ', { status: 200 }))));
    await expect(call("GET", "/v1/projects", {})).rejects.toBeInstanceOf(UnreachableError);
  });

  it("are made again with the token of the same person's new session, and never with somebody else's", async () => {
    const tokens: (string | null)[] = [];
    const server = (user: string): void => {
      vi.stubGlobal("fetch", vi.fn((url: string, init?: RequestInit) => {
        if (url === "/v1/session" && init?.method === "GET") return Promise.resolve(Response.json({ csrf_token: "new", user: { id: user } }));
        const token = new Headers(init?.headers).get("X-CSRF-Token");
        tokens.push(token);
        return Promise.resolve(token === "new" ? Response.json({}) : Response.json({ error: { code: "api.forged_request", message: "No.", hint: "" } }, { status: 403 }));
      }));
    };
    server("ana");
    setToken("old", "ana");
    await call("DELETE", "/v1/session", {});
    setToken("old", "ana");
    server("bo");
    await expect(call("DELETE", "/v1/session", {})).rejects.toMatchObject({ code: "api.forged_request" });
    expect(tokens).toEqual(["old", "new", "old"]);
  });
});
