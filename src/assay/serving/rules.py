"""Which predictions people look at, and how good those turn out to be: pure decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from assay.gold import ErrorKind, Score
from assay.governance import Rulebook
from assay.kernel.estimate import Estimate, nothing_measured
from assay.models import Prediction
from assay.quality.intervals import bootstrap_ratio
from assay.serving.model import Check, ClassCount, Judged, Quality, QualityPoint, Reason

SPACE = 2**64


def drawn(prediction_id: str, share: float) -> bool:
    """Whether the random share takes a prediction: by its id alone, which nobody chooses and nothing depends on."""
    hashed = hashlib.sha256(f"served/{prediction_id}".encode()).digest()
    return int.from_bytes(hashed[:8], "big") < share * SPACE


def confidence_of(prediction: Prediction) -> float | None:
    """How sure the model was: of the whole answer, else of its least sure mark; None when it says neither."""
    new = prediction.new
    if new.confidence is not None:
        return new.confidence
    return min((mark.confidence for mark in new.marks), default=None)


def check_for(prediction: Prediction, rulebook: Rulebook, now_us: int) -> Check | None:
    """Why somebody has to look at a prediction; None when nobody has.

    The random draw comes first: a prediction that is drawn counts for the quality figure, however unsure the model was.
    """
    confidence = confidence_of(prediction)
    reason = None
    if drawn(prediction.id, rulebook.serving.random_share):
        reason = Reason.RANDOM
    elif confidence is None or confidence < rulebook.serving.ask_below:
        reason = Reason.LOW
    elif any(_always(rulebook, mark.mark.label_class) for mark in prediction.new.marks):
        reason = Reason.ALWAYS
    if reason is None:
        return None
    return Check(
        prediction_id=prediction.id,
        version_id=prediction.new.version_id,
        item_id=prediction.new.item_id,
        reason=reason,
        confidence=confidence,
        threshold=rulebook.serving.ask_below,
        rulebook_version=rulebook.version,
        context=dict(prediction.new.context),
        predicted_at_us=prediction.new.predicted_at_us,
        drawn_at_us=now_us,
    )


def _always(rulebook: Rulebook, label_class: str) -> bool:
    """Whether the policy names this class (or all) as one whose labels a person always sees."""
    rule = rulebook.classes.get(label_class) or rulebook.classes.get("*")
    return rule is not None and rule.human_review == "always"


def judged(score: Score) -> Judged:
    """A prediction held against people's answer, with its classes: a misnamed mark counts for the right class."""
    counts: dict[str, list[int]] = {}
    for mark in score.marks:
        label = mark.gold.label_class if mark.gold is not None else mark.answer[0] if mark.answer else ""
        row = counts.setdefault(label, [0, 0])
        row[0] += 1
        row[1] += mark.kind is not ErrorKind.RIGHT
    by_class = {label: ClassCount(n, wrong) for label, (n, wrong) in sorted(counts.items())}
    return Judged(score.n_units, score.n_errors, by_class)


def _wrong(pairs: Iterable[tuple[int, int]]) -> Estimate:
    """Share of wrong marks over images, errors clustered by image."""
    table = np.array(list(pairs), np.float64).reshape(-1, 2)
    if not len(table):
        return nothing_measured("random-share-bootstrap-items")
    found = bootstrap_ratio(table[:, 1], table[:, 0], rng=np.random.default_rng(0), proportion=True)
    return Estimate(found.value, found.low, found.high, found.n, found.n_items, f"random-share-{found.method}")


def _point(start_us: int, end_us: int, checks: Sequence[Check]) -> QualityPoint:
    done = [c.judged for c in checks if c.judged is not None]
    right = [(1, int(j.n_errors == 0)) for j in done]
    return QualityPoint(
        start_us=start_us,
        end_us=end_us,
        wrong=_wrong((j.n_units, j.n_errors) for j in done),
        right_items=_wrong(right),
        n_waiting=len(checks) - len(done),
    )


def quality_of(checks: Sequence[Check], edges_us: Sequence[int]) -> Quality:
    """Production quality between instants, by the random share alone.

    Args:
        checks: any; those that were not drawn at random are left out, for they are the hard ones.
        edges_us: ascending; points lie between neighbours, by the moment of the prediction.
    """
    random = [c for c in checks if c.reason is Reason.RANDOM and edges_us[0] <= c.predicted_at_us < edges_us[-1]]
    pairs = list(pairwise(edges_us))
    points = [_point(a, b, [c for c in random if a <= c.predicted_at_us < b]) for a, b in pairs]
    done = [(c, c.judged) for c in random if c.judged is not None]
    classes = sorted({label for _, j in done for label in j.by_class if label})
    slices = sorted({f"{name}:{value}" for c, _ in done for name, value in c.context.items()})
    versions = sorted({c.version_id for c, _ in done})
    return Quality(
        points=tuple(points),
        overall=_point(edges_us[0], edges_us[-1], random),
        by_class={
            label: _wrong(
                (j.by_class[label].n_units, j.by_class[label].n_errors) for _, j in done if label in j.by_class
            )
            for label in classes
        },
        slices={
            part: _wrong((j.n_units, j.n_errors) for c, j in done if part in {f"{n}:{v}" for n, v in c.context.items()})
            for part in slices
        },
        by_version={v: _wrong((j.n_units, j.n_errors) for c, j in done if c.version_id == v) for v in versions},
    )
