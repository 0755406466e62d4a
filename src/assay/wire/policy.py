"""A project's policy as it travels."""

from __future__ import annotations

from typing import Literal

from assay.wire.common import WireModel


class Policy(WireModel):
    """What a project demands; sent back with the version it is based on."""

    version: int
    preset: Literal["standard", "strict", "no-gold", "demo"]
    overlap: int
    gold_rate: float
    gold_everyone: bool
    review_share: float
    agreement_threshold: float
    match_iou: float
    tight_iou: float
    max_error: float
    accepted_error: float
    alarm_run_length: int
    min_gold_images: int
    min_gold_lower: float | None
    min_agreement_lower: float | None
    signatures_needed: int
    leads_may_sign: bool
    lease_s: int
    blind_names: bool
