"""The worker beside a server on PostgreSQL: it follows events, comes back when it dies, and ends with its server."""

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
from assay.worker import settings_from_line, settings_to_line

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
    """A server with its worker, once it has told its address; ended at the end."""
    port = free_port()
    options = ["--data", str(data), "--database", url, "--port", str(port), "--json"]
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


def lag(port: int) -> int:
    """How many events wait for the slowest consumer, by the server's own word."""
    http = Http(port, "")
    try:
        status, told = http.call("GET", "/v1/health")
        assert status == 200
        return max((consumer["lag"] for consumer in told["consumers"]), default=0)
    finally:
        http.close()


def test_a_dead_worker_is_replaced_events_are_followed_and_it_ends_with_its_server(
    fresh_postgres_url: str, tmp_path: Path
) -> None:
    with started(tmp_path / "house", fresh_postgres_url) as (server, port):
        wait_until(lambda: len(children_of(server.pid)) == 1, "the worker")
        (first,) = children_of(server.pid)
        wait_until(lambda: lag(port) == 0, "the events of the first start are followed")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(children_of(server.pid) - {first}) == 1, "the dead one is replaced")
        (second,) = children_of(server.pid) - {first}
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        assert not runs(second)


def test_nobody_is_left_when_the_server_is_killed(fresh_postgres_url: str, tmp_path: Path) -> None:
    with started(tmp_path / "house", fresh_postgres_url) as (server, _):
        wait_until(lambda: len(children_of(server.pid)) == 1, "the worker")
        beside = children_of(server.pid)
        server.kill()
        server.wait(10)
        wait_until(lambda: not any(runs(child) for child in beside), "its worker ends")


def test_settings_reach_the_worker_as_they_are(tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path,
        database_url="postgresql://x:s%22@h/d",
        import_roots=(tmp_path / "a",),
        trainers=("one=two three",),
    )
    assert settings_from_line(settings_to_line(settings)) == settings
