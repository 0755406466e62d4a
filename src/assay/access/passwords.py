"""Passwords as argon2id hashes; few are computed at a time, so that sign-ins can eat neither memory nor all threads."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from assay.access.errors import SignInBusyError

AT_ONCE = 2
"""Hashes computed at the same moment, 64 MiB each."""
WAITING = 24
"""Beyond this many waiting, people are told to come back: the threads also serve those who work."""

NOBODY = "$argon2id$v=19$m=65536,t=3,p=1$+6CixBtztt0TbQIX8I1B9Q$HqbS4fklXgeY6ic6YS8HoMyaL23s72YiacwHq2PV9Jg"
"""The hash of a forgotten random text under the product's own parameters; a test holds it against them."""


class Passwords:
    """Hashes and checks passwords.

    Args:
        hasher: argon2id with 64 MiB and three passes unless a test brings something cheaper.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
        # Checked for unknown logins, so that they take as long as known ones.
        self._nobody = NOBODY if hasher is None else hasher.hash("nobody")
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._room = threading.BoundedSemaphore(AT_ONCE + WAITING)

    def hash(self, password: str) -> str:
        """The hash to keep."""
        with self._slot():
            return str(self._hasher.hash(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether `password` is the one behind `kept`; takes as long when there is none."""
        with self._slot():
            try:
                self._hasher.verify(kept or self._nobody, password)
            except (VerifyMismatchError, VerificationError, InvalidHashError):
                return False
        return kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether `kept` was made with weaker parameters than today's."""
        return bool(self._hasher.check_needs_rehash(kept))

    def _slot(self) -> _Slot:
        return _Slot(self._room, self._slots)


class _Slot:
    def __init__(self, room: threading.BoundedSemaphore, slots: threading.BoundedSemaphore) -> None:
        self._room, self._slots = room, slots

    def __enter__(self) -> None:
        if not self._room.acquire(blocking=False):
            raise SignInBusyError
        self._slots.acquire()

    def __exit__(self, *_: object) -> None:
        self._slots.release()
        self._room.release()


def cheap_passwords() -> Passwords:
    """A hasher for tests and simulated people: same code, next to no work."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
