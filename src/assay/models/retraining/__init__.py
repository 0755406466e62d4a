"""When a named cause of falling quality asks for a new training: by the policy's rules, never for worse labels."""

from assay.models.retraining.actions import ask, dismiss, hand_to_people, locked, note_untriggered, start
from assay.models.retraining.errors import (
    NoReleaseToRetrainError,
    NotTrainedHereError,
    RetrainingDecidedError,
    RetrainingNotFoundError,
)
from assay.models.retraining.model import Retraining, RetrainingState, Trigger
from assay.models.retraining.queries import retraining_in, retrainings_before, undecided, waiting_retrainings
from assay.models.retraining.rules import triggered

__all__ = [
    "NoReleaseToRetrainError",
    "NotTrainedHereError",
    "Retraining",
    "RetrainingDecidedError",
    "RetrainingNotFoundError",
    "RetrainingState",
    "Trigger",
    "ask",
    "dismiss",
    "hand_to_people",
    "locked",
    "note_untriggered",
    "retraining_in",
    "retrainings_before",
    "start",
    "triggered",
    "undecided",
    "waiting_retrainings",
]
