"""Merkle trees as in RFC 6962 and 9162: one root for a list of byte strings, growing without keeping the leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA-256 over 0x00 and the data (RFC 9162 section 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 over 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: enough to append leaves and to tell the root.

    Attributes:
        size: leaves appended so far.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)  # roots of complete subtrees, largest first

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash; amortised constant cost."""
        self._peaks.append(leaf)
        n = self.size
        while n & 1:
            right = self._peaks.pop()
            self._peaks[-1] = node_hash(self._peaks[-1], right)
            n >>= 1
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves appended; SHA-256 of nothing when there are none."""
        if not self._peaks:
            return EMPTY_ROOT
        total = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            total = node_hash(peak, total)
        return total

    def to_json(self) -> dict[str, object]:
        """Size and peaks, for storage."""
        return {"size": self.size, "peaks": [peak.hex() for peak in self._peaks]}

    @classmethod
    def from_json(cls, value: dict[str, object]) -> Frontier:
        """What `to_json` gave."""
        peaks = value["peaks"]
        size = value["size"]
        assert isinstance(peaks, list)
        assert isinstance(size, int)
        return cls(size, (bytes.fromhex(peak) for peak in peaks))


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes in their order."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()
