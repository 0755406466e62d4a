// Answers the pages' calls from invented data, so that they can be looked at without a server. Development only.
import type * as T from "@/api/types";
import * as f from "./fixtures";
import { pictureOf, WIDTH, HEIGHT } from "./scene";

const P = "/v1/projects/blood-cells";
const page = <R>(rows: R[]): T.Page<R> => ({ rows, next: null });

const roles: T.Role[] = (new URLSearchParams(location.search).get("roles") ?? "annotator,reviewer,expert,lead,approver,auditor").split(",") as T.Role[];
const project: T.Project = { id: "p1", slug: "blood-cells", name: "Blood cells", created_at: f.when(-5000), roles, n_items: 364, schema_version: 3, guideline_version: 5, demo: true };
const session: T.Session = { user: { id: "im", name: "Ines Moreau", login: "ines", is_admin: false, simulated: true }, csrf_token: "t", projects: [project], server: { version: "0", demo: true } };
const empty = new URLSearchParams(location.search).has("empty");

const GET: Record<string, () => unknown> = {
  "/v1/session": () => session,
  "/v1/projects": () => ({ rows: [project] }),
  [P]: () => project,
  [`${P}/overview`]: () => (empty ? { ...f.overview, progress: { ...f.overview.progress, n_items: 0 } } : f.overview),
  [`${P}/people`]: () => page(f.people),
  [`${P}/people/ek`]: () => f.personPage,
  [`${P}/people/ek/crops`]: () => page([2, 3, 5, 6, 8, 9, 11].map((seed) => f.crop(seed, "expected", "4.2 edge"))),
  [`${P}/members`]: () => page(f.people.map((row): T.Member => ({ user: row.user, login: row.user.id, roles: ["annotator"], state: row.state, paused_at: null, last_seen_at: f.when(-8), n_submissions: row.n_submissions }))),
  [`${P}/schemas/current`]: () => f.schema,
  [`${P}/schemas/3`]: () => f.schema,
  [`${P}/guidelines/current`]: () => f.guideline,
  [`${P}/guidelines/5`]: () => f.guideline,
  [`${P}/findings`]: () => page([f.finding]),
  [`${P}/practice`]: () => f.looked,
  [`${P}/releases`]: () => page([f.release, { ...f.release, id: "r1", name: "r1", state: "signed", changes: null }]),
  [`${P}/releases/r2`]: () => f.release,
  [`${P}/releases/r1`]: () => ({ ...f.release, name: "r1", state: "blocked", gates: f.blockers, signatures: [], may_sign: false, why_not: "The gates do not pass yet.", digest: null, merkle_root: null, frozen_at: null, changes: null }),
  [`${P}/me/figures`]: () => f.figures,
  [`${P}/me/assignments`]: () => page(Array.from({ length: 9 }, (_, n): T.MyAssignment => ({ id: `a-q7M-${String(n)}kx`, state: "submitted", submitted_at: f.when(-n * 9), n_marks: 12 + n, verdict: (["none", "accepted", "fixed", "rejected"] as const)[n % 4] ?? "none", reason: n % 4 === 3 ? "Marks are missing" : null }))),
  [`${P}/items`]: () => page(f.items),
  [`${P}/items/i1/why`]: () => ({ item: f.items[1], marks: ["Ana Duarte", "Bo Lindqvist"].map((name) => f.person(name, name)).flatMap((author, n) => f.marks(1, 6 * n).map((m): T.WhyMark => ({ ...m, id: m.id + author.id, author, submission_id: "s", guideline_version: 5, schema_version: 3, seconds: 61, received_at: f.when(-30), origin: "drawn" }))), verdicts: [], consensus: [{ batch_id: "b1", state: "agreed", mean_iou: 0.81, f1: 0.92, inputs: ["s"], settled_by: null, note: null, notes: [], marks: f.marks(1).map(({ label_class, shape, bbox }) => ({ label_class, shape, bbox, confidence: 0.97, n_votes: 2, drawn_by: ["A", "B"] })) }], gold: null, releases: [], amount: null, currency: null, predictions: [] } satisfies Omit<T.ItemWhy, "item"> & { item: unknown }),
  [`${P}/gold`]: () => page(f.items.slice(0, 4).map((item): T.GoldRow => ({ item_id: item.id, image_url: item.image_url, thumb_url: item.thumb_url, version: 1, state: "live", signed_by: f.person("ao", "Amara Okonkwo"), signed_at: f.when(-900), n_marks: 14, clauses: ["2.1", "4.2"], n_answers: 5, n_wrong: 1 }))),
  [`${P}/contests`]: () => page<T.Contest>([{ id: "c1", verdict: f.verdict("v9", 6, 1), user: f.person("ek", "Elif Kaya"), text: "The platelet is debris.", state: "open", ruling: null, created_at: f.when(-20) }]),
  [`${P}/imports`]: () => page<T.Import>([{ id: "im1", kind: "folder", name: "BCCD", state: "running", n_found: 364, n_done: 212, n_accepted: 200, n_refused: 4, n_duplicates: 6, n_near_duplicates: 2, n_marks: 2800, started_at: f.when(-2), finished_at: null, error: null, warnings: [] }]),
  [`${P}/imports/im1/rows`]: () => page<T.ImportRow>([{ name: "a/broken.jpg", state: "refused", code: "items.truncated", reason: "The JPEG ends after 1,024 of 40,112 bytes.", hint: "Copy the file again.", item_id: null }]),
  [`${P}/batches`]: () => page<T.Batch>([{ id: "b1", name: "Batch 02", state: "open", practice: false, n_tasks: 364, n_answers_wanted: 1092, n_answers: 871, policy: { ...policy, priority: 0, blind: false }, created_at: f.when(-300) }, { id: "b2", name: "Now you", state: "open", practice: true, n_tasks: 6, n_answers_wanted: 6, n_answers: 2, policy: { ...policy, priority: 0, blind: false }, created_at: f.when(-30) }]),
  [`${P}/policy`]: () => policy,
  [`${P}/audit`]: () => page<T.AuditEvent>(Array.from({ length: 20 }, (_, n): T.AuditEvent => ({ seq: 4200 - n, at: f.when(-n), actor: { id: "ek", kind: "person", name: "Elif Kaya" }, action: "annotations.submitted", subject: `assignment/0193-${String(n)}`, why: "submit", body: {} }))),
  [`${P}/audit/head`]: () => ({ size: 4200, root: "2b7d11aa90c4e5f1d8a3b6c7e9f00112233445566778899aabbccddeeff0011a", at: f.when(0) }),
};

