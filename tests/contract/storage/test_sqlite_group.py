"""Group commit on SQLite: one commit for many changes, and nobody is told "stored" when it was not."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pysqlite3.dbapi2 as pysqlite
import pytest
from tests.contract.storage.tables import ANNA, P, add_note, make_tables, n_events, names, open_storage, write_note
from tests.support.faulty_sqlite import FaultyDriver, wait_for

from assay.storage import House, HouseInUseError, StoreAwayError
from assay.storage.errors import DiskFullError, OutcomeUnknownError, UnsafeLibraryError
from assay.storage.sqlite import SqliteDatabase

Pair = tuple[House, FaultyDriver]


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Pair]:
    """A house whose driver can be made to fail."""
    driver = FaultyDriver()
    house = House(SqliteDatabase(tmp_path / "house.db", driver=driver))
    with house.database.migrating() as connection:
        make_tables(connection)
    yield house, driver
    driver.before = lambda _text: None
    house.close()


def disk_full() -> Exception:
    """What the driver raises when the disk is full."""
    error: Exception = pysqlite.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"  # type: ignore[attr-defined]
    return error


class Group:
    """Three changes held together in one group, so that a test can decide how their commit goes."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._turn = house.database._turn  # type: ignore[attr-defined]

    def run(self, *bodies: Callable[[], None]) -> list[BaseException | None]:
        """Queue the bodies behind a first change, let all go, and tell how each ended (the first change last)."""
        inside, go_on = threading.Event(), threading.Event()

        def first() -> None:
            with self._house.write(ANNA, P, "first") as tx:
                add_note(tx, "first")
                inside.set()
                assert go_on.wait(20)

        with ThreadPoolExecutor(len(bodies) + 1) as pool:
            head = pool.submit(first)
            assert inside.wait(20)
            futures: list[Future[None]] = []
            for n, body in enumerate(bodies, start=1):
                futures.append(pool.submit(body))
                wait_for(lambda n=n: self._turn.n_waiting == n, "the queue to grow")
            go_on.set()
            return [future.exception(timeout=20) for future in [*futures, head]]


def noting(house: House, name: str) -> Callable[[], None]:
    """A change that adds a note."""
    return lambda: write_note(house, name)


def test_changes_that_wait_behind_each_other_share_one_commit(faulty: Pair) -> None:
    house, driver = faulty
    commits: list[str] = []
    driver.before = lambda text: commits.append(text) if text in {"COMMIT", "BEGIN IMMEDIATE"} else None
    assert Group(house).run(noting(house, "a"), noting(house, "b")) == [None, None, None]
    assert commits == ["BEGIN IMMEDIATE", "COMMIT"]
    assert names(house) == ["a", "b", "first"]


def test_a_failing_commit_reaches_every_waiter_and_stores_nothing(faulty: Pair) -> None:
    house, driver = faulty
    driver.fail_once("COMMIT", disk_full())
    ended = Group(house).run(noting(house, "a"), noting(house, "b"))
    assert [type(error) for error in ended] == [DiskFullError] * 3
    assert (names(house), n_events(house)) == ([], 0)
    write_note(house, "afterwards")
    assert names(house) == ["afterwards"]


def test_a_body_that_fails_loses_only_its_own_change(faulty: Pair) -> None:
    house, _ = faulty

    def bad() -> None:
        with house.write(ANNA, P, "bad") as tx:
            add_note(tx, "bad")
            raise ZeroDivisionError

    ended = Group(house).run(noting(house, "a"), bad, noting(house, "b"))
    assert [type(error) for error in ended] == [type(None), ZeroDivisionError, type(None), type(None)]
    assert names(house) == ["a", "b", "first"]


def test_when_the_database_gives_the_transaction_up_the_whole_group_fails_and_the_next_stores(faulty: Pair) -> None:
    house, _ = faulty

    def loses_all() -> None:
        with house.write(ANNA, P, "loses all") as tx:
            add_note(tx, "lost")
            tx._connection.exec_driver_sql("ROLLBACK")  # SQLite does so by itself on some I/O errors
            raise disk_full()

    ended = Group(house).run(noting(house, "a"), loses_all, noting(house, "b"))
    assert [type(error) for error in ended] == [DiskFullError, DiskFullError, type(None), DiskFullError]
    assert names(house) == ["b"]  # came after, in a group of its own
    assert n_events(house) == 1


def test_a_lost_transaction_whose_body_goes_on_is_not_told_stored(faulty: Pair) -> None:
    house, _ = faulty
    with pytest.raises(StoreAwayError), house.write(ANNA, P, "goes on") as tx:
        tx.record("nothing.happened", subject=str(tx._connection.exec_driver_sql("ROLLBACK")))
    write_note(house, "afterwards")
    assert names(house) == ["afterwards"]


def test_ctrl_c_just_before_the_commit_is_never_taken_for_a_commit(faulty: Pair) -> None:
    house, driver = faulty
    driver.fail_once("COMMIT", KeyboardInterrupt())
    ended = Group(house).run(noting(house, "a"), noting(house, "b"))
    assert [type(error) for error in ended] == [OutcomeUnknownError, KeyboardInterrupt, OutcomeUnknownError]
    assert names(house) == []
    write_note(house, "afterwards")
    assert names(house) == ["afterwards"]


