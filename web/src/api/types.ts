// The shapes of the API by name, as docs/openapi.json defines them.

export type Role = "annotator" | "reviewer" | "expert" | "lead" | "approver" | "auditor" | "admin";
export interface Page<T> { rows: T[]; next: string | null }
export interface Estimate { value: number | null; low: number | null; high: number | null; n: number; n_items: number; method: string }
export interface Evidence { enough: boolean; needs: number | null; unit: string; why: string }
export interface Measured { estimate: Estimate; evidence: Evidence; limit: number | null; limit_side: "at_least" | "at_most" | null; state: "ok" | "warn" | "stop" | "none" }
export interface Person { id: string; name: string; simulated: boolean }
export type Box = [number, number, number, number];
export interface MarkIn { client_id: string; label_class: string; shape: "bbox"; bbox: Box; attributes?: Record<string, unknown> }
export interface Mark extends MarkIn { id: string }

export interface Session { user: { id: string; name: string; login: string; is_admin: boolean; simulated: boolean }; csrf_token: string; projects: SessionProject[]; server: { version: string; demo: boolean } }
export interface SessionProject { id: string; slug: string; name: string; roles: Role[] }
export interface LinkPurpose { name: string; login: string; purpose: "invite" | "reset" | "demo"; expires_at: string }
export interface Link { url: string; expires_at: string }
export interface Project { id: string; slug: string; name: string; created_at: string; roles: Role[]; n_items: number; schema_version: number | null; guideline_version: number | null; demo: boolean }
export interface Policy { version: number; preset: string; overlap: number; gold_rate: number; gold_everyone: boolean; review_share: number; agreement_threshold: number; match_iou: number; tight_iou: number; max_error: number; accepted_error: number; min_gold_lower: number | null; min_agreement_lower: number | null; signatures_needed: number; lease_s: number; blind_names: boolean }
export interface Member { user: Person; login: string; roles: Role[]; state: "invited" | "active" | "paused"; paused_at: string | null; last_seen_at: string | null; n_submissions: number }

export interface LabelClass { id: string; name: string; shapes: "bbox"[]; key: string | null; attributes: { name: string; kind: "bool" | "enum" | "multi" | "int" | "float" | "text"; values?: string[]; required: boolean }[]; rules: { min_width_px?: number; min_height_px?: number; inside_image?: boolean; max_count?: number } }
export interface Schema { version: number; classes: LabelClass[]; created_at: string; created_by: Person }
export interface Clause { id: string; title: string; html: string; classes: string[]; examples: { url: string; caption: string; good: boolean | null }[] }
export interface Guideline { version: number; markdown: string; note: string; created_at: string; created_by: Person; clauses: Clause[] }

export interface Import { id: string; kind: "upload" | "folder" | "store"; name: string; state: "open" | "running" | "finished" | "failed"; n_found: number | null; n_done: number; n_accepted: number; n_refused: number; n_duplicates: number; n_near_duplicates: number; n_marks: number; started_at: string | null; finished_at: string | null; error: string | null; warnings: string[] }
export interface ImportRow { name: string; state: "refused" | "accepted" | "duplicate" | "near_duplicate"; code: string | null; reason: string | null; hint: string | null; item_id: string | null }

export type ItemState = "new" | "queued" | "answered" | "disputed" | "in_review" | "settled";
export interface Item { id: string; name: string; width_px: number; height_px: number; origin: string; state: ItemState; n_answers: number; overlap: number; is_gold: boolean; thumb_url: string; image_url: string; near_duplicate_of: string | null }
export interface WhyMark extends Mark { author: string; submission_id: string; guideline_version: number; schema_version: number; seconds: number; received_at: string; origin: string }
export interface ItemWhy { item: Item; marks: WhyMark[]; verdicts: unknown[]; consensus: { marks: (Mark & { confidence: number; n_votes: number })[] } | null; gold: { marks: GoldMark[] } | null }
export interface Batch { id: string; name: string; state: "open" | "closed"; practice: boolean; n_tasks: number; n_answers_wanted: number; n_answers: number; policy: Policy; created_at: string }

export interface Draft { marks: MarkIn[]; seconds: number; revision: number; saved_at: string }
export interface Assignment { id: string; image_url: string; width_px: number; height_px: number; schema_version: number; guideline_version: number; lease_until_at: string; state: "leased" | "submitted" | "lapsed" | "skipped"; draft: Draft | null; practice: boolean; sitting: { n_done: number; n_goal: number } }
export interface Claim { assignment: Assignment | null; reason: "none" | "paused" | "empty" }
export interface Receipt { submission_id: string; received_at: string; practice: PracticeVerdict | null }
export interface PracticeVerdict { is_gold: boolean; verdict: GoldVerdict | null }
export type VerdictKind = "right" | "missed" | "spurious" | "misclassified" | "mislocalised";
export interface VerdictMark { kind: VerdictKind; gold: { label_class: string; bbox: Box; clauses: string[] } | null; answer: { label_class: string; bbox: Box } | null; iou: number | null }
export interface GoldVerdict { id: string; image_url: string; width_px: number; height_px: number; answered_at: string; n_units: number; n_errors: number; marks: VerdictMark[]; contest: { state: "open" | "upheld" | "declined"; text: string; ruling: string | null } | null }
export interface MyAssignment { id: string; state: string; submitted_at: string | null; n_marks: number | null; verdict: "none" | "accepted" | "fixed" | "rejected"; reason: string | null }
export interface MyFigures { as_of_at: string; accuracy: Measured; kinds: Record<"missed" | "spurious" | "misclassified" | "mislocalised", Measured>; practice: { n_done: number; n_total: number; accuracy: Measured; verdicts: GoldVerdict[] }; verdicts: GoldVerdict[] }

