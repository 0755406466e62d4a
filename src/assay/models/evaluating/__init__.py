"""How good a model is on frozen gold: rules that hold its answers against signed ones, and the model card."""

from assay.models.evaluating.card import card_markdown
from assay.models.evaluating.measure import GoldAnswer, Measured, measure_boxes, measure_tags
from assay.models.evaluating.report import compare_measured, gold_digest, report_of

__all__ = [
    "GoldAnswer",
    "Measured",
    "card_markdown",
    "compare_measured",
    "gold_digest",
    "measure_boxes",
    "measure_tags",
    "report_of",
]
