// What a run is and how far it is, in words; and what is sent to begin it again.
import { api } from "@/api/calls";
import type { ModelRun } from "@/api/types";
import { t } from "@/text/en";
import type { StateName } from "@/ui/State";

export const RUN_SHAPES: Record<ModelRun["state"], StateName> = { waiting: "waiting", running: "waiting", finished: "ok", failed: "stop" };

/** A trainer's name is the kind of a training. */
export function isTraining(run: ModelRun): boolean {
  return !(run.kind in t.runs.kinds);
}

export function kindWords(run: ModelRun): string {
  return t.runs.kinds[run.kind] ?? t.runs.train(run.kind);
}

/** "step 2 of 3: fit" while it goes on; what is done of it when it failed. */
export function progressWords(run: ModelRun): string {
  const { steps, steps_done: done, state } = run;
  if (state === "finished") return t.runs.states["finished"] ?? state;
  if (state === "failed") return `${t.runs.states["failed"] ?? state}, ${t.runs.stepsDone(done, steps.length)}`;
  const next = steps[done];
  const words = next === undefined ? "" : t.runs.step(done + 1, steps.length, t.runs.steps[next] ?? next);
  return state === "waiting" ? `${t.runs.states["waiting"] ?? state}: ${words}` : words;
}

/** A run's settings without what is no setting of its trainer. */
export function trainingBody(run: ModelRun, releases: readonly { readonly id: string; readonly name: string }[]): Parameters<typeof api.train>[1] | null {
  const release = releases.find((each) => each.name === run.release);
  if (release === undefined) return null;
  const { intended_use: use, ...config } = run.config;
  return { trainer: run.kind, name: run.name, release: release.id, intended_use: typeof use === "string" ? use : "", config };
}

/** Begin the same again; rejects where its release is gone. */
export async function runAgain(slug: string, run: ModelRun): Promise<ModelRun> {
  if (!isTraining(run)) {
    const model = run.model_id ?? run.name;
    if (run.kind === "suggest") return api.suggestNow(slug, model);
    if (run.kind === "certify") return api.certifyNow(slug, model);
    const { against, min_confidence: least } = run.config;
    return api.evaluate(slug, model, { ...(typeof against === "string" || against === null ? { against } : {}), ...(typeof least === "number" ? { min_confidence: least } : {}) });
  }
  const releases = await api.releases(slug);
  const body = trainingBody(run, releases.rows);
  if (body === null) throw new Error(t.models.noneRelease);
  return api.train(slug, body);
}

export function isOpen(run: ModelRun): boolean {
  return run.state === "waiting" || run.state === "running";
}
