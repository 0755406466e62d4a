"""What can go wrong in the queue."""

from __future__ import annotations

from assay.kernel.clock import iso
from assay.kernel.errors import ConflictError, InvalidInputError, NotFoundError


class BatchPolicyInvalidError(InvalidInputError):
    """A batch policy asks for something impossible."""

    code = "queue.policy_invalid"

    def __init__(self, name: str, value: object, low: float, high: float) -> None:
        super().__init__(f"The policy's {name} is {value}; it must lie between {low:g} and {high:g}.")


class BatchEmptyError(InvalidInputError):
    """A batch would have no task."""

    code = "queue.batch_empty"

    def __init__(self, name: str) -> None:
        super().__init__(f"The batch {name!r} would have no item.", hint="Import images first, or name other items.")


class BatchNotFoundError(NotFoundError):
    """No such batch."""

    code = "queue.batch_not_found"

    def __init__(self, batch_id: str) -> None:
        super().__init__(f"There is no batch {batch_id!r}.")


class AssignmentNotFoundError(NotFoundError):
    """No such assignment, or it is somebody else's."""

    code = "queue.assignment_not_found"

    def __init__(self, assignment_id: str) -> None:
        super().__init__(f"You have no assignment {assignment_id!r}.", hint="Claim the next task.")


class LeaseLapsedError(ConflictError):
    """The hold on a task ended, and somebody else took the slot, before the work came back."""

    code = "queue.lease_lapsed"

    def __init__(self, assignment_id: str, ended_at_us: int) -> None:
        super().__init__(
            f"The hold on {assignment_id} ended at {iso(ended_at_us)} and the task went to others.",
            hint="Your work is kept as a draft; claim the next task.",
        )


class AssignmentClosedError(ConflictError):
    """The assignment was finished before."""

    code = "queue.assignment_closed"

    def __init__(self, assignment_id: str, state: str) -> None:
        super().__init__(f"The assignment {assignment_id} is already {state}.", hint="Claim the next task.")


class DraftStaleError(ConflictError):
    """Another tab saved this draft in between."""

    code = "queue.draft_stale"

    def __init__(self, revision: int, marks: object) -> None:
        super().__init__(
            f"The draft was saved elsewhere as revision {revision}.", hint="Compare both sides and choose what to keep."
        )
        self.details = {"revision": revision, "marks": marks}
