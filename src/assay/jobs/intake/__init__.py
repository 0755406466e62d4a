"""Safe intake of pictures: sources, archives, the limited decoder, refusals as data, near-duplicates."""

from assay.jobs.intake.archive import open_archive
from assay.jobs.intake.child_process import Isolation
from assay.jobs.intake.errors import (
    ArchiveError,
    HostNotAllowedError,
    IntakeError,
    PictureError,
    SandboxError,
    SourceNotFoundError,
    StoreUnavailableError,
)
from assay.jobs.intake.folder import open_path
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.names import safe_name, shown
from assay.jobs.intake.objects import open_prefix
from assay.jobs.intake.outcome import Accepted, Note, Outcome, Picture, Refusal
from assay.jobs.intake.phash import NearPairs, near_groups, near_pairs, perceptual_hash
from assay.jobs.intake.pool import DecodePool
from assay.jobs.intake.report import Summary, read_texts
from assay.jobs.intake.run import intake
from assay.jobs.intake.sniff import Allowed, Sniffed, sniff
from assay.jobs.intake.source import Entry, Source

__all__ = [
    "Accepted",
    "Allowed",
    "ArchiveError",
    "DecodePool",
    "Entry",
    "HostNotAllowedError",
    "IntakeError",
    "Isolation",
    "Limits",
    "NearPairs",
    "Note",
    "Outcome",
    "Picture",
    "PictureError",
    "Refusal",
    "SandboxError",
    "Sniffed",
    "Source",
    "SourceNotFoundError",
    "StoreUnavailableError",
    "Summary",
    "intake",
    "near_groups",
    "near_pairs",
    "open_archive",
    "open_path",
    "open_prefix",
    "perceptual_hash",
    "read_texts",
    "safe_name",
    "shown",
    "sniff",
]
