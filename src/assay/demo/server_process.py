"""Starts and stops the demo's server in a process of its own."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assay.demo.errors import DemoServerError
from assay.demo.threads import one_thread_each

if TYPE_CHECKING:
    from assay.demo.house import Opened
    from assay.demo.serving import Order

_START_S = 90.0
_STOP_S = 30.0


class ServerProcess:
    """A context in which the demo's server runs; `opened` says where it answers and with which credentials."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._log = Path(order["data"]) / "server.log"
        self.opened: Opened

    def __enter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._log.open("ab") as log, one_thread_each():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "assay.demo.serving"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                text=True,
            )
        try:
            self.opened = self._first_line()
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def runs(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def _first_line(self) -> Opened:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(self._order) + "\n")
        self._process.stdin.flush()
        lines: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=lambda: lines.put(self._process.stdout.readline()), daemon=True)  # type: ignore[union-attr]
        reader.start()
        try:
            line = lines.get(timeout=_START_S)
        except queue.Empty:
            raise DemoServerError(f"The server did not answer within {_START_S:.0f} s.", hint=self._hint()) from None
        if not line:
            raise DemoServerError("The server stopped while starting.", hint=self._hint())
        opened: Opened = json.loads(line)
        return opened

    def _hint(self) -> str:
        return f"Its log is {self._log}: {_last_line(self._log)}"


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "(empty)"
