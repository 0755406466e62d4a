"""The bundled SQLite driver with a fault that can be switched on before a given statement runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pysqlite3.dbapi2 as driver


class FaultyDriver:
    """A DB-API module like the bundled one; `before` is called with each statement's text and may raise or wait."""

    def __init__(self) -> None:
        self.before: Callable[[str], None] = lambda _text: None
        self.sqlite_version_info: tuple[int, ...] = driver.sqlite_version_info
        self.sqlite_version: str = driver.sqlite_version

    def __getattr__(self, name: str) -> Any:
        return getattr(driver, name)

    def connect(self, *args: Any, **options: Any) -> Any:
        """Open a connection whose cursors ask `before` first."""
        faulty = self

        class Cursor(driver.Cursor):
            def execute(self, text: str, *rest: Any) -> Any:
                faulty.before(text)
                return super().execute(text, *rest)

        class Connection(driver.Connection):
            def cursor(self, *_: Any) -> Any:
                return super().cursor(Cursor)

        return driver.connect(*args, factory=Connection, **options)

    def fail_once(self, start: str, error: BaseException) -> None:
        """Raise `error` instead of running the next statement that begins with `start`."""

        def before(text: str) -> None:
            if text.startswith(start):
                self.before = lambda _text: None
                raise error

        self.before = before


def wait_for(condition: Callable[[], bool], what: str, timeout_s: float = 20.0) -> None:
    """Wait until something that another thread does has happened."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {timeout_s} s for: {what}.")
        time.sleep(0.001)
