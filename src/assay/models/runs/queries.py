"""Reading runs."""

from __future__ import annotations

from assay.models.runs import store
from assay.models.runs.errors import RunNotFoundError
from assay.models.runs.model import Run
from assay.storage import Rx


def run_in(rx: Rx, run_id: str) -> Run:
    """One run.

    Raises:
        RunNotFoundError: there is none of this id.
    """
    found = store.find_run(rx, run_id)
    if found is None:
        raise RunNotFoundError(run_id)
    return found


all_runs = store.all_runs
open_runs = store.open_runs
run_log = store.run_log
runs_before = store.runs_before
log_tail = store.log_tail
