"""How good a model is on frozen gold: answers held against signed ones, the model card, the items behind it all."""

from assay.models.evaluating.card import card_markdown
from assay.models.evaluating.looking import Beside, Looking, compare
from assay.models.evaluating.measure import GoldAnswer, Measured, measure_boxes, measure_tags
from assay.models.evaluating.queries import (
    evaluation_on,
    evaluations_before,
    items_behind,
    newest_evaluations,
    outcomes_of_items,
)
from assay.models.evaluating.report import compare_measured, gold_digest, report_of

__all__ = [
    "Beside",
    "GoldAnswer",
    "Looking",
    "Measured",
    "card_markdown",
    "compare",
    "compare_measured",
    "evaluation_on",
    "evaluations_before",
    "gold_digest",
    "items_behind",
    "measure_boxes",
    "measure_tags",
    "newest_evaluations",
    "outcomes_of_items",
    "report_of",
]
