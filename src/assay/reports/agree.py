"""`agree`: how alike several people's labels are, beyond chance, and where their practice differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.kernel.marks import TAG
from assay.quality import Agreement, krippendorff_alpha, pairwise_agreement
from assay.quality.convention import ConventionReport, find_conventions, flags_of
from assay.quality.errors import AlphaUndefinedError
from assay.quality.instance_agreement import Attribute, InstanceAgreement, instance_agreement
from assay.quality.tag_agreement import Level
from assay.reports import documents
from assay.reports.documents import Json, figure, listed, said
from assay.reports.errors import OnePersonOnlyError
from assay.reports.trouble import naming
from assay.reports.work import AREAS, Longs, Work

THRESHOLDS: Final = (0.3, 0.5, 0.7)
MOST_ORDERED_VALUES: Final = 12  # whole numbers with more different values are measured as distances


@dataclass(frozen=True, eq=False)
class AgreeReport:
    """Agreement of several people.

    Attributes:
        work: what was compared.
        authors: numbers of the authors compared.
        classes: numbers of the classes compared: those that every author's set has.
        pairwise: F1, IoU and each pair of people; None without areas.
        beyond_chance: threshold to chance-corrected agreement; empty without areas.
        tags: chance-corrected agreement on tags of whole pictures; None without tags by two people.
        practices: where practice differs; None without areas.
        notes: what was not compared, and why.
    """

    work: Work
    authors: tuple[int, ...]
    classes: tuple[int, ...]
    pairwise: Agreement | None
    beyond_chance: dict[float, InstanceAgreement]
    tags: Estimate | None
    practices: ConventionReport | None
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> Json:
        """The document `assay.agree`."""
        return documents.envelope("agree", self.work) | {
            "compared": {
                "authors": [self.work.authors[a] for a in self.authors],
                "classes": [self.work.classes[c] for c in self.classes],
                "as": self.work.area_kind,
            },
            "pairwise": None if self.pairwise is None else pairwise_json(self.pairwise, self.work),
            "beyond_chance": [beyond_chance_json(t, found) for t, found in sorted(self.beyond_chance.items())],
            "tags": documents.number(self.tags),
            "practices": None if self.practices is None else documents.conventions_json(self.practices, self.work),
            "notes": list(self.notes),
        }

    def lines(self) -> list[str]:
        """For people."""
        return [
            *_heading(self),
            *_overall(self),
            *_pairs(self),
            *_practices(self),
            *documents.refusals(self.work),
            *self.notes,
        ]


def agree(work: Work, *, seed: int = 0, threshold: float = 0.5, groups: NDArray[np.int64] | None = None) -> AgreeReport:
    """Compare everybody's labels.

    Args:
        work: marks by at least two authors.
        seed: for intervals and random draws.
        threshold: IoU from which two marks may be the same thing, for the pairwise figures.
        groups: (n_items,) equal for near-duplicates, which say nothing about chance.

    Raises:
        OnePersonOnlyError: there is one author.
    """
    authors = tuple(number for number in range(len(work.authors)) if (work.author == number).any())
    if len(authors) < 2:  # noqa: PLR2004 - agreement is between two
        raise OnePersonOnlyError(work.authors[authors[0]] if authors else "nobody")
    classes = tuple(work.common_classes(authors))
    pairwise, beyond, practices = None, {}, None
    rows = {work.authors[a]: work.rows_of(a, classes=classes) for a in authors}
    if sum(map(len, rows.values())):
        kind = work.area_kind
        asked = {work.authors[a]: work.asked[a] for a in authors}
        with naming(work):
            marks = {name: work.areas(own, kind) for name, own in rows.items()}
            pairwise = pairwise_agreement(marks, rng=np.random.default_rng(seed), threshold=threshold, assigned=asked)
            attributes = _attributes(work, rows)
            for t in sorted({*THRESHOLDS, threshold}):
                beyond[t] = instance_agreement(
                    marks, rng=np.random.default_rng(seed), threshold=t, assigned=asked,
                    sizes_px=work.known_size_px, groups=groups, attributes=attributes if t == threshold else None,
                )  # fmt: skip
            given = {name: work.attributes(own) for name, own in rows.items()}
            practices = find_conventions(
                {name: work.boxes(own) for name, own in rows.items()}, rng=np.random.default_rng(seed),
                sizes_px=work.known_size_px, assigned=asked, class_names=work.classes, flags=flags_of(given),
            )  # fmt: skip
    return AgreeReport(
        work,
        authors,
        classes,
        pairwise,
        beyond,
        _tags(work, authors, seed),
        practices,
        tuple(_notes(work, authors, classes)),
    )


def _attributes(work: Work, rows: dict[str, Longs]) -> dict[str, Attribute]:
    """Attributes that at least two people gave, as numbers on the scale their values suggest."""
    values = {name: work.attributes(own) for name, own in rows.items()}
    givers = Counter(key for of in values.values() for key in {k for row in of for k in row})
    found = {}
    for key in sorted(key for key, n in givers.items() if n > 1):
        given = [row[key] for of in values.values() for row in of if _is_plain(row.get(key))]
        numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in given)
        kinds = sorted({_code(v) for v in given}, key=str)
        codes = {kind: float(kind) if numeric else float(place) for place, kind in enumerate(kinds)}
        whole = numeric and all(float(v).is_integer() for v in given)
        level: Level = (
            "nominal" if not numeric else "ordinal" if whole and len(kinds) <= MOST_ORDERED_VALUES else "interval"
        )
        columns = {
            name: [codes[_code(row[key])] if _is_plain(row.get(key)) else np.nan for row in of]
            for name, of in values.items()
        }
        if len(kinds) > 1:
            found[key] = Attribute(columns, level)
    return found


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - whatever an attribute holds
    return isinstance(value, bool | int | float | str)


def _code(value: Any) -> Any:  # noqa: ANN401 - as above
    return str(value) if isinstance(value, bool) else value


def _tags(work: Work, authors: Sequence[int], seed: int) -> Estimate | None:
    """Alpha of the tags of whole pictures; the tags of one person on one picture together are one value."""
    rows = np.flatnonzero(work.shape == TAG)
    if len(np.unique(work.author[rows])) < 2:  # noqa: PLR2004 - as above
        return None
    sets: dict[tuple[int, int], set[int]] = {}
    for row in rows.tolist():
        sets.setdefault((int(work.item[row]), int(work.author[row])), set()).add(int(work.label_class[row]))
    kinds = {kind: place for place, kind in enumerate(sorted({tuple(sorted(s)) for s in sets.values()}))}
    table = np.full((work.n_items, len(authors)), np.nan)
    for (item, author), named in sets.items():
        table[item, authors.index(author)] = kinds[tuple(sorted(named))]
    try:
        return krippendorff_alpha(table, rng=np.random.default_rng(seed))
    except AlphaUndefinedError:
        return None


def _notes(work: Work, authors: Sequence[int], classes: Sequence[int]) -> list[str]:
    notes = []
    left = [work.classes[c] for c in range(len(work.classes)) if c not in classes]
    if left and len(work.sources) > 1:
        notes.append(f"Not compared, because not every set has them: {listed(left)}.")
    other = Counter(work.shape[np.isin(work.author, authors) & ~np.isin(work.shape, [*AREAS, TAG])].tolist())
    notes += [f"{n} marks of the shape {shape} are not compared." for shape, n in sorted(other.items())]
    n_crowd = int(work.is_crowd.sum())
    if n_crowd:
        notes.append(f"{n_crowd} marks of crowds are not compared.")
    if len(work.sources) == 1:
        notes.append(
            "The file does not tell who looked at a picture and drew nothing; a person counts where they drew."
        )
    notes += [f"{n} pictures of {name} are not in {work.title}." for name, n in work.elsewhere.items() if n]
    return notes


def pairwise_json(found: Agreement, work: Work) -> Json:
    """Pairwise agreement as JSON."""
    return {
        "threshold": found.threshold,
        "f1": documents.number(found.f1),
        "mean_iou": documents.number(found.mean_iou),
        "existence": documents.number(found.existence),
        "label_class": documents.number(found.label_class),
        "geometry": documents.number(found.geometry),
        "by_class": {
            work.classes[c]: {"f1": documents.number(one.f1), "mean_iou": documents.number(one.mean_iou)}
            for c, one in sorted(found.by_class.items())
        },
        "pairs": [
            {
                "first": p.first,
                "second": p.second,
                "n_items": p.n_items,
                "n_first": p.n_first,
                "n_second": p.n_second,
                "n_matched": p.n_matched,
                "n_same_class": p.n_same_class,
                "f1": documents.number(p.f1_measured),
                "matched_iou": documents.number(p.matched_iou_measured),
                "mean_iou": documents.number(p.mean_iou_measured),
            }
            for p in found.pairs
        ],
    }


def beyond_chance_json(threshold: float, found: InstanceAgreement) -> Json:
    """Chance-corrected agreement as JSON."""
    parts = ("existence", "existence_and_class", "total", "label_class", "geometry")
    losses = ("lost_existence", "lost_class", "lost_geometry")
    return {
        "threshold": threshold,
        **{part: documents.number(getattr(found, part)) for part in (*parts, *losses)},
        "attributes": documents.numbers(found.attributes),
        "by_chance": None if found.by_chance is None else list(found.by_chance),
        "undefined": dict(found.undefined),
        "n_pairs": found.n_pairs,
    }


def _heading(report: AgreeReport) -> list[str]:
    work = report.work
    people = listed([work.authors[a] for a in report.authors])
    classes = listed([work.classes[c] for c in report.classes])
    return [f"{work.title}: {people} on {work.n_items:,} pictures, classes {classes}."]


def _overall(report: AgreeReport) -> list[str]:
    out = []
    if report.pairwise is not None:
        p = report.pairwise
        out += [
            f"  F1 at IoU {figure(p.threshold)}       {said(p.f1)}",
            f"  IoU where matched   {said(p.geometry)}",
            f"  IoU of everything   {said(p.mean_iou)}",
        ]
    for t, found in sorted(report.beyond_chance.items()):
        out.append(f"  Beyond chance at IoU {figure(t)}:")
        for part in ("existence", "label_class", "geometry", "total"):
            estimate: Estimate = getattr(found, part)
            text = said(estimate) if estimate.value is not None else found.undefined.get(part, "not enough evidence")
            out.append(f"      {part.replace('label_', ''):<10} {text}")
        out += [f"      {name}: {said(estimate)}" for name, estimate in found.attributes.items()]
    if report.tags is not None:
        out.append(f"  Tags beyond chance  {said(report.tags)}")
    return out


def _pairs(report: AgreeReport) -> list[str]:
    if report.pairwise is None or len(report.pairwise.pairs) < 2:  # noqa: PLR2004 - one pair is the whole
        return []
    rows = sorted(report.pairwise.pairs, key=lambda p: (p.f1 is None, p.f1))
    shown = [f"    {p.first} and {p.second}: F1 {said(p.f1_measured)}" for p in rows[:10]]
    return ["  Least alike:", *shown]


def _practices(report: AgreeReport) -> list[str]:
    if report.practices is None:
        return []
    out = []
    for found in report.practices.conventions:
        out.append(f"  Practice differs: {found.title}.")
        out += [
            f"      {side.does}: {listed(side.people) or 'nobody surely'}  {said(side.value)}" for side in found.sides
        ]
        out.append(f"      A clause that would settle it: {found.clause}")
    parts = (
        ("What is left out", report.practices.existence),
        ("Which class", report.practices.label_class),
        ("Where sides lie", report.practices.geometry),
    )
    return [*out, *(f"  {name + ':':<18}{looked.answer}" for name, looked in parts)]
