"""The report of an evaluation, as it is kept, shown and signed: by class, by slice, beside the model in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from assay.kernel.canonical import digest
from assay.kernel.estimate import Estimate, EstimateJson
from assay.models.evaluating.measure import GoldAnswer, Measured, f1_difference, right_difference, slice_rows
from assay.models.model import ItemOutcome

FAILURES: Final = 24
"""Items with most errors, whose pictures the page shows."""
DIGITS: Final = 6


def gold_digest(gold: Sequence[GoldAnswer]) -> str:
    """The hash over the items and the signed answers an evaluation rests on."""
    rows = sorted([g.item_id, g.version, [[c, list(b)] for c, b in g.marks]] for g in gold)
    return digest(rows)


def compare_measured(mine: Measured, theirs: Measured) -> dict[str, Estimate]:
    """Differences to the model in use, on the same items: overall and in each slice; above 0 is better."""
    found = {"f1": f1_difference(mine.counts, theirs.counts)}
    found["right_items"] = right_difference(mine.counts, theirs.counts)
    for name, rows in slice_rows(mine.outcomes).items():
        found[f"right_items@{name}"] = right_difference(mine.counts[rows], theirs.counts[rows])
    return found


def report_of(
    mine: Measured, theirs: Measured | None, *, settings: dict[str, Any], classes: Sequence[str]
) -> dict[str, Any]:
    """Everything measured, as JSON.

    Returns:
        `measures` name to estimate; `against` the same of the model in use, or None; `differences`; `classes`;
        `settings`; `failures` item ids with most errors first; `counts` of error kinds.
    """
    kinds: dict[str, int] = {}
    for outcome in mine.outcomes:
        for entry in outcome.detail:
            kinds[entry["kind"]] = kinds.get(entry["kind"], 0) + 1
    return {
        "measures": _all(mine.measures),
        "against": None if theirs is None else _all(theirs.measures),
        "differences": None if theirs is None else _all(compare_measured(mine, theirs)),
        "classes": list(classes),
        "settings": settings,
        "failures": [o.item_id for o in _worst(mine.outcomes)],
        "error_kinds": kinds,
    }


def _worst(outcomes: Sequence[ItemOutcome]) -> list[ItemOutcome]:
    wrong = [o for o in outcomes if o.n_errors]
    return sorted(wrong, key=lambda o: (-o.n_errors, o.item_id))[:FAILURES]


def _all(measures: dict[str, Estimate]) -> dict[str, EstimateJson]:
    """Estimates as JSON, rounded so that another machine's last bit does not change an evidence digest."""
    return {name: _rounded(value) for name, value in measures.items()}


def _rounded(value: Estimate) -> EstimateJson:
    def near(number: float | None) -> float | None:
        return None if number is None else round(number, DIGITS)

    return Estimate(
        near(value.value), near(value.low), near(value.high), value.n, value.n_items, value.method
    ).to_json()
