"""Reading monitors, checks and diagnoses."""

from __future__ import annotations

from assay.drift import store
from assay.drift.errors import CheckNotFoundError, DiagnosisNotFoundError, MonitorNotFoundError
from assay.drift.model import Capsule, Check, Monitor
from assay.storage import Rx


def monitor_in(rx: Rx, monitor_id: str) -> Monitor:
    """One monitor.

    Raises:
        MonitorNotFoundError: there is none of this id.
    """
    found = store.find_monitor(rx, monitor_id)
    if found is None:
        raise MonitorNotFoundError(monitor_id)
    return found


def check_in(rx: Rx, monitor_id: str, check_id: str) -> Check:
    """One check of a monitor.

    Raises:
        CheckNotFoundError: there is none of this id.
    """
    found = store.find_check(rx, monitor_id, check_id)
    if found is None:
        raise CheckNotFoundError(check_id)
    return found


def diagnosis_in(rx: Rx, diagnosis_id: str) -> Capsule:
    """One diagnosis.

    Raises:
        DiagnosisNotFoundError: there is none of this id.
    """
    found = store.find_diagnosis(rx, diagnosis_id)
    if found is None:
        raise DiagnosisNotFoundError(diagnosis_id)
    return found


monitors_after = store.monitors_after
diagnoses_before = store.diagnoses_before
checks_of = store.checks_of
watching = store.watching
