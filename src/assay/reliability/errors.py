"""What can go wrong with reliability."""

from __future__ import annotations

from assay.kernel.errors import NotFoundError


class AlarmNotFoundError(NotFoundError):
    """No such alarm."""

    code = "reliability.alarm_not_found"

    def __init__(self, alarm_id: str) -> None:
        super().__init__(f"There is no alarm {alarm_id!r}.")
