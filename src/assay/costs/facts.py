"""What each event has a price for: reads what happened, decides nothing about money."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assay.annotations import submission_in, submissions_of_item
from assay.costs.model import Basis, Fact, Stage
from assay.costs.rules import booked_ms
from assay.items import find_import
from assay.kernel.clock import SECOND_US
from assay.review import Review, reviews_of
from assay.storage import Event, Rx


def facts_of(rx: Rx, event: Event) -> list[Fact]:
    """Everything with a price that one event tells of."""
    found = HANDLERS.get(event.action, _nothing)(rx, event)
    if event.action == "gold.signed":
        found.append(_piece(event, Stage.GOLD, "expert"))
    if isinstance(event.body.get("cpu_s"), (int, float)):
        found += _machine(event)
        if event.action == "training.finished":
            found.append(_piece(event, Stage.TRAIN, "engineer"))
    return found


def _nothing(_rx: Rx, _event: Event) -> list[Fact]:
    return []


def _submission(rx: Rx, event: Event) -> list[Fact]:
    """An answer: ordinary work, hidden gold, practice, or work done again because an earlier answer was rejected."""
    submission = submission_in(rx, event.subject.removeprefix("submission/"))
    stage = {"gold": Stage.GOLD, "practice": Stage.PRACTICE}.get(event.body["kind"], Stage.ANNOTATE)
    if stage is Stage.ANNOTATE and _is_rework(rx, submission.item_id, submission.batch_id, event.at_us):
        stage = Stage.REWORK
    return [
        Fact(
            key=f"{event.id}/answer",
            at_us=event.at_us,
            stage=stage,
            unit="second",
            quantity=booked_ms(submission.seconds),
            basis=Basis.MEASURED,
            role="annotator",
            user_id=submission.author_id,
            item_id=submission.item_id,
            batch_id=submission.batch_id,
            n_marks=submission.n_marks,
            subject=event.subject,
            event_id=event.id,
        )
    ]


def _is_rework(rx: Rx, item_id: str, batch_id: str | None, at_us: int) -> bool:
    """Whether an answer to this item had been rejected before; later verdicts do not change what this answer was."""
    ids = [s.id for s in submissions_of_item(rx, item_id) if s.batch_id == batch_id]
    rejected = [r.closed_at_us for r in reviews_of(rx, ids) if r.verdict == "reject"]
    return any(closed is not None and closed < at_us for closed in rejected)


def _review(rx: Rx, event: Event) -> list[Fact]:
    """A verdict; looking at what an alarm sent back is rework, not the share that is always looked at."""
    submission_id = event.subject.removeprefix("submission/")
    review: Review | None = next((r for r in reviews_of(rx, [submission_id]) if r.id == event.body["review"]), None)
    if review is None:
        return []
    stage = Stage.REWORK if review.reason in {"put_back", "probe"} else Stage.REVIEW
    stage = Stage.AUDIT if review.reason == "audit" else stage
    submission = submission_in(rx, submission_id)
    return [
        Fact(
            key=f"{event.id}/review",
            at_us=event.at_us,
            stage=stage,
            unit="second",
            quantity=booked_ms(review.seconds or 0.0),
            basis=Basis.MEASURED,
            role="reviewer",
            user_id=review.reviewer_id,
            item_id=review.item_id,
            batch_id=submission.batch_id,
            n_marks=submission.n_marks,
            subject=event.subject,
            event_id=event.id,
        )
    ]


def _settlement(rx: Rx, event: Event) -> list[Fact]:
    submission = submission_in(rx, event.body["submission"])
    return [
        Fact(
            key=f"{event.id}/settlement",
            at_us=event.at_us,
            stage=Stage.ADJUDICATE,
            unit="second",
            quantity=booked_ms(submission.seconds),
            basis=Basis.MEASURED,
            role="expert",
            user_id=submission.author_id,
            item_id=submission.item_id,
            batch_id=submission.batch_id,
            n_marks=submission.n_marks,
            subject=f"submission/{submission.id}",
            event_id=event.id,
        )
    ]


def _import(rx: Rx, event: Event) -> list[Fact]:
    """The machine's time for taking pictures in: from the start of an import to its end."""
    found = find_import(rx, event.subject.removeprefix("import/"))
    if found is None or found.started_at_us is None or found.finished_at_us is None:
        return []
    seconds = (found.finished_at_us - found.started_at_us) / SECOND_US
    return [_minutes(event, Stage.COMPUTE, seconds)]


def _machine(event: Event) -> list[Fact]:
    stage = Stage.TRAIN if event.action.startswith("training.") else Stage.COMPUTE
    return [_minutes(event, stage, float(event.body["cpu_s"]))]


def _minutes(event: Event, stage: Stage, seconds: float) -> Fact:
    """Machine time in thousandths of a minute."""
    quantity = round(max(seconds, 0.0) * 1000 / 60)
    return Fact(
        key=f"{event.id}/machine",
        at_us=event.at_us,
        stage=stage,
        unit="minute",
        quantity=quantity,
        basis=Basis.MEASURED,
        subject=event.subject,
        event_id=event.id,
    )


def _piece(event: Event, stage: Stage, role: str) -> Fact:
    """Work whose time nobody measures: the rate card says how long one piece of it takes."""
    is_item = event.subject.startswith("item/")
    return Fact(
        key=f"{event.id}/piece",
        at_us=event.at_us,
        stage=stage,
        unit="piece",
        quantity=1000,
        basis=Basis.ASSUMED,
        role=role,
        user_id=event.actor_id if event.actor_kind == "person" else None,
        item_id=event.subject.removeprefix("item/") if is_item else None,
        subject=event.subject,
        event_id=event.id,
    )


HANDLERS: dict[str, Callable[[Rx, Event], list[Fact]]] = {
    "submission.received": _submission,
    "review.closed": _review,
    "adjudication.settled": _settlement,
    "import.finished": _import,
}
BOOKED: Sequence[str] = (*HANDLERS, "gold.signed", "rate_card.set")
"""Events the book-keeper looks at; beside them all that say how long a machine worked."""
