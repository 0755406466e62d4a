"""What follows from predictions of production: people look at some, and their answer judges them."""

from __future__ import annotations

from assay.serving import judge_item, queue_checks
from assay.storage import Consumer, Event, House


def _queue(house: House, event: Event) -> None:
    """Put what people must see into the queue."""
    if event.body["n_random"] or event.body["n_low"]:
        while queue_checks(event.project_id, house=house):
            pass  # one more look finds nothing left, or what came meanwhile


def _judge(house: House, event: Event) -> None:
    """Hold predictions of an item against people's answer once that stands."""
    if event.body["state"] in {"agreed", "settled"}:
        item_id = event.subject.removeprefix("item/")
        judge_item(event.project_id, item_id, key=f"production/{event.id}", house=house)


def followers_of_production() -> list[Consumer]:
    """The consumers."""
    return [
        Consumer("production-queue", frozenset({"predictions.received"}), _queue),
        Consumer("production-judge", frozenset({"consensus.computed"}), _judge),
    ]
