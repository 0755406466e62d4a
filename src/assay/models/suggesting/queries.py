"""Reading policies, certificates, audits; what certificates are calibrated on; what suggestions save."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assay.annotations import Mark
from assay.items import items_by_id
from assay.kernel.canonical import digest
from assay.kernel.estimate import Estimate, nothing_measured
from assay.kernel.marks import TAG
from assay.labels import schema_in
from assay.models.model import ModelVersion, PredictedMark, Prediction, PredictionOrigin
from assay.models.queries import predictions_of_items
from assay.models.suggesting import store
from assay.models.suggesting.errors import CertificateNotFoundError
from assay.models.suggesting.model import (
    ANY_CLASS,
    Arm,
    AuditResult,
    AutomaticLabel,
    StoredCertificate,
    Suggestion,
    SuggestionPolicy,
)
from assay.models.suggesting.rules import is_right, policy_from_json, whole_confidence
from assay.quality.certificates import AuditState, design_audit_chart, watch_audits
from assay.quality.intervals import bootstrap_ratio, bootstrap_sums
from assay.review import Consensus, FusedMark, consensus_after
from assay.storage import Rx

QUEUE_KEY = "queue"
"""Request key of the answers that are suggested."""
PAGE = 1000
N_REPLICATES = 1000
NEWEST_TASKS = 5000
"""Handed-in tasks that the figures about suggestions rest on at most."""


def suggestion_policy_in(rx: Rx) -> SuggestionPolicy:
    """The policy in force; before anybody set one, nothing is suggested."""
    found = store.newest_policy(rx)
    if found is None:
        return SuggestionPolicy()
    version, content = found
    classes = [c.id for c in schema_in(rx, None).classes]
    named = {k: v for k, v in content.get("classes", {}).items() if k == ANY_CLASS or k in classes}
    return policy_from_json({**content, "classes": named}, classes, version)


def certificate_in(rx: Rx, certificate_id: str) -> StoredCertificate:
    """One certificate.

    Raises:
        CertificateNotFoundError: there is none of this id.
    """
    found = store.find_certificate(rx, certificate_id)
    if found is None:
        raise CertificateNotFoundError(certificate_id)
    return found


@dataclass(frozen=True, slots=True)
class CalibrationPairs:
    """A model's answers beside people's, on items that may calibrate.

    Attributes:
        items: ids.
        classes: what the model names; `*` for answers of boxes.
        confidences: of each answer as a whole.
        wrong: whether people said something else.
    """

    items: tuple[str, ...]
    classes: tuple[str, ...]
    confidences: tuple[float, ...]
    wrong: tuple[bool, ...]

    @property
    def digest(self) -> str:
        """The hash over all of it."""
        rows = sorted(zip(self.items, self.classes, self.confidences, self.wrong, strict=True))
        return digest([list(row) for row in rows])

    def of_class(self, name: str, policy: SuggestionPolicy) -> CalibrationPairs:
        """Those a certificate for `name` rests on: answers of this class; for `*` of every class that has no own."""
        own = {c: c if c in policy.classes else ANY_CLASS for c in set(self.classes)}
        rows = [n for n, c in enumerate(self.classes) if own[c] == name]
        return CalibrationPairs(
            tuple(self.items[n] for n in rows),
            tuple(self.classes[n] for n in rows),
            tuple(self.confidences[n] for n in rows),
            tuple(self.wrong[n] for n in rows),
        )


def calibration_pairs(
    rx: Rx, version: ModelVersion, policy: SuggestionPolicy, *, learned: frozenset[str]
) -> CalibrationPairs:
    """Collect what a certificate of this version may rest on.

    Items whose answer people agreed on or an expert settled, that nobody saw a suggestion on, that the model has not
    learned from, on which no label was ever taken unseen, that are not gold (experts choose gold; it is no random
    sample); of one physical object only one.
    """
    unseen = store.labelled_items(rx)
    truth = {
        c.item_id: c
        for c in _every_consensus(rx)
        if c.state.value in {"agreed", "settled"} and (c.inputs or c.settled_by) and c.item_id not in unseen | learned
    }
    ids = sorted(truth)
    seen = _shown(rx, ids)
    ids = _one_of_each_object(rx, [i for i in ids if i not in seen])
    said = predictions_of_items(rx, version.id, PredictionOrigin.SUGGESTION, QUEUE_KEY, ids)
    rows = [(i, *_held_against(said[i], truth[i], policy)) for i in ids if i in said]
    return CalibrationPairs(
        tuple(r[0] for r in rows), tuple(r[1] for r in rows), tuple(r[2] for r in rows), tuple(r[3] for r in rows)
    )


def _held_against(said: Prediction, truth: Consensus, policy: SuggestionPolicy) -> tuple[str, float, bool]:
    """Class, confidence, and whether it is wrong."""
    label_class, confidence, marks = answer_of(said, policy)
    people = [m.mark for m in marks], [_plain(m) for m in truth.marks]
    return label_class, confidence, not is_right(*people)


def answer_of(said: Prediction, policy: SuggestionPolicy) -> tuple[str, float, list[PredictedMark]]:
    """What would be taken of a prediction: its class (`*` for boxes), its confidence as a whole, its marks."""
    marks = said.new.marks
    if marks and all(m.mark.shape == TAG for m in marks):
        best = max(marks, key=lambda m: m.confidence)
        return best.mark.label_class, best.confidence, [best]
    floor = policy.of_class(ANY_CLASS).show_above
    return ANY_CLASS, whole_confidence(marks, floor), [m for m in marks if m.confidence >= floor]


def _plain(fused: FusedMark) -> Mark:
    return Mark(fused.label_class, fused.shape, fused.bbox)


def _every_consensus(rx: Rx) -> Iterable[Consensus]:
    after = ""
    while page := consensus_after(rx, after, PAGE):
        yield from page
        after = page[-1].item_id


def _shown(rx: Rx, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), PAGE):
        found |= store.items_shown(rx, ids[start : start + PAGE])
    return found


def _one_of_each_object(rx: Rx, ids: Sequence[str]) -> list[str]:
    kept, objects = [], set()
    for start in range(0, len(ids), PAGE):
        items = items_by_id(rx, ids[start : start + PAGE])
        for item_id in ids[start : start + PAGE]:
            item = items.get(item_id)
            thing = None if item is None else item.group_id or item.near_duplicate_of
            if item is not None and thing not in objects:
                kept.append(item_id)
                objects |= {thing} if thing else set()
    return kept


def audits_of(rx: Rx, certificate_id: str) -> list[AutomaticLabel]:
    """The labels under a certificate that blind audits have judged, in the order in which they came back."""
    return sorted(store.audited_labels(rx, certificate_id), key=lambda a: (a.audited_at_us or 0, a.id))


def audit_state_of(rx: Rx, certificate: StoredCertificate) -> tuple[AuditState, Estimate]:
    """Where the chart over a certificate's audits stands, and the share found wrong."""
    wrong = [a.audit is AuditResult.WRONG for a in audits_of(rx, certificate.id)]
    state = watch_audits(design_audit_chart(certificate.target), wrong)
    rate = bootstrap_ratio(wrong, np.ones(len(wrong)), rng=np.random.default_rng(0), proportion=True)
    return state, rate


