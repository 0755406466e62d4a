"""Error rates by class, kind of error or guideline clause: silent, but amber when they stand out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from assay.kernel.estimate import Estimate
from assay.quality.calibration.answers import GoldAnswers
from assay.quality.calibration.evidence import STANDING_RULES, Evidence, EvidenceRules, judge_row
from assay.quality.calibration.period import clustered_rate, effective_marks

AMBER_ABOVE: Final = 0.10
AMBER_PEERS_TIMES: Final = 3.0
AMBER_ERROR: Final = 0.05


@dataclass(frozen=True, slots=True)
class RowCounts:
    """The counts of one class, kind or clause, over the gold images on which it could go wrong.

    Attributes:
        name: what the row is about.
        answers: its units and errors; unlike for a person, an image without a unit of this row says nothing.
    """

    name: str
    answers: GoldAnswers

    @classmethod
    def of(cls, name: str, n_units: ArrayLike, n_errors: ArrayLike) -> RowCounts:
        """Keep the images on which the row has units.

        Units are what could have gone wrong: gold marks of the class (or naming the clause) for missed, misclassified
        and mislocalised; drawn marks of the class for spurious.
        """
        units, errors = np.asarray(n_units), np.asarray(n_errors)
        used = (units != 0) | (errors != 0) if units.shape == errors.shape else slice(None)
        return cls(name, GoldAnswers.of(units[used], errors[used]))


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """One row of a person's table.

    Attributes:
        name: class, kind or clause.
        estimate: error rate, not pooled with anybody's.
        n_eff: independent marks its marks are worth.
        evidence: grey below 30 own marks.
        amber: surely above 10 % and three times the peers' median, over all rows shown.
    """

    name: str
    estimate: Estimate
    n_eff: float
    evidence: Evidence
    amber: bool


def calibration_rows(
    rows: Sequence[RowCounts],
    rho: float,
    *,
    peers: Mapping[str, Sequence[float]] | None = None,
    rules: EvidenceRules = STANDING_RULES,
) -> tuple[CalibrationRow, ...]:
    """Measure a person's rows.

    Args:
        rows: counts of each row shown; the amber rule allows for their number (Bonferroni).
        rho: the person's correlation, `RhoUsed.rho`.
        peers: error rates of the other people by row name.
        rules: when a row is too thin.
    """
    others = {} if peers is None else peers
    level = 1 - AMBER_ERROR / max(1, len(rows))
    measured = []
    for row in rows:
        estimate = clustered_rate(row.answers, rho)
        evidence = judge_row(estimate, rules)
        amber = evidence.enough and _stands_out(row.answers, rho, level, others.get(row.name, ()))
        n_eff = effective_marks(row.answers.n_units, rho)
        measured.append(CalibrationRow(row.name, estimate, n_eff, evidence, amber))
    return tuple(measured)


def _stands_out(answers: GoldAnswers, rho: float, level: float, peers: Sequence[float]) -> bool:
    low = clustered_rate(answers, rho, level=level).low
    line = max(AMBER_ABOVE, AMBER_PEERS_TIMES * median(peers)) if peers else AMBER_ABOVE
    return low is not None and low > line
