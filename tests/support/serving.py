"""A founded project, a real server process over it, and a client thin enough not to be what is measured."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from assay.access import add_member, cheap_passwords, create_account, found_project, make_key_for
from assay.bootstrap import Services, Settings, build
from assay.guidelines import publish_guideline
from assay.items import store as item_store
from assay.kernel.actor import system
from assay.labels import LabelClass, publish_schema
from assay.queue import BatchPolicy, NewTask, create_batch

ACTOR = system("founder")
ROOT = Path(__file__).resolve().parents[2]
SLUG = "load"
SIZE_PX = (640, 480)
_PAGE = 5000


@dataclass
class Workplace:
    """A project to work on: where its data lie, and who may work there.

    Attributes:
        project: id of the project.
        keys: an API key for each annotator.
        users: their ids, in the same order.
    """

    data: Path
    database: str
    project: str
    keys: list[str]
    users: list[str]


def found(data: Path, database: str, *, n_people: int, n_items: int, policy: BatchPolicy, n_gold: int = 0) -> Workplace:
    """Make a project with annotators, a schema, items and one open batch; no picture bytes, nobody looks at them."""
    settings = Settings(data=data, database_url=database)
    services = build(settings, passwords=cheap_passwords())
    try:
        return _found(services, database, n_people, n_items, policy, n_gold)
    finally:
        services.house.close()


def _found(
    services: Services, database: str, n_people: int, n_items: int, policy: BatchPolicy, n_gold: int
) -> Workplace:
    house = services.house
    project = found_project(ACTOR, "Load", SLUG, house=house).id
    classes = [LabelClass(id=name, name=name, shapes=("bbox",)) for name in ("cell", "platelet")]
    publish_schema(ACTOR, project, classes, house=house)
    publish_guideline(ACTOR, project, "## 1.1 Cells {cell}\nMark every cell.\n", note="first", house=house)
    users, keys = [], []
    for n in range(n_people):
        user = create_account(ACTOR, login=f"person-{n}", name=f"Person {n}", simulated=True, house=house)
        add_member(ACTOR, project, user, ["annotator"], house=house)
        users.append(user)
        keys.append(make_key_for(ACTOR, user, "load", only_project=project, house=house).secret)
    new = []
    for start in range(0, n_items, _PAGE):
        with house.write(ACTOR, project, "add items") as tx:
            ids = [tx.new_id() for _ in range(start, min(start + _PAGE, n_items))]
            tx.insert(item_store.items, [_item(item, start + i, tx.now_us) for i, item in enumerate(ids)])
            tx.insert(item_store.media, [_medium(item, start + i) for i, item in enumerate(ids)])
            tx.record("items.added", subject="load", n=len(ids))
        new += [NewTask(item, *SIZE_PX, start + i < n_gold) for i, item in enumerate(ids)]
    create_batch(ACTOR, project, "all", new, policy, policy_version=1, house=house, seed=1)
    return Workplace(services.settings.data, database, project, keys, users)


def _item(item: str, n: int, now_us: int) -> dict[str, Any]:
    return {
        "id": item,
        "name": f"{n}.png",
        "state": "ready",
        "origin": "real",
        "content_sha256": f"{n:064x}",
        "created_at_us": now_us,
    }


def _medium(item: str, n: int) -> dict[str, Any]:
    hashes = dict.fromkeys(("sha256", "original_sha256", "thumb_sha256"), f"{n:064x}")
    size = {"width_px": SIZE_PX[0], "height_px": SIZE_PX[1], "size_bytes": 1}
    return {"item_id": item, "n": 0, "media_type": "image/png", **hashes, **size}


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> set[int]:
    """Processes that a process has started, from whichever of its threads."""
    return {int(child) for each in Path(f"/proc/{pid}/task").glob("*/children") for child in each.read_text().split()}


@dataclass
class ServerProcess:
    """`assay serve` in a process of its own, always on the same port.

    Attributes:
        program: what Python is given before the command's own words.
        environment: variables beside this process's own.
    """

    place: Workplace
    port: int = field(default_factory=free_port)
    program: tuple[str, ...] = ("-c", "from assay.cli import main; main()")
    environment: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        where = ["--data", str(self.place.data), "--database", self.place.database]
        options = [*where, "--port", str(self.port), "--json"]
        with (self.place.data / "server.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.program, "serve", *options],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
            )
        deadline = time.monotonic() + 240
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                tail = (self.place.data / "server.txt").read_text(errors="replace")[-2000:]
                raise AssertionError(f"The server did not start: {tail}")
            time.sleep(0.02)

    def ended(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self._process is None or self._process.poll() is not None

    def answers(self) -> bool:
        """Whether it answers now."""
        connection = Http(self.port, "")
        try:
            return connection.call("GET", "/v1/health")[0] == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def cpu_s(self) -> float:
        """Processor time that it and the processes beside it have used so far."""
        assert self._process is not None
        first = self._process.pid
        stats = [
            Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in (first, *children_of(first))
        ]
        return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """Kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        assert self._process.returncode == -signal.SIGKILL, "the server had ended by itself"

    def stop(self) -> None:
        """Stop it as an administrator does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@contextmanager
def served(place: Workplace) -> Iterator[ServerProcess]:
    """A running server, stopped at the end."""
    server = ServerProcess(place)
    try:
        server.start()
        yield server
    finally:
        server.stop()


class Http:
    """One keep-alive connection with one API key."""

    def __init__(self, port: int, key: str) -> None:
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send JSON, get status and JSON back; a broken connection raises OSError or HTTPException."""
        data = None if body is None else json.dumps(body).encode()
        headers = self._headers if data is None else {**self._headers, "Content-Type": "application/json"}
        self._connection.request(method, path, data, headers)
        reply = self._connection.getresponse()
        text = reply.read()
        return reply.status, json.loads(text) if text else None

    def close(self) -> None:
        """Close it."""
        self._connection.close()


def marks(n: int, seed: int = 0) -> list[dict[str, Any]]:
    """Marks as a client sends them."""
    out = []
    for i in range(n):
        x, y = (37.5 * i + seed) % 500, (23.25 * i + seed) % 400
        out.append({"client_id": f"m{i}", "label_class": "cell", "shape": "bbox", "bbox": [x, y, x + 60.5, y + 44.25]})
    return out
