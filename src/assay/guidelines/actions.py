"""Changing a project's guideline."""

from __future__ import annotations

from typing import Any

from assay.governance import Guarded, allow
from assay.guidelines import store
from assay.guidelines.model import Guideline
from assay.guidelines.rules import parse_clauses
from assay.kernel.actor import Actor
from assay.storage import House, Tx


def publish_guideline(
    actor: Actor, project: str, markdown: str, *, note: str, house: House, proposal: str | None = None
) -> Guideline:
    """Make `markdown` the project's next guideline; submissions made before keep the version they were made under.

    Raises:
        ApprovalNeededError: the policy guards guidelines, and `proposal` names no approved one of exactly this text.
    """
    parse_clauses(markdown)
    with house.write(actor, project, why=note or "publish guideline") as tx:
        return publish_guideline_in(tx, markdown, note=note, proposal=proposal)


def publish_guideline_in(tx: Tx, markdown: str, *, note: str, proposal: str | None = None) -> Guideline:
    """The same inside another transaction, as a ruling does."""
    clauses = parse_clauses(markdown)
    allow(tx, Guarded.GUIDELINE, guideline_action(markdown, note), proposal=proposal)
    before = store.find_guideline(tx, None)
    version = before.version + 1 if before else 1
    guideline = Guideline(version, markdown, clauses, note, tx.actor.id, tx.now_us)
    store.add_guideline(tx, guideline)
    tx.record("guideline.published", subject=f"guideline/{version}", clauses=[c.id for c in clauses])
    return guideline


def guideline_action(markdown: str, note: str) -> dict[str, Any]:
    """What a proposal of another guideline proposes."""
    return {"markdown": markdown, "note": note}


def add_example(actor: Actor, project: str, sha256: str, media_type: str, *, house: House) -> str:
    """Register an example image whose safe copy is stored under `sha256`; returns its id."""
    with house.write(actor, project, "add guideline example") as tx:
        example_id = tx.new_id()
        store.add_example(tx, example_id, sha256, media_type)
        tx.record("guideline.example_added", subject=f"example/{example_id}", sha256=sha256)
    return example_id
