"""What an annotator can read: nothing of who took a picture and where, and nothing that tells gold from work."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx
import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image
from tests.support.importing import jpeg
from tests.support.live_server import Live, live

from assay.items.store import items
from assay.items.store import media as media_table
from assay.queue.store import assignments, batches, tasks

N_PICTURES, N_GOLD = 40, 18
SECRETS = [b"SECRET-", b"Exif", b"http://ns.adobe.com", b"GPS", b"\x00\x00\x00\x33\x00\x00\x00\x01"]


def private_jpeg(seed: int) -> bytes:
    """A picture that tells who took it, with what and where, in every place a JPEG has for that."""
    exif = Image.Exif()
    exif[0x013B], exif[0x8298], exif[0x010E] = "SECRET-ARTIST", "SECRET-COPYRIGHT", "SECRET-DESCRIPTION"
    exif.get_ifd(0x8769).update({0xA430: "SECRET-OWNER", 0xA431: "SECRET-SERIAL", 0xA435: "SECRET-LENS-SERIAL"})
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 0.0), 3: "E", 4: (7.0, 15.0, 0.0)})
    with Image.open(io.BytesIO(jpeg(seed))) as image:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=90, exif=exif, comment=b"SECRET-COMMENT", xmp=b"<x>SECRET-XMP</x>")
    return buffer.getvalue()


@dataclass
class Task:
    """Everything the annotator got to see of one task, in the order it came."""

    assignment: str
    replies: dict[str, httpx.Response] = field(default_factory=dict)


@dataclass
class Day:
    """An annotator's day.

    Attributes:
        figures: their own figures after each answer, without what must differ.
        gold: which assignments were gold; the annotator never learns it.
        other: what else they can read.
    """

    tasks: list[Task]
    figures: list[str]
    gold: set[str]
    other: dict[str, httpx.Response]
    secrets: list[bytes]

    def replies(self, kind: str) -> tuple[list[httpx.Response], list[httpx.Response]]:
        """Replies of one kind, on gold and on work."""
        found = [(t.assignment in self.gold, t.replies[kind]) for t in self.tasks]
        return [r for is_gold, r in found if is_gold], [r for is_gold, r in found if not is_gold]


def begin(server: Live) -> None:
    """Pictures, classes, a guideline, gold, and one batch."""
    files = {f"SECRET-NAME-{n}.jpg": private_jpeg(n) for n in range(N_PICTURES)}
    done = server.imported(files=files, labels="ignore")
    assert done["n_accepted"] == N_PICTURES
    server.lead.post("/schemas", {"classes": [{"id": "cell", "name": "Cell"}]})
    server.lead.post("/guidelines", {"markdown": "## 1.1 Cells {cell}\n\nBox each.\n", "note": ""})
    rows = sorted(server.items().values(), key=lambda item: hashlib.sha256(item["name"].encode()).hexdigest())
    for item in rows[:N_GOLD]:
        marks = [{"label_class": "cell", "bbox": [5.0, 5.0, 25.0, 25.0], "clauses": ["1.1"]}]
        server.expert.post("/gold", {"item_id": item["id"], "why": "sure", "marks": marks})
    server.settle()
    policy = {"overlap": 2, "gold_rate": 0.5, "review_share": 0.0}
    server.lead.post("/batches", {"name": "all", "items": "unbatched", "seed": 3, "policy": policy})


def one_task(server: Live, n: int) -> Task | None:
    """Claim, look, save, hold, submit: as a page does."""
    person = server.ann
    claim = person.call("POST", "/claims", json={})
    assignment = claim.json()["assignment"]
    if assignment is None:
        return None
    task, path = Task(assignment["id"]), f"/assignments/{assignment['id']}"
    marks = [{"client_id": "m1", "label_class": "cell", "bbox": [5.0, 5.0, 25.0, 25.0]}]
    answer = {
        "client_key": f"key-{n:08d}",
        "marks": marks,
        "seconds": 2.5,
        "schema_version": assignment["schema_version"],
        "guideline_version": assignment["guideline_version"],
    }
    task.replies = {
        "claim": claim,
        "image": person.call("GET", assignment["image_url"]),
        "head": person.call("HEAD", assignment["image_url"]),
        "stale": person.call("PUT", f"{path}/draft", json={"marks": marks, "seconds": 1.5, "revision": 7}),
        "draft": person.call("PUT", f"{path}/draft", json={"marks": marks, "seconds": 1.5, "revision": 0}),
        "again": person.call("POST", "/claims", json={}),
        "read": person.call("GET", path),
        "renew": person.call("POST", f"{path}/renew"),
        "refused": person.call(
            "POST", f"{path}/submission", json={**answer, "marks": [{**marks[0], "label_class": "x"}]}
        ),
        "submit": person.call("POST", f"{path}/submission", json=answer),
        "repeated": person.call("POST", f"{path}/submission", json=answer),
        "closed": person.call("POST", f"{path}/skip", json={"reason": "late"}),
        "after": person.call("GET", path),
        "image after": person.call("GET", assignment["image_url"]),
    }
    return task


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with live(tmp_path_factory.mktemp("secrecy") / "data") as server:
        begin(server)
        done: list[Task] = []
        figures: list[str] = []
        while (task := one_task(server, len(done))) is not None:
            done.append(task)
            if len(done) % 5 == 0:
                server.settle()  # scored by now, gold and work alike
            figures.append(json.dumps(server.ann.get("/me/figures"), sort_keys=True))
        other = {
            path: server.ann.call("GET", path)
            for path in (
                "/me/assignments",
                "/me/assignments?format=csv",
                "/me/figures",
                "/schemas",
                "/schemas/current",
                "/guidelines",
                "/guidelines/current",
                "/policy",
                "/v1/session",
                "/v1/projects",
                "/v1/keys",
                "/v1/health",
                "/items",
                "/gold",
                "/overview",
                "/reviews",
                "/audit",
                "/batches",
            )
        }
        with server.services.house.database.reading() as connection:
            rows = connection.execute(sa.select(assignments.c.id, assignments.c.kind)).all()
            gold = {row.id for row in rows if row.kind == "gold"}
            inside = [row[0] for row in connection.execute(sa.select(items.c.id))]
            inside += [row[0] for row in connection.execute(sa.select(tasks.c.id))]
            inside += [row[0] for row in connection.execute(sa.select(batches.c.id))]
            for row in connection.execute(sa.select(media_table)):
                inside += [row.sha256, row.original_sha256, row.thumb_sha256]
        yield Day(done, figures, gold, other, [value.encode() for value in inside])


def everything(day: Day) -> Iterator[tuple[str, httpx.Response]]:
    for task in day.tasks:
        yield from task.replies.items()
    yield from day.other.items()


def test_the_day_holds_gold_and_work_to_compare(day: Day) -> None:
    assert len(day.tasks) == N_PICTURES
    assert len(day.gold) == N_GOLD
    assert {r.status_code for t in day.tasks for k, r in t.replies.items() if k in {"claim", "image", "submit"}} == {
        200
    }


def test_nothing_identifies_who_took_a_picture_or_where(day: Day) -> None:
    for name, reply in everything(day):
        seen = reply.content + "".join(f"{k}: {v}\n" for k, v in reply.headers.items()).encode()
        for secret in SECRETS:
            assert secret not in seen, (name, secret)


def test_no_id_or_hash_of_the_inside_reaches_an_annotator(day: Day) -> None:
    for name, reply in everything(day):
        seen = reply.content + "".join(f"{k}: {v}\n" for k, v in reply.headers.items()).encode()
        for inside in day.secrets:
            assert inside not in seen, name


def test_pages_of_others_stay_closed(day: Day) -> None:
    for path in ("/items", "/gold", "/overview", "/reviews", "/audit", "/batches"):
        assert day.other[path].status_code == 403


def shape(value: Any) -> Any:
    """The structure of JSON: keys and types, without values."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__


