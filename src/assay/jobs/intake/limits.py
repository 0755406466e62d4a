"""What one file, one archive and one decoder may use at most."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of an intake; every refusal by a bound names the bound it met.

    Attributes:
        max_file_bytes: one picture as it arrives.
        max_pixels: width times height by the header, checked before any pixel is decoded.
        max_work_bytes: what the decoder must hold at once (decoded rows, or the coefficients of a progressive JPEG).
        max_metadata_bytes: all compressed text and profile chunks of a PNG together, once unpacked.
        max_scans: scans of one JPEG; real progressive files have about ten.
        max_edge_px: width or height; the largest that JPEG and most viewers know.
        exact_rotation_pixels: a turned picture from a lossy format is stored losslessly up to this size, above it as
            JPEG of quality 95 without chroma subsampling.
        thumbnail_px: longest edge of the thumbnail.
        cpu_s: processor seconds of the child for one file.
        wall_s: seconds after which the child is killed, whatever it does. Processor time ends it far earlier on an idle
            machine; this is for a child that waits, and long enough that a busy machine refuses no good picture.
        memory_bytes: address space of the child above what it needs when idle.
        files_per_child: after so many pictures the child is replaced even when all went well.
        max_members: entries of one archive, folders counted.
        max_archive_bytes: all members of one archive together, once unpacked.
        max_ratio: unpacked to packed size, of one member and of the whole.
        ratio_free_bytes: below this unpacked size the ratio is not looked at: a small blank picture packs very well.
        max_name_bytes: one part of a name, in UTF-8.
        max_depth: parts of a name.
        in_flight_bytes: pictures read ahead of the one that is handed out next.
    """

    max_file_bytes: int = 128 * MIB
    max_pixels: int = 100_000_000
    max_work_bytes: int = 288 * MIB
    max_metadata_bytes: int = 4 * MIB
    max_scans: int = 100
    max_edge_px: int = 65_500
    exact_rotation_pixels: int = 4_000_000
    thumbnail_px: int = 256
    cpu_s: float = 2.0
    wall_s: float = 20.0
    memory_bytes: int = 512 * MIB
    files_per_child: int = 256
    max_members: int = 50_000
    max_archive_bytes: int = 64 * 1024 * MIB
    max_ratio: int = 100
    ratio_free_bytes: int = 16 * MIB
    max_name_bytes: int = 255
    max_depth: int = 32
    in_flight_bytes: int = 256 * MIB