export interface GoldMark { label_class: string; shape: "bbox"; bbox: Box; clauses: string[] }
export interface GoldRow { item_id: string; image_url: string; thumb_url: string; version: number; state: "live" | "suspect" | "retired"; signed_by: Person; signed_at: string; n_marks: number; clauses: string[]; n_exposures: number; n_answers: number; n_wrong: number }
export interface Gold { item_id: string; version: number; state: "live" | "suspect" | "retired"; marks: GoldMark[] }
export interface Contest { id: string; verdict: GoldVerdict; user: Person; text: string; state: "open" | "upheld" | "declined"; ruling: string | null; created_at: string }

export type ReasonCode = "missed" | "spurious" | "class" | "placement" | "attribute" | "guideline" | "other";
export interface Review { id: string; reason: "sample" | "put_back" | "asked"; image_url: string; width_px: number; height_px: number; marks: Mark[]; author: Person | null; schema_version: number; guideline_version: number; n_open: number; lease_until_at: string }
export interface AdjudicationAnswer { label: string; author: Person | null; marks: Mark[] }
export interface Dispute { bbox: Box; kind: "existence" | "class" | "placement"; drawn_by: string[]; label_classes: string[] }
export interface Adjudication { id: string; image_url: string; width_px: number; height_px: number; agreement: { mean_iou: number; f1: number }; answers: AdjudicationAnswer[]; consensus: (Mark & { confidence: number; n_votes: number })[]; disputes: Dispute[]; schema_version: number; guideline_version: number; n_open: number; lease_until_at: string }

export interface Alarm { id: string; user: Person; raised_at: string; gold_image: number; changed: { median_at: string; low_at: string; high_at: string; median_image: number; low_image: number; high_image: number }; n_put_back: number; n_sampled: number; state: "open" | "closed" }
export type ErrorKind = "missed" | "spurious" | "misclassified" | "mislocalised";
export interface PersonRow { user: Person; state: "active" | "paused"; f1: Measured; error: Measured; kinds: Record<ErrorKind, Measured>; n_gold_images: number; n_gold_marks: number; standing: { state: "ok" | "warn" | "stop" | "none" | "practice_differs"; text: string }; alarm: Alarm | null; n_submissions: number }
export interface Crop { item_id: string; image_url: string; width_px: number; height_px: number; bbox: Box; marks: { bbox: Box; label_class: string; style: "drawn" | "expected" | "left_out"; author: string | null }[]; caption: string; at: string | null }
export interface Finding { id: string; kind: "habit"; title: string; feature: string; people: Person[]; others: Person[]; value: Estimate; reference: Estimate; clause_id: string | null; drafted_clause: string; crops: Crop[]; state: "open" | "published" | "dismissed"; expected_agreement: Estimate | null }
export interface Gate { id: string; name: string; rule: string; state: "pass" | "block" | "wait" | "none"; measured: Measured | null; count: { n: number; of: number } | null; reason: string; action: { label: string; to: string } | null }
export interface Overview {
  as_of_at: string; title: string; live: { n_people: number; simulated: boolean };
  progress: { n_answers: number; n_answers_wanted: number; n_items: number; n_complete: number; n_in_review: number; n_disputed: number; expected_end: { value_at: string | null; low_at: string | null; high_at: string | null } | null };
  agreement: Measured; mean_iou: Measured; throughput: Measured; seconds_per_mark: Measured;
  people: PersonRow[]; by_class: { label_class: string; name: string; f1: Measured }[]; split: { existence: Measured; label_class: Measured; geometry: Measured };
  blockers: Gate[]; findings: Finding[]; strip: string; throughput_series: { at: string; value: number; low: number | null; high: number | null }[]; alarms: Alarm[];
}
export interface SeriesPoint { gold_image: number; at: string; value: number | null; low: number | null; high: number | null; error: number; units: number; evidence: number }
export interface Series { kind: "all" | ErrorKind; points: SeriesPoint[]; limit: number; alarm_line: number | null; run_length: number | null }
export interface PersonPage extends PersonRow { title: string; text: string; series: Series[]; alarms: Alarm[]; confusion: { classes: string[]; counts: number[][]; since_at: string | null }; by_clause: { clause_id: string; title: string; before: Estimate | null; now: Measured }[]; by_class: { label_class: string; now: Measured }[]; put_backs: { id: string; since_at: string; why: string; n_review: number; n_sampled: number; at: string }[]; note: string | null }

export interface ReleaseChange { label_class: string; name: string; before: number; added: number; removed: number; moved: number; class_changed: number; after: number }
export interface Release { id: string; name: string; state: "blocked" | "frozen" | "signed" | "refused"; note: string; created_at: string; created_by: Person; frozen_at: string | null; gates: Gate[]; digest: string | null; merkle_root: string | null; n_items: number; n_marks: number; guideline_version: number; schema_version: number; signatures: { user: Person; role: string; meaning: string; at: string }[]; signatures_needed: number; may_sign: boolean; why_not: string | null; verify_command: string; changes: { since: string | null; by_class: ReleaseChange[] } | null }
export interface AuditEvent { seq: number; at: string; actor: { id: string; kind: string; name: string }; action: string; subject: string; why: string; body: unknown }
