"""`findings`: everything suspicious about a set of labels, best first, by name instead of by number."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from assay.quality import Masks
from assay.quality.findings import (
    KINDS,
    ClassRule,
    Suspect,
    find_against,
    find_broken_rules,
    find_doubles,
    find_loose_outlines,
    find_odd,
)
from assay.reports import documents
from assay.reports.documents import Json, figure
from assay.reports.errors import RulesInvalidError
from assay.reports.tag_doubts import doubted_tags
from assay.reports.trouble import naming
from assay.reports.work import Longs, Work

MOST_SHOWN: Final = 1000
"""Findings of one kind kept in a document; all are counted."""
_RULES: Final = frozenset(
    {"min_width_px", "min_height_px", "inside_image", "max_count", "shapes", "required", "values"}
)


@dataclass(frozen=True, eq=False)
class Found:
    """A finding with names.

    Attributes:
        suspect: the finding; rows count among the marks of `author` in the work.
        author: whose labels.
        against: who or what speaks against them; empty when nobody does.
        mark: id of the mark in its file; None when the problem is that there is none.
        row: row of the mark in the work; None as above.
    """

    suspect: Suspect
    author: str
    against: str
    mark: str | None
    row: int | None

    def to_json(self, work: Work) -> Json:
        """The finding as JSON."""
        s = self.suspect
        return {
            "kind": s.kind,
            "score": s.score,
            "item": work.items[s.item],
            "author": self.author,
            "against": self.against or None,
            "mark": self.mark,
            "label_class": None if s.label_class is None else work.classes[s.label_class],
            "suggested_class": None if s.suggested_class is None else work.classes[s.suggested_class],
            "evidence": s.evidence,
            "looks": [
                {"item": work.items[look.item], "box": None if look.box is None else list(look.box), "what": look.what}
                for look in s.looks
            ],
        }


@dataclass(frozen=True, eq=False)
class FindingsReport:
    """All findings of a set.

    Attributes:
        work: what was looked at.
        found: by kind, then best first; at most `MOST_SHOWN` a kind.
        counts: kind to how many there are in all.
    """

    work: Work
    found: tuple[Found, ...]
    counts: dict[str, int]

    def of_kind(self, *kinds: str) -> list[Found]:
        """The findings of some kinds, best first."""
        return [found for found in self.found if found.suspect.kind in kinds]

    def to_json(self) -> Json:
        """The document `assay.findings`."""
        return documents.envelope("findings", self.work) | {
            "counts": dict(self.counts),
            "meaning": {kind: KINDS[kind] for kind in self.counts},
            "findings": [found.to_json(self.work) for found in self.found],
        }

    def lines(self) -> list[str]:
        """For people."""
        if not self.found:
            nothing = f"{self.work.title}: nothing suspicious in {len(self.work):,} marks."
            return [nothing, *documents.refusals(self.work)]
        out = [f"{self.work.title}: {sum(self.counts.values()):,} things to look at."]
        for kind, n in self.counts.items():
            out.append(f"  {kind} ({n}): {KINDS[kind]}")
            out += [f"      {_line(found, self.work)}" for found in self.of_kind(kind)[:5]]
        return [*out, *documents.refusals(self.work)]


def _line(found: Found, work: Work) -> str:
    s = found.suspect
    name = "" if s.label_class is None else f" {work.classes[s.label_class]}"
    place = "" if s.looks[0].box is None else " at " + ", ".join(f"{side:.0f}" for side in s.looks[0].box)
    instead = "" if s.suggested_class is None else f", perhaps {work.classes[s.suggested_class]}"
    return f"{figure(s.score)}  {work.items[s.item]}{name}{place}{instead}"


def findings(
    work: Work, *, predictions: str | None = None, rules: Mapping[str, ClassRule] | None = None
) -> FindingsReport:
    """Look for everything suspicious.

    The marks of every author of the main set are looked at by themselves: boxed twice, odd, against the rules. They are
    held against the predictions, if there are any, and else against each other set of labels on the same pictures.

    Args:
        work: labels, and predictions or other people's labels on the same pictures.
        predictions: the author whose marks are predictions.
        rules: class name to what its marks must satisfy.
    """
    model = work.authors.index(predictions) if predictions is not None else None
    found: list[Found] = []
    with naming(work):
        for author in (a for a in work.main_authors if a != model):
            found += _alone(work, author, rules or {})
            if model is not None:
                found += _against(work, author, model)
                rows, doubted = doubted_tags(work, author, model)
                found += _named(work, rows, doubted, work.authors[author], work.authors[model])
            elif len(work.sources) > 1 and author == 0:
                for other in range(1, len(work.authors)):
                    found += _against(work, author, other)
    order = {kind: place for place, kind in enumerate(KINDS)}
    found.sort(key=lambda f: (order[f.suspect.kind], -f.suspect.score, f.suspect.item, -1 if f.row is None else f.row))
    counts = Counter(f.suspect.kind for f in found)
    kept, seen = [], Counter[str]()
    for one in found:
        seen[one.suspect.kind] += 1
        if seen[one.suspect.kind] <= MOST_SHOWN:
            kept.append(one)
    return FindingsReport(work, tuple(kept), {kind: counts[kind] for kind in KINDS if counts[kind]})


def _alone(work: Work, author: int, rules: Mapping[str, ClassRule]) -> list[Found]:
    rows = work.rows_of(author)
    if len(rows) == 0:
        return []
    boxes = work.boxes(rows)
    suspects = [*find_doubles(boxes), *find_odd(boxes, work.known_size_px)]
    by_number = {work.classes.index(name): rule for name, rule in rules.items() if name in work.classes}
    if by_number:
        suspects += find_broken_rules(
            boxes, by_number, sizes_px=work.size_px, shapes=work.shape[rows].tolist(), attributes=work.attributes(rows)
        )
    return _named(work, rows, suspects, work.authors[author], "")


def _against(work: Work, author: int, other: int) -> list[Found]:
    classes = work.common_classes([author, other])
    shared = work.asked[author] & work.asked[other]
    rows = work.rows_of(author, classes=classes, items=shared)
    theirs = work.rows_of(other, classes=classes, items=shared)
    confidence = work.confidence[theirs]
    suspects = find_against(
        work.boxes(rows), work.boxes(theirs), confidence=None if np.isnan(confidence).all() else confidence
    )
    if work.area_kind == "masks":
        left, right = work.areas(rows, "masks"), work.areas(theirs, "masks")
        if isinstance(left, Masks) and isinstance(right, Masks):
            suspects += find_loose_outlines(left, right)
    return _named(work, rows, suspects, work.authors[author], work.authors[other])


def _named(work: Work, rows: Longs, suspects: list[Suspect], author: str, against: str) -> list[Found]:
    at = [None if s.row is None else int(rows[s.row]) for s in suspects]
    known = np.array([row for row in at if row is not None], np.int64)
    ids = dict(zip(known.tolist(), work.mark_ids(known), strict=True)) if len(known) else {}
    return [
        Found(suspect, author, against, None if row is None else ids[row], row)
        for suspect, row in zip(suspects, at, strict=True)
    ]


def read_rules(path: Path) -> dict[str, ClassRule]:
    """Read rules from a JSON file: class name to an object with some of the fields of `ClassRule`.

    Raises:
        RulesInvalidError: it is not that.
    """
    try:
        text: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RulesInvalidError(path.name, "cannot be read as JSON") from None
    if not isinstance(text, dict) or not all(isinstance(rule, dict) for rule in text.values()):
        raise RulesInvalidError(path.name, "is not an object of class names and rules")
    return {name: _rule(path.name, name, rule) for name, rule in text.items()}


def _rule(file: str, name: str, given: Mapping[str, Any]) -> ClassRule:
    unknown = next((key for key in given if key not in _RULES), None)
    if unknown is not None:
        raise RulesInvalidError(file, f"{name} has the unknown rule {unknown!r}")
    for key in ("min_width_px", "min_height_px", "max_count"):
        value = given.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            raise RulesInvalidError(file, f"{key} of {name} is {value!r}, not a number from 0")
    lists = {key: given.get(key, []) for key in ("shapes", "required")}
    values = given.get("values", {})
    if not all(isinstance(v, list) for v in lists.values()) or not isinstance(values, dict):
        raise RulesInvalidError(file, f"shapes and required of {name} must be lists, values an object")
    return ClassRule(
        min_width_px=given.get("min_width_px"),
        min_height_px=given.get("min_height_px"),
        inside_image=bool(given.get("inside_image", True)),
        max_count=given.get("max_count"),
        shapes=tuple(lists["shapes"]),
        required=tuple(lists["required"]),
        values={key: tuple(allowed) for key, allowed in values.items() if isinstance(allowed, list)},
    )
