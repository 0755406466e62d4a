"""The worker: follows events and does the long work beside the server, in a process of its own.

On PostgreSQL, where several processes may use one database, requests then never wait for it. It reads its settings from
its input, whose other end the server holds: a word there ends it in order, and an end of input without that word says
that the server is gone.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from assay.bootstrap import Settings, build

logger = logging.getLogger(__name__)

POLITE = 19
"""Niceness: when there is too much to do, requests come first and the worker catches up later."""
_START = "from assay.worker import main; main()"
_AGAIN_S = 2.0
_END_S = 20.0
_END = "end\n"


def settings_to_line(settings: Settings) -> str:
    """Settings as one line of JSON; they may hold a password, so they never stand on a command line."""
    return json.dumps(asdict(settings), default=str)


def settings_from_line(line: str) -> Settings:
    """The settings a server has sent."""
    values: dict[str, Any] = json.loads(line)
    lists = {
        field.name: tuple(values[field.name]) for field in fields(Settings) if isinstance(values[field.name], list)
    }
    paths = {"data": Path(values["data"]), "import_roots": tuple(Path(p) for p in values["import_roots"])}
    return Settings(**{**values, **lists, **paths})


def main() -> None:
    """Work until the server says it is enough; when the server is gone without a word, so is this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server ends this one in order
    os.nice(POLITE)
    logging.basicConfig(level=logging.WARNING)
    services = build(settings_from_line(sys.stdin.readline()))
    try:
        services.work()
        if sys.stdin.readline() != _END:
            os._exit(1)
    finally:
        services.close()


class WorkerProcess:
    """The worker of one server: started with it, started again when it ends by itself, ended with it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="worker-process", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let it finish what it has in hand; whoever takes too long is ended."""
        self._stop.set()
        self._say(_END)
        if self._thread.is_alive():
            self._thread.join(timeout=_END_S)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def _look_after(self) -> None:
        while not self._stop.is_set():
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
            )
            self._say(settings_to_line(self._settings) + "\n")
            if self._stop.is_set():
                self._say(_END)
            code = self._process.wait()
            if not self._stop.is_set():
                logger.error("the worker ended (code %s); it is started again in %s s", code, _AGAIN_S)
                self._stop.wait(_AGAIN_S)

    def _say(self, text: str) -> None:
        process = self._process
        if process is not None and process.stdin is not None and not process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):  # it has ended already
                process.stdin.write(text)
                process.stdin.flush()
