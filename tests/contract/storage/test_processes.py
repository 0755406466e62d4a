"""Several processes behind one address: they answer, come back when one dies, and end with their server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.serving import Http, children_of, free_port

from assay.bootstrap import Settings
from assay.child import settings_from_line, settings_to_line
from assay.server import OneProcessError, processes_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def runs(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Give it a minute."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


@contextmanager
def started(data: Path, url: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server of two processes and a worker, once it has told its address; ended at the end."""
    port = free_port()
    options = ["--data", str(data), "--database", url, "--port", str(port), "--processes", "2", "--json"]
    code = "from assay.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = ""
            while not told.rstrip().endswith("}"):
                line = process.stdout.readline()
                assert line, "the server ended"
                told += line
            assert json.loads(told)["address"] == f"http://127.0.0.1:{port}"
            yield process, port
        finally:
            if process.poll() is None:
                process.terminate()


def answers(port: int) -> bool:
    """Whether new connections, whichever process takes them, get answers."""
    for _ in range(12):
        http = Http(port, "")
        try:
            if http.call("GET", "/v1/health")[0] != 200:
                return False
        except OSError:
            return False
        finally:
            http.close()
    return True


def test_a_dead_process_is_replaced_and_all_end_with_their_server(fresh_postgres_url: str, tmp_path: Path) -> None:
    with started(tmp_path / "house", fresh_postgres_url) as (server, port):
        before = children_of(server.pid)
        assert len(before) == 2, "one more that answers, and the worker"
        assert answers(port)
        for child in before:
            os.kill(child, signal.SIGKILL)
        wait_until(lambda: len(children_of(server.pid) - before) == 2, "the dead are replaced")
        wait_until(lambda: answers(port), "it answers again")
        beside = children_of(server.pid)
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        assert not any(runs(child) for child in beside)


def test_nobody_is_left_when_the_server_is_killed(fresh_postgres_url: str, tmp_path: Path) -> None:
    with started(tmp_path / "house", fresh_postgres_url) as (server, _):
        beside = children_of(server.pid)
        server.kill()
        server.wait(10)
        wait_until(lambda: not any(runs(child) for child in beside), "its children end")


def test_an_sqlite_house_has_one_process() -> None:
    assert processes_for("sqlite", 0) == processes_for("sqlite", 1) == 1
    assert processes_for("postgresql", 3) == 3
    assert 1 <= processes_for("postgresql", 0) <= 4
    with pytest.raises(OneProcessError):
        processes_for("sqlite", 2)


def test_settings_reach_a_child_as_they_are(tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path,
        database_url="postgresql://x:s%22@h/d",
        import_roots=(tmp_path / "a",),
        trainers=("one=two three",),
    )
    assert settings_from_line(settings_to_line(settings)) == settings
