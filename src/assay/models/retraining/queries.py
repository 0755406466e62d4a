"""Reading requests for a training."""

from __future__ import annotations

from assay.models.retraining import store
from assay.models.retraining.errors import RetrainingNotFoundError
from assay.models.retraining.model import Retraining
from assay.storage import Rx


def retraining_in(rx: Rx, retraining_id: str) -> Retraining:
    """One request.

    Raises:
        RetrainingNotFoundError: there is none of this id in the project.
    """
    found = store.find_retraining(rx, retraining_id)
    if found is None:
        raise RetrainingNotFoundError(retraining_id)
    return found


retrainings_before = store.retrainings_before
undecided = store.undecided
waiting_retrainings = store.waiting_retrainings
