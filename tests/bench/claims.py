"""Many clients claim and submit over HTTP on the same machine: rates, waiting times, and nobody's work given twice.

    python -m tests.bench.claims --database sqlite
    python -m tests.bench.claims --database postgres --clients 64 --people 30 --items 50000 --seconds 30
    python -m tests.bench.claims --plan 1000000          # the claim's query plan over a million tasks, both databases

The client is a process of its own with one event loop and hand-written requests, so that little of the two cores goes
to it. Several clients may be one person: none of them resumes what the others hold, so that each has a task of its own;
should two still hand in the same one, that counts as `met_own_tab`, not as a cycle.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from tests.support.killing_server import doubles
from tests.support.postgres import own_cluster
from tests.support.serving import SLUG, Workplace, found, marks, served

from assay.bootstrap import load_tables
from assay.queue import BatchPolicy
from assay.queue import store as queue_store
from assay.queue.store import claiming
from assay.storage import House, open_house
from assay.storage.tables import PROJECT_PARAMETER

WARM_UP_S = 2.0
CLAIMS = f"/v1/projects/{SLUG}/claims"
CLAIM = b'{"resume":false}'
BODY = b'{"client_key":"client-%d-%08d","marks":%b,"seconds":3.5,"schema_version":%d,"guideline_version":%d}'


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """An empty database that keeps its promises, so with every synchronisation."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'assay.db'}"
    else:
        with own_cluster(durable=True) as cluster:
            yield cluster.url()


# --- the client -----------------------------------------------------------------------------------------------------


