"""Errors of the engine told with the names of pictures instead of their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assay.kernel.errors import LimitError
from assay.quality.errors import TooManyOverlapsError
from assay.reports.work import Work


class TooCrowdedError(LimitError):
    """So many marks of one picture overlap that comparing them would not end."""

    code = "reports.too_crowded"

    def __init__(self, name: str, message: str) -> None:
        hint = "Look for copies of the same mark on this picture, or leave it out."
        super().__init__(f"{name}: too many of its marks overlap each other ({message}).", hint=hint)


@contextmanager
def naming(work: Work) -> Iterator[None]:
    """Name the picture in errors raised inside the block."""
    try:
        yield
    except TooManyOverlapsError as error:
        raise TooCrowdedError(work.items[error.item], error.message) from None
