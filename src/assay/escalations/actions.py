"""Asking about an edge case, ruling on it, and what follows from the ruling: label, clause and, if wished, gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assay.annotations import Mark
from assay.escalations import store
from assay.escalations.errors import (
    EscalationClosedError,
    EscalationInvalidError,
    EscalationNotFoundError,
    OwnQuestionError,
)
from assay.escalations.model import Escalation, Ruling, ruling_digest
from assay.gold import GoldMark, gold_action, sign_gold_in
from assay.governance import EvidenceItem, Guarded, NewProposal, propose, rulebook_in
from assay.guidelines import (
    current_guideline_version,
    guideline_action,
    guideline_in,
    parse_clauses,
    publish_guideline_in,
    put_clause,
)
from assay.items import media_in
from assay.kernel.actor import Actor
from assay.labels import schema_in
from assay.queue import assignment_in, tasks_of_item
from assay.review import decide_item
from assay.storage import House, Rx, Tx

MAX_TEXT = 2000
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks.

    Attributes:
        assignment_id: their own task in hand; annotators name this, since they know no items.
        item_id: the item, where no assignment is named.
    """

    text: str
    assignment_id: str | None = None
    item_id: str | None = None
    clause: str | None = None
    label_class: str | None = None
    bbox: Box | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How an expert rules.

    Attributes:
        text: the ruling in words.
        label_class: what the thing counts as.
        marks: the item's answer; None where the ruling gives none.
        clause: number and text (title on the first line) of the clause that shall say it; None for none.
        gold: make the item gold with these marks.
    """

    text: str
    label_class: str | None = None
    marks: Sequence[Mark] | None = None
    clause: tuple[str, str] | None = None
    gold: bool = False


def raise_escalation(actor: Actor, project: str, question: Question, *, house: House, key: str) -> Escalation:
    """Ask an expert about an edge case; the work on the item goes on meanwhile.

    Raises:
        EscalationInvalidError: no question, a clause that the guideline does not have, or a class that there is not.
        AssignmentNotFoundError: the assignment is not the caller's.
    """
    text = _clean(question.text, "question")
    with house.write(actor, project, "escalate", key=f"escalate/{actor.id}/{key}") as tx:
        if tx.replayed:
            return store.escalations_of(tx, actor.id)[0]
        item_id, batch_id = _item(tx, question)
        version = current_guideline_version(tx)
        if question.clause is not None and (version == 0 or guideline_in(tx, None).find(question.clause) is None):
            raise EscalationInvalidError(
                f"The guideline has no clause {question.clause[:32]!r}.",
                hint="Leave it out when no clause speaks of it.",
            )
        _known_class(tx, question.label_class)
        medium = media_in(tx, item_id)
        escalation = Escalation(
            id=tx.new_id(),
            item_id=item_id,
            batch_id=batch_id,
            assignment_id=question.assignment_id,
            clause=question.clause,
            guideline_version=version,
            label_class=question.label_class,
            bbox=_inside(question.bbox, medium.width_px, medium.height_px),
            question=text,
            raised_by=actor.id,
            raised_at_us=tx.now_us,
            state="open",
        )
        store.add_escalation(tx, escalation)
        tx.record("escalation.raised", subject=escalation.subject, item=item_id, clause=question.clause)
    return escalation


def _item(tx: Tx, question: Question) -> tuple[str, str | None]:
    if question.assignment_id is not None:
        assignment = assignment_in(tx, question.assignment_id)
        batch = next((t.batch_id for t in tasks_of_item(tx, assignment.item_id)), None)
        return assignment.item_id, batch
    if question.item_id is None:
        raise EscalationInvalidError("The question names no item.", hint="Give assignment_id or item_id.")
    media_in(tx, question.item_id)
    return question.item_id, next((t.batch_id for t in tasks_of_item(tx, question.item_id)), None)


def rule_escalation(actor: Actor, project: str, escalation_id: str, answer: Answer, *, house: House) -> Escalation:
    """Rule on an edge case; label, clause and gold follow in the same transaction, or wait for their signatures.

    Where the policy guards the guideline or gold, the change is put to the people it names, with the ruling as its
    evidence; the ruling itself stands at once.

    Raises:
        OwnQuestionError: the expert asked it.
        EscalationClosedError: it is answered or withdrawn.
        OwnWorkError: the expert gave one of the answers to the item that the marks would settle.
    """
    text = _clean(answer.text, "ruling")
    with house.write(actor, project, text[:500]) as tx:
        escalation = store.lock_escalation(tx, escalation_id)
        if escalation is None:
            raise EscalationNotFoundError(escalation_id)
        if escalation.state != "open":
            raise EscalationClosedError(escalation_id, escalation.state)
        if escalation.raised_by == actor.id:
            raise OwnQuestionError
        _known_class(tx, answer.label_class)
        evidence = EvidenceItem(
            escalation.subject, ruling_digest(escalation.id, escalation.question, text), f"ruling: {text[:200]}"
        )
        settled = _label(tx, escalation, answer)
        version, clause_proposal = _clause(tx, escalation, answer, evidence)
        gold, gold_proposal = _gold(tx, escalation, answer, evidence)
        ruling = Ruling(
            text=text,
            ruled_by=actor.id,
            ruled_at_us=tx.now_us,
            label_class=answer.label_class,
            settled=settled,
            clause=None if answer.clause is None else answer.clause[0],
            guideline_version=version,
            gold=gold,
            proposals=tuple(p for p in (clause_proposal, gold_proposal) if p is not None),
        )
        store.close_escalation(tx, escalation, "ruled", ruling)
        tx.record("escalation.ruled", subject=escalation.subject, clause=ruling.clause, guideline=version)
        return escalation_in(tx, escalation_id)


def _label(tx: Tx, escalation: Escalation, answer: Answer) -> str | None:
    """Let the ruling's marks be the item's answer in the batch it came from."""
    if answer.marks is None or escalation.batch_id is None:
        return None
    key = f"ruling-{escalation.id}"
    return decide_item(
        tx, escalation.item_id, escalation.batch_id, answer.marks, client_key=key, note=f"ruling {escalation.id}"
    )


def _clause(tx: Tx, escalation: Escalation, answer: Answer, evidence: EvidenceItem) -> tuple[int | None, str | None]:
    """Put the ruling into the guideline: its new version, or the proposal that waits for signatures."""
    if answer.clause is None:
        return None, None
    number, words = answer.clause
    before = guideline_in(tx, None).markdown if current_guideline_version(tx) else ""
    markdown, note = put_clause(before, number, words), f"ruling {escalation.id}"
    if number not in {c.id for c in parse_clauses(markdown)}:
        raise EscalationInvalidError(
            f"Clause {number[:32]!r} with this text makes no numbered clause.",
            hint="Give a number such as 4.3 and a title on the first line.",
        )
    if rulebook_in(tx).guard(Guarded.GUIDELINE).signatures == 0:
        return publish_guideline_in(tx, markdown, note=note).version, None
    new = NewProposal(
        Guarded.GUIDELINE,
        "guideline/next",
        f"Clause {number} by a ruling",
        guideline_action(markdown, note),
        {"ruling": evidence},
    )
    return None, propose(tx, new).id


def _gold(tx: Tx, escalation: Escalation, answer: Answer, evidence: EvidenceItem) -> tuple[bool, str | None]:
    """Make the item gold with the ruling's marks, or propose it."""
    if not answer.gold:
        return False, None
    if answer.marks is None:
        raise EscalationInvalidError("Gold needs the item's marks.", hint="Give marks, or leave gold out.")
    has_new_clause = answer.clause is not None and rulebook_in(tx).guard(Guarded.GUIDELINE).signatures == 0
    clause = answer.clause[0] if has_new_clause and answer.clause is not None else escalation.clause
    tests = () if clause is None else (clause,)
    marks = [GoldMark(m.label_class, m.shape, m.bbox, tests) for m in answer.marks]
    why = f"ruling {escalation.id}"
    if rulebook_in(tx).guard(Guarded.GOLD).signatures == 0:
        sign_gold_in(tx, escalation.item_id, marks, why=why)
        return True, None
    action = gold_action(escalation.item_id, marks, why, None)
    new = NewProposal(Guarded.GOLD, f"item/{escalation.item_id}", "Gold by a ruling", action, {"ruling": evidence})
    return False, propose(tx, new).id


