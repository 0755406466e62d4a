"""What another tool would print for the same answer and gold, so that a team can check its old numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.quality import Marks, Preset, PresetReport, compare_as
from assay.quality.errors import UnknownNameError
from assay.quality.intervals import mean_over_images
from assay.quality.ratios import share_in_closed_form
from assay.reports import documents
from assay.reports.documents import Json, said

PRESETS: Final[tuple[Preset, ...]] = get_args(Preset)
_SAME: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Like:
    """One author's answer by another tool's rules.

    Attributes:
        author: whose answer.
        found: the comparison.
    """

    author: str
    found: PresetReport

    @property
    def numbers(self) -> dict[str, Estimate]:
        """The tool's own figures; an interval only where its total is the sum over items."""
        f = self.found
        rates = {"accuracy": f.total, "precision": f.n_answer, "recall": f.n_gold}
        shares = {name: _as_printed(getattr(f, name), f.valid, whole) for name, whole in rates.items()}
        known = f.mean_iou[~np.isnan(f.mean_iou)]
        n = int((f.n_gold + f.n_answer).sum())
        return {name: one for name, one in shares.items() if one is not None} | {
            "agreement": mean_over_images(known, n=n)
            if len(known)
            else Estimate(0.0, None, None, n, 0, "t-over-images")
        }

    def to_json(self) -> Json:
        """The comparison as JSON."""
        f = self.found
        counts = ("valid", "mismatched", "missing", "extra", "low_overlap")
        return {
            "author": self.author,
            "rules": f.preset,
            **{f"n_{name}": int(getattr(f, name).sum()) for name in counts},
            "numbers": documents.numbers(self.numbers),
        }

    def lines(self) -> list[str]:
        """For people."""
        head = f"  By the rules of {self.found.preset}, {self.author}:"
        return [head, *(f"      {name:<10} {said(one)}" for name, one in self.numbers.items())]


def _as_printed(value: float | None, part: NDArray[np.int64], whole: NDArray[np.int64]) -> Estimate | None:
    if value is None:
        return None
    one = share_in_closed_form(part, whole)
    if one.value is not None and abs(one.value - value) < _SAME:
        return one
    return Estimate(value, None, None, one.n, one.n_items, "as-printed")


def compare_like(preset: str, author: str, gold: Marks, answer: Marks, *, scores: Any = None) -> Like:  # noqa: ANN401 - an array or nothing
    """Compare by another tool's rules.

    Args:
        preset: whose rules; one of `PRESETS`.
        author: whose answer.
        gold: labels taken as right.
        answer: the answer, over the same items.
        scores: (n_answer,) confidences, where there are any.

    Raises:
        UnknownNameError: there are no such rules.
    """
    chosen = next((known for known in PRESETS if known == preset), None)
    if chosen is None:
        raise UnknownNameError("tool", preset, PRESETS)
    return Like(author, compare_as(chosen, gold, answer, scores=scores))
