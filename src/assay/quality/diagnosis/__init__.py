"""Diagnosis: why quality fell, by experts' blind labels on current and archived items."""

from assay.quality.diagnosis.diagnose import diagnose
from assay.quality.diagnosis.disagree import CHANGED, disagreement
from assay.quality.diagnosis.errors import PacketInvalidError, PacketTooSmallError
from assay.quality.diagnosis.model import Archive, Cause, Diagnosis, Effect, Packet

__all__ = [
    "CHANGED",
    "Archive",
    "Cause",
    "Diagnosis",
    "Effect",
    "Packet",
    "PacketInvalidError",
    "PacketTooSmallError",
    "diagnose",
    "disagreement",
]
