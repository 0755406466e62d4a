// Every call the pages make, by name.

import { addressOf, call, sendRaw } from "./http";
import type * as T from "./types";

const P = "/v1/projects/{project}";


interface Slice {
  readonly cursor?: string | null;
  readonly limit?: number;
}

/** What the item browser looks for; empty parts ask nothing. */
export interface Looking {
  readonly state?: T.ItemState | null;
  readonly q?: string | null;
  readonly label_class?: string | null;
  readonly author?: string[];
  readonly gold?: "only" | "none" | null;
  readonly below?: number | null;
  readonly order?: "came" | "worst" | null;
}

/** Which gold items of an evaluation are asked for; empty parts ask nothing. */
export interface Behind {
  readonly kind?: T.EvaluationError["kind"] | null;
  readonly label_class?: string | null;
  readonly slice?: string | null;
  readonly beside?: "better" | "worse" | null;
  readonly wrong?: boolean;
}

export const api = {
  session: () => call("GET", "/v1/session", {}),
  signIn: (login: string, password: string) => call("POST", "/v1/session", { body: { login, password } }),
  signOut: () => call("DELETE", "/v1/session", {}),
  changePassword: (old_password: string, new_password: string) => call("POST", "/v1/session/password", { body: { old_password, new_password } }),
  inspectLink: (token: string) => call("POST", "/v1/links/inspect", { body: { token } }),
  redeemLink: (token: string, password: string) => call("POST", "/v1/links/redeem", { body: { token, password } }),

  projects: () => call("GET", "/v1/projects", {}),
  createProject: (name: string) => call("POST", "/v1/projects", { body: { name } }),
  project: (project: string) => call("GET", "/v1/projects/{project}", { path: { project } }),
  policy: (project: string) => call("GET", "/v1/projects/{project}/policy", { path: { project } }),
  savePolicy: (project: string, body: T.Policy) => call("PUT", "/v1/projects/{project}/policy", { path: { project }, body }),

  members: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/members", { path: { project }, query }),
  invite: (project: string, body: { name: string; login: string; roles: T.RoleList }) => call("POST", "/v1/projects/{project}/members", { path: { project }, body }),
  setRoles: (project: string, user: string, roles: T.RoleList) => call("PATCH", "/v1/projects/{project}/members/{user}", { path: { project, user }, body: { roles } }),
  resetPassword: (project: string, user: string) => call("POST", "/v1/projects/{project}/members/{user}/reset", { path: { project, user } }),
  pause: (project: string, user: string, why: string) => call("POST", "/v1/projects/{project}/members/{user}/pause", { path: { project, user }, body: { why } }),
  resume: (project: string, user: string, why: string) => call("POST", "/v1/projects/{project}/members/{user}/resume", { path: { project, user }, body: { why } }),
  putBack: (project: string, user: string, since_at: string, why: string) => call("POST", "/v1/projects/{project}/members/{user}/put-back", { path: { project, user }, body: { since_at, why } }),
  reassign: (project: string, user: string, why: string) => call("POST", "/v1/projects/{project}/members/{user}/reassign", { path: { project, user }, body: { why } }),

  schema: (project: string, version: number | "current" = "current") => call("GET", "/v1/projects/{project}/schemas/{version}", { path: { project, version: String(version) } }),
  saveSchema: (project: string, classes: T.LabelClass[]) => call("POST", "/v1/projects/{project}/schemas", { path: { project }, body: { classes } }),
  guideline: (project: string, version: number | "current" = "current") => call("GET", "/v1/projects/{project}/guidelines/{version}", { path: { project, version: String(version) } }),
  saveGuideline: (project: string, markdown: string, note: string) => call("POST", "/v1/projects/{project}/guidelines", { path: { project }, body: { markdown, note } }),
  addExample: (project: string, raw: Blob) => sendRaw("/v1/projects/{project}/guideline-examples", { path: { project }, raw }),

  imports: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/imports", { path: { project }, query }),
  import: (project: string, id: string) => call("GET", "/v1/projects/{project}/imports/{import_id}", { path: { project, import_id: id } }),
  importRows: (project: string, id: string, query: Slice & { state?: T.ImportRow["state"] }) => call("GET", "/v1/projects/{project}/imports/{import_id}/rows", { path: { project, import_id: id }, query }),
  createImport: (project: string, body: { kind: T.Import["kind"]; location?: string; labels: "as_author" | "ignore"; origin: "real" | "synthetic"; name?: string }) => call("POST", "/v1/projects/{project}/imports", { path: { project }, body }),
  uploadFile: (project: string, id: string, name: string, raw: Blob) => sendRaw("/v1/projects/{project}/imports/{import_id}/files", { path: { project, import_id: id }, query: { name }, raw }),
  startImport: (project: string, id: string) => call("POST", "/v1/projects/{project}/imports/{import_id}/start", { path: { project, import_id: id } }),

  items: (project: string, query: Slice & { state?: T.ItemState | null | undefined; q?: string | undefined }) => call("GET", "/v1/projects/{project}/items", { path: { project }, query }),
  item: (project: string, item: string) => call("GET", "/v1/projects/{project}/items/{item}", { path: { project, item } }),
  itemWhy: (project: string, item: string) => call("GET", "/v1/projects/{project}/items/{item}/why", { path: { project, item } }),

  batches: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/batches", { path: { project }, query }),
  createBatch: (project: string, body: { name: string; items: "unbatched" | [string, ...string[]] | string[]; practice?: boolean }) => call("POST", "/v1/projects/{project}/batches", { path: { project }, body }),
  closeBatch: (project: string, id: string) => call("POST", "/v1/projects/{project}/batches/{batch}/close", { path: { project, batch: id } }),
  openBatch: (project: string, id: string) => call("POST", "/v1/projects/{project}/batches/{batch}/open", { path: { project, batch: id } }),

  suggestion: (project: string, assignment: string) => call("GET", "/v1/projects/{project}/assignments/{assignment}/suggestion", { path: { project, assignment } }),
  claim: (project: string, practice: boolean, resume: boolean) => call("POST", "/v1/projects/{project}/claims", { path: { project }, body: { practice, resume } }),
  saveDraft: (project: string, id: string, body: { marks: T.MarkIn[]; seconds: number; revision: number }) => call("PUT", "/v1/projects/{project}/assignments/{assignment}/draft", { path: { project, assignment: id }, body }),
  renew: (project: string, id: string) => call("POST", "/v1/projects/{project}/assignments/{assignment}/renew", { path: { project, assignment: id } }),
  submit: (project: string, id: string, body: { client_key: string; marks: T.MarkIn[]; seconds: number; schema_version: number; guideline_version: number }) => call("POST", "/v1/projects/{project}/assignments/{assignment}/submission", { path: { project, assignment: id }, body }),
  skip: (project: string, id: string, reason: string) => call("POST", "/v1/projects/{project}/assignments/{assignment}/skip", { path: { project, assignment: id }, body: { reason } }),
  myAssignments: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/me/assignments", { path: { project }, query }),
  myFigures: (project: string) => call("GET", "/v1/projects/{project}/me/figures", { path: { project } }),
  contest: (project: string, verdict_id: string, text: string) => call("POST", "/v1/projects/{project}/contests", { path: { project }, body: { verdict_id, text } }),

  gold: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/gold", { path: { project }, query }),
  goldItem: (project: string, item: string) => call("GET", "/v1/projects/{project}/gold/{item}", { path: { project, item } }),
  signGold: (project: string, item_id: string, marks: T.GoldMark[], why: string) => call("POST", "/v1/projects/{project}/gold", { path: { project }, body: { item_id, marks, why } }),
  retireGold: (project: string, item: string, why: string, withdraw: boolean) => call("POST", "/v1/projects/{project}/gold/{item}/retire", { path: { project, item }, body: { why, withdraw } }),
  contests: (project: string, state: "open" | "closed" | "all") => call("GET", "/v1/projects/{project}/contests", { path: { project }, query: { state } }),
  rule: (project: string, id: string, upheld: boolean, text: string) => call("POST", "/v1/projects/{project}/contests/{contest}/ruling", { path: { project, contest: id }, body: { upheld, text } }),

  claimReview: (project: string, user_id: string | null) => call("POST", "/v1/projects/{project}/reviews/claims", { path: { project }, body: user_id === null ? {} : { user_id } }),
  verdict: (project: string, id: string, body: { verdict: "accept" | "fix" | "reject"; reason_code?: T.ReasonCode; note?: string; notes?: { mark_id: string; text: string }[]; marks?: T.MarkIn[]; client_key: string; seconds: number }) => call("POST", "/v1/projects/{project}/reviews/{review}/verdict", { path: { project, review: id }, body }),
  claimAdjudication: (project: string) => call("POST", "/v1/projects/{project}/adjudications/claims", { path: { project }, body: {} }),
  settle: (project: string, id: string, body: { marks: T.MarkIn[]; note?: string; notes?: { mark_id: string; text: string }[]; client_key: string; seconds: number }) => call("POST", "/v1/projects/{project}/adjudications/{adjudication}/settlement", { path: { project, adjudication: id }, body }),

  overview: (project: string) => call("GET", "/v1/projects/{project}/overview", { path: { project } }),
  people: (project: string) => call("GET", "/v1/projects/{project}/people", { path: { project }, query: { limit: 200 } }),
  person: (project: string, user: string) => call("GET", "/v1/projects/{project}/people/{user}", { path: { project, user } }),
  pace: (project: string, user: string) => call("GET", "/v1/projects/{project}/people/{user}/pace", { path: { project, user } }),
  crops: (project: string, user: string, query: { kind?: T.ErrorKind; clause?: string }, cursor: string | null) => call("GET", "/v1/projects/{project}/people/{user}/crops", { path: { project, user }, query: { ...query, cursor, limit: 24 } }),
  findings: (project: string) => call("GET", "/v1/projects/{project}/findings", { path: { project } }),
  practice: (project: string) => call("GET", "/v1/projects/{project}/practice", { path: { project } }),
  comparePractice: (project: string) => call("POST", "/v1/projects/{project}/practice", { path: { project } }),
  draftOfFinding: (project: string, id: string, clause: string) => call("GET", "/v1/projects/{project}/findings/{finding}/draft", { path: { project, finding: id }, query: { clause_id: clause } }),
  publishFinding: (project: string, id: string, body: { clause_id: string; markdown: string; why: string; whole: boolean }) => call("POST", "/v1/projects/{project}/findings/{finding}/publish", { path: { project, finding: id }, body }),
  dismissFinding: (project: string, id: string, why: string) => call("POST", "/v1/projects/{project}/findings/{finding}/dismiss", { path: { project, finding: id }, body: { why } }),

  releases: (project: string) => call("GET", "/v1/projects/{project}/releases", { path: { project }, query: { limit: 200 } }),
  release: (project: string, id: string) => call("GET", "/v1/projects/{project}/releases/{release}", { path: { project, release: id } }),
  createRelease: (project: string, body: { name?: string; note?: string }) => call("POST", "/v1/projects/{project}/releases", { path: { project }, body }),
  checkRelease: (project: string, id: string) => call("POST", "/v1/projects/{project}/releases/{release}/check", { path: { project, release: id } }),
  signRelease: (project: string, id: string, password: string, meaning: string) => call("POST", "/v1/projects/{project}/releases/{release}/signatures", { path: { project, release: id }, body: { password, meaning } }),
  refuseRelease: (project: string, id: string, reason: string) => call("POST", "/v1/projects/{project}/releases/{release}/refusal", { path: { project, release: id }, body: { reason } }),

  browse: (project: string, query: Looking & Slice) => call("GET", "/v1/projects/{project}/browse", { path: { project }, query }),
  browseIds: (project: string, query: Looking) => call("GET", "/v1/projects/{project}/browse/ids", { path: { project }, query }),
  stripPlace: (project: string, place: number) => call("GET", "/v1/projects/{project}/overview/strip/{place}", { path: { project, place } }),
  classPage: (project: string, label_class: string) => call("GET", "/v1/projects/{project}/classes/{label_class}", { path: { project, label_class } }),
  pairs: (project: string) => call("GET", "/v1/projects/{project}/agreement/pairs", { path: { project } }),
  doubts: (project: string, query: Slice & { kind?: T.DoubtKind | null; label_class?: string | null; state?: T.DoubtState }) => call("GET", "/v1/projects/{project}/doubts", { path: { project }, query }),
  judgeDoubt: (project: string, doubt: string, state: T.DoubtState) => call("POST", "/v1/projects/{project}/doubts/{doubt}/verdict", { path: { project, doubt }, body: { state } }),
  releaseDiff: (project: string, release: string, query: Slice & { against?: string | null; kind?: T.DiffPlace["kind"] | null }) => call("GET", "/v1/projects/{project}/releases/{release}/diff", { path: { project, release }, query }),
  costs: (project: string) => call("GET", "/v1/projects/{project}/costs", { path: { project } }),
  rates: (project: string) => call("GET", "/v1/projects/{project}/costs/rates", { path: { project } }),
  saveRates: (project: string, body: T.RateCardNew) => call("POST", "/v1/projects/{project}/costs/rates", { path: { project }, body }),
  forecast: (project: string, query: { scale: number; overlap?: number; gold_rate?: number; review_share?: number; auto_share?: number }) => call("GET", "/v1/projects/{project}/costs/forecast", { path: { project }, query }),
  productionQuality: (project: string, every: "day" | "week" | "month") => call("GET", "/v1/projects/{project}/production/quality", { path: { project }, query: { every, points: 12 } }),
  productionChecks: (project: string, cursor: string | null) => call("GET", "/v1/projects/{project}/production/checks", { path: { project }, query: { cursor: cursor ?? undefined, limit: 25 } }),
  readiness: (project: string, scale: number) => call("GET", "/v1/projects/{project}/readiness", { path: { project }, query: { scale } }),

  models: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/models", { path: { project }, query }),
  model: (project: string, model: string) => call("GET", "/v1/projects/{project}/models/{model}", { path: { project, model } }),
  uploadModel: (project: string, raw: Blob) => sendRaw("/v1/projects/{project}/model-files", { path: { project }, raw }),
  registerModel: (project: string, body: T.ModelNew) => call("POST", "/v1/projects/{project}/models", { path: { project }, body }),
  trainers: (project: string) => call("GET", "/v1/projects/{project}/trainers", { path: { project } }),
  train: (project: string, body: { trainer: string; name: string; release: string; intended_use: string; config: Record<string, unknown>; client_key?: string }) => call("POST", "/v1/projects/{project}/model-runs", { path: { project }, body }),
  modelRuns: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/model-runs", { path: { project }, query }),
  modelRun: (project: string, run: string) => call("GET", "/v1/projects/{project}/model-runs/{run}", { path: { project, run } }),
  evaluations: (project: string, model: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/models/{model}/evaluations", { path: { project, model }, query }),
  evaluation: (project: string, evaluation: string) => call("GET", "/v1/projects/{project}/evaluations/{evaluation}", { path: { project, evaluation } }),
  evaluationItems: (project: string, evaluation: string, query: Behind & Slice) => call("GET", "/v1/projects/{project}/evaluations/{evaluation}/items", { path: { project, evaluation }, query }),
  evaluate: (project: string, model: string, body: { against?: string | null; min_confidence?: number } = {}) => call("POST", "/v1/projects/{project}/models/{model}/evaluations", { path: { project, model }, body }),
  suggestNow: (project: string, model: string) => call("POST", "/v1/projects/{project}/models/{model}/suggestions", { path: { project, model } }),
  certifyNow: (project: string, model: string) => call("POST", "/v1/projects/{project}/models/{model}/certificates", { path: { project, model } }),
  certificates: (project: string, query: Slice & { model?: string }) => call("GET", "/v1/projects/{project}/certificates", { path: { project }, query }),
  audits: (project: string, certificate: string) => call("GET", "/v1/projects/{project}/certificates/{certificate}/audits", { path: { project, certificate } }),
  suggestionPolicy: (project: string) => call("GET", "/v1/projects/{project}/suggestion-policy", { path: { project } }),
  saveSuggestionPolicy: (project: string, body: T.SuggestionPolicyNew) => call("PUT", "/v1/projects/{project}/suggestion-policy", { path: { project }, body }),
  suggestionFigures: (project: string) => call("GET", "/v1/projects/{project}/suggestion-figures", { path: { project } }),
  promotions: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/promotions", { path: { project }, query }),
  promotion: (project: string, promotion: string) => call("GET", "/v1/projects/{project}/promotions/{promotion}", { path: { project, promotion } }),
  askPromotion: (project: string, body: { model: string; why: string }) => call("POST", "/v1/projects/{project}/promotions", { path: { project }, body }),
  rollBack: (project: string, body: { reason: string; promotion_id: string }) => call("POST", "/v1/projects/{project}/rollbacks", { path: { project }, body }),
  actAlone: (project: string, proposal: string, body: { password: string; reason: string; digest: string }) => call("POST", "/v1/projects/{project}/proposals/{proposal}/emergency", { path: { project, proposal }, body }),
  putForward: (project: string, body: { kind: "threshold"; title: string; action: Record<string, unknown>; evidence: Record<string, string> }) => call("POST", "/v1/projects/{project}/proposals", { path: { project }, body }),

  inbox: (project: string) => call("GET", "/v1/projects/{project}/inbox", { path: { project } }),
  proposal: (project: string, proposal: string) => call("GET", "/v1/projects/{project}/proposals/{proposal}", { path: { project, proposal } }),
  signProposal: (project: string, proposal: string, body: { password: string; meaning: string; digest: string }) => call("POST", "/v1/projects/{project}/proposals/{proposal}/signatures", { path: { project, proposal }, body }),
  refuseProposal: (project: string, proposal: string, reason: string) => call("POST", "/v1/projects/{project}/proposals/{proposal}/refusal", { path: { project, proposal }, body: { reason } }),
  escalations: (project: string, state: "open" | "ruled" | "withdrawn") => call("GET", "/v1/projects/{project}/escalations", { path: { project }, query: { state, limit: 200 } }),
  escalate: (project: string, body: T.EscalationNew) => call("POST", "/v1/projects/{project}/escalations", { path: { project }, body }),
  myEscalations: (project: string) => call("GET", "/v1/projects/{project}/me/escalations", { path: { project } }),
  ruleEscalation: (project: string, escalation: string, body: { ruling: string; clause?: { number: string; text: string } | null }) => call("POST", "/v1/projects/{project}/escalations/{escalation}/ruling", { path: { project, escalation }, body }),
  presets: (project: string) => call("GET", "/v1/projects/{project}/policy/presets", { path: { project } }),
  guidelines: (project: string) => call("GET", "/v1/projects/{project}/guidelines", { path: { project }, query: { limit: 200 } }),
  reviews: (project: string, query: Slice & { state?: "open" | "closed" }) => call("GET", "/v1/projects/{project}/reviews", { path: { project }, query }),
  adjudications: (project: string, query: Slice) => call("GET", "/v1/projects/{project}/adjudications", { path: { project }, query }),

  descriptions: (project: string) => call("GET", "/v1/projects/{project}/descriptions", { path: { project } }),
  monitors: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/monitors", { path: { project }, query }),
  startMonitor: (project: string, body: T.MonitorNew) => call("POST", "/v1/projects/{project}/monitors", { path: { project }, body }),
  stopMonitor: (project: string, monitor: string) => call("POST", "/v1/projects/{project}/monitors/{monitor}/stop", { path: { project, monitor } }),
  driftChecks: (project: string, monitor: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/monitors/{monitor}/checks", { path: { project, monitor }, query }),
  checkDrift: (project: string, monitor: string) => call("POST", "/v1/projects/{project}/monitors/{monitor}/checks", { path: { project, monitor } }),
  driftPictures: (project: string, monitor: string, check: string, query: Slice & { side: T.DriftSide }) => call("GET", "/v1/projects/{project}/monitors/{monitor}/checks/{check}/pictures", { path: { project, monitor, check }, query }),
  driftPairs: (project: string, monitor: string, check: string, n: number) => call("GET", "/v1/projects/{project}/monitors/{monitor}/checks/{check}/pairs", { path: { project, monitor, check }, query: { n } }),
  diagnoses: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/diagnoses", { path: { project }, query }),
  askExperts: (project: string, body: T.DiagnosisNew) => call("POST", "/v1/projects/{project}/diagnoses", { path: { project }, body }),
  diagnosisOutlook: (project: string) => call("GET", "/v1/projects/{project}/diagnosis-outlook", { path: { project } }),
  concludeDiagnosis: (project: string, diagnosis: string) => call("POST", "/v1/projects/{project}/diagnoses/{diagnosis}/conclusion", { path: { project, diagnosis } }),
  selections: (project: string, query: Slice = {}) => call("GET", "/v1/projects/{project}/selections", { path: { project }, query }),
  select: (project: string, body: T.SelectionNew) => call("POST", "/v1/projects/{project}/selections", { path: { project }, body }),
  selectionItems: (project: string, selection: string, query: Slice) => call("GET", "/v1/projects/{project}/selections/{selection}/items", { path: { project, selection }, query }),
  selectionGain: (project: string, selection: string) => call("GET", "/v1/projects/{project}/selections/{selection}/gain", { path: { project, selection } }),
  batchSelection: (project: string, selection: string, overlap: number | null) => call("POST", "/v1/projects/{project}/selections/{selection}/batch", { path: { project, selection }, body: { policy: overlap === null ? {} : { overlap } } }),
  rulebook: (project: string) => call("GET", "/v1/projects/{project}/rulebook", { path: { project } }),
  rulebookVersions: (project: string) => call("GET", "/v1/projects/{project}/rulebook/versions", { path: { project } }),
  rulebookFile: (project: string, version: number) => call("GET", "/v1/projects/{project}/rulebook/versions/{version}", { path: { project, version } }),
  checkRulebook: (project: string, source: string) => call("POST", "/v1/projects/{project}/rulebook/check", { path: { project }, body: { source } }),
  submitRulebook: (project: string, source: string, based_on: number) => call("POST", "/v1/projects/{project}/rulebook", { path: { project }, body: { source, based_on } }),
  proposals: (project: string, state: "open" | "closed" | "all") => call("GET", "/v1/projects/{project}/proposals", { path: { project }, query: { state, limit: 100 } }),

  auditChoices: (project: string) => call("GET", "/v1/projects/{project}/audit/choices", { path: { project } }),
  checkAudit: (project: string, from: { size: number; peaks: string[] }) => call("POST", "/v1/projects/{project}/audit/check", { path: { project }, body: from }),
  audit: (project: string, query: Slice & { action?: string; kind?: string; subject?: string; actor?: string; since?: string; until?: string }) => call("GET", "/v1/projects/{project}/audit", { path: { project }, query }),
  auditHead: (project: string) => call("GET", "/v1/projects/{project}/audit/head", { path: { project } }),
};

/** The address of a table as CSV. */
export function csvOf(project: string, table: string, query: Readonly<Record<string, string | number | readonly string[] | null | undefined>> = {}): string {
  return addressOf(`${P}/${table}`, { path: { project }, query: { ...query, format: "csv" } });
}

/** The address of a model card as Markdown. */
export function cardOf(project: string, model: string): string {
  return addressOf(`${P}/models/{model}/card`, { path: { project, model } });
}

export function downloadOf(project: string, id: string, images: boolean): string {
  return addressOf(`${P}/releases/{release}/download`, { path: { project, release: id }, query: { images: images ? 1 : 0 } });
}

export function exportOf(project: string, id: string, format: string, images: boolean): string {
  return addressOf(`${P}/releases/{release}/export`, { path: { project, release: id }, query: { format, images: images ? 1 : 0 } });
}
