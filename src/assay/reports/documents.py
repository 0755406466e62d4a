"""Pieces of the JSON documents that all engine verbs share; docs/json.md describes them and tests hold them stable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from assay.kernel import native
from assay.kernel.estimate import Estimate, EstimateJson
from assay.quality.convention import Convention, ConventionReport, Looked, reach_words
from assay.reports.sources import Labels
from assay.reports.work import Work

Json = dict[str, Any]

VERSION: Final = 1
"""Of every document; a field is never removed or changed in meaning under the same number."""


def envelope(kind: str, work: Work) -> Json:
    """What every document begins with."""
    return {
        "kind": f"assay.{kind}",
        "version": VERSION,
        "title": work.title,
        "backend": native.BACKEND,
        "n_items": work.n_items,
        "n_marks": len(work),
        "authors": list(work.authors),
        "classes": list(work.classes),
        "sources": [source_json(labels) for labels in work.sources],
        "elsewhere": dict(work.elsewhere),
    }


def source_json(labels: Labels) -> Json:
    """One set of labels: what was read and what was refused, with places."""
    return {"name": labels.name, **labels.read.to_json()}


def number(estimate: Estimate | None) -> EstimateJson | None:
    """A measured number, or null."""
    return None if estimate is None else estimate.to_json()


def numbers(named: Mapping[str, Estimate]) -> dict[str, EstimateJson]:
    """Measured numbers by name."""
    return {name: estimate.to_json() for name, estimate in named.items()}


def conventions_json(report: ConventionReport, work: Work, most_places: int = 12) -> Json:
    """Practices that differ, what could be judged, and care."""
    return {
        "practices": [convention_json(c, report, work, most_places) for c in report.conventions],
        "existence": looked_json(report.existence),
        "label_class": looked_json(report.label_class),
        "geometry": looked_json(report.geometry),
        "care": [
            {
                "author": care.name,
                "n_images": care.n_images,
                "misses": number(care.misses),
                "noise": care.noise,
                "unsteadiness": number(care.unsteadiness),
            }
            for care in report.care
        ],
    }


def convention_json(convention: Convention, report: ConventionReport, work: Work, most_places: int) -> Json:
    """One practice that differs, with the places to look at."""
    evidence = report.evidence
    return {
        "kind": convention.kind,
        "part": convention.part,
        "feature": convention.feature,
        "cut": convention.cut,
        "runner_up": convention.runner_up,
        "title": convention.title,
        "sides": [
            {
                "does": side.does,
                "people": list(side.people),
                "value": number(side.value),
                "elsewhere": number(side.elsewhere),
            }
            for side in convention.sides
        ],
        "undecided": list(convention.undecided),
        "people": dict(convention.people_values),
        "p_value": convention.p_value,
        "people_measured": numbers(convention.people_measured),
        "difference": convention.difference,
        "difference_measured": number(convention.difference_measured),
        "clause_hint": convention.clause_hint,
        "clause": convention.clause,
        "other_clause": convention.other_clause,
        "places": [
            {"item": work.items[evidence.image[unit]], "box": evidence.box[unit].tolist()}
            for unit in convention.places[:most_places].tolist()
        ],
    }


def looked_json(looked: Looked) -> Json:
    """Whether one part could be judged."""
    return {
        "state": looked.state,
        "why": looked.why,
        "needs_images": looked.needs_images,
        "n_people": looked.n_people,
        "n_images": looked.n_images,
        "thin": dict(looked.thin),
        "answer": looked.answer,
        "kinds": [
            {
                "kind": reach.kind,
                "whom": reach.whom,
                "state": reach.state,
                "found": reach.found,
                "n": reach.n,
                "chance": reach.chance,
                "needs_images": reach.needs_images,
                "says": reach_words(reach),
            }
            for reach in looked.kinds
        ],
    }


def figure(value: float) -> str:
    """A share as people read it: no zero before the point."""
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def said(estimate: Estimate | None, unit: str = "images") -> str:
    """A measured number in one line: value, interval, n."""
    if estimate is None or estimate.value is None:
        return "not enough evidence" + (f", n {estimate.n_items} {unit}" if estimate is not None else "")
    value = figure(estimate.value)
    if estimate.low is None or estimate.high is None:
        return f"{value}  (no interval, n {estimate.n_items:,} {unit})"
    joint = " to " if min(estimate.low, estimate.value) < 0 else "–"
    return f"{value}  {figure(estimate.low)}{joint}{figure(estimate.high)}  n {estimate.n_items:,} {unit}"


def refusals(work: Work) -> list[str]:
    """One line for every set of labels of which something could not be read, with the first place."""
    out = []
    for labels in work.sources:
        read = labels.read
        n = read.n_refused + read.n_refused_files
        if n:
            first = (*read.refused_files, *read.refused)[0]
            place = f"{first.file} {first.place}".strip()
            rows = "1 row was" if n == 1 else f"{n:,} rows were"
            out.append(f"  Left out: {rows} not understood in {labels.name} (first {place}: {first.reason}).")
    return out


def common_prefix(items: Sequence[str]) -> str:
    """What all names begin with, up to a mark between words; nothing for a single name."""
    if len(items) < 2:  # noqa: PLR2004 - one name has everything in common with itself
        return ""
    first, last = min(items), max(items)  # what these two share, all share
    n = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: max((place + 1 for place, c in enumerate(first[:n]) if not c.isalnum()), default=0)]


def short_name(item: str, prefix: str) -> str:
    """The rest of a name, without folder and ending."""
    rest = PurePosixPath(item.removeprefix(prefix))
    return rest.stem or rest.name or item


def listed(words: Sequence[str], most: int = 8) -> str:
    """Names as people list them, cut when there are many."""
    shown = list(words[:most])
    return ", ".join(shown) + (f" and {len(words) - most} more" if len(words) > most else "")
