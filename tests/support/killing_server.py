"""Eight clients at work over HTTP while the server is killed again and again; and what must then be true."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assay.access import cheap_passwords
from assay.annotations import store as annotation_store
from assay.bootstrap import Settings, build, load_tables
from assay.queue import BatchPolicy
from assay.queue import store as queue_store
from assay.storage import House, check_log, open_house, seal
from assay.storage.events import events
from tests.support.serving import SLUG, Http, ServerProcess, Workplace, found, marks

N_CLIENTS = 8
OVERLAP = 2
N_MARKS = 6
_PAUSE_S = 0.02


@dataclass
class Client:
    """One annotator who never gives up: after a broken connection the same request goes out again.

    Attributes:
        claimed: assignments the server gave.
        receipts: submission id by client key, as acknowledged.
        wrong: answers that should not have been.
    """

    number: int
    place: Workplace
    port: int
    stop: threading.Event
    claimed: list[str] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Claim and submit until told to stop."""
        while not self.stop.is_set():
            claim = self._insist(f"/v1/projects/{SLUG}/claims", {})
            if claim is None or claim["assignment"] is None:
                continue
            assignment = claim["assignment"]
            self.claimed.append(assignment["id"])
            key = f"client-{self.number}-{len(self.receipts):06}"
            body = {
                "client_key": key,
                "marks": marks(N_MARKS, len(self.receipts)),
                "seconds": 1.0,
                "schema_version": assignment["schema_version"],
                "guideline_version": assignment["guideline_version"],
            }
            receipt = self._insist(f"/v1/projects/{SLUG}/assignments/{assignment['id']}/submission", body)
            if receipt is not None:
                self.receipts[key] = receipt["submission_id"]

    def _insist(self, path: str, body: Any) -> Any:
        """Send until an answer comes; None when told to stop meanwhile."""
        while not self.stop.is_set():
            connection = Http(self.port, self.place.keys[self.number])
            try:
                while not self.stop.is_set():
                    status, reply = connection.call("POST", path, body)
                    if status == 200:
                        return reply
                    if status != 503:
                        self.wrong.append(f"{path} answered {status}: {reply}")
                        return None
                    time.sleep(_PAUSE_S)
            except (OSError, HTTPException):
                time.sleep(_PAUSE_S)
            finally:
                connection.close()
        return None


@dataclass
class Siege:
    """What came of it.

    Attributes:
        kills: how often the server was killed.
        claimed, submitted: acknowledged to the clients in all.
        wrong: everything that is not as promised; empty when all is well.
    """

    kills: int
    claimed: int
    submitted: int
    wrong: list[str]


def besiege(data: Path, database: str, *, kills: int, seed: int, longest_s: float, n_items: int) -> Siege:
    """Let eight clients work while the server is killed `kills` times at random moments, then examine the house."""
    policy = BatchPolicy(overlap=OVERLAP, gold_rate=0.2)
    place = found(data, database, n_people=N_CLIENTS, n_items=n_items, policy=policy, n_gold=n_items // 5)
    server = ServerProcess(place)
    stop = threading.Event()
    clients = [Client(n, place, server.port, stop) for n in range(N_CLIENTS)]
    threads = [threading.Thread(target=client.work) for client in clients]
    dice = random.Random(seed)
    try:
        server.start()
        for thread in threads:
            thread.start()
        for _ in range(kills):
            _wait_for_progress(clients)
            time.sleep(dice.uniform(0.0, longest_s))
            server.kill()
            server.start()
        _wait_for_progress(clients)
    finally:
        stop.set()
        server.stop()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    wrong = [text for client in clients for text in client.wrong] + examine(place, clients)
    done = sum(len(client.receipts) for client in clients)
    return Siege(kills, sum(len(client.claimed) for client in clients), done, wrong)


def _wait_for_progress(clients: list[Client], timeout_s: float = 60.0) -> None:
    before = sum(len(client.receipts) for client in clients)
    deadline = time.monotonic() + timeout_s
    while sum(len(client.receipts) for client in clients) < before + N_CLIENTS:
        if time.monotonic() > deadline:
            raise AssertionError(f"No progress in {timeout_s} s: {[client.wrong[-1:] for client in clients]}")
        time.sleep(0.005)


def examine(place: Workplace, clients: list[Client]) -> list[str]:
    """Open the house, let its consumers finish, and hold every table against the receipts and each other."""
    services = build(Settings(data=place.data, database_url=place.database), passwords=cheap_passwords())
    try:
        services.runner.catch_up()
        seal(services.house)
        check_log(services.house)
        return _against_receipts(services.house, place, clients) + _against_each_other(services.house)
    finally:
        services.house.close()


def doubles(url: str) -> list[str]:
    """What is given twice, counted wrong or half there in the house at `url`."""
    load_tables()
    house = open_house(url)
    try:
        return _against_each_other(house)
    finally:
        house.close()


def _against_receipts(house: House, place: Workplace, clients: list[Client]) -> list[str]:
    wrong: list[str] = []
    with house.database.reading() as connection:
        stored = connection.execute(sa.select(annotation_store.submissions)).all()
        owners = {row.id: row.user_id for row in connection.execute(sa.select(queue_store.assignments))}
    ids = {(row.author_id, row.client_key): row.id for row in stored}
    if len(ids) != len(stored):
        wrong.append(f"{len(stored) - len(ids)} submissions share a key")
    for client in clients:
        user = place.users[client.number]
        for key, submission in client.receipts.items():
            if ids.get((user, key)) != submission:
                wrong.append(f"receipt {submission} for {key}: the house has {ids.get((user, key))}")
        wrong += [f"claim {a} of {user} is {owners.get(a)}'s" for a in client.claimed if owners.get(a) != user]
    return wrong


def _against_each_other(house: House) -> list[str]:
    wrong: list[str] = []
    with house.database.reading() as connection:
        submissions = connection.execute(sa.select(annotation_store.submissions)).all()
        assignments = connection.execute(sa.select(queue_store.assignments)).all()
        tasks = connection.execute(sa.select(queue_store.tasks)).all()
        n_marks = Counter(connection.execute(sa.select(annotation_store.annotation_rows.c.submission_id)).scalars())
        told = sa.select(events.c.subject).where(events.c.action == "submission.received")
        n_events = Counter(connection.execute(told).scalars())
        if connection.dialect.name == "sqlite":
            damage = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            wrong += [] if damage == ["ok"] else [str(damage)]
    by_submission = Counter(a.submission_id for a in assignments if a.state == "submitted")
    for row in submissions:
        found_here = (n_marks[row.id], n_events[f"submission/{row.id}"], by_submission[row.id])
        if found_here != (row.n_marks, 1, 1):
            wrong.append(f"submission {row.id}: marks, events, assignments are {found_here}")
    if sum(n_marks.values()) != sum(row.n_marks for row in submissions) or sum(n_events.values()) != len(submissions):
        wrong.append("marks or events without a submission")
    met = Counter((a.user_id, a.item_id) for a in assignments)
    wrong += [f"{pair} met {n} times" for pair, n in met.items() if n > 1]
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for assignment in assignments:
        states[assignment.task_id][assignment.state] += 1
    for task in tasks:
        here = states[task.id]
        if (task.n_submitted, task.n_taken) != (here["submitted"], here["submitted"] + here["leased"]):
            wrong.append(f"task {task.id} counts {task.n_taken}, {task.n_submitted}; its assignments {dict(here)}")
        if task.n_taken > task.overlap:
            wrong.append(f"task {task.id} went to {task.n_taken} people, overlap {task.overlap}")
    return wrong
