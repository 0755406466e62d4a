"""Every call there is, as a function from plain values to a `Call`; nothing here sends anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import quote

from assay.client.request import Call, get, nothing, raw, reader, send
from assay.wire.common import Page, Rows
from assay.wire.costs import CostsOut, ForecastOut, ItemCost, RateCardNew, RateCardOut
from assay.wire.gold import GoldMark, GoldNew, GoldOut, GoldRetire, GoldRow
from assay.wire.guidelines import GuidelineNew, GuidelineOut
from assay.wire.insights import Blockers, Overview, OwnFigures, PersonPage, PersonRow
from assay.wire.items import FileReceived, ImportNew, ImportOut, ImportRow, ItemOut, WhyOut
from assay.wire.labels import LabelClass, SchemaNew, SchemaOut
from assay.wire.marks import MarkIn
from assay.wire.members import Invited, MemberLink, MemberNew, MemberOut, PutBackMade, Reason, Returned
from assay.wire.policy import Policy
from assay.wire.production import PredictionIn, PredictionsIn, PredictionsTaken, QualityOut
from assay.wire.projects import ProjectNew, ProjectOut
from assay.wire.queue import (
    AssignmentOut,
    BatchNew,
    BatchOut,
    BatchPolicyChange,
    ClaimIn,
    ClaimOut,
    DraftIn,
    DraftSaved,
    LeaseOut,
    SkipIn,
    SubmissionIn,
    SubmissionOut,
)
from assay.wire.readiness import ReadinessOut
from assay.wire.releases import RefusalIn, ReleaseNew, ReleaseOut, SignatureIn
from assay.wire.review import (
    AdjudicationClaimOut,
    ReviewClaimIn,
    ReviewClaimOut,
    Settled,
    SettlementIn,
    VerdictIn,
    VerdictOut,
)
from assay.wire.session import Health, LinkRedeem, Session, SignIn

Format = Literal["coco", "voc", "yolo", "cvat", "label-studio", "labelme", "parquet", "csv"]
Role = Literal["annotator", "reviewer", "expert", "lead", "approver", "auditor", "admin"]


def _project(project: str, *parts: str) -> str:
    return "/".join(["/v1/projects", quote(project, safe=""), *(quote(part, safe="") for part in parts)])


# --- server and session ---------------------------------------------------------------------------------------------


def health() -> Call[Health]:
    """Whether the server is well."""
    return get("/v1/health", reader(Health))


def sign_in(login: str, password: str) -> Call[Session]:
    """Begin a session."""
    return send("POST", "/v1/session", reader(Session), SignIn(login=login, password=password))


def session() -> Call[Session]:
    """Who one is."""
    return get("/v1/session", reader(Session))


def redeem_link(token: str, password: str) -> Call[Session]:
    """Use a single-use link: sets a password and begins a session."""
    return send("POST", "/v1/links/redeem", reader(Session), LinkRedeem(token=token, password=password))


# --- projects and people --------------------------------------------------------------------------------------------


def projects() -> Call[Rows[ProjectOut]]:
    """The projects one may see."""
    return get("/v1/projects", reader(Rows[ProjectOut]))


def create_project(name: str, slug: str | None = None) -> Call[ProjectOut]:
    """Make a project."""
    return send("POST", "/v1/projects", reader(ProjectOut), ProjectNew(name=name, slug=slug))


def policy(project: str) -> Call[Policy]:
    """What the project demands."""
    return get(_project(project, "policy"), reader(Policy))


def set_policy(project: str, value: Policy) -> Call[Policy]:
    """Change what the project demands."""
    return send("PUT", _project(project, "policy"), reader(Policy), value)


def members(project: str, cursor: str = "", limit: int = 200) -> Call[Page[MemberOut]]:
    """The project's people."""
    return get(_project(project, "members"), reader(Page[MemberOut]), cursor=cursor, limit=limit)


def invite(project: str, name: str, login: str, roles: Sequence[Role]) -> Call[Invited]:
    """Add somebody; answers a single-use link for them."""
    body = MemberNew(name=name, login=login, roles=list(roles))
    return send("POST", _project(project, "members"), reader(Invited), body)


def reset(project: str, user: str) -> Call[MemberLink]:
    """A new single-use link for somebody who lost their password."""
    return send("POST", _project(project, "members", user, "reset"), reader(MemberLink))


def pause(project: str, user: str, why: str) -> Call[MemberOut]:
    """Give somebody no new work."""
    return send("POST", _project(project, "members", user, "pause"), reader(MemberOut), Reason(why=why))


