"""What the demonstration prints: named steps with progress, and lines about what happens meanwhile."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TextIO

_BAR = 24
_REDRAW_S = 0.1


class Console:
    """Prints to a stream; on a terminal a step's line is redrawn in place, elsewhere it is printed when done.

    Args:
        out: where to; nothing is printed when None.
    """

    def __init__(self, out: TextIO | None = sys.stderr) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._live = ""
        self._drawn_at = 0.0
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, n: int | None = None, *, quiet: bool = False) -> Iterator[Step]:
        """A named step; times of one name add up in `seconds`, and a quiet step without a note leaves no line."""
        step, start = Step(self, name, n), monotonic()
        self._draw(step.line(), force=True)
        try:
            yield step
        finally:
            took = monotonic() - start
            self.seconds[name] = round(self.seconds.get(name, 0.0) + took, 2)
            self._finish("" if quiet and not step.says else f"{step.line()}  {took:.1f} s")

    def say(self, text: str = "") -> None:
        """Print a line, above a step that is under way."""
        with self._lock:
            if self._out is None:
                return
            if self._live and self._out.isatty():
                self._out.write(f"\r\x1b[2K{text}\n{self._live}")
            else:
                self._out.write(f"{text}\n")
            self._out.flush()

    def _draw(self, line: str, *, force: bool = False) -> None:
        with self._lock:
            if self._out is None or not self._out.isatty():
                return
            if force or monotonic() - self._drawn_at >= _REDRAW_S:
                self._live, self._drawn_at = line, monotonic()
                self._out.write(f"\r\x1b[2K{line}")
                self._out.flush()

    def _finish(self, line: str) -> None:
        with self._lock:
            if self._out is None:
                return
            self._live = ""
            clear = "\r\x1b[2K" if self._out.isatty() else ""
            self._out.write(f"{clear}{line}\n" if line else clear)
            self._out.flush()


class Step:
    """One step under way."""

    def __init__(self, console: Console, name: str, n: int | None) -> None:
        self._console, self._name, self._n = console, name, n
        self._done, self._note = 0, ""

    def reached(self, done: int, note: str = "") -> None:
        """Show how far it has got."""
        self._done, self._note = done, note
        self._console._draw(self.line())  # noqa: SLF001 - the two halves of one display

    @property
    def says(self) -> str:
        """What came of it so far."""
        return self._note

    def note(self, note: str) -> None:
        """Show what came of it."""
        self._note = note
        self._console._draw(self.line())  # noqa: SLF001 - the two halves of one display

    def line(self) -> str:
        """The step as one line."""
        if self._n is None:
            return f"  {self._name:<44}{self._note}"
        full = round(_BAR * min(1.0, self._done / max(1, self._n)))
        bar = "█" * full + "·" * (_BAR - full)
        return f"  {self._name:<44}{bar} {self._done} of {self._n}  {self._note}"
