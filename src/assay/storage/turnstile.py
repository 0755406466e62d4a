"""A first-come-first-served lock that knows who waits behind it; a plain lock lets a busy thread starve others."""

from __future__ import annotations

import threading
from collections import deque


class TurnTimeoutError(Exception):
    """The turn did not come in time; inside `storage` only."""


class _Ticket:
    __slots__ = ("gate", "thread")

    def __init__(self, thread: int) -> None:
        self.thread = thread
        self.gate = threading.Lock()
        self.gate.acquire()


class Turnstile:
    """Lets one thread through at a time, strictly in the order they came.

    Whoever is inside either lets the next one in or leaves; both are one step, so that "nobody waits behind me" cannot
    stop being true between the look and the act.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[_Ticket] = deque()
        self._inside: int | None = None

    def enter(self, timeout_s: float = -1) -> None:
        """Wait for one's turn.

        An exception that arrives while waiting (Ctrl-C, the time-out) may come just after the turn was handed over:
        the caller must then look at `mine` and leave.

        Raises:
            TurnTimeoutError: it did not come within `timeout_s`.
        """
        me = threading.get_ident()
        with self._lock:
            if self._inside is None:
                self._inside = me
                return
            if self._inside == me:
                raise AssertionError("This thread is inside already; it would wait for itself.")
            ticket = _Ticket(me)
            self._queue.append(ticket)
        try:
            came = ticket.gate.acquire(timeout=timeout_s)
        except BaseException:
            self._give_up(ticket)
            raise
        if not came and self._give_up(ticket):
            raise TurnTimeoutError

    def _give_up(self, ticket: _Ticket) -> bool:
        """Step out of the queue; False when the turn was handed over in the meantime."""
        with self._lock:
            try:
                self._queue.remove(ticket)
            except ValueError:
                return False
            return True

    @property
    def mine(self) -> bool:
        """Whether this thread is the one inside."""
        return self._inside == threading.get_ident()

    @property
    def n_waiting(self) -> int:
        """How many stand behind the one inside."""
        return len(self._queue)

    def let_next_in(self) -> bool:
        """Hand the turn to the next one; False, and the turn kept, when nobody waits."""
        with self._lock:
            if not self._queue:
                return False
            ticket = self._queue.popleft()
            self._inside = ticket.thread
            ticket.gate.release()
            return True

    def leave(self) -> None:
        """Let the next one in, or leave the place empty."""
        with self._lock:
            if self._queue:
                ticket = self._queue.popleft()
                self._inside = ticket.thread
                ticket.gate.release()
            else:
                self._inside = None
