"""Time capsules: a blind packet of current and archived items for experts, and what their answers say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assay.access import Role, names_of
from assay.annotations import marks_of, submissions_of_items
from assay.drift import (
    AlreadyConcludedError,
    AnswersMissingError,
    ArchiveTooSmallError,
    Capsule,
    NoExpertsError,
    NoModelInUseError,
    NotEnoughItemsError,
    diagnosis_in,
    keep_answer,
    keep_question,
    monitor_in,
)
from assay.gold import ErrorKind, Score, all_gold, counts_of_user
from assay.governance import policy_in
from assay.guidelines import current_guideline_version
from assay.items import Item, items_after, items_by_id
from assay.kernel.actor import Actor
from assay.kernel.canonical import canonical_json
from assay.labels import current_schema_version, schema_in
from assay.models import PRODUCTION, PredictionOrigin, predictions_between, version_of_alias
from assay.quality.boxes import Boxes
from assay.quality.diagnosis import CHANGED, Archive, Diagnosis, Packet, diagnose, disagreement
from assay.queue import BatchPolicy, NewTask, hand_out
from assay.review import consensus_of_items
from assay.storage import Blobs, House, Rx

LEAST: Final = 30
LEAST_ARCHIVE: Final = 100
CURRENT_MOST: Final = 5000
LEASE_S: Final = 7 * 86_400.0
PAGE: Final = 1000
_FOREVER_US: Final = 2**62

Answer = list[list[Any]]
"""Marks of one answer, each as class and four sides."""
Answers = dict[str, Answer]


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask.

    Attributes:
        n_now: current items.
        n_then: archived items.
        expert_wrong: how often these experts missed gold that did not change, in their calibration.
        expert_n: out of how many.
        monitor_id: the watch whose notice is evidence; None without.
    """

    n_now: int = 400
    n_then: int = 200
    expert_wrong: int = 0
    expert_n: int = 100
    monitor_id: str | None = None
    seed: int = 0


