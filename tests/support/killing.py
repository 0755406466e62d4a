"""A process that writes with eight threads and says so, to be killed at any moment; and what must then be true.

    python -m tests.support.killing URL '[next number of each writer]' [statement to die at]

Each writer counts upwards and submits number n under the key `writer/n`; when the house has said "stored", the process
writes `writer n` to its output. Whoever kills it starts it again with the first number of each writer that was not
acknowledged, as a client would retry: that one may be stored already, and must then not count twice.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from assay.kernel.actor import Actor, system
from assay.storage import Consumer, ConsumerRunner, Event, House, check_log, open_house, read_head, seal
from assay.storage.events import events
from assay.storage.schema import bring_up_to_date
from assay.storage.tables import PROJECT, identifier, project_id
from tests.support.faulty_sqlite import FaultyDriver

P = "project"
N_WRITERS = 8
N_MARKS = 8
ROOT = Path(__file__).resolve().parents[2]

_tables = sa.MetaData()
counters = sa.Table(
    "kill_counters", _tables, identifier(primary_key=True), project_id(), sa.Column("n", sa.Integer, nullable=False)
)
submissions = sa.Table(
    "kill_submissions",
    _tables,
    identifier(primary_key=True),
    project_id(),
    sa.Column("writer", sa.Integer, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
)
marks = sa.Table("kill_marks", _tables, identifier(primary_key=True), project_id(), identifier("submission_id"))
echoes = sa.Table("kill_echoes", _tables, identifier(primary_key=True), project_id(), identifier("submission_id"))

_count = (
    sa.update(counters)
    .where(counters.c.project_id == PROJECT, counters.c.id == sa.bindparam("which"))
    .values(n=counters.c.n + 1)
)


def prepare(url: str) -> None:
    """Make the tables and the counters."""
    house = open_house(url)
    with house.bookkeeping() as connection:
        _tables.create_all(connection)
        rows = [{"id": str(w), "project_id": P, "n": 0} for w in range(N_WRITERS)]
        connection.execute(counters.insert(), rows)
    house.close()


def submit(house: House, writer: int, n: int) -> None:
    """One submission: five tables change together, under a key."""
    with house.write(Actor(f"writer-{writer}"), P, "submit", key=f"{writer}/{n}") as tx:
        if tx.replayed:
            return
        submission = tx.new_id()
        tx.insert(submissions, {"id": submission, "writer": writer, "n": n})
        tx.insert(marks, [{"id": tx.new_id(), "submission_id": submission} for _ in range(N_MARKS)])
        tx.change(_count, which=str(writer))
        tx.record("submission.received", subject=submission, writer=writer, n=n)


def _echo(house: House, event: Event) -> None:
    with house.write(system("echo"), event.project_id, "echo", key=f"echo/{event.id}") as tx:
        if not tx.replayed:
            tx.insert(echoes, {"id": tx.new_id(), "submission_id": event.subject})
            tx.record("submission.echoed", subject=event.subject)


ECHO = Consumer("echo", frozenset({"submission.received"}), _echo)


def _child(url: str, starts: list[int], die_at: str) -> None:
    house = _dying_house(url, die_at) if die_at else open_house(url)
    runner = ConsumerRunner(house, [ECHO])
    runner.start()

    def write(writer: int) -> None:
        n = starts[writer]
        while True:
            submit(house, writer, n)
            os.write(1, f"{writer} {n}\n".encode())
            n += 1

    threads = [threading.Thread(target=write, args=(w,)) for w in range(1 if die_at else N_WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _dying_house(url: str, die_at: str) -> House:
    """A house on SQLite whose process dies just before the third statement that begins with `die_at`."""
    from assay.storage.sqlite import SqliteDatabase

    driver = FaultyDriver()
    database = SqliteDatabase(Path(url.removeprefix("sqlite:///")), driver=driver)
    with database.migrating() as connection:
        bring_up_to_date(connection)
    left = [3]

    def before(text: str) -> None:
        if text.startswith(die_at):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    driver.before = before
    return House(database)


@dataclass
class Killing:
    """Starts the process, kills it, and remembers what it had acknowledged.

    Attributes:
        acknowledged: for each writer the numbers it was told are stored.
        kills: lives that ended so far.
    """

    url: str
    acknowledged: list[set[int]] = field(default_factory=lambda: [set() for _ in range(N_WRITERS)])
    kills: int = 0

    def life(self, seconds: float, *, die_at: str = "") -> None:
        """One life of the process: kill it `seconds` after its first acknowledgement, or let it die at a statement."""
        starts = [max(numbers, default=-1) + 1 for numbers in self.acknowledged]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.killing", self.url, json.dumps(starts), die_at],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert process.stdout is not None
        first = threading.Event()
        reader = threading.Thread(target=self._read, args=(process.stdout, first))
        reader.start()
        try:
            if not first.wait(60):
                raise AssertionError("The process acknowledged nothing within 60 s.")
            if die_at:
                process.wait(60)
            else:
                threading.Event().wait(seconds)
        finally:
            process.kill()
            process.wait()
            reader.join()
            process.stdout.close()
        assert process.returncode == -signal.SIGKILL
        self.kills += 1

    def _read(self, output: IO[bytes], first: threading.Event) -> None:
        for line in output:
            writer, n = line.split()
            self.acknowledged[int(writer)].add(int(n))
            first.set()

    def lives(self, n: int, seed: int, longest_s: float = 0.4) -> None:
        """Kill it `n` times at random moments."""
        dice = random.Random(seed)
        for _ in range(n):
            self.life(dice.uniform(0.0, longest_s))

    def verdict(self) -> list[str]:
        """Everything that is not as promised; empty when all is well."""
        house = open_house(self.url)
        try:
            ConsumerRunner(house, [ECHO]).catch_up()
            seal(house)
            wrong = _compare(house, self.acknowledged)
            check_log(house, trusted=read_head(house))
        finally:
            house.close()
        return wrong

    @property
    def n_acknowledged(self) -> int:
        """How many submissions were acknowledged in all."""
        return sum(len(numbers) for numbers in self.acknowledged)


def _compare(house: House, acknowledged: list[set[int]]) -> list[str]:
    """Hold the tables against each other and against what was acknowledged."""
    with house.database.reading() as connection:
        stored = {row.id: (row.writer, row.n) for row in connection.execute(sa.select(submissions))}
        n_marks = Counter(connection.execute(sa.select(marks.c.submission_id)).scalars())
        n_echoes = Counter(connection.execute(sa.select(echoes.c.submission_id)).scalars())
        counted = {int(row.id): row.n for row in connection.execute(sa.select(counters))}
        received = sa.select(events.c.subject).where(events.c.action == "submission.received")
        told = Counter(connection.execute(received).scalars())
        damage = _damage(connection)
    times = Counter(stored.values())
    wrong = [f"{pair} is stored {n} times" for pair, n in times.items() if n != 1]
    for writer, numbers in enumerate(acknowledged):
        wrong += [f"acknowledged {writer}/{n} is lost" for n in numbers if (writer, n) not in times]
        here = sum(w == writer for w, _ in stored.values())
        if counted[writer] != here:
            wrong.append(f"the counter of {writer} says {counted[writer]}, there are {here}")
    for name, found in (("marks", n_marks), ("events", told), ("echoes", n_echoes)):
        expected = N_MARKS if name == "marks" else 1
        wrong += [f"{stored[s]} has {found[s]} {name}" for s in stored if found[s] != expected]
        wrong += [f"{name} of {s} without a submission" for s in found if s not in stored]
    return wrong + damage


def _damage(connection: sa.Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    found = connection.exec_driver_sql("PRAGMA integrity_check").all()
    return [] if found == [("ok",)] else [str(found)]


if __name__ == "__main__":
    _child(sys.argv[1], json.loads(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