def test_ctrl_c_in_a_body_leaves_the_others_alone(faulty: Pair) -> None:
    house, _ = faulty

    def interrupted() -> None:
        with house.write(ANNA, P, "interrupted") as tx:
            add_note(tx, "interrupted")
            raise KeyboardInterrupt

    ended = Group(house).run(noting(house, "a"), interrupted)
    assert [type(error) for error in ended] == [type(None), KeyboardInterrupt, type(None)]
    assert names(house) == ["a", "first"]


def test_a_change_that_gets_no_turn_gives_up_and_leaves_no_trace(faulty: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    house, _ = faulty
    inside, go_on = threading.Event(), threading.Event()

    def stuck() -> None:
        with house.write(ANNA, P, "stuck") as tx:
            add_note(tx, "stuck")
            inside.set()
            assert go_on.wait(20)

    monkeypatch.setattr("assay.storage.sqlite.WAIT_S", 0.02)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(stuck)
        assert inside.wait(20)
        with pytest.raises(StoreAwayError, match="busy"):
            write_note(house, "impatient")
        go_on.set()
        future.result(20)
    assert names(house) == ["stuck"]


def test_a_begin_that_fails_is_told_and_the_next_change_goes_on(faulty: Pair) -> None:
    house, driver = faulty
    locked = pysqlite.OperationalError("database is locked")
    locked.sqlite_errorname = "SQLITE_BUSY"
    driver.fail_once("BEGIN IMMEDIATE", locked)
    with pytest.raises(StoreAwayError, match="locked"):
        write_note(house, "first")
    write_note(house, "second")
    assert names(house) == ["second"]


def test_a_full_database_refuses_the_change_by_name_and_keeps_working(faulty: Pair) -> None:
    house, _ = faulty
    with house.database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with house.database.writing() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}").all()
    with pytest.raises(DiskFullError), house.write(ANNA, P, "large") as tx:
        tx.record("note.added", subject="x", text="x" * 100_000)
    write_note(house, "small")
    assert names(house) == ["small"]


def test_a_group_is_committed_in_the_end_although_others_keep_coming(
    faulty: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, driver = faulty
    monkeypatch.setattr("assay.storage.sqlite.MAX_GROUP", 2)
    commits: list[str] = []
    driver.before = lambda text: commits.append(text) if text == "COMMIT" else None
    assert Group(house).run(*[noting(house, str(i)) for i in range(5)]) == [None] * 6
    assert len(commits) == 3


def test_an_unsafe_library_is_refused_and_the_folder_is_free_again(tmp_path: Path) -> None:
    driver = FaultyDriver()
    driver.sqlite_version_info, driver.sqlite_version = (3, 51, 2), "3.51.2"
    with pytest.raises(UnsafeLibraryError, match=r"3\.51\.2"):
        SqliteDatabase(tmp_path / "house.db", driver=driver)
    open_storage(f"sqlite:///{tmp_path / 'house.db'}").close()


def test_a_database_that_cannot_be_opened_gives_the_folder_back(tmp_path: Path) -> None:
    (tmp_path / "house.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(Exception, match="damaged"):
        open_storage(f"sqlite:///{tmp_path / 'house.db'}")
    (tmp_path / "house.db").unlink()
    open_storage(f"sqlite:///{tmp_path / 'house.db'}").close()


def test_the_connection_synchronises_fully(sqlite_house: House) -> None:
    with sqlite_house.database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_a_write_to_a_closed_house_is_refused(sqlite_house: House) -> None:
    sqlite_house.close()
    with pytest.raises(StoreAwayError, match="closed"):
        write_note(sqlite_house, "late")


OTHER_PROCESS = """
import sys
from assay.storage import HouseInUseError, open_house
try:
    open_house(sys.argv[1])
except HouseInUseError as error:
    print(error)
"""

CANNOT_ROLL_BACK = """
import sys, threading
from pathlib import Path
from tests.support.faulty_sqlite import FaultyDriver
from assay.storage.sqlite import SqliteDatabase
driver = FaultyDriver()
database = SqliteDatabase(Path(sys.argv[1]), driver=driver)
def broken(text):
    if text in {"COMMIT", "ROLLBACK"}:
        raise driver.OperationalError("disk I/O error")
driver.before = broken
with database.writing() as connection:
    connection.exec_driver_sql("create table t (a)")
print("reached the end")
"""


def test_a_second_process_is_told_that_the_folder_is_in_use(sqlite_house: House, tmp_path: Path) -> None:
    write_note(sqlite_house, "first")
    url = f"sqlite:///{tmp_path / 'house.db'}"
    ran = subprocess.run([sys.executable, "-c", OTHER_PROCESS, url], capture_output=True, text=True, check=True)
    assert "already writes" in ran.stdout
    with pytest.raises(HouseInUseError):
        open_storage(url)


def test_a_database_that_can_neither_commit_nor_roll_back_ends_the_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CANNOT_ROLL_BACK, str(tmp_path / "house.db")]
    root = Path(__file__).resolve().parents[3]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert ran.returncode == 10
    assert "neither commit nor roll back" in ran.stderr
    assert "reached the end" not in ran.stdout