const policy: T.Policy = { version: 4, preset: "strict", alarm_run_length: 1000, min_gold_images: 10, leads_may_sign: true, overlap: 3, gold_rate: 0.18, gold_everyone: true, review_share: 0.1, agreement_threshold: 0.7, match_iou: 0.5, tight_iou: 0.75, max_error: 0.15, accepted_error: 0.05, min_gold_lower: 0.8, min_agreement_lower: 0.85, signatures_needed: 2, lease_s: 1800, blind_names: true };

const practice = new URLSearchParams(location.search).has("practice");
const practiceDone = new URLSearchParams(location.search).has("done");

const POST: Record<string, () => unknown> = {
  [`${P}/claims`]: () => (practiceDone ? { assignment: null, reason: "empty" } : { assignment: f.nextAssignment(practice), reason: "none" }),
  [`${P}/reviews/claims`]: () => ({ review: { id: "rev1", reason: "put_back", image_url: pictureOf(9), width_px: WIDTH, height_px: HEIGHT, marks: f.marks(9), author: f.person("ek", "Elif Kaya"), schema_version: 3, guideline_version: 5, n_open: 61, lease_until_at: f.when(900) } satisfies T.Review }),
  [`${P}/adjudications/claims`]: () => ({ adjudication: f.adjudication }),
  "/v1/links/inspect": () => ({ name: "Dewi Santoso", login: "dewi", purpose: "invite", expires_at: f.when(3000) }),
};

function answer(method: string, path: string): { status: number; body: unknown } {
  const found = (method === "GET" ? GET : POST)[path];
  if (found !== undefined) return { status: 200, body: found() };
  if (path.endsWith("/draft")) return { status: 200, body: { revision: Math.floor(performance.now()), saved_at: f.when(0) } };
  if (path.endsWith("/submission")) return { status: 200, body: { submission_id: "s1", received_at: f.when(0), practice: practice ? { is_gold: true, verdict: f.verdict("v", 4, 2) } : null } };
  return { status: 404, body: { error: { code: "web.story", message: `${method} ${path} has no story.`, hint: "Add it to stories/fakeServer.ts." } } };
}

export function installFakeServer(): void {
  globalThis.fetch = (input, init) => {
    const url = new URL(typeof input === "string" ? input : input instanceof URL ? input : input.url, location.origin);
    const { status, body } = answer(init?.method ?? "GET", url.pathname);
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } }));
  };
}
