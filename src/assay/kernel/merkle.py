"""Merkle trees as in RFC 6962 and 9162: one root for a list of byte strings, growing without keeping the leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

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


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that, with leaf `index`, rebuild the root, nearest first (RFC 9162 section 2.1.3.1).

    Args:
        leaves: all leaf hashes, in order.
        index: which leaf, 0 <= index < len(leaves).
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*inclusion_proof(leaves[:k], index), merkle_root(leaves[k:])]
    return [*inclusion_proof(leaves[k:], index - k), merkle_root(leaves[:k])]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` is number `index` of the `size` leaves under `root` (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, total = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            total = node_hash(sibling, total)
            while not position & 1 and position:  # a right edge without sibling on these levels
                position, last = position >> 1, last >> 1
        else:
            total = node_hash(total, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and total == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The hashes that show the first `old_size` leaves unchanged in today's tree (RFC 9162 section 2.1.4.1).

    Args:
        leaves: all leaf hashes of today, in order.
        old_size: leaves of the older tree, 0 <= old_size <= len(leaves); empty proof at both ends.
    """
    if not 0 <= old_size <= len(leaves):
        raise IndexError(old_size)
    if old_size in {0, len(leaves)}:
        return []
    return _subproof(leaves, old_size, is_whole=True)


def _subproof(leaves: Sequence[bytes], old_size: int, *, is_whole: bool) -> list[bytes]:
    if old_size == len(leaves):
        return [] if is_whole else [merkle_root(leaves)]
    k = _split(len(leaves))
    if old_size <= k:
        return [*_subproof(leaves[:k], old_size, is_whole=is_whole), merkle_root(leaves[k:])]
    return [*_subproof(leaves[k:], old_size - k, is_whole=False), merkle_root(leaves[:k])]


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the newer tree only appended to the older one (RFC 9162 section 2.1.4.2).

    An empty older tree is a beginning of every tree; its root must still be the root of nothing.
    """
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old_size & (old_size - 1) == 0:  # a complete subtree: its root is the start itself
        path.insert(0, old_root)
    return bool(path) and _climbs_to_both(path, old_size - 1, new_size - 1, old_root, new_root)


def _climbs_to_both(path: list[bytes], old: int, new: int, old_root: bytes, new_root: bytes) -> bool:
    while old & 1:
        old, new = old >> 1, new >> 1
    old_total = new_total = path[0]
    for sibling in path[1:]:
        if new == 0:
            return False
        if old & 1 or old == new:
            old_total, new_total = node_hash(sibling, old_total), node_hash(sibling, new_total)
            while not old & 1 and old:
                old, new = old >> 1, new >> 1
        else:
            new_total = node_hash(new_total, sibling)
        old, new = old >> 1, new >> 1
    return new == 0 and old_total == old_root and new_total == new_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
