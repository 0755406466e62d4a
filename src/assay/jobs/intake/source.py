"""What every source of pictures offers: named entries in a fixed order, each read only when it is wanted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from assay.jobs.intake.outcome import Refusal

Skip = Callable[[str], bool]
"""Tells whether an entry of that name is known already and is to be passed over unread."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a source.

    Attributes:
        name: in one spelling (NFC, forward slashes), unique within the source; chosen by a stranger.
        read: gives the content, at most so many bytes; raises a `PictureError` when there is more or none. May be
            called from any thread, once.
        n_bytes: size if it is known before reading.
        ref: address for sources kept by reference, without credentials.
        is_asked_for: somebody named this very file, so being no picture is a refusal whatever its name.
    """

    name: str
    read: Callable[[int], bytes]
    n_bytes: int | None = None
    ref: str | None = None
    is_asked_for: bool = False


class Source(ABC):
    """A folder, an archive, a single file or a prefix of an object store; closes itself at the end of a `with`.

    Attributes:
        name: for messages.
        n_entries: how many entries there will be, `None` when only counting would tell.
        n_hidden: hidden files passed over; complete once `entries` has ended.
    """

    def __init__(self, name: str, n_entries: int | None = None) -> None:
        self.name = name
        self.n_entries = n_entries
        self.n_hidden = 0

    @abstractmethod
    def entries(self, skip: Skip) -> Iterator[Entry | Refusal]:
        """Yield entries in a fixed order, without hidden files and without those that `skip` knows."""

    def close(self) -> None:  # noqa: B027 - most sources hold nothing open
        """Give back what the source holds open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
