"""Counts the answers of an intake for its report, and reads the label files that lie beside the pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from assay.jobs.intake.errors import PictureError
from assay.jobs.intake.outcome import Accepted, Outcome, Refusal, refusal
from assay.jobs.intake.source import Entry, Source


@dataclass(slots=True)
class Summary:
    """What an intake came to; feed it every outcome.

    Attributes:
        n_accepted: pictures taken in.
        n_asides: files that were no pictures and did not claim to be any.
        refusals: every refused file, in the order of the source.
        notes: how often each note was given.
        n_turned: pictures that were turned upright.
        n_inexact: pictures whose copy is not pixel for pixel the original.
    """

    n_accepted: int = 0
    n_asides: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    n_turned: int = 0
    n_inexact: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        if isinstance(outcome, Accepted):
            self.n_accepted += 1
            self.notes.update(note.code for note in outcome.picture.notes)
            self.n_turned += outcome.picture.orientation != 1
            self.n_inexact += not outcome.picture.exact
        elif outcome.is_aside:
            self.n_asides += 1
        else:
            self.refusals.append(outcome)

    def by_code(self) -> dict[str, int]:
        """Count the refusals by code, most frequent first."""
        return dict(Counter(refused.code for refused in self.refusals).most_common())


def read_texts(source: Source, wanted: Callable[[str], bool], max_bytes: int) -> tuple[dict[str, bytes], list[Refusal]]:
    """Read the files of a source whose name is wanted, such as label files, without looking into them.

    Args:
        source: goes through once; may be used for `intake` after or before.
        wanted: tells by name; all others are passed over, unread where the source allows.
        max_bytes: of each file; a larger one is a refusal.

    Returns:
        Content by name, in the order of the source, and the refusals among them.
    """
    texts: dict[str, bytes] = {}
    refused: list[Refusal] = []
    for entry in source.entries(lambda name: not wanted(name)):
        if isinstance(entry, Refusal):
            refused.append(entry)
        else:
            _read_one(entry, max_bytes, texts, refused)
    return texts, refused


def _read_one(entry: Entry, max_bytes: int, texts: dict[str, bytes], refused: list[Refusal]) -> None:
    try:
        texts[entry.name] = entry.read(max_bytes)
    except PictureError as error:
        refused.append(refusal(entry.name, error))