def resume(project: str, user: str, why: str) -> Call[MemberOut]:
    """Give somebody work again."""
    return send("POST", _project(project, "members", user, "resume"), reader(MemberOut), Reason(why=why))


def put_back(project: str, user: str, since_at: str, why: str) -> Call[PutBackMade]:
    """Send somebody's work since an instant (ISO 8601, ending in Z) back for review."""
    body = json.dumps({"since_at": since_at, "why": why}).encode()
    return Call("POST", _project(project, "members", user, "put-back"), reader(PutBackMade), body=body)


def reassign(project: str, user: str, why: str) -> Call[Returned]:
    """Put what somebody holds back into the queue."""
    return send("POST", _project(project, "members", user, "reassign"), reader(Returned), Reason(why=why))


# --- schema, guideline ----------------------------------------------------------------------------------------------


def schema(project: str, version: int | Literal["current"] = "current") -> Call[SchemaOut]:
    """A version of the label schema."""
    return get(_project(project, "schemas", str(version)), reader(SchemaOut))


def publish_schema(project: str, classes: Sequence[LabelClass]) -> Call[SchemaOut]:
    """Make these classes the next schema version."""
    return send("POST", _project(project, "schemas"), reader(SchemaOut), SchemaNew(classes=list(classes)))


def guideline(project: str, version: int | Literal["current"] = "current") -> Call[GuidelineOut]:
    """A version of the guideline."""
    return get(_project(project, "guidelines", str(version)), reader(GuidelineOut))


def publish_guideline(project: str, markdown: str, note: str = "") -> Call[GuidelineOut]:
    """Make this text the next guideline version."""
    body = GuidelineNew(markdown=markdown, note=note)
    return send("POST", _project(project, "guidelines"), reader(GuidelineOut), body)


# --- imports and items ----------------------------------------------------------------------------------------------


def open_import(
    project: str,
    kind: Literal["upload", "folder", "store"] = "upload",
    *,
    location: str = "",
    labels: Literal["as_author", "ignore"] = "as_author",
    origin: Literal["real", "synthetic"] = "real",
    name: str = "",
    generator: str | None = None,
    seed: int | None = None,
) -> Call[ImportOut]:
    """Begin an import; `generator` and `seed` say what made synthetic pictures."""
    made_by = {"generator": generator, "seed": seed}
    body = ImportNew(kind=kind, location=location, labels=labels, origin=origin, name=name, **made_by)  # type: ignore[arg-type]  # each of its own type
    return send("POST", _project(project, "imports"), reader(ImportOut), body)


def upload(project: str, import_id: str, name: str, data: bytes) -> Call[FileReceived]:
    """Upload one file, or one archive."""
    path = _project(project, "imports", import_id, "files")
    return Call("PUT", path, reader(FileReceived), {"name": name}, data, is_json=False, repeatable=True)


def start_import(project: str, import_id: str) -> Call[ImportOut]:
    """Let the server work through an import."""
    return send("POST", _project(project, "imports", import_id, "start"), reader(ImportOut))


def read_import(project: str, import_id: str) -> Call[ImportOut]:
    """How far an import has got."""
    return get(_project(project, "imports", import_id), reader(ImportOut))


def import_rows(
    project: str, import_id: str, state: str = "all", cursor: str = "", limit: int = 200
) -> Call[Page[ImportRow]]:
    """What became of each file."""
    path = _project(project, "imports", import_id, "rows")
    return get(path, reader(Page[ImportRow]), state=state, cursor=cursor, limit=limit)


def items(project: str, cursor: str = "", limit: int = 200) -> Call[Page[ItemOut]]:
    """Items in the order they came."""
    return get(_project(project, "items"), reader(Page[ItemOut]), cursor=cursor, limit=limit)


def item_image(project: str, item: str) -> Call[bytes]:
    """An item's picture."""
    return get(_project(project, "items", item, "image"), raw)


def why(project: str, item: str) -> Call[WhyOut]:
    """Why the marks of an item are there."""
    return get(_project(project, "items", item, "why"), reader(WhyOut))


# --- batches, gold --------------------------------------------------------------------------------------------------


def create_batch(
    project: str,
    name: str,
    items: Literal["unbatched"] | Sequence[str] = "unbatched",
    *,
    practice: bool = False,
    policy: BatchPolicyChange | None = None,
    seed: int | None = None,
) -> Call[BatchOut]:
    """Put items into the queue."""
    wanted: Any = items if items == "unbatched" else list(items)
    body = BatchNew(name=name, items=wanted, practice=practice, policy=policy or BatchPolicyChange(), seed=seed)
    return send("POST", _project(project, "batches"), reader(BatchOut), body)


