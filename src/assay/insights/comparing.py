"""Compares people's practice on work and gold: loads the newest images that several people answered, and judges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.annotations import Submission, WorkBoxes, boxes_of_work
from assay.gold import all_gold
from assay.governance import Policy
from assay.insights.model import Care, Finding, FindingSide, Look, Looked, Reach
from assay.insights.people import person_row
from assay.insights.practice_crops import crops_of
from assay.items import Item, items_by_id
from assay.labels import current_schema_version, schema_in
from assay.quality.boxes import Boxes
from assay.quality.convention import Convention, ConventionReport, find_conventions, flags_of, prove, reach_words
from assay.quality.convention import Looked as PartLooked
from assay.quality.convention import Reach as PartReach
from assay.reliability import people_scores, pooled_rho
from assay.storage import Rx

MOST_IMAGES = 2_000
"""The newest images with two answers or more: enough for every practice that matters, and a second or two of work."""
ACCURATE_ENOUGH = 0.6
"""Whose accuracy on gold is surely below this has no practice to compare."""
N_DRAWS = 999
_CLASS = re.compile(r"(^|^not:|[|@])class:(\d+)(?=$|[|@])")


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Everybody's answers to the images compared.

    Attributes:
        items: in order; image numbers are places here.
        boxes: each person's boxes over the items.
        asked: (n,) which items each person answered.
        classes: class ids; codes of the boxes are places here.
        names: what classes and objects are called.
        n_answers: answers there are in all, also to other images.
        flags: what attributes say of the marks: flag to author to a yes or no for each of their boxes.
    """

    items: tuple[Item, ...]
    boxes: dict[str, Boxes]
    asked: dict[str, NDArray[np.bool_]]
    classes: tuple[str, ...]
    class_names: tuple[str, ...]
    things: str
    n_answers: int
    flags: dict[str, dict[str, list[bool]]]


def load_answers(rx: Rx, policy: Policy, n_answers: int) -> Answers:
    """Read what is compared. Reads all answers: for background work, not for pages."""
    work = boxes_of_work(rx)
    by_people = [s for s in work.submissions if s.origin.value == "person"]
    wrong = _mostly_wrong(rx, policy)
    compared = [s for s in by_people if s.author_id not in wrong]
    chosen = _newest_shared(compared)
    items = items_by_id(rx, chosen)
    ordered = tuple(items[item_id] for item_id in chosen if item_id in items)
    place = {item.id: number for number, item in enumerate(ordered)}
    boxes, asked, attributes = _sheets(work, compared, place)
    classes = {c.id: c.name for c in schema_in(rx, None).classes} if current_schema_version(rx) else {}
    names = tuple(classes.get(c, c) for c in work.classes)
    things = _plural(next(iter(classes.values())).lower()) if len(classes) == 1 else "objects"
    return Answers(ordered, boxes, asked, work.classes, names, things, n_answers, flags_of(attributes))


