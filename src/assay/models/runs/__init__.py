"""Work of models that takes long: training, evaluating, suggesting; kept step by step, so that it goes on anywhere."""

from assay.models.runs.actions import end_run, keep_step, queue_run, start_run
from assay.models.runs.errors import RunEndedError, RunNotFoundError
from assay.models.runs.model import ASKED_BY, Run, RunState
from assay.models.runs.queries import all_runs, log_tail, open_runs, run_in, run_log, runs_before

__all__ = [
    "ASKED_BY",
    "Run",
    "RunEndedError",
    "RunNotFoundError",
    "RunState",
    "all_runs",
    "end_run",
    "keep_step",
    "log_tail",
    "open_runs",
    "queue_run",
    "run_in",
    "run_log",
    "runs_before",
    "start_run",
]
