"""A first-come-first-served lock that knows how many wait behind it; a plain lock lets a busy thread starve others."""

from __future__ import annotations

import threading
from collections import deque


class Turnstile:
    """Lets one thread through at a time, strictly in the order they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._taken = False

    def enter(self) -> None:
        """Wait for one's turn."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            ticket = threading.Lock()
            ticket.acquire()
            self._queue.append(ticket)
        ticket.acquire()

    def leave(self) -> None:
        """Let the next one in."""
        with self._lock:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False

    @property
    def n_waiting(self) -> int:
        """How many stand behind the one inside."""
        return len(self._queue)
