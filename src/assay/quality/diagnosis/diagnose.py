"""Why did quality fall: the pictures, the meaning of the labels, or the people who label?

The time capsule. Experts label a blind packet of current and archived items under today's guideline, without seeing
the model, earlier answers or which is which. With e the model's disagreement:

    concept    C = e(experts today, archive) - e(gold then, the same archived items)
    covariate  V = e(experts today, current items) - e(gold then, whole archive) - C
    labels     L = observed change - (C + V), and Q = annotators' disagreement with experts now less that with gold then

so observed = L + C + V, without remainder. Measured in docs/diagnosis.md.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import fisher_exact

from assay.kernel.estimate import Estimate
from assay.quality.diagnosis.errors import PacketInvalidError, PacketTooSmallError
from assay.quality.diagnosis.model import Archive, Cause, Diagnosis, Effect, Packet
from assay.quality.diagnosis.words import ACTIONS, RETRAINS, evidence
from assay.quality.intervals import z_value
from assay.quality.paired import holm

Floats = NDArray[np.float64]

LEVEL: Final = 0.05
ECHO_LEVEL: Final = 0.01
LEAST_NOW: Final = 30
LEAST_THEN: Final = 30
LEAST_ARCHIVE: Final = 100


def diagnose(archive: Archive, packet: Packet) -> Diagnosis:
    """Name the cause of a loss of quality, with evidence and the action it implies.

    Concept is tested exactly (Fisher) on archived labels that experts would give otherwise today, against the
    experts' own known misses; covariate and labels by one-sided normal tests; Holm over the three at 5 %. Where a
    watch noticed that the pictures differ, covariate is tested at 5 % beside Holm: both the notice and the loss must
    then be there, each at 5 %. Echo, annotators following the model, is tested at 1 % by itself and named first.

    Raises:
        PacketInvalidError: parts that do not fit together, or are no numbers in [0, 1].
        PacketTooSmallError: fewer than 30 current, 30 archived or 100 items of the archive.
    """
    _check(archive, packet)
    concept = _concept(packet)
    covariate = _covariate(archive, packet, concept)
    labels = _labels(archive, packet)
    observed = _observed(archive, packet)
    echo, part = _echo(archive, packet), _value(observed) - _value(concept.size) - _value(covariate.size)
    noticed = packet.drift_noticed is True
    family = [concept, labels] if noticed else [concept, covariate, labels]
    passes = dict(zip((e.cause for e in family), holm([e.p for e in family], LEVEL), strict=True))
    if noticed:
        passes[Cause.COVARIATE] = covariate.p <= LEVEL
    passes[Cause.ECHO] = echo.p <= ECHO_LEVEL
    effects = tuple(
        Effect(e.cause, e.size, e.p, bool(passes[e.cause]), e.test) for e in (concept, covariate, labels, echo)
    )
    found = sorted((e for e in effects if e.significant), key=_rank)
    cause = found[0].cause if found else Cause.NONE
    return Diagnosis(
        cause,
        tuple(e.cause for e in found[1:]),
        observed,
        effects,
        part,
        ACTIONS[cause],
        cause in RETRAINS and not {e.cause for e in found} & {Cause.ECHO, Cause.LABELS},
        evidence(cause, effects, observed, packet),
    )


def _rank(effect: Effect) -> tuple[bool, float]:
    return effect.cause is not Cause.ECHO, -_value(effect.size)


def _value(estimate: Estimate) -> float:
    assert estimate.value is not None, "every part was measured"
    return estimate.value


def _concept(packet: Packet) -> Effect:
    n = len(packet.then_changed)
    changed = int(np.count_nonzero(packet.then_changed))
    table = np.array([[changed, n - changed], [packet.expert_wrong, packet.expert_n - packet.expert_wrong]])
    p = float(fisher_exact(table, alternative="greater").pvalue)
    gap = packet.then_model_experts - packet.then_model_gold
    size = _normal(float(gap.mean()), _error(gap), n, "paired-normal")
    return Effect(Cause.CONCEPT, size, p, significant=False, test="fisher-exact")


def _covariate(archive: Archive, packet: Packet, concept: Effect) -> Effect:
    now, then = packet.now_model_experts, archive.model_gold
    gap = packet.then_model_experts - packet.then_model_gold
    value = float(now.mean() - then.mean()) - _value(concept.size)
    # Nothing changed means the archive's variance, so that a small packet cannot underrate its own error.
    error = np.sqrt(max(then.var(), now.var()) / len(now) + then.var() / len(then) + _error(gap) ** 2)
    size = _normal(value, float(error), len(now), "difference-normal")
    return Effect(Cause.COVARIATE, size, _above(value, float(error)), significant=False, test="normal")


def _labels(archive: Archive, packet: Packet) -> Effect:
    now, then = packet.now_annotators_experts, archive.annotators_gold
    misses = _misses(packet)
    value = float(now.mean() - then.mean()) - misses
    error = float(
        np.sqrt(
            max(then.var(), now.var()) / len(now) + then.var() / len(then) + misses * (1 - misses) / packet.expert_n
        )
    )
    size = _normal(value, error, len(now), "difference-normal")
    return Effect(Cause.LABELS, size, _above(value, error), significant=False, test="normal")


def _echo(archive: Archive, packet: Packet) -> Effect:
    """How much nearer the annotators are to the model than the experts are, now against then: both sides paired.

    Experts' own misses make them disagree with a model that is right; that much, at most, is taken off.
    """
    now = packet.now_model_annotators - packet.now_model_experts
    then = archive.model_annotators - archive.model_gold
    misses = _misses(packet)
    right = 1 - float(packet.now_model_experts.mean())
    value = float(now.mean() - then.mean()) + misses * right
    spread = max(now.var(), then.var()) / len(now) + then.var() / len(then)
    error = float(np.sqrt(spread + misses * (1 - misses) / packet.expert_n))
    size = _normal(-value, error, len(now), "paired-normal")
    return Effect(Cause.ECHO, size, _above(-value, error), significant=False, test="normal")


def _misses(packet: Packet) -> float:
    """How often the experts miss what did not change; never quite 0."""
    return (packet.expert_wrong + 0.5) / (packet.expert_n + 1)


def _observed(archive: Archive, packet: Packet) -> Estimate:
    now = packet.now_model_annotators if packet.observed_model_annotators is None else packet.observed_model_annotators
    then = archive.model_annotators
    error = float(np.sqrt(now.var() / len(now) + then.var() / len(then)))
    return _normal(float(now.mean() - then.mean()), error, len(now), "difference-normal")


def _error(values: Floats) -> float:
    return float(np.sqrt(values.var(ddof=1) / len(values)))


def _above(value: float, error: float) -> float:
    return float(ndtr(-value / max(error, 1e-12)))


def _normal(value: float, error: float, n: int, method: str) -> Estimate:
    reach = z_value() * error
    return Estimate(value, value - reach, value + reach, n, n, method)


def _check(archive: Archive, packet: Packet) -> None:
    groups = {
        "The archive": (archive.model_gold, archive.annotators_gold, archive.model_annotators),
        "The current part": (packet.now_model_experts, packet.now_annotators_experts, packet.now_model_annotators),
        "The archived part": (packet.then_model_experts, packet.then_model_gold, packet.then_changed),
    }
    least = {"The archive": LEAST_ARCHIVE, "The current part": LEAST_NOW, "The archived part": LEAST_THEN}
    for what, parts in groups.items():
        lengths = [len(part) for part in parts]
        if len(set(lengths)) > 1:
            raise PacketInvalidError(f"{what} has answers on {' and '.join(map(str, lengths))} items.")
        if any(not np.isfinite(part).all() or part.min(initial=0) < 0 or part.max(initial=0) > 1 for part in parts):
            raise PacketInvalidError(f"{what} holds a disagreement that is no number in [0, 1].")
        if lengths[0] < least[what]:
            raise PacketTooSmallError(what, lengths[0], least=least[what])
    if not 0 <= packet.expert_wrong <= packet.expert_n or packet.expert_n < 1:
        raise PacketInvalidError(f"The experts missed {packet.expert_wrong} of {packet.expert_n} known answers.")
