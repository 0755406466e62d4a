"""What can go wrong when arriving items are watched."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, NotFoundError, UndefinedError


class MonitorNotFoundError(NotFoundError):
    """No such monitor in this project."""

    code = "drift.monitor_not_found"

    def __init__(self, monitor_id: str) -> None:
        super().__init__(f"There is no monitor {monitor_id}.", hint="List the project's monitors.")


class CheckNotFoundError(NotFoundError):
    """No such check of this monitor."""

    code = "drift.check_not_found"

    def __init__(self, check_id: str) -> None:
        super().__init__(f"There is no check {check_id}.", hint="List the monitor's checks.")


class DiagnosisNotFoundError(NotFoundError):
    """No such diagnosis in this project."""

    code = "drift.diagnosis_not_found"

    def __init__(self, diagnosis_id: str) -> None:
        super().__init__(f"There is no diagnosis {diagnosis_id}.", hint="List the project's diagnoses.")


class NothingArrivedError(UndefinedError):
    """Fewer items than a window have arrived and been described since the reference."""

    code = "drift.nothing_arrived"

    def __init__(self, n: int, *, window: int) -> None:
        super().__init__(
            f"{n} described items have arrived since the reference; a window has {window}.",
            hint="Wait for more items, or make a monitor with a smaller window.",
        )


class AlreadyConcludedError(ConflictError):
    """A diagnosis that has its answer."""

    code = "drift.already_concluded"

    def __init__(self, diagnosis_id: str) -> None:
        super().__init__(f"The diagnosis {diagnosis_id} has its answer.", hint="Ask again with new items.")


class AnswersMissingError(UndefinedError):
    """Experts have not answered enough of a packet."""

    code = "drift.answers_missing"

    def __init__(self, n_answered: int, n_asked: int) -> None:
        super().__init__(
            f"Experts have answered {n_answered} of {n_asked} items.",
            hint="Wait until they have answered at least 30 current and 30 archived items.",
        )


class NoExpertsError(UndefinedError):
    """Nobody in the project can label a blind packet."""

    code = "drift.no_experts"

    def __init__(self) -> None:
        super().__init__(
            "Nobody in this project is expert and annotator at once.",
            hint="Give an expert the role of annotator too: packets come through the queue.",
        )


class ArchiveTooSmallError(UndefinedError):
    """Too little gold that annotators and the model in use have answered."""

    code = "drift.archive_too_small"

    def __init__(self, n: int, *, least: int) -> None:
        super().__init__(
            f"{n} gold items have answers by annotators and by the model in use; a time capsule needs {least}.",
            hint="Sign more gold, and let the model predict it.",
        )


class NotEnoughItemsError(UndefinedError):
    """Too few items that annotators and the model answered and the experts have not met."""

    code = "drift.not_enough_items"

    def __init__(self, what: str, n: int, *, wanted: int) -> None:
        super().__init__(
            f"{n} {what} items can go into the packet; {wanted} are wanted.",
            hint="Ask for fewer, or wait until more are labelled and predicted.",
        )


class NoModelInUseError(UndefinedError):
    """A diagnosis of a model where none is in use."""

    code = "drift.no_model_in_use"

    def __init__(self) -> None:
        super().__init__("No model is in use in this project.", hint="Promote one, or register its predictions first.")
