"""People who propose and sign: callers and their places in a project, without passwords or sessions."""

from __future__ import annotations

from assay.access import Caller, Membership, Role, names_of
from assay.governance import (
    EvidenceItem,
    Guarded,
    NewProposal,
    Proposal,
    propose,
    publish_rulebook_by,
    rulebook_in,
    sign_proposal,
)
from tests.support.projects import SETUP, Project

TWO_SIGN = """
assay: policy/1
approvals:
  promotion: {signatures: 2, by: [approver], not_by: [author, reviewer], break_glass: {by: [admin, lead]}}
  guideline: {signatures: 1, by: [approver, expert]}
  threshold: {signatures: 1, by: [approver]}
  policy: {signatures: 2, by: [approver, lead]}
promotion:
  first_model: {floors: {f1: 0.5}}
"""


def membership(project: Project, name: str, *, admin: bool = False) -> Membership:
    """Somebody's place, as the directory would have it now."""
    user = project.people[name]
    with project.house.read(SETUP, project.id) as rx:
        member = names_of(rx)[user]
    roles = member.roles | ({Role.ADMIN} if admin else frozenset())
    return Membership(
        project.id, "test", "Test", False, 0, user, frozenset(roles), member.pseudonym, member.state, None
    )


def somebody(project: Project, name: str, *, admin: bool = False, by_key: bool = False) -> tuple[Caller, Membership]:
    """Somebody as the caller of a request, and their place."""
    place = membership(project, name, admin=admin)
    with project.house.read(SETUP, project.id) as rx:
        member = names_of(rx)[place.user_id]
    caller = Caller(
        place.user_id,
        member.user.login,
        member.user.name,
        is_admin=admin,
        simulated=False,
        via="key" if by_key else "session",
        credential="x",
        csrf_token="",
        memberships={project.id: place},
        by_slug={"test": place},
    )
    return caller, place


def set_rules(project: Project, text: str = TWO_SIGN) -> None:
    """Publish a policy file."""
    with project.house.read(SETUP, project.id) as rx:
        version = rulebook_in(rx).version
    publish_rulebook_by(SETUP, project.id, text, based_on=version, house=project.house)


def evidence(*kinds: str) -> dict[str, EvidenceItem]:
    """Evidence of these kinds."""
    return {kind: EvidenceItem(f"{kind}/1", kind[:1] * 64, f"the {kind}") for kind in kinds}


def put(project: Project, name: str, kind: Guarded, *, authors: frozenset[str] = frozenset(), n: int = 1) -> Proposal:
    """Let somebody propose something of this kind."""
    wanted = {Guarded.PROMOTION: ("evaluation", "gate")}.get(kind, ())
    new = NewProposal(kind, f"{kind.value}/{n}", f"change {n}", {"n": n}, evidence(*wanted), authors)
    with project.house.write(project.actor(name), project.id, "propose") as tx:
        return propose(tx, new)


def sign(project: Project, name: str, proposal: Proposal, *, digest: str = "", admin: bool = False) -> Proposal:
    """Let somebody sign what is proposed."""
    caller, place = somebody(project, name, admin=admin)
    return sign_proposal(
        caller, place, proposal.id, digest=digest or proposal.digest, meaning="approved", house=project.house
    )