def batches(project: str) -> Call[Page[BatchOut]]:
    """Every batch."""
    return get(_project(project, "batches"), reader(Page[BatchOut]))


def sign_gold(
    project: str, item: str, marks: Sequence[GoldMark], why: str, exposure_cap: int | None = None
) -> Call[GoldOut]:
    """Sign the answer to an item."""
    body = GoldNew(item_id=item, marks=list(marks), why=why, exposure_cap=exposure_cap)
    return send("POST", _project(project, "gold"), reader(GoldOut), body)


def gold(project: str) -> Call[Page[GoldRow]]:
    """Every gold item."""
    return get(_project(project, "gold"), reader(Page[GoldRow]))


def retire_gold(project: str, item: str, why: str, *, withdraw: bool = False) -> Call[GoldOut]:
    """Show a gold item no more."""
    body = GoldRetire(why=why, withdraw=withdraw)
    return send("POST", _project(project, "gold", item, "retire"), reader(GoldOut), body)


# --- an annotator's day ---------------------------------------------------------------------------------------------


def claim(project: str, *, practice: bool = False, resume: bool = True) -> Call[ClaimOut]:
    """The next assignment. With `resume` one that is held already is given again, so that only then it is repeated."""
    body = ClaimIn(practice=practice, resume=resume)
    return send("POST", _project(project, "claims"), reader(ClaimOut), body, repeatable=resume)


def assignment(project: str, assignment_id: str) -> Call[AssignmentOut]:
    """One of one's assignments."""
    return get(_project(project, "assignments", assignment_id), reader(AssignmentOut))


def assignment_image(project: str, assignment_id: str) -> Call[bytes]:
    """The picture of one of one's assignments."""
    return get(_project(project, "assignments", assignment_id, "image"), raw)


def save_draft(
    project: str, assignment_id: str, marks: Sequence[MarkIn], *, seconds: float, revision: int
) -> Call[DraftSaved]:
    """Keep unfinished work."""
    body = DraftIn(marks=list(marks), seconds=seconds, revision=revision)
    return send("PUT", _project(project, "assignments", assignment_id, "draft"), reader(DraftSaved), body)


def renew(project: str, assignment_id: str) -> Call[LeaseOut]:
    """Hold an assignment for longer."""
    path = _project(project, "assignments", assignment_id, "renew")
    return send("POST", path, reader(LeaseOut), repeatable=True)


def submit(
    project: str,
    assignment_id: str,
    marks: Sequence[MarkIn],
    *,
    client_key: str,
    seconds: float,
    schema_version: int,
    guideline_version: int,
) -> Call[SubmissionOut]:
    """Hand in the work; with the same client key, twice is once."""
    body = SubmissionIn(
        client_key=client_key,
        marks=list(marks),
        seconds=seconds,
        schema_version=schema_version,
        guideline_version=guideline_version,
    )
    path = _project(project, "assignments", assignment_id, "submission")
    return send("POST", path, reader(SubmissionOut), body, repeatable=True)


def skip(project: str, assignment_id: str, reason: str) -> Call[None]:
    """Give an assignment back."""
    return send("POST", _project(project, "assignments", assignment_id, "skip"), nothing, SkipIn(reason=reason))


def my_figures(project: str) -> Call[OwnFigures]:
    """One's own figures, as of the last midnight."""
    return get(_project(project, "me", "figures"), reader(OwnFigures))


# --- review and adjudication ----------------------------------------------------------------------------------------


def claim_review(project: str, user: str | None = None) -> Call[ReviewClaimOut]:
    """The next answer to look at."""
    body = ReviewClaimIn(user_id=user)
    return send("POST", _project(project, "reviews", "claims"), reader(ReviewClaimOut), body, repeatable=True)


def decide_review(project: str, review: str, verdict: VerdictIn) -> Call[VerdictOut]:
    """Accept, correct or reject an answer."""
    return send("POST", _project(project, "reviews", review, "verdict"), reader(VerdictOut), verdict, repeatable=True)


def claim_adjudication(project: str) -> Call[AdjudicationClaimOut]:
    """The worst open dispute."""
    path = _project(project, "adjudications", "claims")
    return send("POST", path, reader(AdjudicationClaimOut), repeatable=True)


def settle(project: str, adjudication: str, settlement: SettlementIn) -> Call[Settled]:
    """Decide what an item's answer is."""
    path = _project(project, "adjudications", adjudication, "settlement")
    return send("POST", path, reader(Settled), settlement, repeatable=True)


# --- pages that decide, releases ------------------------------------------------------------------------------------


