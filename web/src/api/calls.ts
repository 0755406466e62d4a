// Every call the pages make, by name.

import { addressOf, call } from "./http";
import type * as T from "./types";

const P = "/v1/projects/{project}";
type Query = Readonly<Record<string, string | number | null | undefined>>;

export const api = {
  session: () => call<T.Session>("GET", "/v1/session"),
  signIn: (login: string, password: string) => call<T.Session>("POST", "/v1/session", { body: { login, password } }),
  signOut: () => call<undefined>("DELETE", "/v1/session"),
  changePassword: (old_password: string, new_password: string) => call<T.Session>("POST", "/v1/session/password", { body: { old_password, new_password } }),
  inspectLink: (token: string) => call<T.LinkPurpose>("POST", "/v1/links/inspect", { body: { token } }),
  redeemLink: (token: string, password: string) => call<T.Session>("POST", "/v1/links/redeem", { body: { token, password } }),

  projects: () => call<{ rows: T.Project[] }>("GET", "/v1/projects"),
  createProject: (name: string) => call<T.Project>("POST", "/v1/projects", { body: { name } }),
  project: (project: string) => call<T.Project>("GET", P, { path: { project } }),
  policy: (project: string) => call<T.Policy>("GET", `${P}/policy`, { path: { project } }),
  savePolicy: (project: string, body: T.Policy) => call<T.Policy>("PUT", `${P}/policy`, { path: { project }, body }),

  members: (project: string, query: Query = {}) => call<T.Page<T.Member>>("GET", `${P}/members`, { path: { project }, query }),
  invite: (project: string, body: { name: string; login: string; roles: T.Role[] }) => call<{ user: T.Person; link: T.Link }>("POST", `${P}/members`, { path: { project }, body }),
  setRoles: (project: string, user: string, roles: T.Role[]) => call<T.Member>("PATCH", `${P}/members/{user}`, { path: { project, user }, body: { roles } }),
  resetPassword: (project: string, user: string) => call<{ link: T.Link }>("POST", `${P}/members/{user}/reset`, { path: { project, user } }),
  pause: (project: string, user: string, why: string) => call<T.Member>("POST", `${P}/members/{user}/pause`, { path: { project, user }, body: { why } }),
  resume: (project: string, user: string, why: string) => call<T.Member>("POST", `${P}/members/{user}/resume`, { path: { project, user }, body: { why } }),
  putBack: (project: string, user: string, since_at: string, why: string) => call<{ put_back_id: string; n_review: number; n_sampled: number }>("POST", `${P}/members/{user}/put-back`, { path: { project, user }, body: { since_at, why } }),
  reassign: (project: string, user: string, why: string) => call<{ n_returned: number }>("POST", `${P}/members/{user}/reassign`, { path: { project, user }, body: { why } }),

  schema: (project: string, version: number | "current" = "current") => call<T.Schema>("GET", `${P}/schemas/{version}`, { path: { project, version } }),
  saveSchema: (project: string, classes: T.LabelClass[]) => call<T.Schema>("POST", `${P}/schemas`, { path: { project }, body: { classes } }),
  guideline: (project: string, version: number | "current" = "current") => call<T.Guideline>("GET", `${P}/guidelines/{version}`, { path: { project, version } }),
  saveGuideline: (project: string, markdown: string, note: string) => call<T.Guideline>("POST", `${P}/guidelines`, { path: { project }, body: { markdown, note } }),
  addExample: (project: string, raw: Blob) => call<{ id: string; url: string }>("PUT", `${P}/guideline-examples`, { path: { project }, raw }),

  imports: (project: string, query: Query = {}) => call<T.Page<T.Import>>("GET", `${P}/imports`, { path: { project }, query }),
  import: (project: string, id: string) => call<T.Import>("GET", `${P}/imports/{id}`, { path: { project, id } }),
  importRows: (project: string, id: string, query: Query) => call<T.Page<T.ImportRow>>("GET", `${P}/imports/{id}/rows`, { path: { project, id }, query }),
  createImport: (project: string, body: { kind: T.Import["kind"]; location?: string; labels: "as_author" | "ignore"; origin: "real" | "synthetic"; name?: string }) => call<T.Import>("POST", `${P}/imports`, { path: { project }, body }),
  uploadFile: (project: string, id: string, name: string, raw: Blob) => call<{ name: string; size_bytes: number }>("PUT", `${P}/imports/{id}/files`, { path: { project, id }, query: { name }, raw }),
  startImport: (project: string, id: string) => call<T.Import>("POST", `${P}/imports/{id}/start`, { path: { project, id } }),

  items: (project: string, query: Query) => call<T.Page<T.Item>>("GET", `${P}/items`, { path: { project }, query }),
  item: (project: string, item: string) => call<T.Item>("GET", `${P}/items/{item}`, { path: { project, item } }),
  itemWhy: (project: string, item: string) => call<T.ItemWhy>("GET", `${P}/items/{item}/why`, { path: { project, item } }),

  batches: (project: string, query: Query = {}) => call<T.Page<T.Batch>>("GET", `${P}/batches`, { path: { project }, query }),
  createBatch: (project: string, body: { name: string; items: "unbatched"; practice?: boolean }) => call<T.Batch>("POST", `${P}/batches`, { path: { project }, body }),
  closeBatch: (project: string, id: string) => call<T.Batch>("POST", `${P}/batches/{id}/close`, { path: { project, id } }),
  openBatch: (project: string, id: string) => call<T.Batch>("POST", `${P}/batches/{id}/open`, { path: { project, id } }),

  claim: (project: string) => call<T.Claim>("POST", `${P}/claims`, { path: { project }, body: {} }),
  saveDraft: (project: string, id: string, body: { marks: T.MarkIn[]; seconds: number; revision: number }) => call<{ revision: number; saved_at: string }>("PUT", `${P}/assignments/{id}/draft`, { path: { project, id }, body }),
  renew: (project: string, id: string) => call<{ lease_until_at: string }>("POST", `${P}/assignments/{id}/renew`, { path: { project, id } }),
  submit: (project: string, id: string, body: { client_key: string; marks: T.MarkIn[]; seconds: number; schema_version: number; guideline_version: number }) => call<T.Receipt>("POST", `${P}/assignments/{id}/submission`, { path: { project, id }, body }),
  skip: (project: string, id: string, reason: string) => call<undefined>("POST", `${P}/assignments/{id}/skip`, { path: { project, id }, body: { reason } }),
  myAssignments: (project: string, query: Query = {}) => call<T.Page<T.MyAssignment>>("GET", `${P}/me/assignments`, { path: { project }, query }),
  myFigures: (project: string) => call<T.MyFigures>("GET", `${P}/me/figures`, { path: { project } }),
  contest: (project: string, verdict_id: string, text: string) => call<{ id: string }>("POST", `${P}/contests`, { path: { project }, body: { verdict_id, text } }),

  gold: (project: string, query: Query = {}) => call<T.Page<T.GoldRow>>("GET", `${P}/gold`, { path: { project }, query }),
  goldItem: (project: string, item: string) => call<T.Gold>("GET", `${P}/gold/{item}`, { path: { project, item } }),
  signGold: (project: string, item_id: string, marks: T.GoldMark[], why: string) => call<T.GoldRow>("POST", `${P}/gold`, { path: { project }, body: { item_id, marks, why } }),
  retireGold: (project: string, item: string, why: string) => call<T.GoldRow>("POST", `${P}/gold/{item}/retire`, { path: { project, item }, body: { why } }),
  contests: (project: string, state: string) => call<T.Page<T.Contest>>("GET", `${P}/contests`, { path: { project }, query: { state } }),
  rule: (project: string, id: string, upheld: boolean, text: string) => call<T.Contest>("POST", `${P}/contests/{id}/ruling`, { path: { project, id }, body: { upheld, text } }),

  claimReview: (project: string, user_id: string | null) => call<{ review: T.Review | null }>("POST", `${P}/reviews/claims`, { path: { project }, body: user_id === null ? {} : { user_id } }),
  verdict: (project: string, id: string, body: { verdict: "accept" | "fix" | "reject"; reason_code?: T.ReasonCode; note?: string; marks?: T.MarkIn[]; client_key: string; seconds: number }) => call<{ id: string; verdict: string }>("POST", `${P}/reviews/{id}/verdict`, { path: { project, id }, body }),
  claimAdjudication: (project: string) => call<{ adjudication: T.Adjudication | null }>("POST", `${P}/adjudications/claims`, { path: { project }, body: {} }),
  settle: (project: string, id: string, body: { marks: T.MarkIn[]; note?: string; client_key: string; seconds: number }) => call<{ id: string }>("POST", `${P}/adjudications/{id}/settlement`, { path: { project, id }, body }),

  overview: (project: string) => call<T.Overview>("GET", `${P}/overview`, { path: { project } }),
  people: (project: string) => call<T.Page<T.PersonRow>>("GET", `${P}/people`, { path: { project }, query: { limit: 200 } }),
  person: (project: string, user: string) => call<T.PersonPage>("GET", `${P}/people/{user}`, { path: { project, user } }),
  crops: (project: string, user: string, kind: T.ErrorKind, cursor: string | null = null) => call<T.Page<T.Crop>>("GET", `${P}/people/{user}/crops`, { path: { project, user }, query: { kind, cursor, limit: 24 } }),
  findings: (project: string) => call<T.Page<T.Finding>>("GET", `${P}/findings`, { path: { project } }),
  publishFinding: (project: string, id: string, body: { clause_id: string; markdown: string; why: string }) => call<T.Guideline>("POST", `${P}/findings/{id}/publish`, { path: { project, id }, body }),
  dismissFinding: (project: string, id: string, why: string) => call<T.Finding>("POST", `${P}/findings/{id}/dismiss`, { path: { project, id }, body: { why } }),

  releases: (project: string, query: Query = {}) => call<T.Page<T.Release>>("GET", `${P}/releases`, { path: { project }, query }),
  release: (project: string, id: string) => call<T.Release>("GET", `${P}/releases/{id}`, { path: { project, id } }),
  createRelease: (project: string, body: { name?: string; note?: string }) => call<T.Release>("POST", `${P}/releases`, { path: { project }, body }),
  checkRelease: (project: string, id: string) => call<T.Release>("POST", `${P}/releases/{id}/check`, { path: { project, id } }),
  signRelease: (project: string, id: string, password: string, meaning: string) => call<T.Release>("POST", `${P}/releases/{id}/signatures`, { path: { project, id }, body: { password, meaning } }),
  refuseRelease: (project: string, id: string, reason: string) => call<T.Release>("POST", `${P}/releases/{id}/refusal`, { path: { project, id }, body: { reason } }),

  audit: (project: string, query: Query) => call<T.Page<T.AuditEvent>>("GET", `${P}/audit`, { path: { project }, query }),
  auditHead: (project: string) => call<{ size: number; root: string; at: string }>("GET", `${P}/audit/head`, { path: { project } }),
};

/** The address of a table as CSV. */
export function csvOf(project: string, table: string, query: Query = {}): string {
  return addressOf(`${P}/${table}`, { path: { project }, query: { ...query, format: "csv" } });
}

export function downloadOf(project: string, id: string, images: boolean): string {
  return addressOf(`${P}/releases/{id}/download`, { path: { project, id }, query: { images: images ? 1 : 0 } });
}

export function exportOf(project: string, id: string, format: string, images: boolean): string {
  return addressOf(`${P}/releases/{id}/export`, { path: { project, id }, query: { format, images: images ? 1 : 0 } });
}
