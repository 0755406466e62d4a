"""Suggestions: the policy, what an assignment may see, what they save, certificates and their audits."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import Query

from assay.access import Membership
from assay.api.deps import Caller, Cursor, House, Lead, Limit, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor
from assay.api.views.models import ModelViews, audits_out
from assay.models import find_version, version_in
from assay.models.suggesting import (
    SuggestionPolicy,
    certificate_in,
    certificates_before,
    figures_of,
    set_suggestion_policy,
    suggest_for,
    suggestion_policy_in,
)
from assay.queue import get_assignment
from assay.wire.common import EstimateOut, Page
from assay.wire.models import (
    AuditsOut,
    CertificateOut,
    ClassSuggestion,
    SuggestedMark,
    SuggestionFigures,
    SuggestionOut,
    SuggestionPolicyIn,
    SuggestionPolicyOut,
)

router = make_router("suggestions")
Annotator = Annotated[Membership, member("annotator")]
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]


@router.get("/v1/projects/{project}/assignments/{assignment}/suggestion")
def read_suggestion(caller: Caller, project: Annotator, house: House, assignment: str) -> SuggestionOut:
    """What a model suggests for one of the caller's assignments; empty as well where it is withheld at random."""
    held = get_assignment(caller.actor, project.project_id, assignment, house=house).assignment
    assert held is not None, "an assignment that is not there is an error"
    marks = suggest_for(caller.actor, project.project_id, held, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        version = find_version(rx, suggestion_policy_in(rx).model) if marks else None
    title = "" if version is None else version.title
    return SuggestionOut(
        marks=[
            SuggestedMark.model_construct(
                label_class=p.mark.label_class,
                shape=p.mark.shape,
                bbox=list(p.mark.bbox),
                attributes=p.mark.attributes,
                geometry=p.mark.geometry,
                confidence=round(p.confidence, 4),
                model=title,
            )
            for p in marks
        ]
    )


def policy_out(policy: SuggestionPolicy) -> SuggestionPolicyOut:
    """The policy for a page."""
    return SuggestionPolicyOut(
        version=policy.version,
        model=policy.model,
        withheld_share=policy.withheld_share,
        audit_share=policy.audit_share,
        classes={n: ClassSuggestion(**{**asdict(c), "mode": c.mode.value}) for n, c in policy.classes.items()},
    )


@router.get("/v1/projects/{project}/suggestion-policy")
def read_policy(caller: Caller, project: Reader, house: House) -> SuggestionPolicyOut:
    """The suggestion policy in force."""
    with house.read(caller.actor, project.project_id) as rx:
        return policy_out(suggestion_policy_in(rx))


@router.put("/v1/projects/{project}/suggestion-policy")
def put_policy(body: SuggestionPolicyIn, caller: Caller, project: Lead, house: House) -> SuggestionPolicyOut:
    """Make the next version; what may be taken unseen is also for the rulebook to say."""
    content = body.model_dump(exclude={"version", "why"})
    made = set_suggestion_policy(
        caller.actor, project.project_id, content, why=body.why, based_on=body.version, house=house
    )
    return policy_out(made)


@router.get("/v1/projects/{project}/suggestion-figures")
def read_figures(caller: Caller, project: Reader, house: House) -> SuggestionFigures:
    """Seconds for each accepted mark with and without suggestions, and what became of what was shown."""
    with house.read(caller.actor, project.project_id) as rx:
        found = figures_of(rx)
    names = ("seconds_with", "seconds_without", "saving", "kept", "changed", "removed", "missed")
    return SuggestionFigures(**{name: EstimateOut.of(getattr(found, name)) for name in names})


@router.get("/v1/projects/{project}/certificates")
def read_certificates(
    caller: Caller,
    project: Reader,
    house: House,
    model: Annotated[str, Query(max_length=96, description="Only those of this version.")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[CertificateOut]:
    """Every certificate and refusal, newest first, with how its audits stand."""
    key = read_cursor(cursor, str)
    with house.read(caller.actor, project.project_id) as rx:
        of = version_in(rx, model).id if model else None
        found = certificates_before(rx, key[0] if key else "", limit + 1, version_id=of)
        views = ModelViews(rx)
        rows = [views.certificate(c) for c in found[:limit]]
    after = make_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page[CertificateOut].model_construct(rows=rows, next=after)


@router.get("/v1/projects/{project}/certificates/{certificate}/audits")
def read_audits(caller: Caller, project: Reader, house: House, certificate: str) -> AuditsOut:
    """The chart over a certificate's blind audits, with its limit and the audit at which it rang."""
    with house.read(caller.actor, project.project_id) as rx:
        return audits_out(rx, certificate_in(rx, certificate))
