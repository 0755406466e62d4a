// No work is lost: through lost networks at every request, ended logins, closed tabs and refusals.
import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import type { DraftRecord, SendResult, Shelf, SubmissionRecord, Transport } from "./model";
import { Outbox } from "./outbox";
import { openShelf } from "./shelf";

let people = 0;

/** A server that keeps what it acknowledged, once a key, and whose next answers can be set. */
class FakeServer implements Transport {
  readonly submissions = new Map<string, unknown>();
  readonly drafts = new Map<string, DraftRecord>();
  readonly script: (SendResult["kind"] | "lost-reply")[] = [];
  tries = 0;

  async sendSubmission(record: SubmissionRecord): Promise<SendResult> {
    const next = this.#next();
    if (next === "acknowledged" || next === "lost-reply") this.submissions.set(record.key, record.payload);
    return this.#result(next);
  }

  async sendDraft(draft: DraftRecord): Promise<SendResult> {
    const next = this.#next();
    if (next === "acknowledged" || next === "lost-reply") this.drafts.set(draft.assignmentId, draft);
    return this.#result(next);
  }

  #next(): SendResult["kind"] | "lost-reply" {
    this.tries += 1;
    return this.script.shift() ?? "acknowledged";
  }

  #result(kind: SendResult["kind"] | "lost-reply"): SendResult {
    if (kind === "lost-reply") return { kind: "offline" };
    if (kind === "refused") return { kind, refusal: { code: "queue.lease_lapsed", message: "The lease ended.", hint: "Claim it again." } };
    return { kind };
  }
}

/** A clock whose alarms ring when the test says so. */
class HandClock {
  readonly alarms: { task: () => void; ms: number }[] = [];

  readonly later = (task: () => void, ms: number): (() => void) => {
    const alarm = { task, ms };
    this.alarms.push(alarm);
    return () => {
      const at = this.alarms.indexOf(alarm);
      if (at !== -1) this.alarms.splice(at, 1);
    };
  };

  ring(): void {
    for (const alarm of this.alarms.splice(0)) alarm.task();
  }
}

async function setUp(shelf?: Shelf): Promise<{ outbox: Outbox; server: FakeServer; clock: HandClock; shelf: Shelf }> {
  const server = new FakeServer();
  const clock = new HandClock();
  people += 1;
  const own = shelf ?? (await openShelf(`person-${String(people)}`));
  let keys = 0;
  let now = 0;
  const person = people;
  const newKey = (): string => `key-${String(person)}-${String((keys += 1))}`;
  const outbox = new Outbox({ shelf: own, transport: server, newKey, nowMs: () => (now += 1), later: clock.later });
  return { outbox, server, clock, shelf: own };
}