def ask_experts(actor: Actor, project: str, name: str, question: Question, *, house: House, blobs: Blobs) -> Capsule:
    """Hand a blind, mixed packet to the project's experts through the queue.

    Answers as they stand now are kept beside it, so that nothing that happens later changes what they are held
    against. The archive is the gold that annotators and the model in use have answered.

    Raises:
        NoExpertsError: nobody is expert and annotator.
        NoModelInUseError: no model is in use.
        ArchiveTooSmallError: less than 100 such gold items.
        NotEnoughItemsError: too few items for the packet.
    """
    rng = np.random.default_rng(question.seed)
    with house.read(actor, project) as rx:
        experts = experts_in(rx)
        if not experts:
            raise NoExpertsError
        known = _known(rx, experts)
        if question.monitor_id is not None:
            monitor_in(rx, question.monitor_id)
        policy = policy_in(rx)
        versions = current_schema_version(rx), current_guideline_version(rx)
        now = _draw(known["now"], question.n_now, "current", rng)
        then = _draw(known["then"], question.n_then, "archived", rng)
        items = items_by_id(rx, [*now, *then])
    shares = _shares(experts, [*now, *then], items, rng)
    blind = BatchPolicy(
        overlap=1, gold_rate=0.0, review_share=0.0, priority=0, match_iou=policy.match_iou, lease_s=LEASE_S, blind=True
    )
    batch = hand_out(
        actor, project, name, shares, blind, policy_version=policy.version, schema_version=versions[0],
        guideline_version=versions[1], seed=question.seed, house=house,
    )  # fmt: skip
    kept = {name: known[name] for name in ("model", "people", "gold", "archive")}
    spec = {
        "now": now, "then": then, "experts": sorted(experts), "expert_wrong": question.expert_wrong,
        "expert_n": question.expert_n, "match_iou": policy.match_iou, "answers": blobs.put(canonical_json(kept)),
    }  # fmt: skip
    return keep_question(
        actor, project, name, batch_id=batch.id, monitor_id=question.monitor_id, spec=spec, house=house
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a question to experts would rest on, as far as a few quick looks can tell.

    Attributes:
        experts: ids of those who could answer: experts who are annotators too, and not paused.
        model: name and version of the model in use; None while there is none.
        expert_wrong, expert_n: answers of these experts to gold that counts another answer (F1 below .5), and all.
    """

    experts: tuple[str, ...]
    model: str | None
    expert_wrong: int
    expert_n: int


def outlook_of(rx: Rx) -> Outlook:
    """Look at what a question to experts needs before anybody asks it."""
    experts = experts_in(rx)
    version = version_of_alias(rx, PRODUCTION)
    scores = [s.score for expert in experts for s in counts_of_user(rx, expert) if s.counts_for]
    wrong = sum(_is_another_answer(score) for score in scores)
    model = None if version is None else f"{version.new.name}@{version.number}"
    return Outlook(tuple(experts), model, wrong, len(scores))


def _is_another_answer(score: Score) -> bool:
    """Whether an answer differs from gold as `CHANGED` has it: 1 - F1 of at least a half."""
    alone = score.counts.get(ErrorKind.MISSED, 0) + score.counts.get(ErrorKind.SPURIOUS, 0)
    swapped = score.counts.get(ErrorKind.MISCLASSIFIED, 0)
    if not alone + swapped:
        return False
    apart = alone + 2 * swapped
    return apart / (2 * (score.n_units - alone - swapped) + apart) >= CHANGED


def answered_of(rx: Rx, asked: Capsule) -> tuple[int, int]:
    """How many current and how many archived items of a packet experts have answered by now."""
    answered = _expert_submissions(rx, asked)
    now, then = (sum(item in answered for item in asked.spec[part]) for part in ("now", "then"))
    return now, then


def conclude(actor: Actor, project: str, diagnosis_id: str, *, house: House, blobs: Blobs) -> Capsule:
    """Name the cause from what experts have answered by now.

    Raises:
        DiagnosisNotFoundError: there is none of this id.
        AlreadyConcludedError: it has its answer.
        AnswersMissingError: experts have answered fewer than 30 current or 30 archived items.
    """
    with house.read(actor, project) as rx:
        asked = diagnosis_in(rx, diagnosis_id)
        if asked.state != "asked":
            raise AlreadyConcludedError(diagnosis_id)
        spec = asked.spec
        experts = _expert_answers(rx, asked)
        noticed = None if asked.monitor_id is None else monitor_in(rx, asked.monitor_id).level != "quiet"
        classes = tuple(c.id for c in schema_in(rx, None).classes)
    now, then = ([i for i in spec[part] if i in experts] for part in ("now", "then"))
    if min(len(now), len(then)) < LEAST:
        raise AnswersMissingError(len(experts), len(spec["now"]) + len(spec["then"]))
    kept: dict[str, Any] = json.loads(blobs.get(spec["answers"]))
    kept["experts"] = experts
    return keep_answer(
        actor, project, diagnosis_id, _judge(kept, spec, now, then, classes, noticed=noticed), house=house
    )


def _judge(
    kept: Mapping[str, Any],
    spec: Mapping[str, Any],
    now: Sequence[str],
    then: Sequence[str],
    classes: Sequence[str],
    *,
    noticed: bool | None,
) -> Diagnosis:
    def differ(left: str, right: str, items: Sequence[str]) -> NDArray[np.float64]:
        sides = (_boxes([kept[side][i] for i in items], classes) for side in (left, right))
        return disagreement(*sides, iou=spec["match_iou"])

    all_then = kept["archive"]
    archive = Archive(
        differ("model", "gold", all_then), differ("people", "gold", all_then), differ("model", "people", all_then)
    )
    packet = Packet(
        differ("model", "experts", now),
        differ("people", "experts", now),
        differ("model", "people", now),
        differ("model", "experts", then),
        differ("model", "gold", then),
        (differ("experts", "gold", then) >= CHANGED).astype(np.float64),
        expert_wrong=spec["expert_wrong"],
        expert_n=spec["expert_n"],
        drift_noticed=noticed,
    )
    return diagnose(archive, packet)


def _boxes(answers: Iterable[Answer], classes: Sequence[str]) -> Boxes:
    """Marks as boxes; a class the schema has no more keeps a number of its own."""
    number = {c: k for k, c in enumerate(classes)}
    rows = list(answers)
    codes = [[number.setdefault(m[0], len(number)) for m in marks] for marks in rows]
    return Boxes.of([[m[1] for m in marks] for marks in rows], codes)


def experts_in(rx: Rx) -> list[str]:
    """Ids of those whom a packet can be handed to: expert and annotator at once, and not paused."""
    return sorted(
        user for user, member in names_of(rx).items()
        if {Role.EXPERT, Role.ANNOTATOR} <= member.roles and member.paused_at_us is None
    )  # fmt: skip


def _known(rx: Rx, experts: Sequence[str]) -> dict[str, Any]:
    """Answers of model, annotators and gold, and which items are current, which archived."""
    model = _model_answers(rx)
    gold = {g.item_id: [[m.label_class, list(m.bbox)] for m in g.marks] for g in all_gold(rx)}
    people: Answers = {}
    met: set[str] = set()
    order: list[Item] = []
    after = ""
    while page := items_after(rx, after, PAGE):
        after = page[-1].id
        order += page
        _people_answers(rx, [i.id for i in page if i.id in model], set(experts), people, met)
    both = [i.id for i in order if i.id in model and i.id in people]
    archive = [i for i in both if i in gold]
    if len(archive) < LEAST_ARCHIVE:
        raise ArchiveTooSmallError(len(archive), least=LEAST_ARCHIVE)
    now = [i for i in both if i not in gold and i not in met][-CURRENT_MOST:]
    then = [i for i in archive if i not in met]
    return {"model": model, "people": people, "gold": gold, "archive": archive, "now": now, "then": then}


def _model_answers(rx: Rx) -> Answers:
    version = version_of_alias(rx, PRODUCTION)
    if version is None:
        raise NoModelInUseError
    found: Answers = {}
    for origin in PredictionOrigin:
        after = ""
        while page := predictions_between(rx, origin, 0, _FOREVER_US, after=after, limit=PAGE):
            after = page[-1].id
            for one in page:
                if one.new.version_id == version.id:
                    found[one.new.item_id] = [[m.mark.label_class, list(m.mark.bbox)] for m in one.new.marks]
    return found


def _people_answers(rx: Rx, items: Sequence[str], experts: set[str], people: Answers, met: set[str]) -> None:
    """What stands for each item by annotators: the inferred answer, else the newest; and which items experts met."""
    inferred = consensus_of_items(rx, list(items))
    newest: dict[str, str] = {}
    for item, found in submissions_of_items(rx, list(items)).items():
        if any(s.author_id in experts for s in found):
            met.add(item)
        by_people = [s for s in found if s.author_id not in experts and s.assignment_id is not None]
        if by_people:
            newest[item] = by_people[-1].id
    drawn = marks_of(rx, list(newest.values())) if newest else {}
    for item, submission in newest.items():
        stands = inferred.get(item)
        marks = [m.mark for m in drawn.get(submission, [])] if stands is None else stands.marks
        people[item] = [[m.label_class, list(m.bbox)] for m in marks]


def _draw(items: Sequence[str], n: int, what: str, rng: np.random.Generator) -> list[str]:
    if len(items) < max(n, LEAST):
        raise NotEnoughItemsError(what, len(items), wanted=max(n, LEAST))
    return [items[k] for k in rng.choice(len(items), n, replace=False)]


def _shares(
    experts: Sequence[str], items: Sequence[str], found: Mapping[str, Item], rng: np.random.Generator
) -> dict[str, list[NewTask]]:
    """Every item once, dealt out to the experts in turn."""
    shares: dict[str, list[NewTask]] = {expert: [] for expert in experts}
    for turn, k in enumerate(rng.permutation(len(items))):
        medium = found[items[k]].medium
        shares[experts[turn % len(experts)]].append(NewTask(items[k], medium.width_px, medium.height_px, is_gold=False))
    return {expert: tasks for expert, tasks in shares.items() if tasks}


def _expert_submissions(rx: Rx, asked: Capsule) -> dict[str, str]:
    """What experts handed in for a packet: item to submission."""
    experts = set(asked.spec["experts"])
    wanted = [*asked.spec["now"], *asked.spec["then"]]
    mine: dict[str, str] = {}
    for start in range(0, len(wanted), PAGE):
        for item, found in submissions_of_items(rx, wanted[start : start + PAGE]).items():
            own = [s.id for s in found if s.author_id in experts and s.batch_id == asked.batch_id]
            if own:
                mine[item] = own[-1]
    return mine


def _expert_answers(rx: Rx, asked: Capsule) -> Answers:
    mine = _expert_submissions(rx, asked)
    drawn = marks_of(rx, list(mine.values())) if mine else {}
    return {item: [[m.mark.label_class, list(m.mark.bbox)] for m in drawn.get(s, [])] for item, s in mine.items()}
