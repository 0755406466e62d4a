"""A backup made from another process while a real server works, restored and examined."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tests.support.killing_server import Client, doubles
from tests.support.postgres import fresh_postgres_url, postgres_server
from tests.support.serving import found, served

from assay.queue import BatchPolicy
from assay.storage import Blobs, backup, check_log, open_house, restore

__all__ = ["fresh_postgres_url", "postgres_server"]
N_CLIENTS = 4


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_backup_of_a_working_server_restores_to_a_whole_earlier_state(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    postgres = database == "postgresql"
    url = request.getfixturevalue("fresh_postgres_url") if postgres else f"sqlite:///{tmp_path / 'assay.db'}"
    policy = BatchPolicy(overlap=2, gold_rate=0.0)
    place = found(tmp_path, url, n_people=N_CLIENTS, n_items=2000, policy=policy)
    blobs = Blobs(f"file://{tmp_path / 'blobs'}")
    stop = threading.Event()
    with served(place) as server:
        clients = [Client(n, place, server.port, stop) for n in range(N_CLIENTS)]
        threads = [threading.Thread(target=client.work) for client in clients]
        for thread in threads:
            thread.start()
        try:
            while min(len(client.receipts) for client in clients) < 5:
                stop.wait(0.01)
            before = {receipt for client in clients for receipt in list(client.receipts.values())}
            made = backup(url, blobs, tmp_path / "backup", now_us=0)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    restored = f"sqlite:///{tmp_path / 'restored' / 'assay.db'}"
    restore(tmp_path / "backup", restored, Blobs("memory:///"))
    assert [client.wrong for client in clients] == [[]] * N_CLIENTS
    assert doubles(restored) == []
    house = open_house(restored)
    try:
        assert check_log(house, trusted=made.head).size == made.log_size
        with house.database.reading() as connection:
            kept = set(connection.exec_driver_sql("SELECT id FROM submissions").scalars())
    finally:
        house.close()
    assert before <= kept