def body(reply: httpx.Response) -> Any:
    is_json = reply.headers.get("content-type", "").startswith("application/json")
    return reply.json() if is_json and reply.content else None


@pytest.mark.parametrize(
    "kind",
    [
        *("claim", "again", "read", "after", "draft", "stale", "renew", "refused", "submit", "repeated", "closed"),
        *("image", "head", "image after"),
    ],
)
def test_replies_on_gold_and_on_work_have_one_form(day: Day, kind: str) -> None:
    gold, work = day.replies(kind)
    assert {r.status_code for r in gold} == {r.status_code for r in work}

    def told(replies: list[httpx.Response]) -> set[str]:
        return {json.dumps([shape(body(r)), sorted(r.headers.keys())], sort_keys=True) for r in replies}

    assert told(gold) == told(work)
    constant = {"content-length", "date", "x-request-id"}
    headers = [{(k, v) for r in part for k, v in r.headers.items() if k not in constant} for part in (gold, work)]
    assert headers[0] == headers[1]
    assert not {"etag", "last-modified", "server"} & {k for k, _ in headers[0]}


@pytest.mark.parametrize("kind", ["claim", "again", "read", "after", "draft", "renew", "submit", "closed"])
def test_replies_on_gold_and_on_work_have_one_size(day: Day, kind: str) -> None:
    """But for how many digits the count of the day has."""
    gold, work = day.replies(kind)

    def sizes(replies: list[httpx.Response]) -> set[int]:
        return {len(re.sub(rb'"n_done":\d+', b'"n_done":0', r.content)) for r in replies}

    assert sizes(gold) == sizes(work)


