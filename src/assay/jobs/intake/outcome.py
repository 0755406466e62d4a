"""The two answers an intake gives for a file: taken in, with what is known of it, or refused, with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field

from assay.jobs.intake.errors import IntakeError
from assay.jobs.intake.names import safe_name, shown

Scalar = str | int | float


@dataclass(frozen=True, slots=True)
class Note:
    """Something about an accepted picture that a person should know.

    Attributes:
        code: stable word, such as `stray_bytes`; the list is in the docs.
        text: one sentence.
    """

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it will be stored and served: upright, checked, without the sender's metadata.

    Attributes:
        original_sha256: of the bytes as they came.
        original_bytes: how many there were.
        original_media_type: what they were, by content.
        sha256: of `served`.
        served: the copy that people and programs get; equal to the original when that was upright and clean.
        media_type: of `served`, decided here.
        width: pixels, upright.
        height: pixels, upright.
        orientation: 1 to 8 as EXIF counts; what was applied. Absent or invalid counts as 1.
        exact: `served` decodes to the very pixels of the original, turned upright.
        n_channels: of `served`: 1, 2 (grey and alpha), 3 or 4.
        bits: a channel, 8 or 16.
        n_frames: pictures in the file; only the first is taken.
        thumbnail: JPEG, longest edge as the limits say, never enlarged, transparent parts white.
        phash: 64-bit perceptual hash; see `perceptual_hash`.
        capture: when and with what it was taken; safe to show.
        private: position, names and serial numbers; never served, to be kept apart and shredded on demand.
        notes: what a person should know.
    """

    original_sha256: str
    original_bytes: int
    original_media_type: str
    sha256: str
    served: bytes
    media_type: str
    width: int
    height: int
    orientation: int
    exact: bool
    n_channels: int
    bits: int
    n_frames: int
    thumbnail: bytes
    phash: int
    capture: dict[str, Scalar] = field(default_factory=dict)
    private: dict[str, Scalar] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that was taken in.

    Attributes:
        name: how the sender called it, in one spelling (NFC, forward slashes); unique within its source; hostile text.
        display_name: the same, fit to be shown and to be unpacked anywhere.
        ref: where it lies, for sources that are kept by reference; carries no credentials.
    """

    name: str
    display_name: str
    picture: Picture
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not taken in; data for the report, not an exception.

    Attributes:
        name: as in `Accepted`.
        code: stable, one of `intake.*`.
        reason: why, without the name; holds no path of the server.
        hint: what to do next; may be empty.
    """

    name: str
    code: str
    reason: str
    hint: str = ""

    @property
    def is_aside(self) -> bool:
        """Whether it was no picture and did not claim to be one, such as a label file beside the pictures."""
        return self.code == "intake.other_file"


Outcome = Accepted | Refusal


def refusal(name: str, error: IntakeError) -> Refusal:
    """Turn an error about the file `name` into a row of the report."""
    return Refusal(shown(name, 300), error.code, error.reason, error.hint)


def accepted(name: str, picture: Picture, ref: str | None = None) -> Accepted:
    """Pair a picture with its names."""
    return Accepted(name, safe_name(name), picture, ref)