def _plural(name: str) -> str:
    """What several of a class are called, by the usual rules of English."""
    if name.endswith("s"):
        return name
    if name.endswith(("x", "z", "ch", "sh")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in set("aeiou"):
        return f"{name[:-1]}ies"
    return f"{name}s"


def _mostly_wrong(rx: Rx, policy: Policy) -> frozenset[str]:
    """People whose marks on gold are surely mostly wrong."""
    if not all_gold(rx):
        return frozenset()
    scores = people_scores(rx)
    rho = pooled_rho(scores)
    rows = (
        person_row(user, own, rho=rho, policy=policy, paused=False, alarm=None, differs=False, n_submissions=0)
        for user, own in scores.items()
    )
    return frozenset(row.user_id for row in rows if (row.accuracy.estimate.high or 1.0) <= ACCURATE_ENOUGH)


def _newest_shared(submissions: Sequence[Submission]) -> list[str]:
    """Ids of the newest items that two people answered, the oldest of them first."""
    people: dict[str, set[str]] = {}
    last: dict[str, int] = {}
    for number, submission in enumerate(submissions):  # oldest first
        people.setdefault(submission.item_id, set()).add(submission.author_id)
        last[submission.item_id] = number
    shared = sorted((item for item, who in people.items() if len(who) > 1), key=last.__getitem__)
    return shared[-MOST_IMAGES:]


def _sheets(
    work: WorkBoxes, submissions: Iterable[Submission], place: Mapping[str, int]
) -> tuple[dict[str, Boxes], dict[str, NDArray[np.bool_]], dict[str, list[dict[str, Any]]]]:
    by_author: dict[str, list[Submission]] = {}
    for submission in submissions:
        if submission.item_id in place:
            by_author.setdefault(submission.author_id, []).append(submission)
    boxes, asked, attributes = {}, {}, {}
    for author in sorted(by_author):
        boxes[author] = work.boxes(by_author[author], place, len(place))
        attributes[author] = work.attributes_of(by_author[author], place)
        mask = np.zeros(len(place), np.bool_)
        mask[[place[s.item_id] for s in by_author[author]]] = True
        asked[author] = mask
    return boxes, asked, attributes


def compare(answers: Answers, rng: np.random.Generator, now_us: int) -> tuple[list[Finding], Looked]:
    """Find practice that differs, with its pictures, and say what could be judged."""
    if len(answers.boxes) < 2:  # noqa: PLR2004 - nobody to differ from
        return [], Looked(now_us, answers.n_answers, len(answers.items), (), ())
    sizes = np.array([[i.medium.width_px, i.medium.height_px] for i in answers.items], np.float64)
    report = find_conventions(
        answers.boxes,
        rng=rng,
        sizes_px=sizes,
        assigned=answers.asked,
        class_names=answers.class_names,
        things=answers.things,
        flags=answers.flags,
        n_draws=N_DRAWS,
    )
    found = [_finding(convention, report, answers, rng) for convention in report.conventions]
    return found, _looked(report, answers, now_us)


def _finding(convention: Convention, report: ConventionReport, answers: Answers, rng: np.random.Generator) -> Finding:
    sides = tuple(FindingSide(s.does, s.people, s.value, s.elsewhere) for s in convention.sides)
    return Finding(
        id="",
        form=convention.kind,
        part=convention.part,
        feature=_with_ids(convention.feature, answers.classes),
        title=convention.title,
        sides=sides,
        undecided=convention.undecided,
        values=tuple(sorted(convention.people_values.items())),
        p_value=convention.p_value,
        difference=convention.difference,
        clause_hint=convention.clause_hint,
        drafted_clause=f"{convention.clause_title}\n\n{convention.clause}",
        other_clause=convention.other_clause,
        crops=crops_of(convention, report.evidence, answers.items, answers.classes),
        n_places=len(convention.places),
        n_images=len(answers.items),
        proof=prove(report.evidence, convention, rng) if sides else None,
        state="open",
    )


def _reach(reach: PartReach, classes: Sequence[str]) -> Reach:
    return Reach(
        kind=_with_ids(reach.kind, classes),
        whom=reach.whom,
        state=reach.state,
        found=reach.found,
        n=reach.n,
        chance=reach.chance,
        needs_images=reach.needs_images,
        says=reach_words(reach),
    )


def _with_ids(feature: str, classes: Sequence[str]) -> str:
    """The feature with numbers of classes turned into their ids, which stay when classes are added."""
    return _CLASS.sub(lambda found: f"{found[1]}class:{classes[int(found[2])]}", feature)


def _looked(report: ConventionReport, answers: Answers, now_us: int) -> Looked:
    parts: dict[str, PartLooked] = {
        "existence": report.existence,
        "label_class": report.label_class,
        "geometry": report.geometry,
    }
    looks = tuple(
        Look(
            name,
            p.state,
            p.why,
            p.needs_images,
            p.n_people,
            p.n_images,
            dict(p.thin),
            p.answer,
            tuple(_reach(reach, answers.classes) for reach in p.kinds),
        )
        for name, p in parts.items()
    )
    care = tuple(Care(c.name, c.n_images, c.misses, c.noise) for c in report.care)
    return Looked(now_us, answers.n_answers, len(answers.items), looks, care)
