"""Power cuts under the real house: a file system that notes every write, and disks as they may look after a cut.

`RecordingDisk` is an SQLite VFS. It does everything really and keeps a diary: writes, truncations, synchronisations,
names made and removed, and the acknowledgements the workload gave. `CutDisk` walks through such a diary and, at any
point, makes the folder as a power cut there may leave it: everything synchronised is there; of the rest each write is
kept, dropped or torn in 512-byte sectors at random, and each new or removed name may be durable or not. Writes that
reach the disk in another order are covered: with independent writes the order is only visible in which are missing.

What this covers: our pragmas, statements and group commit, and SQLite's own log and checkpoint code (apsw's build of
it, not the wheel the product uses). What it does not: the kernel, the file system, and disks that lie about syncing.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import sqlalchemy as sa

from assay.kernel.actor import Actor
from assay.storage import Head, House, check_log, open_house, read_head, seal, sqlite
from assay.storage.events import events
from assay.storage.schema import bring_up_to_date
from assay.storage.tables import PROJECT, identifier, project_id
from tests.support import apsw_driver

SECTOR = 512
_SYNCS_FOLDER = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
"""Kinds of file at whose first synchronisation SQLite synchronises the folder too (os_unix.c, UNIXFILE_DIRSYNC)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the diary: `make`, `write`, `cut` (truncate), `sync`, `remove`, `folder` or `ack`."""

    kind: str
    name: str = ""
    offset: int = 0
    data: bytes = b""
    what: Any = None


class RecordingDisk(apsw.VFS):
    """Everything through to the real disk, and into the diary after it was done."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.diary: list[Step] = []

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name
        """Open a file."""
        return _RecordingFile(self.diary, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802 - SQLite's signature
        """Remove a file."""
        super().xDelete(filename, syncdir)
        self.diary.append(Step("remove", Path(filename).name))
        if syncdir:
            self.diary.append(Step("folder"))

    def acknowledge(self, what: Any) -> None:
        """Note that the workload was told "stored"."""
        self.diary.append(Step("ack", what=what))


class _RecordingFile(apsw.VFSFile):
    def __init__(self, diary: list[Step], name: Any, flags: list[int]) -> None:
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self._name = path.name
        self._diary = diary
        self._new = not path.exists()
        self._syncs_folder = bool(flags[0] & _SYNCS_FOLDER)
        super().__init__("", name, flags)
        if self._new:
            diary.append(Step("make", self._name))

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        self._diary.append(Step("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(newsize)
        self._diary.append(Step("cut", self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        super().xSync(flags)
        self._diary.append(Step("sync", self._name))
        if self._new and self._syncs_folder:
            self._diary.append(Step("folder"))
            self._new = False


@dataclass
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Step] = field(default_factory=list)
    named: bool = False  # whether its name is durable
    removed: bool = False


class CutDisk:
    """The disk's state along a diary, and its possible state after a cut."""

    def __init__(self, diary: list[Step]) -> None:
        self._diary = diary
        self._at = 0
        self._files: dict[str, _File] = {}
        self._ghosts: dict[str, _File] = {}  # removed, but the removal is not durable
        self.acknowledged: list[Any] = []

    def forward(self, to: int) -> None:
        """Move on to just before step `to`."""
        for step in self._diary[self._at : to]:
            getattr(self, f"_{step.kind}")(step)
        self._at = max(self._at, to)

    def leave(self, folder: Path, dice: random.Random) -> None:
        """Write the files a cut here may leave."""
        folder.mkdir(parents=True)
        for name, file in {**self._ghosts, **self._files}.items():
            ghost = name not in self._files
            if (ghost or not file.named) and dice.random() < 0.5:
                continue
            content = bytearray(file.durable)
            for step in file.pending:
                _maybe(content, step, dice)
            (folder / name).write_bytes(content)

    def _make(self, step: Step) -> None:
        self._files[step.name] = _File()

    def _write(self, step: Step) -> None:
        self._files[step.name].pending.append(step)

    _cut = _write

    def _sync(self, step: Step) -> None:
        file = self._files[step.name]
        for pending in file.pending:
            _apply(file.durable, pending, 0, len(pending.data))
        file.pending = []

    def _remove(self, step: Step) -> None:
        file = self._files.pop(step.name)
        if file.named:
            self._ghosts[step.name] = file

    def _folder(self, _step: Step) -> None:
        self._ghosts = {}
        for file in self._files.values():
            file.named = True

    def _ack(self, step: Step) -> None:
        self.acknowledged.append(step.what)


def _apply(content: bytearray, step: Step, start: int, end: int) -> None:
    if step.kind == "cut":
        del content[step.offset :]
        return
    offset = step.offset + start
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : step.offset + end] = step.data[start:end]


def _maybe(content: bytearray, step: Step, dice: random.Random) -> None:
    """Let an unsynchronised step reach the disk, or not, or in part."""
    fate = dice.random()
    if fate < 0.45:
        _apply(content, step, 0, len(step.data))
    elif fate < 0.6 and step.kind == "write":
        for start in range(0, len(step.data), SECTOR):
            if dice.random() < 0.5:
                _apply(content, step, start, min(start + SECTOR, len(step.data)))


# --- the workload ---------------------------------------------------------------------------------------------------

P = "project"
N_MARKS = 8
_tables = sa.MetaData()
tasks = sa.Table(
    "power_tasks",
    _tables,
    identifier(primary_key=True),
    project_id(),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("held_by", sa.String(32)),
    sa.Column("n_submitted", sa.Integer, nullable=False),
    sa.Index("ix_power_tasks_open", "project_id", "held_by", "rank"),
)
submissions = sa.Table("power_submissions", _tables, identifier(primary_key=True), project_id(), identifier("task_id"))
marks = sa.Table(
    "power_marks",
    _tables,
    identifier(primary_key=True),
    project_id(),
    sa.Column("submission_id", sa.String(32), sa.ForeignKey("power_submissions.id"), nullable=False),
    sa.Column("geometry", sa.Text, nullable=False),
)
_next = (
    sa.select(tasks.c.id)
    .where(tasks.c.project_id == PROJECT, tasks.c.held_by.is_(None))
    .order_by(tasks.c.rank)
    .limit(1)
)
_claim = (
    sa.update(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.id == _next.scalar_subquery())
    .values(held_by=sa.bindparam("who"))
    .returning(tasks.c.id)
)
_submitted = (
    sa.update(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.id == sa.bindparam("task"))
    .values(n_submitted=tasks.c.n_submitted + 1)
)
_state = (
    sa.select(submissions.c.id, tasks.c.n_submitted, sa.func.count(marks.c.id).label("n_marks"))
    .join(tasks, sa.and_(tasks.c.project_id == submissions.c.project_id, tasks.c.id == submissions.c.task_id))
    .outerjoin(
        marks, sa.and_(marks.c.project_id == submissions.c.project_id, marks.c.submission_id == submissions.c.id)
    )
    .where(submissions.c.project_id == PROJECT)
    .group_by(submissions.c.id, tasks.c.n_submitted)
)


def claim_and_submit(house: House, who: str, acknowledge: Callable[[Any], None]) -> None:
    """Claim the next task, then submit it with eight marks; acknowledge each when the house has said "stored"."""
    actor = Actor(who)
    with house.write(actor, P, "claim") as tx:
        task = tx.returning(_claim, who=who)[0].id
        tx.record("task.claimed", subject=task)
    acknowledge(("claim", task))
    with house.write(actor, P, "submit", key=f"submit/{task}") as tx:
        submission = tx.new_id()
        tx.insert(submissions, {"id": submission, "task_id": task})
        tx.insert(
            marks, [{"id": tx.new_id(), "submission_id": submission, "geometry": "x" * 60} for _ in range(N_MARKS)]
        )
        tx.change(_submitted, task=task)
        tx.record("submission.received", subject=submission)
    acknowledge(("submission", submission))


def record(folder: Path, *, n_threads: int, n_each: int, synchronous: str = "FULL") -> list[Step]:
    """Run the workload on a recorded disk; returns the diary. `synchronous` other than FULL is the negative control."""
    disk = RecordingDisk(f"recording-{folder.name}")
    pragmas, sqlite.PRAGMAS = sqlite.PRAGMAS, _sooner(sqlite.PRAGMAS, synchronous)
    try:
        database = sqlite.SqliteDatabase(folder / "house.db", driver=apsw_driver.Driver(f"recording-{folder.name}"))
    finally:
        sqlite.PRAGMAS = pragmas
    house = House(database)
    with database.migrating() as connection:
        bring_up_to_date(connection)
        _tables.create_all(connection)
    rows = [{"id": f"{i:032}", "project_id": P, "rank": i, "n_submitted": 0} for i in range(n_threads * n_each)]
    with house.bookkeeping() as connection:
        connection.execute(tasks.insert(), rows)
    disk.acknowledge(("ready", len(rows)))
    stop = threading.Event()

    def follow() -> None:
        while not stop.is_set():
            if seal(house):
                disk.acknowledge(("head", read_head(house)))
            stop.wait(0.002)

    workers = [
        threading.Thread(
            target=lambda who=f"w{n}": [claim_and_submit(house, who, disk.acknowledge) for _ in range(n_each)]
        )
        for n in range(n_threads)
    ]
    sealer = threading.Thread(target=follow)
    for thread in (*workers, sealer):
        thread.start()
    for worker in workers:
        worker.join()
    stop.set()
    sealer.join()
    house.close()
    disk.unregister()
    return disk.diary


def _sooner(pragmas: tuple[str, ...], synchronous: str) -> tuple[str, ...]:
    """The product's pragmas, but with checkpoints every 100 pages, so that a short run has many."""
    changed = {"synchronous": f"synchronous={synchronous}", "wal_autocheckpoint": "wal_autocheckpoint=100"}
    assert set(changed) <= {p.split("=")[0] for p in pragmas}
    return tuple(changed.get(p.split("=")[0], p) for p in pragmas)


@dataclass
class Verdict:
    """What a house that was opened after a cut lacks; empty lists are what is promised."""

    lost: list[Any] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return not self.lost and not self.broken


def examine(folder: Path, acknowledged: list[Any]) -> Verdict:
    """Open what a cut left and compare it with what had been acknowledged before."""
    verdict = Verdict()
    try:
        house = open_house(f"sqlite:///{folder / 'house.db'}")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return Verdict(broken=[f"cannot be opened: {error}"], lost=acknowledged)
    try:
        _examine(house, acknowledged, verdict)
    except Exception as error:  # noqa: BLE001 - see above
        verdict.broken.append(f"cannot be read: {error}")
    finally:
        house.close()
    return verdict


def _examine(house: House, acknowledged: list[Any], verdict: Verdict) -> None:
    with house.database.reading() as connection:
        for check in ("integrity_check", "foreign_key_check"):
            found = connection.exec_driver_sql(f"PRAGMA {check}").all()
            if found not in ([], [("ok",)]):
                verdict.broken.append(f"{check}: {found[:3]}")
        if not sa.inspect(connection).has_table(tasks.name):
            verdict.lost.extend(acknowledged)
            return
        subjects = {
            (row.action, row.subject) for row in connection.execute(sa.select(events.c.action, events.c.subject))
        }
        claimed = set(connection.execute(sa.select(tasks.c.id).where(tasks.c.held_by.is_not(None))).scalars())
    with house.read(Actor("examiner"), P) as rx:
        stored = {row.id: row for row in rx.rows(_state)}
    verdict.broken.extend(
        f"half stored: {row}" for row in stored.values() if (row.n_marks, row.n_submitted) != (N_MARKS, 1)
    )
    told = {subject for action, subject in subjects if action == "submission.received"}
    if told != set(stored):
        verdict.broken.append(f"events without submissions or the other way round: {told ^ set(stored)}")
    heads = [what for kind, what in acknowledged if kind == "head"]
    for kind, what in acknowledged:
        if (kind == "submission" and what not in stored) or (kind == "claim" and what not in claimed):
            verdict.lost.append((kind, what))
    _examine_log(house, heads, verdict)


def _examine_log(house: House, heads: list[Head], verdict: Verdict) -> None:
    try:
        check_log(house, trusted=heads[-1] if heads else None)
    except Exception as error:  # noqa: BLE001 - see examine
        verdict.lost.append(("head", str(error)))


@dataclass
class Summary:
    """How many cuts were tried, how many lost something acknowledged, how many left something broken."""

    cuts: int = 0
    lost: int = 0
    broken: int = 0
    rows_lost: int = 0
    acknowledged: int = 0
    examples: list[str] = field(default_factory=list)


def cut_everywhere(diary: list[Step], n_cuts: int, scratch: Path, seed: int) -> Summary:
    """Cut at `n_cuts` random points of the diary and examine what each leaves."""
    dice = random.Random(seed)
    summary = Summary(acknowledged=sum(step.kind == "ack" for step in diary))
    disk = CutDisk(diary)
    for n, at in enumerate(sorted(dice.choices(range(1, len(diary) + 1), k=n_cuts))):
        disk.forward(at)
        folder = scratch / f"cut-{n}"
        disk.leave(folder, random.Random(f"{seed}/{n}"))
        verdict = examine(folder, list(disk.acknowledged))
        summary.cuts += 1
        summary.lost += bool(verdict.lost)
        summary.rows_lost += len(verdict.lost)
        summary.broken += bool(verdict.broken)
        if not verdict and len(summary.examples) < 5:
            summary.examples.append(f"cut {n} at step {at}: lost {verdict.lost[:2]}, broken {verdict.broken[:2]}")
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    return summary
