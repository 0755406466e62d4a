"""Drift: monitors on arriving items, their checks, and diagnoses."""

from assay.drift.actions import keep_check, make_monitor, stop_monitor
from assay.drift.capsules import keep_answer, keep_question
from assay.drift.errors import (
    AlreadyConcludedError,
    AnswersMissingError,
    ArchiveTooSmallError,
    DiagnosisNotFoundError,
    MonitorNotFoundError,
    NoExpertsError,
    NoModelInUseError,
    NotEnoughItemsError,
    NothingArrivedError,
)
from assay.drift.model import Capsule, Check, Monitor
from assay.drift.queries import all_diagnoses, all_monitors, checks_of, diagnosis_in, monitor_in, watching

__all__ = [
    "AlreadyConcludedError",
    "AnswersMissingError",
    "ArchiveTooSmallError",
    "Capsule",
    "Check",
    "DiagnosisNotFoundError",
    "Monitor",
    "MonitorNotFoundError",
    "NoExpertsError",
    "NoModelInUseError",
    "NotEnoughItemsError",
    "NothingArrivedError",
    "all_diagnoses",
    "all_monitors",
    "checks_of",
    "diagnosis_in",
    "keep_answer",
    "keep_check",
    "keep_question",
    "make_monitor",
    "monitor_in",
    "stop_monitor",
    "watching",
]
