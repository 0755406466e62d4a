"""Backup under load and restore, from each database into each."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.contract.storage.tables import ANNA, P, n_events
from tests.support.postgres import fresh_database

from assay.bootstrap import load_tables
from assay.kernel.actor import Actor
from assay.storage import Blobs, House, LogDamagedError, check_log, open_house, seal
from assay.storage.backup import DATABASE, MANIFEST, backup, check_backup, read_manifest, restore
from assay.storage.blobs import path_of
from assay.storage.errors import BackupDamagedError, BackupRefusedError
from assay.storage.events import events, write_keys
from assay.storage.sqlite import bundled_driver
from assay.storage.tables import metadata

load_tables()


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """An open house without tables of the test's own: a backup holds the product's tables only."""
    opened = open_house(database_url)
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    """The house's blobs."""
    return Blobs(f"file://{tmp_path / 'blobs'}")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty place to restore into."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'restored' / 'house.db'}"
        return
    with fresh_database(request.getfixturevalue("postgres_server")) as url:
        yield url


def keep(house: House, blobs: Blobs, name: str) -> None:
    """Keep a blob, then an event that names it."""
    sha256 = blobs.put(f"bytes of {name}".encode())
    with house.write(ANNA, P, "keep", key=name) as tx:
        tx.record("blob.kept", subject=sha256, name=name)


def everything(house: House) -> list[tuple[object, ...]]:
    """All events and keys."""
    with house.database.reading() as connection:
        rows = connection.execute(sa.select(events).order_by(events.c.id)).all()
        keys = connection.execute(sa.select(write_keys).order_by(write_keys.c.key)).all()
    return [tuple(row) for row in (*rows, *keys)]


def test_what_is_restored_is_what_was_backed_up(
    house: House, database_url: str, blobs: Blobs, empty_url: str, tmp_path: Path
) -> None:
    for i in range(12):
        keep(house, blobs, str(i))
    seal(house)
    keep(house, blobs, "not sealed yet")
    made = backup(database_url, blobs, tmp_path / "backup", now_us=7)
    assert (made.log_size, len(made.blobs), made.damaged, made.made_at_us) == (12, 13, [], 7)
    before = everything(house)
    house.close()
    other = Blobs(f"file://{tmp_path / 'other-blobs'}")
    assert restore(tmp_path / "backup", empty_url, other) == made
    again = open_house(empty_url)
    try:
        assert everything(again) == before
        assert sorted(other.hashes()) == sorted(made.blobs)
        assert check_log(again, trusted=made.head).size == 12
        keep(again, other, "later")
        with again.write(ANNA, P, "keep", key="3") as tx:
            assert tx.replayed
        seal(again)
        assert check_log(again, trusted=made.head).size == 14
    finally:
        again.close()


def test_a_backup_under_load_holds_a_prefix_of_what_each_writer_did(
    house: House, database_url: str, blobs: Blobs, tmp_path: Path
) -> None:
    stop = threading.Event()
    done = [0] * 4

    def write(writer: int) -> None:
        while not stop.is_set():
            keep(house, blobs, f"{writer}/{done[writer]}")
            done[writer] += 1

    def follow() -> None:
        while not stop.is_set():
            seal(house)
            stop.wait(0.01)

    with ThreadPoolExecutor(5) as pool:
        running = [pool.submit(write, w) for w in range(4)] + [pool.submit(follow)]
        while min(done) < 5:
            stop.wait(0.005)
        acknowledged = list(done)
        made = backup(database_url, blobs, tmp_path / "backup", now_us=0)
        stop.set()
        for future in running:
            future.result()
    house.close()
    place = f"sqlite:///{tmp_path / 'restored' / 'house.db'}"
    restore(tmp_path / "backup", place, Blobs(f"file://{tmp_path / 'other-blobs'}"))
    again = open_house(place)
    try:
        assert check_log(again, trusted=made.head).size == made.log_size
        with again.database.reading() as connection:
            keys = {
                tuple(map(int, key.split("/"))) for key in connection.execute(sa.select(write_keys.c.key)).scalars()
            }
            named = set(connection.execute(sa.select(events.c.subject)).scalars())
        assert len(keys) == n_events(again)
        for writer in range(4):
            numbers = sorted(n for w, n in keys if w == writer)
            assert numbers == list(range(len(numbers)))
            assert len(numbers) >= acknowledged[writer]
        assert named <= set(made.blobs)
    finally:
        again.close()


