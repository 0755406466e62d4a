"""Things that happen by the clock rather than by an event: leases that run out, kept figures that grow old."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """Something to do again and again.

    Attributes:
        name: for the log.
        every_s: pause between the end of one run and the start of the next.
        run: does it; may take its time, the others wait.
    """

    name: str
    every_s: float
    run: Callable[[], object]


class Ticker:
    """Runs ticks one after the other on a thread of its own."""

    def __init__(self, ticks: Sequence[Tick]) -> None:
        self._ticks = list(ticks)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._loop, name="ticker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being done and stop."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def _loop(self) -> None:
        due = {tick.name: 0.0 for tick in self._ticks}
        while not self._stop.is_set():
            for tick in self._ticks:
                if time.monotonic() >= due[tick.name] and not self._stop.is_set():
                    self._run(tick)
                    due[tick.name] = time.monotonic() + tick.every_s
            pause = min(due.values(), default=time.monotonic() + 1.0) - time.monotonic()
            self._stop.wait(max(0.05, pause))

    def _run(self, tick: Tick) -> None:
        try:
            tick.run()
        except Exception:
            logger.exception("%s failed; it is tried again in %s s", tick.name, tick.every_s)
