"""Which steps each kind of run has."""

from __future__ import annotations

from collections.abc import Sequence

from assay.jobs import certifying, evaluating
from assay.jobs.running import Step
from assay.jobs.suggesting import batchwise
from assay.jobs.training import steps as training


def steps_of(kind: str) -> Sequence[Step]:
    """The steps of a run; every other kind is a trainer's name."""
    known = {
        "evaluate": evaluating.STEPS,
        "suggest": (*batchwise.STEPS, certifying.take),
        "certify": certifying.STEPS,
    }
    return known.get(kind, training.STEPS)
