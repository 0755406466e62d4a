"""What each cause means for the people who must act on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assay.kernel.estimate import Estimate
from assay.quality.diagnosis.model import Cause, Effect, Packet

ACTIONS: Final = {
    Cause.NONE: "Nothing is shown to be wrong. A smaller loss needs more expert labels to be seen.",
    Cause.COVARIATE: "The pictures changed: label pictures of the new kind, then retrain.",
    Cause.CONCEPT: "The meaning of labels changed: label the archive again under today's guideline, then retrain.",
    Cause.LABELS: "The labels got worse: help the people who label first. Do not retrain on these labels.",
    Cause.ECHO: (
        "Annotators follow the model: raise the share of blind audits and drop accepted suggestions of this time. "
        "Do not retrain on these labels."
    ),
}
RETRAINS: Final = frozenset({Cause.COVARIATE, Cause.CONCEPT})
"""Causes whose action ends in retraining; never while the labels themselves are in doubt."""

_CLAIMS: Final = {
    Cause.CONCEPT: "the meaning of the labels changed",
    Cause.COVARIATE: "the pictures changed",
    Cause.LABELS: "the labels got worse",
    Cause.ECHO: "annotators follow the model",
}


def evidence(cause: Cause, effects: Sequence[Effect], observed: Estimate, packet: Packet) -> tuple[str, ...]:
    """One sentence for each thing the answer rests on."""
    n_now, n_then = len(packet.now_model_experts), len(packet.then_changed)
    first = (
        f"Against people's labels the model is {_points(observed.value)} than before; {n_now} current and {n_then} "
        "archived items were labelled again by experts who did not know which was which."
    )
    lines = [first]
    if packet.drift_noticed is not None:
        lines.append("The watch noticed a change." if packet.drift_noticed else "The watch noticed no change.")
    for effect in effects:
        value = effect.size.value or 0.0
        verdict = "shown" if effect.significant else "not shown"
        chance = "less than 0.001" if effect.p < 0.001 else f"{effect.p:.3f}"  # noqa: PLR2004 - three digits
        lines.append(f"That {_CLAIMS[effect.cause]}: {verdict} ({100 * value:+.1f} points, p {chance}).")
    if cause is Cause.NONE:
        half = next(e.size.half_width for e in effects if e.cause is Cause.COVARIATE)
        lines.append(f"A loss below about {100 * (half or 0):.0f} points cannot be seen with this packet.")
    return tuple(lines)


def _points(value: float | None) -> str:
    size = 100 * abs(value or 0.0)
    return f"{size:.1f} points {'worse' if (value or 0) > 0 else 'better'}"