@dataclass(frozen=True, slots=True)
class Figures:
    """What suggestions do.

    Attributes:
        seconds_with: seconds for each mark handed in, where the suggestion was shown.
        seconds_without: the same where it was withheld at random.
        saving: 1 - with / without.
        kept: share of shown marks handed in as they were; `changed`, `removed` the others.
        missed: share of handed-in marks that no suggestion had.
    """

    seconds_with: Estimate
    seconds_without: Estimate
    saving: Estimate
    kept: Estimate
    changed: Estimate
    removed: Estimate
    missed: Estimate


def figures_of(rx: Rx) -> Figures:
    """Measure by the newest tasks handed in; only items on which the model had an answer count, in both arms."""
    every = [s for s in store.judged_suggestions(rx, NEWEST_TASKS) if s.prediction_id is not None]
    shown = [s for s in every if s.arm is Arm.SHOWN]
    withheld = [s for s in every if s.arm is Arm.WITHHELD]
    return Figures(
        seconds_with=_seconds(shown),
        seconds_without=_seconds(withheld),
        saving=_saving(shown, withheld),
        kept=_share([s.n_kept for s in shown], [s.n_suggested for s in shown]),
        changed=_share([s.n_changed for s in shown], [s.n_suggested for s in shown]),
        removed=_share([s.n_removed for s in shown], [s.n_suggested for s in shown]),
        missed=_share([s.n_added for s in shown], [_final(s) for s in shown]),
    )


def _final(s: Suggestion) -> int:
    return s.n_kept + s.n_changed + s.n_added


def _seconds(arm: Sequence[Suggestion]) -> Estimate:
    return bootstrap_ratio([s.seconds for s in arm], [_final(s) for s in arm], rng=np.random.default_rng(0))


def _share(part: Sequence[int], whole: Sequence[int]) -> Estimate:
    return bootstrap_ratio(part, whole, rng=np.random.default_rng(0), proportion=True)


def _saving(shown: Sequence[Suggestion], withheld: Sequence[Suggestion]) -> Estimate:
    """1 - seconds a mark with over without, by drawing each arm's tasks anew."""
    method, n = "bootstrap-two-arms", len(shown) + len(withheld)
    tables = [np.array([[s.seconds, _final(s)] for s in arm], np.float64).reshape(-1, 2) for arm in (shown, withheld)]
    if any(len(t) < 2 or t[:, 1].sum() == 0 for t in tables) or tables[1][:, 0].sum() == 0:  # noqa: PLR2004 - spread
        return nothing_measured(method, n=n, n_items=n)
    rng = np.random.default_rng(0)
    sums = [bootstrap_sums(t, rng=rng, n_replicates=N_REPLICATES) for t in tables]
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = [s[:, 0] / s[:, 1] for s in sums]
        draws = 1 - rates[0] / rates[1]
    whole = [t[:, 0].sum() / t[:, 1].sum() for t in tables]
    low, high = np.quantile(draws[np.isfinite(draws)], [0.025, 0.975])
    marks = int(sum(t[:, 1].sum() for t in tables))
    return Estimate(float(1 - whole[0] / whole[1]), float(low), float(high), marks, n, method)


all_certificates = store.all_certificates
certificates_before = store.certificates_before
count_standing = store.count_standing
automatic_label_of = store.find_label
automatic_labels_of = store.labels_of