describe("Outbox", () => {
  it("sends an answer and forgets it only once it is acknowledged", async () => {
    const { outbox, server, shelf } = await setUp();
    await outbox.submit("a1", { marks: 3 });
    expect(outbox.state().pendingSubmissions).toBe(1);
    await outbox.flush();
    expect([...server.submissions.values()]).toEqual([{ marks: 3 }]);
    expect([outbox.state().pendingSubmissions, await shelf.submissions()]).toEqual([0, []]);
  });

  it("keeps everything while offline, says so, and sends it when the network is back", async () => {
    const { outbox, server, clock } = await setUp();
    server.script.push("offline", "offline");
    await outbox.submit("a1", 1);
    await outbox.flush();
    expect([outbox.state().link, outbox.state().pendingSubmissions]).toEqual(["offline", 1]);
    clock.ring();
    await outbox.flush();
    clock.ring();
    await outbox.flush();
    expect([outbox.state().link, outbox.state().pendingSubmissions, server.submissions.size]).toEqual(["online", 0, 1]);
  });

  it("waits longer after each failed try, at most half a minute", async () => {
    const { outbox, server, clock } = await setUp();
    server.script.push(...Array.from({ length: 12 }, () => "offline" as const));
    await outbox.submit("a1", 1);
    const waits: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      await outbox.flush();
      waits.push(clock.alarms.at(-1)?.ms ?? 0);
      clock.alarms.splice(0);
    }
    expect(waits.slice(-1)).toEqual([30_000]);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
  });

  it("stops for an ended login and goes on after the next one", async () => {
    const { outbox, server } = await setUp();
    server.script.push("login");
    await outbox.submit("a1", 1);
    await outbox.flush();
    server.script.splice(0);
    expect([outbox.state().link, server.submissions.size]).toEqual(["login", 0]);
    await outbox.resume();
    expect([outbox.state().link, server.submissions.size]).toEqual(["online", 1]);
  });

  it("uses one key for all tries of an answer, so that a lost reply makes no second one", async () => {
    const { outbox, server } = await setUp();
    server.script.push("lost-reply", "lost-reply");
    await outbox.submit("a1", 1);
    for (let turn = 0; turn < 3; turn += 1) await outbox.flush();
    expect(server.submissions.size).toBe(1);
    expect(server.tries).toBeGreaterThan(1);
    expect(outbox.state().pendingSubmissions).toBe(0);
  });

  it("keeps a refused answer and shows why, and goes on with the others", async () => {
    const { outbox, server, shelf } = await setUp();
    server.script.push("refused");
    await outbox.submit("a1", "first");
    await outbox.flush();
    await outbox.submit("a2", "second");
    await outbox.flush();
    expect(outbox.state().refused.map((r) => r.refusal?.code)).toEqual(["queue.lease_lapsed"]);
    expect([...server.submissions.values()]).toEqual(["second"]);
    expect((await shelf.submissions()).map((r) => r.payload)).toEqual(["first"]);
    await outbox.dismiss(outbox.state().refused[0]?.key ?? "");
    expect(outbox.state().refused).toEqual([]);
  });

  it("writes a draft here at once and sends only the newest when the hand rests", async () => {
    const { outbox, server, clock, shelf } = await setUp();
    await outbox.saveDraft("a1", 1, "one");
    await outbox.saveDraft("a1", 2, "two");
    expect((await shelf.getDraft("a1"))?.payload).toBe("two");
    expect(server.tries).toBe(0);
    clock.ring();
    await outbox.flush();
    expect([server.drafts.get("a1")?.payload, outbox.state().savedVersions.get("a1")]).toEqual(["two", 2]);
    expect(server.tries).toBe(1);
  });

  it("sends a version drawn while an older one was on the way", async () => {
    const { outbox, server, clock } = await setUp();
    await outbox.saveDraft("a1", 1, "one");
    const original = server.sendDraft.bind(server);
    server.sendDraft = async (draft) => {
      server.sendDraft = original;
      await outbox.saveDraft("a1", 2, "two");
      return original(draft);
    };
    clock.ring();
    await outbox.flush();
    clock.ring();
    await outbox.flush();
    expect([server.drafts.get("a1")?.payload, outbox.state().savedVersions.get("a1")]).toEqual(["two", 2]);
  });

  it("replaces the draft by the answer in one step, so that no old draft comes after it", async () => {
    const { outbox, server, clock, shelf } = await setUp();
    await outbox.saveDraft("a1", 1, "draft");
    await outbox.submit("a1", "answer");
    clock.ring();
    await outbox.flush();
    expect([server.drafts.size, [...server.submissions.values()], await shelf.drafts()]).toEqual([0, ["answer"], []]);
  });

  it("picks up what a closed tab left, drafts and answers alike", async () => {
    const first = await setUp();
    first.server.script.push(...Array.from({ length: 5 }, () => "offline" as const));
    await first.outbox.submit("a1", "answer");
    await first.outbox.saveDraft("a2", 4, "draft");
    await first.outbox.flush();
    first.outbox.close();
    const second = await setUp(first.shelf);
    await second.outbox.resume();
    expect([[...second.server.submissions.values()], second.server.drafts.get("a2")?.payload]).toEqual([["answer"], "draft"]);
  });

  it("does not send one person's work from another's session", async () => {
    const first = await setUp();
    first.server.script.push("offline");
    await first.outbox.submit("a1", "answer");
    await first.outbox.flush();
    const second = await setUp();
    await second.outbox.resume();
    expect(second.server.submissions.size).toBe(0);
  });

  it("says when it cannot write here, instead of pretending", async () => {
    const { shelf } = await setUp();
    const full: Shelf = { ...shelf, putDraft: () => Promise.reject(new Error("QuotaExceededError")) };
    const { outbox } = await setUp(full);
    await expect(outbox.saveDraft("a1", 1, "x")).rejects.toThrow("Quota");
    expect(outbox.state().shelfFailed).toBe(true);
  });

  it("loses nothing and doubles nothing when the network fails at any request of a run", async () => {
    for (let cut = 0; cut < 24; cut += 1) {
      for (const way of ["offline", "lost-reply", "login"] as const) {
        const { outbox, server, clock } = await setUp();
        server.script.push(...Array.from({ length: cut }, () => "acknowledged" as const), way);
        for (let task = 0; task < 12; task += 1) {
          await outbox.saveDraft(`a${String(task)}`, 1, task);
          clock.ring();
          await outbox.flush();
          await outbox.submit(`a${String(task)}`, task);
          await outbox.flush();
        }
        await outbox.resume();
        expect([...server.submissions.values()].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 12 }, (_, at) => at));
        expect(outbox.state()).toMatchObject({ pendingSubmissions: 0, link: "online" });
      }
    }
  });
});
