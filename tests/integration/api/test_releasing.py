"""From pictures to a signed release over HTTP; what training code and spreadsheets read of it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pandas as pd
import pytest
from tests.support.importing import jpeg
from tests.support.live_server import PASSWORD, Live, P, live

from assay.formats.release import verify_release

N = 8
TABLES = (
    *(
        "members",
        "schemas",
        "guidelines",
        "imports",
        "items",
        "batches",
        "gold",
        "contests",
        "reviews",
        "adjudications",
    ),
    *("people", "findings", "releases", "audit"),
)


def label(server: Live) -> None:
    """Two people answer every picture; on one they differ and the expert settles it."""
    server.lead.post("/batches", {"name": "all", "items": "unbatched", "seed": 1})
    for name in ("ann", "bob"):
        person, n = getattr(server, name), 0
        while (found := person.post("/claims", {})["assignment"]) is not None:
            differs = name == "bob" and n == 0
            box = [30.0, 25.0, 50.0, 40.0] if differs else [4.0, 5.0, 24.5, 20.25]
            answer = {
                "client_key": f"{name}-{n:06d}",
                "marks": [
                    {"label_class": "cell", "bbox": box},
                    {"label_class": "dust", "bbox": [50.0, 3.0, 60.0, 9.0]},
                ],
                "seconds": 4.0,
                "schema_version": found["schema_version"],
                "guideline_version": found["guideline_version"],
            }
            if n == 3 and name == "ann":
                person.call("POST", f"/assignments/{found['id']}/skip", json={"reason": "blurred, =HYPERLINK(1)"})
                n += 1
                continue
            person.post(f"/assignments/{found['id']}/submission", answer)
            n += 1
    server.settle()


def settle_all(server: Live) -> None:
    while (case := server.expert.post("/adjudications/claims")["adjudication"]) is not None:
        body = {"client_key": case["id"], "marks": [{"label_class": "cell", "bbox": [4.0, 5.0, 24.5, 20.25]}]}
        server.expert.post(f"/adjudications/{case['id']}/settlement", body)
    server.settle()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("releasing") / "data") as running:
        files = {f"-{n} 'quoted', =1+1.jpg": jpeg(n) for n in range(N)}
        assert running.imported(files=files, labels="ignore")["n_accepted"] == N
        classes = [{"id": "cell", "name": "Cell"}, {"id": "dust", "name": "Dust"}]
        running.lead.post("/schemas", {"classes": classes})
        running.lead.post("/guidelines", {"markdown": "## 1.1 Cells {cell}\n\nBox each.\n", "note": ""})
        policy = running.lead.get("/policy")
        change = {
            "preset": "no-gold",
            "gold_rate": 0.0,
            "min_gold_lower": None,
            "min_agreement_lower": 0.1,
            "overlap": 2,
        }
        running.lead.put("/policy", {**policy, **change, "review_share": 0.0})
        yield running


@contextlib.contextmanager
def signed_in(server: Live, login: str) -> Iterator[httpx.Client]:
    """Somebody at their browser."""
    with httpx.Client(base_url=server.address, timeout=60, trust_env=False) as client:
        session = client.post("/v1/session", json={"login": login, "password": PASSWORD})
        assert session.status_code == 200, session.text
        client.headers["x-csrf-token"] = session.json()["csrf_token"]
        yield client


@pytest.fixture(scope="module")
def release(server: Live) -> dict[str, Any]:
    """A signed release; on the way it is blocked, checked, frozen, and refused to those who may not sign it."""
    blocked = server.lead.post("/releases", {"note": "first"})
    assert (blocked["state"], blocked["name"]) == ("blocked", "r1")
    assert blocked["title"].startswith("r1 is blocked by")
    server.lead.post("/releases", {"name": "never", "note": "stays as it is"})
    label(server)
    settle_all(server)
    frozen: dict[str, Any] = server.lead.post(f"/releases/{blocked['id']}/check")
    assert frozen["state"] == "frozen", [(g["name"], g["state"], g["reason"]) for g in frozen["gates"]]
    path = f"{P}/releases/{frozen['id']}/signatures"
    body = {"password": PASSWORD, "meaning": "approved for training"}
    by_key = server.approver.call("POST", path, json=body)
    assert by_key.status_code == 403, "a signature is a person's, never a key's"
    with signed_in(server, "lead") as lead:
        assert lead.post(path, json=body).status_code == 403
    with signed_in(server, "approver") as approver:
        assert approver.post(path, json={**body, "password": "wrong-lamp-42-volt"}).status_code == 401
        done = approver.post(path, json=body)
        assert done.status_code == 200, done.text
    signed: dict[str, Any] = done.json()
    assert (signed["state"], signed["signatures"][0]["meaning"]) == ("signed", "approved for training")
    assert signed["digest"] == frozen["digest"]
    return signed


def fetched(server: Live, path: str, **params: Any) -> bytes:
    reply = server.approver.call("GET", path, params=params)
    assert reply.status_code == 200, reply.text
    assert int(reply.headers["content-length"]) == len(reply.content)
    return reply.content


def unpack(data: bytes, into: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(into)
    (folder,) = into.iterdir()
    return folder


def test_a_download_is_the_same_twice_and_verifies_and_a_flipped_byte_is_named(
    server: Live, release: dict[str, Any], tmp_path: Path
) -> None:
    path = f"/releases/{release['id']}/download"
    data = fetched(server, path, images=1)
    assert fetched(server, path, images=1) == data
    folder = unpack(data, tmp_path)
    report = verify_release(folder)
    assert (report.ok, str(report.digest)) == (True, release["digest"])
    assert report.n_files > N
    for name in ("annotations.parquet", "README.txt", "manifest.json"):
        victim = next(folder.rglob(name))
        whole = victim.read_bytes()
        victim.chmod(0o644)
        victim.write_bytes(whole[:-2] + bytes([whole[-2] ^ 4]) + whole[-1:])
        broken = verify_release(folder)
        assert not broken.ok
        assert name in {fault.file for fault in broken.faults}
        victim.write_bytes(whole)
    assert verify_release(folder).ok


def test_pandas_and_duckdb_open_the_tables(server: Live, release: dict[str, Any], tmp_path: Path) -> None:
    folder = unpack(fetched(server, f"/releases/{release['id']}/download"), tmp_path)
    marks = pd.read_parquet(folder / "annotations.parquet")
    assert len(marks) == release["n_marks"]
    assert set(marks["label_class"]) == {"Cell", "Dust"}
    query = f"SELECT split, count(*) FROM '{folder / 'items.parquet'}' GROUP BY split"  # noqa: S608 - our own folder
    assert sum(n for _, n in duckdb.connect().sql(query).fetchall()) == release["n_items"] == N


def test_pycocotools_loads_the_coco_export_with_its_pictures(
    server: Live, release: dict[str, Any], tmp_path: Path
) -> None:
    from pycocotools.coco import COCO

    folder = unpack(fetched(server, f"/releases/{release['id']}/export", format="coco", images=1), tmp_path)
    n_images = n_marks = 0
    for file in (p for p in folder.rglob("*.json") if p.name != "loss.json"):  # one a split
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(str(file))
        n_images += len(coco.getImgIds())
        n_marks += len(coco.getAnnIds())
        assert sorted(c["name"] for c in coco.loadCats(coco.getCatIds())) == ["Cell", "Dust"]
    assert (n_images, n_marks) == (N, release["n_marks"])
    assert len(list(folder.rglob("*.jpg"))) == N
    assert json.loads((folder / "loss.json").read_text())["digest"] == release["digest"]


@pytest.mark.parametrize("form", ["voc", "yolo", "cvat", "label-studio", "labelme", "parquet", "csv"])
def test_every_other_export_holds_its_pictures_and_says_what_is_lost(
    server: Live, release: dict[str, Any], tmp_path: Path, form: str
) -> None:
    folder = unpack(fetched(server, f"/releases/{release['id']}/export", format=form, images=1), tmp_path)
    assert len(list(folder.rglob("*.jpg"))) == N
    loss = json.loads((folder / "loss.json").read_text())
    assert (loss["format"], loss["n_items"]) == (form, N)


def test_an_export_of_a_blocked_release_is_refused(server: Live, release: dict[str, Any]) -> None:
    blocked = next(r for r in server.lead.all_rows("/releases") if r["name"] == "never")
    assert (blocked["state"], blocked["id"] != release["id"]) == ("blocked", True)
    for path in ("download", "export?format=coco"):
        reply = server.lead.call("GET", f"/releases/{blocked['id']}/{path}")
        assert (reply.status_code, reply.json()["error"]["code"]) == (409, "datasets.release_state")


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_a_csv_that_no_spreadsheet_runs_and_that_says_what_the_json_says(
    server: Live, release: dict[str, Any], name: str
) -> None:
    del release
    person = server.expert if name in {"gold", "contests"} else server.lead
    rows = person.all_rows(f"/{name}")
    reply = person.call("GET", f"/{name}", params={"format": "csv"})
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/csv")
    assert f"{name}.csv" in reply.headers["content-disposition"]
    lines = list(csv.reader(io.StringIO(reply.text, newline="")))
    if name != "audit":  # which grows with every look at it
        assert len(lines) - 1 == len(rows)
    assert all(len(line) == len(lines[0]) for line in lines)
    assert not [cell for line in lines[1:] for cell in line if cell[:1] in {"=", "+", "@"}]
    assert not [cell for line in lines[1:] for cell in line if cell[:1] == "-" and not cell[1:2].isdigit()]
    frame = pd.read_csv(io.StringIO(reply.text)) if lines[0] else pd.DataFrame()
    assert len(frame) == max(0, len(lines) - 1)


@pytest.mark.parametrize("name", ["my-assignments", "import-rows"])
def test_the_other_tables_are_csv_too(server: Live, release: dict[str, Any], name: str) -> None:
    del release
    if name == "my-assignments":
        reply = server.ann.call("GET", "/me/assignments", params={"format": "csv"})
    else:
        made = server.lead.get("/imports")["rows"][0]
        reply = server.lead.call("GET", f"/imports/{made['id']}/rows", params={"format": "csv"})
    lines = list(csv.reader(io.StringIO(reply.text, newline="")))
    assert len(lines) == N + 1
    if name == "my-assignments":
        assert "blurred, =HYPERLINK(1)" in {cell for line in lines for cell in line}


def test_the_audit_log_tells_the_whole_story(server: Live, release: dict[str, Any]) -> None:
    server.services.runner.catch_up()  # what happened a moment ago is not sealed yet
    actions = {row["action"] for row in server.auditor.all_rows("/audit")}
    told = {"import.finished", "batch.created", "assignment.leased", "submission.received", "adjudication.settled"}
    assert told | {"release.created", "release.frozen", "signature.given", "release.signed"} <= actions
    head = server.auditor.get("/audit/head")
    assert head["size"] > 50
    assert release["digest"] in json.dumps(server.auditor.all_rows("/audit", action="release.frozen"))
