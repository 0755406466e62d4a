// What happens around the canvas while somebody labels: time, drafts, lease, handing in.
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { api } from "@/api/calls";
import type { Receipt } from "@/api/types";
import type { AnswerPayload, ProjectOutbox } from "@/app/outboxes";
import { outboxFor } from "@/app/outboxes";
import { useProject } from "@/app/project";
import { useSession } from "@/app/session";
import { ActiveClock } from "@/core";
import type { AnnotationEngine, Snapshot } from "@/core";
import type { OutboxState } from "@/core/outbox";
import { toMarks } from "../work/marks";
import type { Work } from "./claimWork";

const RENEW_MS = 60_000;

export interface Desk {
  readonly outbox: OutboxState;
  readonly saved: number;
  readonly pending: number;
  readonly clock: ActiveClock;
  /** To be called when the picture is shown and the marks are loaded. */
  readonly begin: () => void;
  readonly saveNow: () => void;
  /** Resolves to what the server said, or null while it cannot be reached; the answer is safe here either way. */
  readonly submit: () => Promise<Receipt | null>;
}

const QUIET: OutboxState = { link: "online", pendingSubmissions: 0, savedVersions: new Map(), refused: [], shelfFailed: false };

export function useOutbox(): ProjectOutbox | null {
  const { user } = useSession();
  const { slug } = useProject();
  const [box, setBox] = useState<ProjectOutbox | null>(null);
  useEffect(() => {
    void outboxFor(user.id, slug).then(setBox);
  }, [user.id, slug]);
  return box;
}

export function useOutboxState(box: ProjectOutbox | null): OutboxState {
  return useSyncExternalStore(box?.outbox.subscribe ?? (() => () => undefined), box?.outbox.state ?? (() => QUIET));
}

export function useDesk(engine: AnnotationEngine | null, snapshot: Snapshot, work: Work): Desk {
  const { slug } = useProject();
  const box = useOutbox();
  const state = useOutboxState(box);
  const clock = useMemo(() => new ActiveClock(() => Date.now()), []);
  // The store's version when the picture was shown: what differs from it is this visit's work.
  const begun = useRef<{ id: string; version: number } | null>(null);
  const { assignment } = work;
  useActivity(clock);

  useEffect(() => {
    if (engine === null || box === null || begun.current?.id !== assignment.id || snapshot.version === begun.current.version) return;
    const payload = { marks: toMarks(snapshot.shapes, engine.editor.size), seconds: clock.seconds };
    // A failed write is shown by the save state itself.
    box.outbox.saveDraft(assignment.id, snapshot.version, payload).catch(() => undefined);
  }, [engine, box, assignment.id, snapshot.version, snapshot.shapes, clock]);

  useEffect(() => {
    const timer = setInterval(() => void api.renew(slug, assignment.id).catch(() => undefined), RENEW_MS);
    return () => clearInterval(timer);
  }, [slug, assignment.id]);

  const savedVersion = state.savedVersions.get(assignment.id) ?? begun.current?.version ?? 0;
  const pending = begun.current?.id === assignment.id ? (engine?.editor.store.changedSince(Math.max(savedVersion, begun.current.version)) ?? 0) : 0;
  return {
    outbox: state,
    saved: Math.max(0, snapshot.shapes.length - snapshot.nOpen - pending),
    pending,
    clock,
    begin: () => {
      if (engine === null) return;
      begun.current = { id: assignment.id, version: engine.snapshot().version };
      clock.restart(work.seconds);
    },
    saveNow: () => void box?.outbox.flush(),
    submit: async () => {
      if (engine === null || box === null) return null;
      const answer: AnswerPayload = {
        marks: toMarks(engine.snapshot().shapes, engine.editor.size),
        seconds: clock.seconds,
        schema_version: assignment.schema_version,
        guideline_version: assignment.guideline_version,
      };
      begun.current = null;
      await box.outbox.submit(assignment.id, answer);
      await box.outbox.flush();
      return box.receipts.get(assignment.id) ?? null;
    },
  };
}

/** Signs of life for the clock: pointer, keys, wheel; a hidden page rests. */
function useActivity(clock: ActiveClock): void {
  useEffect(() => {
    const touch = (): void => clock.touch();
    const hide = (): void => {
      if (document.hidden) clock.rest();
      else clock.touch();
    };
    for (const name of ["pointerdown", "pointermove", "keydown", "wheel"] as const) window.addEventListener(name, touch, { passive: true });
    document.addEventListener("visibilitychange", hide);
    return () => {
      for (const name of ["pointerdown", "pointermove", "keydown", "wheel"] as const) window.removeEventListener(name, touch);
      document.removeEventListener("visibilitychange", hide);
    };
  }, [clock]);
}
