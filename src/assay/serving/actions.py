"""Taking in what a model said in production, queueing what people must see, judging it by their answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.annotations import Mark
from assay.gold import GoldMark, score_answer
from assay.governance import Policy, policy_in, rulebook_in
from assay.items import items_by_id, media_in
from assay.kernel.actor import Actor, system
from assay.labels import schema_in
from assay.models import NewPrediction, PredictionOrigin, prediction_in, take_in_predictions, version_in
from assay.queue import BatchPolicy, NewTask, batched_items, create_batch
from assay.review import Consensus, ConsensusState, consensus_of_item
from assay.serving import store
from assay.serving.errors import TooManyPredictionsError
from assay.serving.model import Check, Judged, Reason, Received
from assay.serving.rules import check_for, judged
from assay.storage import House, Rx, Tx

WATCHER = system("production")
MOST_AT_ONCE = 500
_STANDS = (ConsensusState.AGREED, ConsensusState.SETTLED)


def receive(actor: Actor, project: str, version: str, new: Sequence[NewPrediction], *, house: House) -> Received:
    """Keep what a model said in production; what people must see is marked in the same transaction.

    Args:
        actor: the serving side, by its key.
        project: whose.
        version: the model version, by id, `name@number` or alias.
        new: at most `MOST_AT_ONCE`; `version_id` and origin are filled in here. The same key again is the same.
        house: where.

    Raises:
        TooManyPredictionsError: more than are taken at once.
        ModelNotFoundError: there is no such version.
        PredictionInvalidError: a number or an item that cannot be; none of them is kept.
    """
    if len(new) > MOST_AT_ONCE:
        raise TooManyPredictionsError(len(new), MOST_AT_ONCE)
    with house.write(actor, project, "predictions of production") as tx:
        found = version_in(tx, version)
        classes = {c.id: c for c in schema_in(tx, found.new.schema_version).classes}
        ready = [replace(p, version_id=found.id, origin=PredictionOrigin.SERVED) for p in new]
        kept = take_in_predictions(tx, ready, classes=classes)
        rulebook = rulebook_in(tx)
        fresh = [p for p in kept if p.received_at_us == tx.now_us]
        checks = [check for p in kept if (check := check_for(p, rulebook, tx.now_us)) is not None]
        checks = [check for check in checks if store.add_check(tx, check)]
        tx.record(
            "predictions.received",
            subject=found.subject,
            title=found.title,
            n=len(kept),
            first=kept[0].id if kept else None,
            n_random=sum(c.reason is Reason.RANDOM for c in checks),
            n_low=sum(c.reason is not Reason.RANDOM for c in checks),
        )
    return Received(
        prediction_ids=tuple(p.id for p in kept),
        n_new=len(fresh),
        n_random=sum(c.reason is Reason.RANDOM for c in checks),
        n_low=sum(c.reason is not Reason.RANDOM for c in checks),
    )


def queue_checks(project: str, *, house: House) -> int:
    """Put the items of waiting checks into the queue as ordinary work; returns how many tasks were made.

    An item that is in the queue already is not put in twice: its answer there counts. Stopped between the batch and the
    note of it, the next time finds the items in the queue and only notes it.
    """
    with house.read(WATCHER, project) as rx:
        waiting = store.unqueued(rx, MOST_AT_ONCE)
        if not waiting:
            return 0
        there = batched_items(rx)
        policy = policy_in(rx)
        wanted = sorted({c.item_id for c in waiting} - there)
        tasks = _tasks(rx, wanted)
    batch_id = None
    if tasks:
        name = f"Production, {len(tasks)} pictures"
        made = create_batch(WATCHER, project, name, tasks, batch_of(policy), policy_version=policy.version, house=house)
        batch_id = made.id
    fresh = [c.prediction_id for c in waiting if c.item_id in set(wanted)]
    rest = [c.prediction_id for c in waiting if c.item_id not in set(wanted)]
    with house.write(WATCHER, project, "production goes to the queue") as tx:
        for ids, batch in ((fresh, batch_id), (rest, None)):
            if ids:
                store.set_queued(tx, ids, batch)
        tx.record("production.queued", subject=f"batch/{batch_id}", n_tasks=len(tasks), n_checks=len(waiting))
    for item_id in sorted({c.item_id for c in waiting} & there):
        judge_item(project, item_id, key=f"production/{waiting[0].prediction_id}/{item_id}", house=house)
    return len(tasks)


def batch_of(policy: Policy) -> BatchPolicy:
    """The policy of a batch of production: the project's, before other work."""
    return BatchPolicy(
        overlap=policy.overlap,
        gold_rate=policy.gold_rate,
        gold_everyone=policy.gold_everyone,
        review_share=policy.review_share,
        priority=20,
        agreement_threshold=policy.agreement_threshold,
        match_iou=policy.match_iou,
        tight_iou=policy.tight_iou,
        lease_s=float(policy.lease_s),
    )


def _tasks(rx: Rx, item_ids: Sequence[str]) -> list[NewTask]:
    found = items_by_id(rx, item_ids)
    return [
        NewTask(item.id, item.medium.width_px, item.medium.height_px, is_gold=False)
        for item in (found[i] for i in item_ids if i in found)
    ]


def judge_item(project: str, item_id: str, *, key: str, house: House) -> int:
    """Hold what models said about an item in production against people's answer, once that stands; twice is once.

    Returns:
        Predictions judged; 0 while people do not agree, or nobody had to look.
    """
    with house.read(WATCHER, project) as rx:
        checks = store.checks_of_item(rx, item_id)
        if not checks:
            return 0
        standing = [c for c in consensus_of_item(rx, item_id) if c.state in _STANDS]
        if not standing:
            return 0
        answer, policy = standing[-1], policy_in(rx)
        results = [(c.prediction_id, _hold(rx, c, answer, policy)) for c in checks]
    with house.write(WATCHER, project, "people have looked", key=key) as tx:
        if tx.replayed:
            return 0
        for prediction_id, result in results:
            store.set_judged(tx, prediction_id, result)
        _record(tx, item_id, results)
    return len(results)


def _hold(rx: Rx, check: Check, answer: Consensus, policy: Policy) -> Judged:
    medium = media_in(rx, check.item_id)
    gold = [GoldMark(m.label_class, m.shape, m.bbox, (), m.geometry) for m in answer.marks]
    said: list[Mark] = [p.mark for p in prediction_in(rx, check.prediction_id).new.marks]
    score = score_answer(
        gold,
        said,
        match_iou=policy.match_iou,
        tight_iou=policy.tight_iou,
        size_px=(medium.width_px, medium.height_px),
    )
    return judged(score)


def _record(tx: Tx, item_id: str, results: Sequence[tuple[str, Judged]]) -> None:
    tx.record(
        "production.judged",
        subject=f"item/{item_id}",
        predictions=[prediction_id for prediction_id, _ in results],
        n_errors=[result.n_errors for _, result in results],
    )
