"""The policy file, proposals and their signatures, and what waits for the caller."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query, Request

from assay.access import Caller as CallerValue
from assay.access import Membership, check_password
from assay.api.deps import AnyMember, Caller, House, Lead, Services, member
from assay.api.routing import make_router
from assay.api.signing_in import peer_of
from assay.api.views.governance import proposal_out
from assay.api.views.people import Names
from assay.governance import (
    Guarded,
    Proposal,
    break_glass,
    check_rulebook,
    in_words,
    list_proposals,
    people_of,
    proposal_in,
    refuse_proposal,
    rulebook_in,
    rulebook_rows,
    rulebook_source,
    rulebook_version,
    rulebook_warnings,
    sign_proposal,
    submit_rulebook,
    withdraw_proposal,
)
from assay.jobs.inbox import inbox_of
from assay.jobs.proposing import propose_change
from assay.storage import House as HouseValue
from assay.wire.common import Page, Rows, instant, instant_or_none
from assay.wire.governance import (
    InboxRow,
    ProposalBreak,
    ProposalNew,
    ProposalOut,
    ProposalSign,
    RulebookChecked,
    RulebookCheckIn,
    RulebookFile,
    RulebookNew,
    RulebookOut,
    RulebookPublished,
    RulebookVersion,
    WhyIn,
)

router = make_router("governance")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
Signer = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "admin")]
States = Literal["open", "closed", "all"]
_OF: dict[str, tuple[str, ...]] = {
    "open": ("open", "approved"),
    "closed": ("done", "refused", "withdrawn", "expired", "stale", "failed"),
    "all": (),
}


def _answer(proposal: Proposal, caller: CallerValue, project: Membership, house: HouseValue) -> ProposalOut:
    with house.read(caller.actor, project.project_id) as rx:
        return proposal_out(proposal, rx, caller, project)


@router.get("/v1/projects/{project}/rulebook")
def read_rulebook(caller: Caller, project: AnyMember, house: House) -> RulebookOut:
    """The policy file in force, what it does in words, and what one absence would block."""
    people = people_of(caller.actor, project.project_id, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        rules, source = rulebook_in(rx), rulebook_source(rx)
    return RulebookOut(
        version=rules.version,
        source=source,
        words=in_words(rules),
        rules=rules.to_json(),
        warnings=rulebook_warnings(rules, people),
    )


@router.get("/v1/projects/{project}/rulebook/versions")
def read_versions(caller: Caller, project: Reader, house: House) -> Rows[RulebookVersion]:
    """Every version of the policy file, newest first."""
    with house.read(caller.actor, project.project_id) as rx:
        names = Names(rx)
        rows = [
            RulebookVersion(
                version=row.version,
                digest=row.digest,
                created_by=names(row.created_by),
                created_at=instant(row.created_at_us),
                proposal_id=row.proposal_id,
            )
            for row in rulebook_rows(rx)
        ]
    return Rows[RulebookVersion](rows=rows)


@router.get("/v1/projects/{project}/rulebook/versions/{version}")
def read_version(
    caller: Caller, project: Reader, house: House, version: Annotated[int, Path(ge=0, lt=2**31)]
) -> RulebookFile:
    """One version of the policy file, as it was published and in words; 0 is what held before there was any."""
    with house.read(caller.actor, project.project_id) as rx:
        rules, source = rulebook_version(rx, version)
    return RulebookFile(version=version, source=source, words=in_words(rules))


@router.post("/v1/projects/{project}/rulebook/check")
def check(body: RulebookCheckIn, caller: Caller, project: Reader, house: House) -> RulebookChecked:
    """Say in words what a policy file would do here; refuses one with faults and names all of them."""
    rules, warnings = check_rulebook(caller.actor, project.project_id, body.source, house=house)
    return RulebookChecked(words=in_words(rules), warnings=warnings)


@router.post("/v1/projects/{project}/rulebook")
def publish(body: RulebookNew, caller: Caller, project: Lead, house: House) -> RulebookPublished:
    """Publish a policy file; where the one in force guards itself, put it to the people it names."""
    rules, warnings, proposal = submit_rulebook(caller, project, body.source, based_on=body.based_on, house=house)
    return RulebookPublished(
        version=None if proposal else rules.version,
        proposal_id=None if proposal is None else proposal.id,
        words=in_words(rules),
        warnings=warnings,
    )


@router.get("/v1/projects/{project}/proposals")
def read_proposals(
    caller: Caller,
    project: Reader,
    house: House,
    cursor: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    state: Annotated[States, Query()] = "open",
) -> Page[ProposalOut]:
    """What is or was put to people, newest first."""
    with house.read(caller.actor, project.project_id) as rx:
        found = list_proposals(rx, states=_OF[state], before=cursor, n=limit + 1)
        rows = [proposal_out(p, rx, caller, project) for p in found[:limit]]
    return Page[ProposalOut].model_construct(rows=rows, next=found[limit - 1].id if len(found) > limit else None)


@router.post("/v1/projects/{project}/proposals")
def new_proposal(body: ProposalNew, caller: Caller, project: Reader, house: House) -> ProposalOut:
    """Propose a change that the policy guards; whoever may not make it directly may not propose it."""
    made = propose_change(
        caller, project, Guarded(body.kind), body.title, body.action, evidence=body.evidence, house=house
    )
    return _answer(made, caller, project, house)


@router.get("/v1/projects/{project}/proposals/{proposal}")
def read_proposal(caller: Caller, project: Reader, house: House, proposal: str) -> ProposalOut:
    """One proposal with its evidence and signatures."""
    with house.read(caller.actor, project.project_id) as rx:
        return proposal_out(proposal_in(rx, proposal), rx, caller, project)


@router.post("/v1/projects/{project}/proposals/{proposal}/signatures")
def sign(
    body: ProposalSign, request: Request, caller: Caller, project: Signer, services: Services, proposal: str
) -> ProposalOut:
    """Sign a proposal, with the password again, under exactly the evidence that was looked at."""
    _same_person(body.password, caller, request, services)
    signed = sign_proposal(caller, project, proposal, digest=body.digest, meaning=body.meaning, house=services.house)
    return _answer(signed, caller, project, services.house)


@router.post("/v1/projects/{project}/proposals/{proposal}/emergency")
def act_alone(
    body: ProposalBreak, request: Request, caller: Caller, project: Signer, services: Services, proposal: str
) -> ProposalOut:
    """Act alone in an emergency, where the policy allows it; a second signature must follow in time."""
    _same_person(body.password, caller, request, services)
    done = break_glass(caller, project, proposal, digest=body.digest, reason=body.reason, house=services.house)
    return _answer(done, caller, project, services.house)


def _same_person(password: str, caller: CallerValue, request: Request, services: Services) -> None:
    check_password(
        caller,
        password,
        house=services.house,
        passwords=services.passwords,
        throttle=services.throttle,
        peer=peer_of(request),
    )


@router.post("/v1/projects/{project}/proposals/{proposal}/refusal")
def refuse(body: WhyIn, caller: Caller, project: Signer, house: House, proposal: str) -> ProposalOut:
    """Refuse a proposal with a reason, as anybody may who could sign it."""
    closed = refuse_proposal(caller, project, proposal, reason=body.reason, house=house)
    return _answer(closed, caller, project, house)


@router.post("/v1/projects/{project}/proposals/{proposal}/withdrawal")
def withdraw(body: WhyIn, caller: Caller, project: Signer, house: House, proposal: str) -> ProposalOut:
    """Take back what one has proposed."""
    closed = withdraw_proposal(caller, project, proposal, reason=body.reason, house=house)
    return _answer(closed, caller, project, house)


@router.get("/v1/projects/{project}/inbox")
def read_inbox(caller: Caller, project: AnyMember, house: House) -> Rows[InboxRow]:
    """What waits for the caller, and why it waits for them; what lapses first stands first."""
    with house.read(caller.actor, project.project_id) as rx:
        found = inbox_of(rx, caller, project)
    rows = [
        InboxRow(
            kind=row.kind,
            id=row.id,
            title=row.title,
            why=row.why,
            since=instant(row.since_us),
            until=instant_or_none(row.until_us),
            where=f"/v1/projects/{project.slug}/{row.path}",
        )
        for row in found
    ]
    return Rows[InboxRow](rows=rows)
