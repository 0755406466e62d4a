"""What follows from a change: the consumers of the event table, one for each thing that flows upwards."""

from __future__ import annotations

from assay.gold import rescore_item
from assay.governance import policy_in
from assay.jobs.carrying_out import followers_of_approvals
from assay.jobs.production import followers_of_production
from assay.jobs.retraining import followers_of_diagnoses
from assay.kernel.actor import system
from assay.models import Runner, find_version
from assay.models.runs import queue_run
from assay.models.suggesting import judge_submission, note_audit, suggestion_policy_in
from assay.queue import show_as_gold, stop_gold
from assay.reliability import WatchRules, needs_watching, score_and_watch, watch
from assay.review import look_at, put_back, sample, unstick, update_consensus, waiting_items
from assay.storage import Consumer, Event, House

WATCHER = system("watcher")


def _rules(house: House, project: str) -> WatchRules:
    with house.read(WATCHER, project) as rx:
        policy = policy_in(rx)
    return WatchRules(
        accepted_error=policy.accepted_error,
        max_error=policy.max_error,
        run_length=policy.alarm_run_length,
        match_iou=policy.match_iou,
        tight_iou=policy.tight_iou,
    )


def _score(house: House, event: Event) -> None:
    """Hold an answer to hidden gold against it and look at the author's chart.

    Gold is reviewed as often as other work: an answer that was surely looked at would otherwise surely be none.
    """
    submission_id = event.subject.removeprefix("submission/")
    if event.body["kind"] in {"gold", "practice"}:
        score_and_watch(event.project_id, submission_id, _rules(house, event.project_id), house=house)
    if event.body["kind"] == "gold":
        sample(event.project_id, submission_id, key=f"sample/{event.id}", house=house)


def _look_after_alarm(house: House, event: Event) -> None:
    """Have every answer of somebody whose chart rang looked at, until enough further gold speaks for their work."""
    if event.body["kind"] == "practice":
        return
    with house.read(WATCHER, event.project_id) as rx:
        enough = policy_in(rx).min_gold_images
        wanted = needs_watching(rx, event.actor_id, at_us=event.at_us, gold_images=enough)
    if wanted:
        submission_id = event.subject.removeprefix("submission/")
        why = "the author's chart rang; too little gold since"
        look_at(WATCHER, event.project_id, submission_id, why=why, key=f"look/{event.id}", house=house)


def _infer(house: House, event: Event) -> None:
    """Infer an item's answer once all its answers are in, or nobody is left to give those that are wanted."""
    if event.body["kind"] == "work":
        follow = update_consensus if event.body["complete"] else unstick
        follow(event.project_id, event.body["item"], event.body["batch"], key=f"consensus/{event.id}", house=house)


def _infer_again(house: House, event: Event) -> None:
    """Infer an item's answer anew after a verdict or a ruling."""
    if event.body.get("batch"):
        key = f"consensus/{event.id}"
        update_consensus(event.project_id, event.body["item"], event.body["batch"], key=key, house=house)


def _infer_after_put_back(house: House, event: Event) -> None:
    """Hold the items of a put-back until somebody has looked."""
    for item_id, batch_id in event.body["items"]:
        update_consensus(event.project_id, item_id, batch_id, key=f"consensus/{event.id}/{item_id}", house=house)


def _unstick(house: House, event: Event) -> None:
    """When somebody stops labelling, look again at what waits for another answer: perhaps nobody is left to give it."""
    with house.read(WATCHER, event.project_id) as rx:
        waiting = waiting_items(rx)
    for item_id, batch_id in waiting:
        update_consensus(event.project_id, item_id, batch_id, key=f"unstick/{event.id}/{item_id}", house=house)


def _unstick_skipped(house: House, event: Event) -> None:
    """When somebody gives an item back, perhaps nobody is left to answer it."""
    if event.body["kind"] == "work":
        unstick(event.project_id, event.body["item"], event.body["batch"], key=f"unstick/{event.id}", house=house)


def _put_back(house: House, event: Event) -> None:
    """Send work back when an alarm says since when it may be wrong.

    Where the work before the change rests on fewer gold images than the policy asks, nothing speaks for it either, and
    all of it goes back.
    """
    with house.read(WATCHER, event.project_id) as rx:
        vouched = event.body["since_image"] >= policy_in(rx).min_gold_images
    put_back(
        WATCHER,
        event.project_id,
        event.subject.removeprefix("user/"),
        since_us=event.body["since_us"] if vouched else 0,
        sample_since_us=event.body["sample_since_us"] if vouched else 0,
        why=f"errors on hidden gold rose; alarm at gold image {event.body['gold_image']}",
        alarm_id=event.body["alarm"],
        key=f"put-back/{event.id}",
        house=house,
    )


