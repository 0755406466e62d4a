"""What a model says in production: taken in, partly shown to people, and judged by what they find."""

from assay.serving.actions import MOST_AT_ONCE, judge_item, queue_checks, receive
from assay.serving.errors import ItemUnknownError, PredictionFileError, TooManyPredictionsError
from assay.serving.model import Check, ClassCount, Judged, Quality, QualityPoint, Reason, Received
from assay.serving.queries import check_counts, checks_before, checks_of_item, production_quality, quality_in
from assay.serving.rules import confidence_of, drawn, quality_of

__all__ = [
    "MOST_AT_ONCE",
    "Check",
    "ClassCount",
    "ItemUnknownError",
    "Judged",
    "PredictionFileError",
    "Quality",
    "QualityPoint",
    "Reason",
    "Received",
    "TooManyPredictionsError",
    "check_counts",
    "checks_before",
    "checks_of_item",
    "confidence_of",
    "drawn",
    "judge_item",
    "production_quality",
    "quality_in",
    "quality_of",
    "queue_checks",
    "receive",
]
