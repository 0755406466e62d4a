"""Selection: what to label next, and why each item was chosen."""

from assay.quality.selection.errors import SelectionSettingError
from assay.quality.selection.gain import LEAST, Gain, gain
from assay.quality.selection.plain import PLAIN_WIDTH, plain_embedding
from assay.quality.selection.ranking import by_clustered_margin, by_margin, by_typicality, unsureness
from assay.quality.selection.select import METHODS, Method, Pick, Pool, SelectionRules, method_for, select

__all__ = [
    "LEAST",
    "METHODS",
    "PLAIN_WIDTH",
    "Gain",
    "Method",
    "Pick",
    "Pool",
    "SelectionRules",
    "SelectionSettingError",
    "by_clustered_margin",
    "by_margin",
    "by_typicality",
    "gain",
    "method_for",
    "plain_embedding",
    "select",
    "unsureness",
]
