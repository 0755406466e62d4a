"""What the format parsers hand to the decoder, and how they refuse."""

from __future__ import annotations

from dataclasses import dataclass, field


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """The picture is refused; the code is one of `intake.*` that the server expects from the child."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def corrupt(reason: str) -> Refused:
    """Refuse a damaged picture."""
    return Refused("intake.corrupt_image", reason)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits that concern the child; see `assay.jobs.intake.limits.Limits` for their meaning."""

    max_file_bytes: int
    max_pixels: int
    max_work_bytes: int
    max_metadata_bytes: int
    max_scans: int
    max_edge_px: int
    exact_rotation_pixels: int
    thumbnail_px: int
    cpu_s: float
    memory_bytes: int
    files_per_child: int

    def check_size(self, width: int, height: int) -> None:
        """Refuse a header that declares nothing, or more than is allowed, before anything is decoded."""
        if width <= 0 or height <= 0:
            raise corrupt(f"its header says {width} x {height} pixels")
        if width * height > self.max_pixels or max(width, height) > self.max_edge_px:
            reason = (
                f"{width} x {height} pixels; {self.max_pixels} in all and {self.max_edge_px} along an edge are allowed"
            )
            raise Refused("intake.too_many_pixels", reason)

    def check_work(self, n_bytes: int) -> None:
        """Refuse what would need more memory than is allowed while it is decoded."""
        if n_bytes > self.max_work_bytes:
            reason = f"decoding needs {n_bytes} bytes at once, {self.max_work_bytes} are allowed"
            raise Refused("intake.too_much_memory", reason)


@dataclass(slots=True)
class Prepared:
    """A picture whose container was read and whose pixels were not.

    Attributes:
        width: as stored, before it is turned upright.
        height: as stored.
        source: the bytes to decode: without metadata where the format allows to take it out.
        clean: `source` may be served as it is when the picture is upright; else it must be encoded anew.
        lossy: the format loses pixels by nature, so a turned copy may do so too when it is large.
        n_frames: pictures in the file.
        exif: a TIFF structure, without the `Exif` mark in front.
        xmp: an XMP packet.
        notes: code and sentence of what a person should know.
    """

    width: int
    height: int
    source: bytes
    clean: bool
    lossy: bool = False
    n_frames: int = 1
    exif: bytes = b""
    xmp: bytes = b""
    notes: list[tuple[str, str]] = field(default_factory=list)

    def note(self, code: str, text: str) -> None:
        """Add something that a person should know."""
        self.notes.append((code, text))
