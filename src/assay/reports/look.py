"""`look`: can these labels be trusted, and what to mend first; for somebody who has files and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from assay.kernel.marks import SHAPES
from assay.reports import documents
from assay.reports.agree import AgreeReport, agree, beyond_chance_json, pairwise_json
from assay.reports.documents import Json, common_prefix, listed, said, short_name
from assay.reports.pictures import Pictures, look_at_pictures
from assay.reports.sources import Labels
from assay.reports.suspects import FindingsReport, findings
from assay.reports.work import Work, together

State = Literal["stop", "warn", "none"]

MODEL: Final = "model"
AUDIT_SAMPLE: Final = 150
SECONDS_EACH: Final = 10.0  # to look at one place and decide
SECONDS_TO_MEND: Final = 20.0


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do.

    Attributes:
        state: `stop` surely wrong, `warn` to be looked at, `none` no evidence yet.
        title: what to do and to how much.
        detail: where, or what it is about.
        seconds: how long it will take, roughly.
        kind: kind of finding or of check behind it.
        n: how many.
    """

    state: State
    title: str
    detail: str
    seconds: float
    kind: str
    n: int

    def to_json(self) -> Json:
        """The task as JSON."""
        return {
            "state": self.state, "title": self.title, "detail": self.detail, "seconds": self.seconds,
            "kind": self.kind, "n": self.n,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class LookReport:
    """Everything there is to say about a set of labels at first sight.

    Attributes:
        work: the labels, with other people's and predictions beside them.
        pictures: what is known of the pictures.
        found: suspicious marks.
        agreement: how alike people are; None with one person.
        tasks: what to do first, first things first.
        clean: checks that found nothing, in words.
        predictions: author whose marks are predictions; None without.
    """

    work: Work
    pictures: Pictures
    found: FindingsReport
    agreement: AgreeReport | None
    tasks: tuple[Task, ...]
    clean: tuple[str, ...]
    predictions: str | None

    @property
    def main(self) -> Labels:
        """The set that is looked at."""
        return self.work.sources[0]

    def short(self, item: str) -> str:
        """The name of a picture without its folder and ending and without what all names begin with."""
        return short_name(item, self._prefix)

    @cached_property
    def _prefix(self) -> str:
        return common_prefix(self.work.items)

    def to_json(self) -> Json:
        """The document `assay.look`."""
        return documents.envelope("look", self.work) | {
            "counts": counts_json(self.work),
            "pictures": pictures_json(self.pictures, self.work),
            "agreement": None if self.agreement is None else agreement_json(self.agreement),
            "findings": {
                "counts": dict(self.found.counts),
                "best": [f.to_json(self.work) for f in self.found.found[:200]],
            },
            "first": [task.to_json() for task in self.tasks],
            "clean": list(self.clean),
            "predictions": self.predictions,
        }

    def lines(self) -> list[str]:
        """For people."""
        work, main = self.work, self.main.read
        counts = counts_json(work)
        n_classes = len(self.main.label_set.classes)
        out = [
            f"{work.title}: {main.format}, {main.n_items:,} pictures, {main.n_marks:,} marks, {n_classes} classes.",
            *(f"  {name:<20} {n:>8,}" for name, n in counts["by_class"].items()),
        ]
        if counts["by_split"]:
            out.append("  " + ", ".join(f"{split} {n:,}" for split, n in counts["by_split"].items()))
        if self.agreement is not None and self.agreement.pairwise is not None:
            out.append(f"  Agreement, F1      {said(self.agreement.pairwise.f1)}")
            out.append(f"  IoU where matched  {said(self.agreement.pairwise.geometry)}")
            practices = self.agreement.practices
            out += [f"  Practice differs: {c.title}." for c in (practices.conventions if practices else ())]
        out.append("What to do first:")
        marks = {"stop": "!", "warn": "?", "none": "-"}
        out += [f"  {marks[t.state]} {t.title} ({t.detail})" for t in self.tasks]
        if self.clean:
            out.append(f"Found nothing: {listed(self.clean, 20)}.")
        if self.pictures.why_not:
            out.append(f"Pictures were not compared: {self.pictures.why_not}.")
        return out


def look(
    main: Labels,
    *,
    others: dict[str, Labels] | None = None,
    predictions: Labels | None = None,
    main_name: str | None = None,
    pictures: bool = True,
    seed: int = 0,
) -> LookReport:
    """Look at a set of labels, with whatever lies beside it.

    Args:
        main: the labels.
        others: name to other people's labels of the same pictures.
        predictions: a model's labels of the same pictures.
        main_name: what the main set is called when there are others; "these labels" when left out.
        pictures: decode the pictures, to find equal and nearly equal ones.
        seed: for intervals and draws.
    """
    beside = dict(others or {})
    name = main_name or "these labels"
    people = together(main, beside, main_name=name if beside else None)
    model = {} if predictions is None else {MODEL: predictions}
    work = together(main, beside | model, main_name=name if beside else None) if model else people
    known = look_at_pictures(main) if pictures else Pictures(dict(main.read.image_paths), why_not="not asked for")
    several = len({int(a) for a in np.unique(people.author)}) > 1
    agreement = agree(people, seed=seed, groups=_groups(people, known)) if several else None
    found = findings(work, predictions=MODEL if model else None)
    tasks = [*_tasks(work, known, found, agreement)]
    return LookReport(
        work=people if not model else work,
        pictures=known,
        found=found,
        agreement=agreement,
        tasks=tuple(tasks),
        clean=tuple(_clean(work, known, found)),
        predictions=MODEL if model else None,
    )


def _groups(work: Work, pictures: Pictures) -> np.ndarray:
    """(n_items,) equal for pictures that are the same or nearly so."""
    group = np.arange(work.n_items)
    place = {item: number for number, item in enumerate(work.items)}
    for alike in (*pictures.equal, *pictures.near):
        for item in alike:
            if item in place:
                group[place[item]] = place.get(alike[0], place[item])
    return group


def counts_json(work: Work) -> Json:
    """What is there: classes, shapes, splits, marks on a picture, empty pictures, sizes of marks."""
    main = work.source == 0
    per_item = np.bincount(work.item[main], minlength=work.n_items)
    histogram = np.bincount(per_item)
    by_class = np.bincount(work.label_class[main], minlength=len(work.classes))
    shapes = {shape: int((work.shape[main] == shape).sum()) for shape in SHAPES}
    splits: dict[str, int] = {}
    for split in work.split:
        if split is not None:
            splits[split] = splits.get(split, 0) + 1
    return {
        "by_class": {name: int(by_class[c]) for c, name in enumerate(work.classes)},
        "by_shape": {shape: n for shape, n in shapes.items() if n},
        "by_split": {split: splits[split] for split in sorted(splits)},
        "by_author": {work.authors[a]: int((work.author[main] == a).sum()) for a in work.main_authors},
        "marks_on_a_picture": [int(n) for n in histogram],
        "n_empty": int((per_item == 0).sum()),
        "n_unlabelled": len(work.sources[0].read.unlabelled),
    }


def pictures_json(pictures: Pictures, work: Work) -> Json:
    """Equal and nearly equal pictures, and those that lie on both sides of a split."""
    return {
        "looked": pictures.looked,
        "why_not": pictures.why_not,
        "n_refused": len(pictures.refused),
        "refused": [{"file": path, "reason": reason} for path, reason in list(pictures.refused.items())[:100]],
        "equal": [list(group) for group in pictures.equal[:200]],
        "near": [list(group) for group in pictures.near[:200]],
        "n_equal": len(pictures.equal),
        "n_near": len(pictures.near),
        "leaks": [list(group) for group in leaks(pictures, work)],
        "wrong_size": wrong_sizes(pictures, work),
    }


def leaks(pictures: Pictures, work: Work) -> list[tuple[str, ...]]:
    """Groups of equal or nearly equal pictures that lie in different splits."""
    split = dict(zip(work.items, work.split, strict=True))
    return [
        group
        for group in (*pictures.equal, *pictures.near)
        if len({split.get(item) for item in group if split.get(item) is not None}) > 1
    ]


def wrong_sizes(pictures: Pictures, work: Work) -> list[str]:
    """Pictures whose size is not what the labels say."""
    wrong = []
    for item, (width, height) in zip(work.items, work.size_px.tolist(), strict=True):
        real = pictures.size.get(item)
        if real is not None and width == width and (round(width), round(height)) != real:  # noqa: PLR0124 - NaN is unequal to itself
            wrong.append(item)
    return wrong


def agreement_json(report: AgreeReport) -> Json:
    """The part of `assay.agree` that a first look shows."""
    return {
        "authors": [report.work.authors[a] for a in report.authors],
        "classes": [report.work.classes[c] for c in report.classes],
        "pairwise": None if report.pairwise is None else pairwise_json(report.pairwise, report.work),
        "beyond_chance": [beyond_chance_json(t, found) for t, found in sorted(report.beyond_chance.items())],
        "tags": documents.number(report.tags),
        "practices": None if report.practices is None else documents.conventions_json(report.practices, report.work),
        "notes": list(report.notes),
    }


def _tasks(work: Work, pictures: Pictures, found: FindingsReport, agreement: AgreeReport | None) -> list[Task]:
    main = work.sources[0].read
    tasks = []
    n_refused = main.n_refused + main.n_refused_files
    if n_refused:
        first = (*main.refused_files, *main.refused)[0]
        detail = f"first {first.file} {first.place}: {first.reason}".replace(" :", ":")
        tasks.append(
            Task(
                "stop",
                f"Mend {_n(n_refused, 'row')} that cannot be read",
                detail,
                30.0 * n_refused,
                "refused",
                n_refused,
            )
        )
    if pictures.refused:
        detail = listed(sorted(pictures.refused), 3)
        tasks.append(
            Task(
                "stop",
                f"Replace {_n(len(pictures.refused), 'broken picture')}",
                detail,
                60.0 * len(pictures.refused),
                "picture_refused",
                len(pictures.refused),
            )
        )
    wrong = wrong_sizes(pictures, work)
    if wrong:
        tasks.append(
            Task(
                "stop",
                f"Check {_n(len(wrong), 'picture')} of another size than the labels say",
                listed(wrong, 3),
                SECONDS_EACH * len(wrong),
                "wrong_size",
                len(wrong),
            )
        )
    tasks += _of_findings(work, found)
    split = leaks(pictures, work)
    if split:
        tasks.append(
            Task(
                "warn",
                f"Move {_n(len(split), 'group')} of twin pictures into one split",
                listed(list(split[0]), 3),
                60.0 * len(split),
                "leak",
                len(split),
            )
        )
    if pictures.equal:
        tasks.append(
            Task(
                "warn",
                f"Remove {_n(len(pictures.equal), 'picture')} that are there twice",
                listed(list(pictures.equal[0]), 3),
                30.0 * len(pictures.equal),
                "equal_pictures",
                len(pictures.equal),
            )
        )
    if main.n_warnings:
        note = main.warnings[0]
        tasks.append(
            Task(
                "warn",
                f"Look at {_n(main.n_warnings, 'mark')} that look wrong in the file",
                f"first {note.file} {note.place}: {note.reason}",
                SECONDS_EACH * main.n_warnings,
                "warnings",
                main.n_warnings,
            )
        )
    if agreement is not None and agreement.practices is not None:
        tasks += [
            Task(
                "warn",
                f"Settle one rule: {c.title}",
                f"a clause is drafted; {len(c.places)} places",
                600.0,
                "practice",
                1,
            )
            for c in agreement.practices.splits
        ]
    if main.unlabelled:
        n = len(main.unlabelled)
        tasks.append(
            Task(
                "warn",
                f"Decide on {_n(n, 'picture')} without any label file",
                listed(main.unlabelled, 3),
                5.0 * n,
                "unlabelled",
                n,
            )
        )
    n_marks = int((work.source == 0).sum())
    sample = min(AUDIT_SAMPLE, n_marks)
    if sample:
        tasks.append(
            Task(
                "none",
                f"Check a blind sample of {sample} marks",
                "gives a defect rate with its interval, by class",
                SECONDS_EACH * sample,
                "audit",
                sample,
            )
        )
    rank = {"stop": 0, "warn": 1, "none": 2}
    return sorted(tasks, key=lambda t: rank[t.state])


_FINDINGS: Final[Sequence[tuple[State, str, str, str, float]]] = (
    ("stop", "no_extent", "Mend {n} of no size", "{first}", SECONDS_TO_MEND),
    ("stop", "duplicate", "Remove {n} boxed twice", "same class, IoU from .85", SECONDS_TO_MEND),
    ("warn", "two_classes", "Decide on {n} boxed as two classes", "IoU from .85", SECONDS_TO_MEND),
    ("warn", "swapped", "Look at {n} that may be of another class", "{against} says so, best first", SECONDS_EACH),
    ("warn", "overlooked", "Look at {n} boxed only {where}", "perhaps overlooked, best first", SECONDS_EACH),
    ("warn", "badly_placed", "Look at {n} placed differently {where}", "IoU below .6, best first", SECONDS_EACH),
    ("warn", "odd_size", "Look at {n} of an odd size", "for their class", SECONDS_EACH),
    ("warn", "odd_shape", "Look at {n} of an odd shape", "for their class", SECONDS_EACH),
    ("warn", "odd_position", "Look at {n} at an odd place", "for their class", SECONDS_EACH),
    ("warn", "label_doubt", "Look at {n} with a doubtful tag", "{against} doubts it, best first", SECONDS_EACH),
    ("stop", "rule_broken", "Mend {n} against a rule", "{first}", SECONDS_TO_MEND),
)


def _of_findings(work: Work, found: FindingsReport) -> list[Task]:
    tasks = []
    for state, kind, title, detail, seconds in _FINDINGS:
        n = found.counts.get(kind, 0)
        if not n:
            continue
        some = found.of_kind(kind)
        thing = {"overlooked": "place", "label_doubt": "picture"}.get(kind, "mark")
        against = some[0].against or "nobody"
        words = {
            "n": _n(n, thing),
            "first": listed(list(dict.fromkeys(work.items[f.suspect.item] for f in some)), 3),
            "against": against,
            "where": f"by {against}",
        }
        tasks.append(Task(state, title.format(**words), detail.format(**words), seconds * n, kind, n))
    return tasks


def _clean(work: Work, pictures: Pictures, found: FindingsReport) -> list[str]:
    """Checks that found nothing."""
    main = work.sources[0].read
    counts = counts_json(work)
    checks = [
        ("rows that cannot be read", main.n_refused + main.n_refused_files == 0),
        ("empty pictures", counts["n_empty"] == 0),
        ("pictures without labels", counts["n_unlabelled"] == 0),
        ("marks outside the picture", main.n_warnings == 0),
        ("marks boxed twice", not found.counts.get("duplicate")),
        ("marks of no size", not found.counts.get("no_extent")),
    ]
    if pictures.looked:
        checks += [
            ("broken pictures", not pictures.refused),
            ("equal pictures", not pictures.equal),
            ("nearly equal pictures", not pictures.near),
            ("pictures of another size than stated", not wrong_sizes(pictures, work)),
        ]
    return [name for name, is_clean in checks if is_clean]


def _n(n: int, thing: str) -> str:
    return f"{n:,} {thing}" + ("" if n == 1 else "s")


def minutes(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:  # noqa: PLR2004 - under a minute and a half
        return "1 min"
    if seconds < 5400:  # noqa: PLR2004 - under an hour and a half
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