def overview(project: str) -> Call[Overview]:
    """The project at a glance."""
    return get(_project(project, "overview"), reader(Overview))


def blockers(project: str) -> Call[Blockers]:
    """What blocks the release."""
    return get(_project(project, "blockers"), reader(Blockers))


def people(project: str) -> Call[Page[PersonRow]]:
    """The quality table."""
    return get(_project(project, "people"), reader(Page[PersonRow]))


def person(project: str, user: str) -> Call[PersonPage]:
    """Everything about one person's work."""
    return get(_project(project, "people", user), reader(PersonPage))


def table_csv(project: str, table: str) -> Call[bytes]:
    """A whole table as CSV: members, items, people, reviews, gold, batches, audit, ..."""
    return get(_project(project, table), raw, format="csv")


def create_release(project: str, name: str | None = None, note: str = "") -> Call[ReleaseOut]:
    """Begin a release."""
    return send("POST", _project(project, "releases"), reader(ReleaseOut), ReleaseNew(name=name, note=note))


def releases(project: str) -> Call[Page[ReleaseOut]]:
    """Every release, newest first."""
    return get(_project(project, "releases"), reader(Page[ReleaseOut]))


def release(project: str, release_id: str) -> Call[ReleaseOut]:
    """One release."""
    return get(_project(project, "releases", release_id), reader(ReleaseOut))


def check_release(project: str, release_id: str) -> Call[ReleaseOut]:
    """Look at the gates again."""
    return send("POST", _project(project, "releases", release_id, "check"), reader(ReleaseOut), repeatable=True)


def sign_release(project: str, release_id: str, password: str, meaning: str) -> Call[ReleaseOut]:
    """Sign a frozen release."""
    body = SignatureIn(password=password, meaning=meaning)
    return send("POST", _project(project, "releases", release_id, "signatures"), reader(ReleaseOut), body)


def refuse_release(project: str, release_id: str, reason: str) -> Call[ReleaseOut]:
    """Refuse a frozen release."""
    body = RefusalIn(reason=reason)
    return send("POST", _project(project, "releases", release_id, "refusal"), reader(ReleaseOut), body)


def download_release(project: str, release_id: str, *, images: bool = False) -> Call[bytes]:
    """The release folder as a zip."""
    return get(_project(project, "releases", release_id, "download"), raw, images=int(images))


def export_release(project: str, release_id: str, to: Format, *, images: bool = False) -> Call[bytes]:
    """The release in another format as a zip."""
    return get(_project(project, "releases", release_id, "export"), raw, format=to, images=int(images))


# --- costs ----------------------------------------------------------------------------------------------------------


def costs(project: str) -> Call[CostsOut]:
    """What was spent, on what, and what an accepted mark came to."""
    return get(_project(project, "costs"), reader(CostsOut))


def rate_cards(project: str) -> Call[Rows[RateCardOut]]:
    """Every rate card, newest first."""
    return get(_project(project, "costs", "rates"), reader(Rows[RateCardOut]))


def set_rate_card(project: str, card: RateCardNew) -> Call[RateCardOut]:
    """Let things cost what this card says."""
    return send("POST", _project(project, "costs", "rates"), reader(RateCardOut), card)


def item_cost(project: str, item: str) -> Call[ItemCost]:
    """What one item cost, entry by entry."""
    return get(_project(project, "costs", "items", item), reader(ItemCost))


def forecast(project: str, scale: float, **what_if: float | None) -> Call[ForecastOut]:
    """What a month at another size comes to; `overlap`, `gold_rate`, `review_share`, `auto_share` as what-ifs."""
    turned = {name: value for name, value in what_if.items() if value is not None}
    return get(_project(project, "costs", "forecast"), reader(ForecastOut), scale=scale, **turned)


# --- production -----------------------------------------------------------------------------------------------------


def push_predictions(project: str, model: str, predictions: Sequence[PredictionIn]) -> Call[PredictionsTaken]:
    """Hand in what a model said in production, at most 500 at once; the same keys again change nothing."""
    body = PredictionsIn(model=model, predictions=list(predictions))
    path = _project(project, "production", "predictions")
    return send("POST", path, reader(PredictionsTaken), body, repeatable=True)


def production_quality(project: str, every: str = "week", points: int = 12) -> Call[QualityOut]:
    """How good production is over time, from the random share alone."""
    return get(_project(project, "production", "quality"), reader(QualityOut), every=every, points=points)


def readiness(project: str, scale: float = 10.0) -> Call[ReadinessOut]:
    """Nine questions before production, each with its evidence, and the same project at another size."""
    return get(_project(project, "readiness"), reader(ReadinessOut), scale=scale)