def test_a_backup_on_the_same_file_system_links_blobs(
    house: House, database_url: str, blobs: Blobs, tmp_path: Path
) -> None:
    keep(house, blobs, "one")
    made = backup(database_url, blobs, tmp_path / "backup", now_us=0)
    (sha256,) = made.blobs
    assert blobs.folder is not None
    assert (tmp_path / "backup" / "blobs" / path_of(sha256)).samefile(blobs.folder / path_of(sha256))


def test_blobs_of_an_object_store_are_copied(house: House, database_url: str, tmp_path: Path) -> None:
    store = Blobs("memory:///")
    keep(house, store, "one")
    made = backup(database_url, store, tmp_path / "backup", now_us=0)
    assert check_backup(tmp_path / "backup") == made


def test_a_damaged_blob_is_named_and_left_out(sqlite_url: str, blobs: Blobs, tmp_path: Path) -> None:
    bad, good = blobs.put(b"bad"), blobs.put(b"good")
    assert blobs.folder is not None
    (blobs.folder / path_of(bad)).chmod(0o644)
    (blobs.folder / path_of(bad)).write_bytes(b"BAD")
    made = backup(sqlite_url, blobs, tmp_path / "backup", now_us=0)
    assert (list(made.blobs), made.damaged) == ([good], [bad])


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a closed house with three sealed events."""
    url = f"sqlite:///{tmp_path / 'live' / 'house.db'}"
    house = open_house(url)
    for i in range(3):
        with house.write(Actor("anna"), P, "a test") as tx:
            tx.record("thing.done", subject=str(i))
    seal(house)
    house.close()
    return url


def test_any_changed_file_of_a_backup_is_found_and_nothing_is_restored(
    sqlite_url: str, blobs: Blobs, tmp_path: Path
) -> None:
    blobs.put(b"picture")
    source = tmp_path / "backup"
    backup(sqlite_url, blobs, source, now_us=0)
    place = tmp_path / "restored" / "house.db"
    for file in [p for p in source.rglob("*") if p.is_file() and p.name != MANIFEST]:
        whole = file.read_bytes()
        file.chmod(0o644)
        file.unlink()  # a linked blob is the live one: never write into it
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(BackupDamagedError, match=file.name):
            restore(source, f"sqlite:///{place}", Blobs("memory:///"))
        assert not place.exists()
        file.write_bytes(whole)
    restore(source, f"sqlite:///{place}", Blobs("memory:///"))


def test_a_backup_whose_log_was_rewritten_is_refused_even_with_a_fitting_file_hash(
    sqlite_url: str, blobs: Blobs, tmp_path: Path
) -> None:
    source = tmp_path / "backup"
    made = backup(sqlite_url, blobs, source, now_us=0)
    connection = bundled_driver().connect(str(source / DATABASE))
    connection.execute("DROP TRIGGER events_no_update")
    connection.execute("UPDATE events SET why = 'forged' WHERE seq = 1")
    connection.commit()
    connection.close()
    import hashlib

    forged = hashlib.sha256((source / DATABASE).read_bytes()).hexdigest()
    text = (source / MANIFEST).read_text().replace(made.database_sha256, forged)
    (source / MANIFEST).write_text(text)
    with pytest.raises(LogDamagedError, match="entry 1"):
        restore(source, f"sqlite:///{tmp_path / 'restored' / 'house.db'}", Blobs("memory:///"))


def test_nothing_is_overwritten(sqlite_url: str, blobs: Blobs, tmp_path: Path, fresh_postgres_url: str) -> None:
    source = tmp_path / "backup"
    backup(sqlite_url, blobs, source, now_us=0)
    with pytest.raises(BackupRefusedError, match="not empty"):
        backup(sqlite_url, blobs, source, now_us=0)
    with pytest.raises(BackupRefusedError, match="already"):
        restore(source, sqlite_url, blobs)
    open_house(fresh_postgres_url).close()
    with pytest.raises(BackupRefusedError, match="already"):
        restore(source, fresh_postgres_url, blobs)


def test_a_backup_that_fails_leaves_no_folder(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(BackupRefusedError, match="no database"):
        backup(f"sqlite:///{tmp_path / 'nowhere.db'}", blobs, tmp_path / "backup", now_us=0)
    assert [p.name for p in tmp_path.iterdir() if "backup" in p.name] == []


def test_a_folder_that_is_no_backup_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(BackupRefusedError, match="no backup"):
        read_manifest(tmp_path)
    (tmp_path / MANIFEST).write_text("{}")
    with pytest.raises(BackupRefusedError, match="cannot be read"):
        read_manifest(tmp_path)


def test_no_table_numbers_its_rows_by_itself_so_a_restore_needs_no_sequences() -> None:
    assert [table.name for table in metadata.sorted_tables if table.autoincrement_column is not None] == []
