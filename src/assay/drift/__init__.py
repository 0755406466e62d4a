"""Drift: monitors on arriving items, their checks, and diagnoses."""

from assay.drift.actions import keep_check, make_monitor, stop_monitor
from assay.drift.errors import (
    AlreadyConcludedError,
    AnswersMissingError,
    DiagnosisNotFoundError,
    MonitorNotFoundError,
    NothingArrivedError,
)
from assay.drift.model import Capsule, Check, Monitor
from assay.drift.queries import all_diagnoses, all_monitors, checks_of, diagnosis_in, monitor_in, watching

__all__ = [
    "AlreadyConcludedError",
    "AnswersMissingError",
    "Capsule",
    "Check",
    "DiagnosisNotFoundError",
    "Monitor",
    "MonitorNotFoundError",
    "NothingArrivedError",
    "all_diagnoses",
    "all_monitors",
    "checks_of",
    "diagnosis_in",
    "keep_check",
    "make_monitor",
    "monitor_in",
    "stop_monitor",
    "watching",
]
