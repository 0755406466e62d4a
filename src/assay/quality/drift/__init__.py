"""Drift: has what arrives changed, what moved, since when, and does it harm."""

from assay.quality.drift.errors import (
    FeaturesMisshapenError,
    FeaturesNotFiniteError,
    PicturesMisshapenError,
    ReferenceTooSmallError,
    WindowTooSmallError,
)
from assay.quality.drift.harm import harm_by_confidence, harm_by_labels
from assay.quality.drift.image_statistics import STATISTICS, WORDS, image_statistics
from assay.quality.drift.model import DriftCheck, Harm, Level, Moved, Since, ViewResult
from assay.quality.drift.pairs import alike_pairs
from assay.quality.drift.since import since_when
from assay.quality.drift.watch import Features, Watch, calibrate, check

__all__ = [
    "STATISTICS",
    "WORDS",
    "DriftCheck",
    "Features",
    "FeaturesMisshapenError",
    "FeaturesNotFiniteError",
    "Harm",
    "Level",
    "Moved",
    "PicturesMisshapenError",
    "ReferenceTooSmallError",
    "Since",
    "ViewResult",
    "Watch",
    "WindowTooSmallError",
    "alike_pairs",
    "calibrate",
    "check",
    "harm_by_confidence",
    "harm_by_labels",
    "image_statistics",
    "since_when",
]