class Connection:
    """One keep-alive connection that speaks just enough HTTP."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def post(self, path: str, body: bytes) -> tuple[int, Any]:
        """Send a body, get status and JSON."""
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        reply = await self._reader.readuntil(b"\r\n\r\n")
        status = int(reply[9:12])
        lower = reply.lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at : lower.index(b"\r\n", at)])
        data = await self._reader.readexactly(length) if length else b""
        return status, orjson.loads(data) if data else None

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


class Load:
    """All clients and what they saw.

    Attributes:
        waits_ms: by kind of request, after the warm-up.
    """

    def __init__(self, port: int, keys: list[str], n_clients: int, n_marks: int, seconds: float) -> None:
        self._connections = [Connection(port, keys[n % len(keys)]) for n in range(n_clients)]
        self._marks = orjson.dumps(marks(n_marks))
        self._measure_from = time.perf_counter() + WARM_UP_S
        self._until = self._measure_from + seconds
        self.waits_ms: dict[str, list[float]] = {"claim": [], "submit": []}
        self.counts: Counter[str] = Counter()
        self._seen: set[str] = set()

    async def run(self) -> None:
        """Let all clients work until the time is up."""
        async with asyncio.TaskGroup() as group:
            for n, connection in enumerate(self._connections):
                group.create_task(self._client(n, connection))

    async def _client(self, n: int, connection: Connection) -> None:
        await connection.open()
        done = 0
        while time.perf_counter() < self._until:
            status, claim = await self._timed("claim", connection, CLAIMS, CLAIM)
            if status != 200 or claim["assignment"] is None:
                self.counts["empty" if status == 200 else f"claim {status} {claim['error']['code']}"] += 1
                await asyncio.sleep(0.01)
                continue
            assignment = claim["assignment"]
            versions = (assignment["schema_version"], assignment["guideline_version"])
            body = BODY % (n, done, self._marks, *versions)
            done += 1
            path = f"/v1/projects/{SLUG}/assignments/{assignment['id']}/submission"
            status, reply = await self._timed("submit", connection, path, body)
            if status == 200 and reply["submission_id"] in self._seen:
                self.counts["met_own_tab"] += 1
            elif status == 200:
                self._seen.add(reply["submission_id"])
                self.counts["cycles"] += time.perf_counter() > self._measure_from
            elif reply["error"]["code"] == "queue.assignment_closed":
                self.counts["met_own_tab"] += 1
            else:
                self.counts[f"submit {status} {reply['error']['code']}"] += 1
        connection.close()

    async def _timed(self, kind: str, connection: Connection, path: str, body: bytes) -> tuple[int, Any]:
        started = time.perf_counter()
        answer = await connection.post(path, body)
        ended = time.perf_counter()
        if started > self._measure_from:
            self.waits_ms[kind].append((ended - started) * 1000)
        return answer


def _client_process(arguments: tuple[int, list[str], int, int, float], answer: Any) -> None:
    load = Load(*arguments)
    before = os.times()
    asyncio.run(load.run())
    after = os.times()
    cpu = after.user + after.system - before.user - before.system
    answer.put({"waits_ms": load.waits_ms, "counts": dict(load.counts), "client_cpu_s": round(cpu, 1)})


def measure(place: Workplace, arguments: argparse.Namespace) -> dict[str, Any]:
    """Serve the place, load it, and report."""
    spawn = multiprocessing.get_context("spawn")
    answer = spawn.Queue()
    with served(place) as server:
        options = (server.port, place.keys, arguments.clients, arguments.marks, arguments.seconds)
        process = spawn.Process(target=_client_process, args=(options, answer))
        before = server.cpu_s()
        process.start()
        seen = answer.get(timeout=arguments.seconds + 120)
        process.join()
        server_cpu_s = server.cpu_s() - before
    counts = seen.pop("counts")
    waits = seen.pop("waits_ms")
    n_requests = sum(len(values) for values in waits.values())
    share = arguments.seconds / (arguments.seconds + WARM_UP_S)
    seen["server_cpu_ms_per_request"] = round(1000 * server_cpu_s * share / n_requests, 2)
    seen["server_cores_busy"] = round(server_cpu_s / (arguments.seconds + WARM_UP_S), 2)
    seen["requests_per_s"] = round(n_requests / arguments.seconds, 1)
    report: dict[str, Any] = {"cycles_per_s": round(counts.pop("cycles") / arguments.seconds, 1)}
    for kind, values in waits.items():
        for name, percent in (("p50", 50), ("p99", 99), ("max", 100)):
            report[f"{kind}_{name}_ms"] = round(float(np.percentile(values, percent)), 1)
    return {**report, "other_answers": counts, **seen}


# --- the query plan -------------------------------------------------------------------------------------------------


def plan_of_claim(kind: str, n_tasks: int, folder: Path) -> dict[str, Any]:
    """Explain the claim over `n_tasks` tasks, and time it; a scan or a sort would show here."""
    load_tables()
    with database(kind, folder) as url:
        house = open_house(url)
        try:
            _fill_tasks(house, n_tasks)
            plan = _explain(house)
        finally:
            house.close()
    bad = [line for line in plan if any(word in line for word in ("SCAN", "TEMP B-TREE", "Seq Scan", "Sort", "Hash"))]
    return {"database": kind, "tasks": n_tasks, "plan": plan, "scans_or_sorts": bad}


def _fill_tasks(house: House, n_tasks: int) -> None:
    """Tasks of two projects, a third of them taken already, so that an index on the state alone would not do."""
    row = {"batch_id": "b", "width_px": 1, "height_px": 1, "overlap": 3, "n_taken": 0, "n_submitted": 0, "kind": "work"}
    table = queue_store.tasks
    for start in range(0, n_tasks, 50_000):
        rows = [
            {
                **row,
                "id": f"{n:032}",
                "item_id": f"{n:032}",
                "project_id": "p" if n % 10 else "q",
                "rank": n,
                "state": "open" if n % 3 else "full",
            }
            for n in range(start, min(start + 50_000, n_tasks))
        ]
        with house.bookkeeping() as connection:
            connection.execute(table.insert(), rows)
            connection.execute(queue_store.assignments.insert(), [_met(row) for row in rows[::5]])
    with house.database.migrating() as connection:
        connection.exec_driver_sql("ANALYZE")


def _met(task: dict[str, Any]) -> dict[str, Any]:
    """An answer somebody has given already: a fifth of the tasks have one, by fifty people, one of whom asks."""
    n = task["rank"]
    own = {"id": f"a{n:031}", "task_id": task["id"], "item_id": task["item_id"], "project_id": task["project_id"]}
    lease = {"leased_at_us": n, "lease_until_us": n, "schema_version": 1, "guideline_version": 1}
    return {**own, **lease, "batch_id": "b", "user_id": f"u{n % 50}", "round": 0, "kind": "work", "state": "submitted"}


def _explain(house: House) -> list[str]:
    parameters = {"user": "u0", "kind_": "work", "after": 700_000, "round": 0, PROJECT_PARAMETER: "p"}
    name = house.database.name
    take = claiming._take[name]
    with house.bookkeeping() as connection:
        compiled = take.compile(connection.engine)
        values = compiled.construct_params(parameters)
        explain = "EXPLAIN QUERY PLAN" if name == "sqlite" else "EXPLAIN"
        if name == "sqlite":
            ordered = tuple(values[key] for key in compiled.positiontup or ())
            rows = connection.exec_driver_sql(f"{explain} {compiled}", ordered).all()
        else:
            rows = connection.exec_driver_sql(f"{explain} {compiled}", values).all()
        text = [str(row[-1]) for row in rows]
        started = time.perf_counter()
        for _ in range(200):
            connection.execute(take, parameters).all()
        text.append(f"one claim: {(time.perf_counter() - started) / 200 * 1000:.2f} ms")
    return text


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--marks", type=int, default=8)
    parser.add_argument("--overlap", type=int, default=3)
    parser.add_argument("--gold", type=float, default=0.1, help="share of a person's tasks that are hidden gold")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--plan", type=int, default=0, help="only explain the claim over so many tasks")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-claims-") as text:
        folder = Path(text)
        if arguments.plan:
            reports = [plan_of_claim(kind, arguments.plan, folder) for kind in ("sqlite", "postgres")]
            print(json.dumps(reports, indent=2))
            return int(any(report["scans_or_sorts"] for report in reports))
        with database(arguments.database, folder) as url:
            policy = BatchPolicy(overlap=arguments.overlap, gold_rate=arguments.gold)
            n_gold = round(arguments.items * arguments.gold)
            place = found(folder, url, n_people=arguments.people, n_items=arguments.items, policy=policy, n_gold=n_gold)
            report = {**{k: v for k, v in vars(arguments).items() if k != "plan"}, **measure(place, arguments)}
            report["doubles"] = doubles(url)
    print(json.dumps(report, indent=2))
    return int(bool(report["doubles"]))


if __name__ == "__main__":
    sys.exit(main())
