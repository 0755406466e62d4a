"""Checking a policy file against a project and its people, and publishing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.access import Caller, Membership, Role, list_accounts, names_of
from assay.governance import store
from assay.governance.actions import add_policy_in
from assay.governance.allowing import allow
from assay.governance.deciding import propose
from assay.governance.errors import PolicyStaleError, RulebookNotFoundError
from assay.governance.model import Policy
from assay.governance.proposal import NewProposal, Proposal
from assay.governance.queries import policy_in, rulebook_in, rulebook_source
from assay.governance.rulebook import Guarded, Rulebook
from assay.governance.rulebook_rules import check_people, read_rulebook, require_reachable
from assay.kernel.actor import Actor
from assay.storage import House, Rx, Tx


def people_of(actor: Actor, project: str, *, house: House) -> dict[str, frozenset[str]]:
    """Login to roles of everybody who could sign in this project: members at work, and administrators."""
    with house.read(actor, project) as rx:
        members = {m.user.login: m for m in names_of(rx).values() if m.state == "active" and m.user.state == "active"}
    found = {login: frozenset(role.value for role in m.roles) for login, m in members.items()}
    for account in list_accounts(house, actor):
        if account.is_admin and account.state == "active":
            found[account.login] = found.get(account.login, frozenset()) | {Role.ADMIN.value}
    return found


def check_rulebook(actor: Actor, project: str, text: str, *, house: House) -> tuple[Rulebook, list[str]]:
    """Read a policy file for this project and its people; returns it and the warnings.

    Raises:
        PolicyFileError: everything that is wrong with it.
    """
    with house.read(actor, project) as rx:
        settings = policy_in(rx)
    rulebook, people = read_rulebook(text, settings=settings), people_of(actor, project, house=house)
    require_reachable(rulebook, people, text)
    return rulebook, check_people(rulebook, people)[1]


def publish_rulebook(
    caller: Caller, project: Membership, text: str, *, based_on: int, house: House, proposal: str | None = None
) -> Rulebook:
    """Let the project work by this policy file from now on.

    Raises:
        PolicyFileError: it has faults, or the people there are could never satisfy it.
        PolicyStaleError: somebody published another in between.
        ApprovalNeededError: the rulebook in force guards itself; propose the change instead.
    """
    project.require(Role.LEAD, Role.ADMIN)
    check_rulebook(caller.actor, project.project_id, text, house=house)
    return publish_rulebook_by(
        caller.actor, project.project_id, text, based_on=based_on, house=house, proposal=proposal
    )


def publish_rulebook_by(
    actor: Actor,
    project: str,
    text: str,
    *,
    based_on: int,
    house: House,
    proposal: str | None = None,
    key: str | None = None,
) -> Rulebook:
    """Publish a rulebook as the house itself or the command line does; the guard holds for them too."""
    with house.write(actor, project, "publish policy", key=key) as tx:
        before = rulebook_in(tx)
        if tx.replayed:
            return before
        allow(tx, Guarded.POLICY, policy_action(text, based_on), proposal=proposal)
        if before.version != based_on:
            raise PolicyStaleError(based_on, before.version)
        return _publish(tx, text, before.version + 1, proposal)


def submit_rulebook(
    caller: Caller, project: Membership, text: str, *, based_on: int, house: House
) -> tuple[Rulebook, list[str], Proposal | None]:
    """Publish a policy file, or put it to people where the one in force guards itself.

    Returns:
        The rules (as published, or as they would be), the warnings, and the proposal when it waits for signatures.
    """
    project.require(Role.LEAD, Role.ADMIN)
    read, warnings = check_rulebook(caller.actor, project.project_id, text, house=house)
    with house.write(caller.actor, project.project_id, "publish policy") as tx:
        before = rulebook_in(tx)
        if before.version != based_on:
            raise PolicyStaleError(based_on, before.version)
        if before.guard(Guarded.POLICY).signatures == 0:
            return _publish(tx, text, before.version + 1, None), warnings, None
        title = f"Policy version {before.version + 1}" + (f": {read.note}" if read.note else "")
        new = NewProposal(Guarded.POLICY, f"rulebook/{before.version + 1}", title, policy_action(text, based_on))
        return read, warnings, propose(tx, new)


def rulebook_warnings(rulebook: Rulebook, people: Mapping[str, frozenset[str]]) -> list[str]:
    """What the people there are cannot reach, or could not if one of them were away."""
    stops, warnings = check_people(rulebook, people)
    return [*stops, *warnings]


def rulebook_version(rx: Rx, version: int) -> tuple[Rulebook, str | None]:
    """One version of the rulebook and its file; version 0 is what holds before anybody published one.

    Raises:
        RulebookNotFoundError: there is none of this number.
    """
    source = rulebook_source(rx, version)
    if source is None and version:
        raise RulebookNotFoundError(version)
    return rulebook_in(rx, version), source


def policy_action(text: str, based_on: int) -> dict[str, Any]:
    """What a proposal of another rulebook proposes."""
    return {"source": text, "based_on": based_on}


def _publish(tx: Tx, text: str, version: int, proposal: str | None) -> Rulebook:
    settings = policy_in(tx)
    read = read_rulebook(text, settings=settings)
    rulebook = Rulebook.from_json(read.to_json(), version=version)
    if not store.add_rulebook(tx, rulebook, text, proposal):
        raise PolicyStaleError(version - 1, version)
    _keep_settings(tx, settings, rulebook)
    tx.record("rulebook.published", subject=f"rulebook/{version}", digest=rulebook.digest, proposal=proposal)
    return rulebook


def _keep_settings(tx: Tx, before: Policy, rulebook: Rulebook) -> None:
    """Bring the settings of the work into line, so that no two places tell different numbers of signatures."""
    release = rulebook.guard(Guarded.RELEASE)
    signatures = {"signatures_needed": release.signatures, "leads_may_sign": "lead" in release.by}
    wanted = {**before.to_json(), **(rulebook.work or {}), **signatures}
    if {**wanted, "version": 0} != {**before.to_json(), "version": 0}:
        add_policy_in(tx, wanted, before.version + 1)


rulebook_rows = store.rulebook_rows
