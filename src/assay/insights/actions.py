"""What a lead does about a finding: publish the clause, or dismiss it."""

from __future__ import annotations

from assay.guidelines import Guideline, get_guideline, publish_guideline
from assay.insights import store
from assay.insights.errors import FindingNotFoundError
from assay.kernel.actor import Actor
from assay.storage import House


def publish_finding(
    actor: Actor, project: str, finding_id: str, *, clause_id: str, markdown: str, why: str, house: House
) -> Guideline:
    """Add the clause that settles a difference in practice to the guideline.

    Args:
        actor: the lead or expert.
        project: whose.
        finding_id: the difference.
        clause_id: number of the new clause.
        markdown: its title line and text, without the leading `##` and number.
        why: for the audit log.
        house: where.
    """
    with house.read(actor, project) as rx:
        if store.find_finding(rx, finding_id) is None:
            raise FindingNotFoundError(finding_id)
    before = get_guideline(actor, project, house=house)
    text = f"{before.markdown.rstrip()}\n\n## {clause_id} {markdown.strip()}\n"
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
