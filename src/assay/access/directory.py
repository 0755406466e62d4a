"""Finds the caller behind a session or key, from memory when nothing can have changed since."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from assay.access import store
from assay.access.errors import NotSignedInHereError
from assay.access.model import Caller
from assay.access.rules import TOUCH_US, session_ends_at, sha256
from assay.kernel.actor import Actor, system
from assay.kernel.clock import SECOND_US
from assay.storage import House, Rx, Tx

KEPT = 10_000
FRESH_US = {"sqlite": 60 * SECOND_US, "postgresql": SECOND_US}
"""How long a caller is believed without looking: on PostgreSQL another process may have changed them."""


@dataclass(slots=True)
class _Known:
    """A caller in memory.

    Attributes:
        read_at_us: when the database was asked.
        created_at_us: when the session began; 0 for a key.
        seen_at_us: last use in this process.
        touched_at_us: last use as the database has it.
        expires_at_us: end of a key; None when it has none, and for sessions.
    """

    caller: Caller
    read_at_us: int
    created_at_us: int
    seen_at_us: int
    touched_at_us: int
    expires_at_us: int | None

    def ended(self, now_us: int) -> bool:
        if self.caller.via == "session":
            return now_us >= session_ends_at(self.created_at_us, self.seen_at_us)
        return self.expires_at_us is not None and now_us >= self.expires_at_us


class Directory:
    """Callers by credential, one per house."""

    def __init__(self, house: House) -> None:
        self._clock = house.clock
        self._fresh_us = FRESH_US[house.database.name]
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._seen: dict[str, int] = {}
        self._generation = 0
        self._lock = threading.Lock()

    def remembered(self, credential: str) -> Caller | None:
        """The caller behind a session's token or a key, if that needs no look into the database; never blocks."""
        known = self._known.get(sha256(credential))
        if known is None:
            return None
        now = self._clock.now_us()
        if now - known.read_at_us > self._fresh_us or now - known.touched_at_us > TOUCH_US or known.ended(now):
            return None
        known.seen_at_us = now
        return known.caller

    def by_session(self, token: str, house: House) -> Caller:
        """The caller behind a session's token.

        Raises:
            NotSignedInHereError: no such session, or it has ended, or its user is disabled.
        """
        return self._look(sha256(token), house, _session_known)

    def by_key(self, key: str, house: House) -> Caller:
        """The caller behind an API key.

        Raises:
            NotSignedInHereError: no such key, or it was revoked, has expired, or its user is disabled.
        """
        return self._look(sha256(key), house, _key_known)

    def forget(self) -> None:
        """Believe nothing that was read before now."""
        with self._lock:
            self._generation += 1
            if len(self._seen) > KEPT:
                self._seen.clear()
            self._seen |= {key: known.seen_at_us for key, known in self._known.items()}
            self._known.clear()

    def _look(self, hashed: str, house: House, read: Any) -> Caller:  # noqa: ANN401 - one of two functions below
        generation = self._generation
        with house.read(system("access"), None) as rx:
            known: _Known | None = read(rx, hashed)
        if known is None:
            raise NotSignedInHereError
        before = self._known.get(hashed)
        seen = before.seen_at_us if before else self._seen.get(hashed, 0)
        known.seen_at_us = max(known.seen_at_us, seen)
        now = self._clock.now_us()
        if known.ended(now):
            raise NotSignedInHereError
        if now - known.touched_at_us > TOUCH_US:
            _touch(known.caller, house)
            known.touched_at_us = now
        known.seen_at_us = now
        with self._lock:
            if generation == self._generation:
                self._known[hashed] = known
                while len(self._known) > KEPT:
                    self._known.popitem(last=False)
        return known.caller


def _session_known(rx: Rx, hashed: str) -> _Known | None:
    row = store.session_row(rx, hashed)
    if row is None or row.state != "active":
        return None
    caller = store.caller_of(rx, row, via="session", credential=hashed, csrf_token=row.csrf_token, only_project=None)
    return _Known(caller, rx.now_us, row.session_created_at_us, row.seen_at_us, row.seen_at_us, None)


def _key_known(rx: Rx, hashed: str) -> _Known | None:
    row = store.key_row(rx, hashed)
    if row is None or row.state != "active" or row.revoked_at_us is not None:
        return None
    caller = store.caller_of(rx, row, via="key", credential=row.key_id, csrf_token="", only_project=row.only_project)
    used = row.last_used_at_us or 0
    return _Known(caller, rx.now_us, 0, used, used, row.expires_at_us)


def _touch(caller: Caller, house: House) -> None:
    with house.write(caller.actor, None, "still here") as tx:
        if caller.via == "session":
            store.touch_session(tx, caller.credential, caller.user_id)
        else:
            store.touch_key(tx, caller.credential, caller.user_id)
        tx.record(f"{caller.via}.seen", subject=f"user/{caller.user_id}")


_directories: WeakKeyDictionary[House, Directory] = WeakKeyDictionary()
_making = threading.Lock()


def directory_of(house: House) -> Directory:
    """The one directory of a house."""
    with _making:
        found = _directories.get(house)
        if found is None:
            found = _directories[house] = Directory(house)
        return found


@contextmanager
def access_change(house: House, actor: Actor, project: str | None, why: str, key: str | None = None) -> Iterator[Tx]:
    """A write after which nobody's remembered rights are believed any more."""
    with house.write(actor, project, why, key) as tx:
        yield tx
    directory_of(house).forget()
