"""Promotions: a model version's way into use, through the gate and people's signatures, and back."""

from assay.promotions.actions import (
    clean_reason,
    decline,
    fail,
    keep_gate,
    keep_in_use,
    keep_measured,
    list_promotions,
    newest_in_use,
    promotion_in,
    promotion_of_proposal,
    request_promotion,
    roll_back,
    roll_back_in,
    take_into_use,
    unfinished_promotions,
)
from assay.promotions.errors import (
    AlreadyUnderWayError,
    NothingToRollBackError,
    PromotionNotFoundError,
    PromotionStateError,
)
from assay.promotions.model import IN_USE, UNFINISHED, Promotion, PromotionState
from assay.promotions.rules import OBJECT, GateFacts, headline, judge

__all__ = [
    "IN_USE",
    "OBJECT",
    "UNFINISHED",
    "AlreadyUnderWayError",
    "GateFacts",
    "NothingToRollBackError",
    "Promotion",
    "PromotionNotFoundError",
    "PromotionState",
    "PromotionStateError",
    "clean_reason",
    "decline",
    "fail",
    "headline",
    "judge",
    "keep_gate",
    "keep_in_use",
    "keep_measured",
    "list_promotions",
    "newest_in_use",
    "promotion_in",
    "promotion_of_proposal",
    "request_promotion",
    "roll_back",
    "roll_back_in",
    "take_into_use",
    "unfinished_promotions",
]
