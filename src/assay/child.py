"""Processes beside the server: started with it, started again when they end by themselves, ended with it.

A child reads its settings from its input, whose other end the server holds: a word there ends it in order, and an end
of input without that word says that the server is gone, and the child goes at once.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from assay.bootstrap import Settings

logger = logging.getLogger(__name__)

_AGAIN_S = 2.0
_END_S = 20.0
_END = "end\n"
_READY = "ready\n"


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


def own_settings() -> Settings:
    """In a child: what its server has sent it."""
    return settings_from_line(sys.stdin.readline())


def say_ready() -> None:
    """In a child: tell the server that it may count on this process."""
    sys.stdout.write(_READY)
    sys.stdout.flush()


def wait_for_the_end() -> None:
    """In a child: return when its server says so; when the server is gone, so is this process."""
    if sys.stdin.readline() != _END:
        os._exit(1)


class ChildProcess:
    """One child of a server.

    Args:
        name: for the log.
        code: Python that it runs.
        settings: what it is told.

    Attributes:
        ready: set once it has said that it is.
    """

    def __init__(self, name: str, code: str, settings: Settings) -> None:
        self._name = name
        self._code = code
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._stop = threading.Event()
        self.ready = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def tell_to_end(self) -> None:
        """Ask it to finish what it has in hand."""
        self._stop.set()
        self._say(_END)

    def stop(self) -> None:
        """End it; whoever takes too long is ended."""
        self.tell_to_end()
        if self._thread.is_alive():
            self._thread.join(timeout=_END_S)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def _look_after(self) -> None:
        while not self._stop.is_set():
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-c", self._code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            self._say(settings_to_line(self._settings) + "\n")
            if self._stop.is_set():
                self._say(_END)
            assert self._process.stdout is not None
            for line in self._process.stdout:
                if line == _READY:
                    self.ready.set()
            code = self._process.wait()
            if not self._stop.is_set():
                logger.error("%s ended (code %s); it is started again in %s s", self._name, code, _AGAIN_S)
                self._stop.wait(_AGAIN_S)

    def _say(self, text: str) -> None:
        process = self._process
        if process is not None and process.stdin is not None and not process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):  # it has ended already
                process.stdin.write(text)
                process.stdin.flush()
