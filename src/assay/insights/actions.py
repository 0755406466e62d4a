"""What a lead does about a finding: publish the clause, or dismiss it."""

from __future__ import annotations

from assay.guidelines import Guideline, current_guideline_version, guideline_in, publish_guideline, put_clause
from assay.insights import store
from assay.insights.errors import FindingNotFoundError
from assay.insights.kept import finding_of
from assay.kernel.actor import Actor
from assay.storage import House


def draft_clause(actor: Actor, project: str, finding_id: str, *, clause_id: str, house: House) -> str:
    """The whole guideline with the drafted clause in it, to be changed before it is published.

    Raises:
        FindingNotFoundError: there is no such finding.
    """
    with house.read(actor, project) as rx:
        row = store.find_finding(rx, finding_id)
        if row is None:
            raise FindingNotFoundError(finding_id)
        now = guideline_in(rx, None).markdown if current_guideline_version(rx) else ""
    return put_clause(now, clause_id, finding_of(row).drafted_clause)


def publish_finding(
    actor: Actor,
    project: str,
    finding_id: str,
    *,
    clause_id: str,
    markdown: str,
    why: str,
    house: House,
    whole: bool = False,
) -> Guideline:
    """Put the clause that settles a difference in practice into the guideline.

    Args:
        actor: the lead or expert.
        project: whose.
        finding_id: the difference.
        clause_id: number of the clause; one of this number is replaced, else it is added.
        markdown: its title line and text, without the leading `##` and number.
        why: for the audit log.
        house: where.
        whole: `markdown` is the whole guideline instead, with the clause in it.
    """
    with house.read(actor, project) as rx:
        if store.find_finding(rx, finding_id) is None:
            raise FindingNotFoundError(finding_id)
        now = guideline_in(rx, None).markdown if current_guideline_version(rx) else ""
    text = markdown if whole else put_clause(now, clause_id, markdown)
    guideline = publish_guideline(actor, project, text, note=why, house=house)
    _set_state(actor, project, finding_id, "published", why, house)
    return guideline


def dismiss_finding(actor: Actor, project: str, finding_id: str, *, why: str, house: House) -> None:
    """Say that a difference needs no rule."""
    _set_state(actor, project, finding_id, "dismissed", why, house)


def _set_state(actor: Actor, project: str, finding_id: str, state: str, why: str, house: House) -> None:
    with house.write(actor, project, why) as tx:
        row = store.find_finding(tx, finding_id)
        if row is None:
            raise FindingNotFoundError(finding_id)
        store.update_finding(tx, finding_id, row.body, state)
        tx.record(f"finding.{state}", subject=f"finding/{finding_id}", feature=row.feature)
