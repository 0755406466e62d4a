"""Predictions of production, their quality, and what an item owes to models, on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.access import Membership
from assay.annotations import Mark
from assay.api.views.people import Names
from assay.costs import all_cards, entries_of_item
from assay.datasets import Release
from assay.governance import Serving, signatures_of
from assay.items import Item, items_by_id, names_of_items
from assay.jobs.item_releases import releases_of_item
from assay.kernel.estimate import Estimate
from assay.kernel.money import Money
from assay.models import NewPrediction, PredictedMark, PredictionOrigin, predictions_of_item, versions_of
from assay.models.suggesting import AutomaticLabel, automatic_label_of, certificate_in
from assay.serving import Check, ItemUnknownError, Quality, QualityPoint, checks_of_item
from assay.storage import Blobs, Rx
from assay.wire.common import EstimateOut, Person, instant, instant_or_none
from assay.wire.production import (
    CheckRow,
    PredictionIn,
    QualityOut,
    QualityPart,
    QualityPointOut,
    WhyPrediction,
    WhyRelease,
    WhyTaken,
)

PAYERS = ("lead", "approver", "auditor", "admin")
MIN_JUDGED = 30
"""Judged pictures below which the title claims nothing."""


def predictions_in(rx: Rx, sent: Sequence[PredictionIn], now_us: int) -> list[NewPrediction]:
    """Predictions as they were sent, with their items found.

    Raises:
        ItemUnknownError: an item that is not here, or a name that several have.
    """
    ids = set(items_by_id(rx, sorted({p.item for p in sent if len(p.item) == 32})))  # noqa: PLR2004 - an id
    others = {p.item for p in sent} - ids
    named = _by_name(rx, others) if others else {}
    return [_prediction(p, p.item if p.item in ids else named[p.item], now_us) for p in sent]


def _by_name(rx: Rx, wanted: set[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {name: [] for name in sorted(wanted)}
    for item_id, name in names_of_items(rx):
        if name in found:
            found[name].append(item_id)
    for name, ids in found.items():
        if len(ids) != 1:
            raise ItemUnknownError(name)
    return {name: ids[0] for name, ids in found.items()}


def _prediction(sent: PredictionIn, item_id: str, now_us: int) -> NewPrediction:
    marks = tuple(
        PredictedMark(
            Mark(m.label_class, m.shape, (m.bbox[0], m.bbox[1], m.bbox[2], m.bbox[3]), m.attributes, m.geometry),
            m.confidence,
        )
        for m in sent.marks
    )
    at_us = now_us if sent.predicted_at is None else sent.predicted_at
    return NewPrediction(
        "", item_id, PredictionOrigin.SERVED, sent.key, marks, sent.confidence, at_us, sent.scores, sent.context
    )


def _point(point: QualityPoint) -> QualityPointOut:
    return QualityPointOut.model_construct(
        start_at=instant(point.start_us),
        end_at=instant(point.end_us),
        wrong=EstimateOut.of(point.wrong),
        right_items=EstimateOut.of(point.right_items),
        n_waiting=point.n_waiting,
    )


def _parts(found: Mapping[str, Estimate], names: Mapping[str, str]) -> list[QualityPart]:
    return [QualityPart(name=names.get(key, key), wrong=EstimateOut.of(value)) for key, value in found.items()]


def quality_out(
    quality: Quality, counts: Mapping[str, tuple[int, int]], serving: Serving, titles: Mapping[str, str]
) -> QualityOut:
    """Production quality for a page; `titles` names classes and model versions."""
    return QualityOut.model_construct(
        title=quality_title(quality),
        points=[_point(p) for p in quality.points],
        overall=_point(quality.overall),
        classes=_parts(quality.by_class, titles),
        slices=_parts(quality.slices, {}),
        models=_parts(quality.by_version, titles),
        n_random=counts.get("random", (0, 0))[0],
        n_asked=sum(n for reason, (n, _) in counts.items() if reason != "random"),
        ask_below=serving.ask_below,
        random_share=serving.random_share,
    )


def quality_title(quality: Quality) -> str:
    """The answer as a sentence."""
    wrong = quality.overall.wrong
    if wrong.value is None or wrong.low is None or wrong.high is None or wrong.n_items < MIN_JUDGED:
        return f"Not enough evidence of production yet: n {wrong.n_items} pictures, needs {MIN_JUDGED}"
    ends = (f"{v:.3f}".removeprefix("0") for v in (wrong.value, wrong.low, wrong.high))
    value, low, high = ends
    return f"In production {value} of marks are wrong ({low}–{high}, n {wrong.n_items} pictures)"


def check_row(check: Check, titles: Mapping[str, str], project: Membership) -> CheckRow:
    """One check for a list."""
    result = check.judged
    return CheckRow.model_construct(
        prediction_id=check.prediction_id,
        item_id=check.item_id,
        thumb_url=f"/v1/projects/{project.slug}/items/{check.item_id}/thumb",
        model=titles.get(check.version_id, check.version_id),
        reason=check.reason.value,
        confidence=check.confidence,
        threshold=check.threshold,
        policy_version=check.rulebook_version,
        context=dict(check.context),
        predicted_at=instant(check.predicted_at_us),
        batch_id=check.batch_id,
        n_units=None if result is None else result.n_units,
        n_errors=None if result is None else result.n_errors,
        judged_at=instant_or_none(check.judged_at_us),
    )


def model_titles(rx: Rx) -> dict[str, str]:
    """Version id to `name@number`."""
    return {version.id: version.title for version in versions_of(rx)}


def why_beyond(rx: Rx, item: Item, project: Membership, blobs: Blobs) -> dict[str, Any]:
    """What an item owes to models, which releases it is in, and what it cost: fields of `WhyOut`."""
    titles, names, taken = model_titles(rx), Names(rx), automatic_label_of(rx, item.id)
    checks = {check.prediction_id: check for check in checks_of_item(rx, item.id)}
    cards = all_cards(rx) if project.has(*PAYERS) else []
    spent = sum(entry.amount for entry in entries_of_item(rx, item.id)) if cards else 0
    return {
        "predictions": [
            _why_prediction(
                p.new,
                titles,
                checks.get(p.id),
                _why_taken(rx, taken) if taken is not None and taken.prediction_id == p.id else None,
            )
            for p in predictions_of_item(rx, item.id)
        ],
        "releases": [
            WhyRelease(id=r.id, name=r.name, state=r.state.value, digest=r.digest, signed_by=_signers(rx, r, names))
            for r in releases_of_item(rx, item.medium, blobs)
        ],
        "amount": Money(spent, cards[-1].currency).text if cards else None,
        "currency": cards[-1].currency if cards else None,
    }


def _signers(rx: Rx, release: Release, names: Names) -> list[Person]:
    """Who signed a release, as it was frozen."""
    return [names(s.user_id) for s in signatures_of(rx, release.subject, release.digest or "")]


def _why_taken(rx: Rx, label: AutomaticLabel) -> WhyTaken:
    """Under which certificate a label was taken, and whether it still stands."""
    held = certificate_in(rx, label.certificate_id)
    return WhyTaken.model_construct(
        certificate_id=held.id,
        words=held.words,
        label_class=label.label_class,
        target=held.target,
        sureness=held.sureness,
        threshold=held.threshold,
        confidence=label.confidence,
        certificate_state=held.state,
        state=label.state,
        audit=label.audit.value,
        taken_at=instant(label.accepted_at_us),
    )


def _why_prediction(
    new: NewPrediction, titles: Mapping[str, str], check: Check | None, taken: WhyTaken | None
) -> WhyPrediction:
    result = check.judged if check else None
    return WhyPrediction.model_construct(
        model=titles.get(new.version_id, new.version_id),
        origin=new.origin.value,
        confidence=new.confidence,
        n_marks=len(new.marks),
        predicted_at=instant(new.predicted_at_us),
        looked_at=check.reason.value if check else None,
        threshold=check.threshold if check else None,
        policy_version=check.rulebook_version if check else None,
        n_errors=result.n_errors if result else None,
        certificate=None if taken is None else taken.words,
        taken=taken,
    )