def test_ids_of_assignments_and_receipts_tell_no_order_and_no_kind(day: Day) -> None:
    numbers = [int(t.assignment[:12], 16) for t in day.tasks]
    assert len({t.assignment[12] for t in day.tasks}) > 4, "an id that tells time has a 7 here"
    order = np.argsort(np.argsort(numbers))
    assert abs(float(np.corrcoef(order, range(len(order)))[0, 1])) < 0.9
    is_gold = np.array([t.assignment in day.gold for t in day.tasks])
    assert abs(float(order[is_gold].mean() - order[~is_gold].mean())) < 0.5 * len(order)


def test_receipts_tell_only_that_answers_came_in_order(day: Day) -> None:
    """A receipt's id is made when the answer comes, of gold and work alike; it says nothing about the item's age."""
    receipts = [t.replies["submit"].json()["submission_id"] for t in day.tasks]
    assert receipts == sorted(receipts)


def test_own_figures_stand_still_whatever_was_answered(day: Day) -> None:
    assert len(set(day.figures)) == 1


def test_the_history_shows_gold_and_work_alike(day: Day) -> None:
    rows = day.other["/me/assignments"].json()["rows"]
    assert len(rows) == N_PICTURES

    def told(is_gold: bool) -> set[str]:  # noqa: FBT001
        return {
            json.dumps({k: v for k, v in row.items() if k not in {"id", "submitted_at"}})
            for row in rows
            if (row["id"] in day.gold) is is_gold
        }

    assert told(is_gold=True) == told(is_gold=False)


def test_gold_comes_in_no_recognisable_rhythm(day: Day) -> None:
    turns = [n for n, t in enumerate(day.tasks) if t.assignment in day.gold]
    assert len({b - a for a, b in pairwise(turns)}) > 1


def test_pictures_of_gold_and_work_are_answered_by_the_same_code_path(day: Day) -> None:
    gold, work = day.replies("image")
    assert {r.headers["content-type"] for r in gold + work} == {"image/jpeg"}
    assert all(r.headers["cache-control"].startswith("private") for r in gold + work)