def _show_gold(house: House, event: Event) -> None:
    """Let the queue show an item as gold from now on, and judge earlier answers by the newest signature."""
    item_id = event.subject.removeprefix("item/")
    with house.write(WATCHER, event.project_id, "gold was signed", key=f"show-gold/{event.id}") as tx:
        if not tx.replayed:
            show_as_gold(tx, item_id, event.body["cap"])
            tx.record("queue.shows_gold", subject=event.subject)
    if event.body["version"] > 1:
        rules = _rules(house, event.project_id)
        rescore_item(
            WATCHER,
            event.project_id,
            item_id,
            match_iou=rules.match_iou,
            tight_iou=rules.tight_iou,
            key=f"rescore/{event.id}",
            house=house,
        )


def _stop_gold(house: House, event: Event) -> None:
    """Let the queue show a retired gold item to nobody."""
    with house.write(WATCHER, event.project_id, "gold was retired", key=f"stop-gold/{event.id}") as tx:
        if not tx.replayed:
            stop_gold(tx, event.subject.removeprefix("item/"))
            tx.record("queue.stops_gold", subject=event.subject)


def _watch_again(house: House, event: Event) -> None:
    """Look at a person's chart again after their verdicts changed."""
    watch(event.project_id, event.body["user"], _rules(house, event.project_id), house=house)


def _watch_rescored(house: House, event: Event) -> None:
    """Look at the charts of everybody whose verdicts a new signature changed."""
    rules = _rules(house, event.project_id)
    for user in event.body["users"]:
        watch(event.project_id, user, rules, house=house)


def _suggest(house: House, event: Event) -> None:
    """Let the suggesting model answer what waits, when there is more of it, another policy or another model in use."""
    if event.body.get("practice"):
        return
    with house.read(WATCHER, event.project_id) as rx:
        policy = suggestion_policy_in(rx)
        version = find_version(rx, policy.model) if policy.suggests else None
    if version is None or version.new.runner is Runner.NONE:
        return
    with house.write(WATCHER, event.project_id, "there is something to suggest", key=f"suggest/{event.id}") as tx:
        if not tx.replayed:
            queue_run(tx, "suggest", version.title, config={}, version_id=version.id)


def _judge_suggestion(house: House, event: Event) -> None:
    """Note what became of the suggestion that an answer began with."""
    if event.body["kind"] != "practice":
        submission_id = event.subject.removeprefix("submission/")
        judge_submission(event.project_id, submission_id, key=f"suggestion/{event.id}", house=house)


def _note_audit(house: House, event: Event) -> None:
    """Hold a label that was taken unseen against people's blind answer."""
    if event.body["state"] in {"agreed", "settled"}:
        note_audit(event.project_id, event.subject.removeprefix("item/"), key=f"audit/{event.id}", house=house)


def followers() -> list[Consumer]:
    """Every consumer, in the order they look at an event."""
    return [
        Consumer("scoring", frozenset({"submission.received"}), _score),
        Consumer("put-back", frozenset({"alarm.raised"}), _put_back),
        Consumer("look-after-alarm", frozenset({"submission.received"}), _look_after_alarm),
        Consumer("consensus", frozenset({"submission.received"}), _infer),
        Consumer("consensus-again", frozenset({"review.closed", "adjudication.settled"}), _infer_again),
        Consumer("consensus-put-back", frozenset({"work.put_back"}), _infer_after_put_back),
        Consumer("unstick", frozenset({"member.paused", "member.roles_changed"}), _unstick),
        Consumer("unstick-skipped", frozenset({"assignment.skipped"}), _unstick_skipped),
        Consumer("gold-shown", frozenset({"gold.signed"}), _show_gold),
        Consumer("gold-stopped", frozenset({"gold.retired"}), _stop_gold),
        Consumer("contests", frozenset({"gold.contest_ruled"}), _watch_again),
        Consumer("suggest", frozenset({"batch.created", "model.alias_moved", "suggestion_policy.set"}), _suggest),
        Consumer("suggestions", frozenset({"submission.received"}), _judge_suggestion),
        Consumer("blind-audits", frozenset({"consensus.computed"}), _note_audit),
        Consumer("rescored", frozenset({"gold.rescored"}), _watch_rescored),
        *followers_of_approvals(),
        *followers_of_production(),
        *followers_of_diagnoses(),
    ]
