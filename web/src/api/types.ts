// The shapes of the API by the names the pages use; all of them come from docs/openapi.json.
import type { components } from "./schema";

type S = components["schemas"];

export type Role = S["MemberOut"]["roles"][number];
/** A list of roles as the API bounds it. */
export type RoleList = S["MemberRoles"]["roles"];
export type Box = S["MarkOut"]["bbox"];
export type ItemState = Item["state"];
export type VerdictKind = VerdictMark["kind"];
export type ErrorKind = keyof S["Kinds"];
export type ReasonCode = NonNullable<S["VerdictIn"]["reason_code"]>;
export interface Page<T> {
  rows: T[];
  next: string | null;
}

export type Estimate = S["EstimateOut"];
export type Evidence = S["Evidence"];
export type Measured = S["Measured"];
export type Person = S["Person"];
export type MarkIn = S["MarkIn"];
export type Mark = S["MarkOut"];
export type Session = S["Session"];
export type SessionProject = S["SessionProject"];
export type LinkPurpose = S["LinkPurpose"];
export type Link = S["Link"];
export type Project = S["ProjectOut"];
export type Policy = S["Policy"];
export type Member = S["MemberOut"];
export type LabelClass = S["LabelClass"];
export type Schema = S["SchemaOut"];
export type Clause = S["Clause"];
export type Guideline = S["GuidelineOut"];
export type Import = S["ImportOut"];
export type ImportRow = S["ImportRow"];
export type Item = S["ItemOut"];
export type WhyMark = S["WhyMark"];
export type ItemWhy = S["WhyOut"];
export type ConsensusMark = S["ConsensusMark"];
export type Batch = S["BatchOut"];
export type Assignment = S["AssignmentOut"];
export type Claim = S["ClaimOut"];
export type Receipt = S["SubmissionOut"];
export type PracticeVerdict = S["PracticeVerdict"];
export type VerdictMark = S["VerdictMark"];
export type GoldVerdict = S["GoldVerdict"];
export type MyAssignment = S["MyAssignment"];
export type MyFigures = S["OwnFigures"];
export type GoldMark = S["GoldMark"];
export type GoldRow = S["GoldRow"];
export type Gold = S["GoldOut"];
export type Contest = S["ContestRow"];
export type Review = S["ReviewOut"];
export type Adjudication = S["AdjudicationOut"];
export type Dispute = S["DisputeOut"];
export type Alarm = S["Alarm"];
export type PersonRow = S["PersonRow"];
export type Crop = S["Crop"];
export type Finding = S["Finding"];
export type FindingSide = S["FindingSide"];
export type Looked = S["LookedOut"];
export type Gate = S["Gate"];
export type Overview = S["Overview"];
export type SeriesPoint = S["ChartPoint"];
export type Series = S["Series"];
export type PersonPage = S["PersonPage"];
export type AuditEvent = S["AuditRow"];
export type Release = S["ReleaseOut"];
