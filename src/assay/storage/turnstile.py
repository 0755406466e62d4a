"""First come, first served: a lock that knows who waits behind it, and a gate for a few at a time.

A plain lock or pool lets a busy thread overtake those who wait; some then wait for seconds. The urgent have a queue of
their own and go first, but not so often that the others stand still.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class TurnTimeoutError(Exception):
    """The turn did not come in time; inside `storage` only."""


class _Ticket:
    __slots__ = ("gate", "thread")

    def __init__(self, thread: int) -> None:
        self.thread = thread
        self.gate = threading.Lock()
        self.gate.acquire()


MOST_IN_A_ROW = 4
"""So many urgent ones go before one of the others that wait."""


class _Queue:
    """Those who wait; not safe by itself."""

    def __init__(self) -> None:
        self._urgent: deque[_Ticket] = deque()
        self._others: deque[_Ticket] = deque()
        self._n_in_a_row = 0

    def __len__(self) -> int:
        return len(self._urgent) + len(self._others)

    def put(self, ticket: _Ticket, *, urgent: bool) -> None:
        (self._urgent if urgent else self._others).append(ticket)

    def pop(self) -> _Ticket:
        """Take the next one out; there must be one."""
        if self._urgent and not (self._others and self._n_in_a_row >= MOST_IN_A_ROW):
            self._n_in_a_row += 1
            return self._urgent.popleft()
        self._n_in_a_row = 0
        return self._others.popleft()

    def remove(self, ticket: _Ticket) -> bool:
        """Take this one out; False when it is not here."""
        for lane in (self._urgent, self._others):
            if ticket in lane:
                lane.remove(ticket)
                return True
        return False


class Turnstile:
    """Lets one thread through at a time: the urgent first, and else strictly in the order they came.

    Whoever is inside either lets the next one in or leaves; both are one step, so that "nobody waits behind me" cannot
    stop being true between the look and the act.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue = _Queue()
        self._inside: int | None = None

    def enter(self, timeout_s: float = -1, *, urgent: bool = False) -> None:
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
            self._queue.put(ticket, urgent=urgent)
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
            return self._queue.remove(ticket)

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
            ticket = self._queue.pop()
            self._inside = ticket.thread
            ticket.gate.release()
            return True

    def leave(self) -> None:
        """Let the next one in, or leave the place empty."""
        with self._lock:
            if self._queue:
                ticket = self._queue.pop()
                self._inside = ticket.thread
                ticket.gate.release()
            else:
                self._inside = None


class Gate:
    """Lets a few threads through at a time: the urgent first, and else in the order they came."""

    def __init__(self, n_places: int) -> None:
        self._lock = threading.Lock()
        self._free = n_places
        self._queue = _Queue()

    @contextmanager
    def place(self, timeout_s: float = -1, *, urgent: bool = False) -> Iterator[None]:
        """Hold a place.

        Raises:
            TurnTimeoutError: none became free within `timeout_s`.
        """
        with self._lock:
            ticket = None
            if self._free:
                self._free -= 1
            else:
                ticket = _Ticket(threading.get_ident())
                self._queue.put(ticket, urgent=urgent)
        if ticket is not None:
            self._wait(ticket, timeout_s)
        try:
            yield
        finally:
            self._give_back()

    def _wait(self, ticket: _Ticket, timeout_s: float) -> None:
        """Wait for the place; whoever gives up may have been given one just now, and must give it back."""
        try:
            came = ticket.gate.acquire(timeout=timeout_s)
        except BaseException:
            self._give_up(ticket)
            raise
        if not came:
            self._give_up(ticket)
            raise TurnTimeoutError

    def _give_up(self, ticket: _Ticket) -> None:
        with self._lock:
            waiting = self._queue.remove(ticket)
        if not waiting:
            self._give_back()

    def _give_back(self) -> None:
        with self._lock:
            if self._queue:
                self._queue.pop().gate.release()
            else:
                self._free += 1
