"""Drift: monitors on arriving items, their checks, and diagnoses."""

from assay.drift.actions import keep_check, make_monitor, stop_monitor
from assay.drift.capsules import keep_answer, keep_question
from assay.drift.errors import (
    AlreadyConcludedError,
    AnswersMissingError,
    ArchiveTooSmallError,
    CheckNotFoundError,
    DiagnosisNotFoundError,
    MonitorNotFoundError,
    NoExpertsError,
    NoModelInUseError,
    NotEnoughItemsError,
    NothingArrivedError,
)
from assay.drift.model import Capsule, Check, Monitor
from assay.drift.queries import (
    check_in,
    checks_of,
    diagnoses_before,
    diagnosis_in,
    monitor_in,
    monitors_after,
    watching,
)

__all__ = [
    "AlreadyConcludedError",
    "AnswersMissingError",
    "ArchiveTooSmallError",
    "Capsule",
    "Check",
    "CheckNotFoundError",
    "DiagnosisNotFoundError",
    "Monitor",
    "MonitorNotFoundError",
    "NoExpertsError",
    "NoModelInUseError",
    "NotEnoughItemsError",
    "NothingArrivedError",
    "check_in",
    "checks_of",
    "diagnoses_before",
    "diagnosis_in",
    "keep_answer",
    "keep_check",
    "keep_question",
    "make_monitor",
    "monitor_in",
    "monitors_after",
    "stop_monitor",
    "watching",
]