def withdraw_escalation(actor: Actor, project: str, escalation_id: str, *, house: House) -> Escalation:
    """Take back one's own question."""
    with house.write(actor, project, "withdraw escalation") as tx:
        escalation = store.lock_escalation(tx, escalation_id)
        if escalation is None or escalation.raised_by != actor.id:
            raise EscalationNotFoundError(escalation_id)
        if not store.close_escalation(tx, escalation, "withdrawn", None):
            raise EscalationClosedError(escalation_id, escalation.state)
        tx.record("escalation.withdrawn", subject=escalation.subject)
        return escalation_in(tx, escalation_id)


def escalation_in(rx: Rx, escalation_id: str) -> Escalation:
    """One escalation inside an open transaction.

    Raises:
        EscalationNotFoundError: there is none of this id in the project.
    """
    found = store.find_escalation(rx, escalation_id)
    if found is None:
        raise EscalationNotFoundError(escalation_id)
    return found


def precedents(rx: Rx, query: str, *, clause: str = "", label_class: str = "", n: int = 50) -> list[Escalation]:
    """Rulings whose question or answer holds every word of `query`, newest first; of a clause or class if named."""
    words = query.lower().split()[:12]
    return store.list_escalations(rx, state="ruled", words=words, clause=clause, label_class=label_class, n=n)


def _clean(text: str, what: str) -> str:
    words = text.strip()
    if not words or len(words) > MAX_TEXT:
        raise EscalationInvalidError(f"A {what} has 1 to {MAX_TEXT} characters, not {len(words)}.")
    return words


def _known_class(rx: Rx, label_class: str | None) -> None:
    if label_class is not None and schema_in(rx, None).find(label_class) is None:
        raise EscalationInvalidError(f"There is no class {label_class[:64]!r} in the label schema.")


def _inside(box: Box | None, width_px: int, height_px: int) -> Box | None:
    """The box, if it is one that lies in the picture."""
    if box is None:
        return None
    x_min, y_min, x_max, y_max = box
    if not (0 <= x_min < x_max <= width_px and 0 <= y_min < y_max <= height_px):
        raise EscalationInvalidError(
            f"The box {list(box)} does not lie in the picture of {width_px} x {height_px} pixels."
        )
    return box


list_escalations = store.list_escalations
escalations_of = store.escalations_of
