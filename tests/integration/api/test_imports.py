"""Imports through the real HTTP API: real sets, archives, stores by reference, and everything hostile there is."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import S3Store
from PIL import Image
from tests.integration.intake import decisions
from tests.support.importing import jpeg
from tests.support.live_server import Live, live
from tests.support.shared import shared_path

from assay.formats.files import FolderFiles, FolderSink
from assay.formats.registry import codec
from assay.storage import Blobs

N_REAL = 12
CLASSES = [{"id": name.lower(), "name": name} for name in ("RBC", "WBC", "Platelets")]


@pytest.fixture(scope="module")
def real_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen real pictures with their Pascal VOC files."""
    source = shared_path("data/bccd/BCCD")
    folder = tmp_path_factory.mktemp("real") / "voc"
    (folder / "JPEGImages").mkdir(parents=True)
    (folder / "Annotations").mkdir()
    for picture in sorted((source / "JPEGImages").glob("*.jpg"))[:N_REAL]:
        shutil.copy(picture, folder / "JPEGImages")
        shutil.copy(source / "Annotations" / f"{picture.stem}.xml", folder / "Annotations")
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    (tmp_path / "in").mkdir()
    settings = {
        "import_roots": (tmp_path / "in",),
        "stores_allowed": (f"file://{tmp_path / 'in'}", "s3://referenced/set"),
    }
    with live(tmp_path / "data", n_imports=1000, **settings) as running:  # every hostile archive is one
        yield running


def boxes_of(folder: Path, name: str) -> dict[str, list[tuple[str, tuple[float, ...]]]]:
    """Marks of a set by the stem of their picture."""
    label_set, _ = codec(name).read(FolderFiles(folder), mode="skip_rows")
    stems = {row["item"]: Path(row["file_name"]).stem for row in label_set.items.to_pylist()}
    found: dict[str, list[tuple[str, tuple[float, ...]]]] = {stem: [] for stem in stems.values()}
    for mark in label_set.marks.to_pylist():
        sides = tuple(round(mark[s], 2) for s in ("x_min_px", "y_min_px", "x_max_px", "y_max_px"))
        found[stems[mark["item"]]].append((mark["label_class"].lower(), sides))
    return {stem: sorted(marks) for stem, marks in found.items()}


def kept_by(server: Live) -> dict[str, list[tuple[str, tuple[float, ...]]]]:
    """Marks the server keeps, by the stem of their picture; each must say where it comes from."""
    found = {}
    for name, item in server.items().items():
        marks = server.lead.get(f"/items/{item['id']}/why")["marks"]
        assert all((m["author"]["name"], m["origin"]) == ("imported, quality unknown", "imported") for m in marks), (
            marks
        )
        found[Path(name).stem] = sorted((m["label_class"], tuple(round(v, 2) for v in m["bbox"])) for m in marks)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("form", ["voc", "coco", "yolo"])
def test_a_real_set_comes_in_with_its_labels(server: Live, real_set: Path, tmp_path: Path, form: str) -> None:
    folder = tmp_path / "in" / form
    if form == "voc":
        shutil.copytree(real_set, folder)
    else:
        label_set, report = codec("voc").read(FolderFiles(real_set), mode="skip_rows")
        folder.mkdir()
        loss = codec(form).write(label_set, FolderSink(folder))
        for item, path in loss.image_paths.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(real_set / report.image_paths[item], folder / path)
    server.lead.post("/schemas", {"classes": CLASSES})
    done = server.imported("folder", location=str(folder), labels="as_author")
    assert (done["state"], done["n_accepted"], done["n_refused"]) == ("finished", N_REAL, 0), done
    expected = boxes_of(folder, form)
    assert kept_by(server) == expected
    assert done["n_marks"] == sum(map(len, expected.values())) > 100


@pytest.mark.slow
def test_an_archive_of_a_real_set_comes_in_with_its_labels_and_makes_the_schema(server: Live, real_set: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(real_set.rglob("*.*")):
            archive.write(file, file.relative_to(real_set))
    done = server.imported(files={"set.zip": buffer.getvalue()}, labels="as_author")
    assert (done["state"], done["n_accepted"]) == ("finished", N_REAL)
    assert done["n_marks"] == sum(map(len, boxes_of(real_set, "voc").values()))
    schema = server.lead.get("/schemas/current")
    assert {c["name"] for c in schema["classes"]} == {"RBC", "WBC", "Platelets"}
    again = server.imported(files={"set.zip": buffer.getvalue()}, labels="as_author")
    assert (again["n_accepted"], again["n_duplicates"], again["n_marks"]) == (0, N_REAL, 0)


def test_a_folder_outside_the_allowed_ones_is_refused_by_name(server: Live, tmp_path: Path) -> None:
    for location in (str(tmp_path), "/etc", str(tmp_path / "in" / ".." / "data")):
        reply = server.lead.call("POST", "/imports", json={"kind": "folder", "location": location})
        assert (reply.status_code, reply.json()["error"]["code"]) == (422, "items.import_location")


def exif_jpeg(seed: int) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "MAKER-OF-CAMERA"
    exif[0xA430] = "SECRET-OWNER"
    with Image.open(io.BytesIO(jpeg(seed))) as image:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()


def assert_by_reference(server: Live, originals: dict[str, bytes]) -> None:
    """Only thumbnails are stored, and what is served is a clean copy of what lies in the store."""
    blobs = Blobs(f"file://{server.data / 'blobs'}")
    stored = {sha256 for sha256 in blobs.hashes() if not blobs.get(sha256).startswith(b"PAR1")}  # tables of statistics
    assert len(stored) == len(originals)
    for name, data in originals.items():
        assert hashlib.sha256(data).hexdigest() not in stored
        item = server.items()[name]
        reply = server.lead.call("GET", item["image_url"])
        assert reply.status_code == 200
        assert b"SECRET-OWNER" not in reply.content
        with Image.open(io.BytesIO(reply.content)) as served, Image.open(io.BytesIO(data)) as original:
            assert served.size == original.size == (item["width_px"], item["height_px"])
        assert server.lead.call("GET", item["thumb_url"]).headers["content-type"] == "image/jpeg"


def test_a_folder_by_address_is_referenced_and_a_changed_file_is_noticed(server: Live, tmp_path: Path) -> None:
    folder = tmp_path / "in" / "my set"
    folder.mkdir()
    originals = {name: exif_jpeg(n) for n, name in enumerate(["a b.jpg", "100% ü.jpg", "plain.jpg"])}
    for name, data in originals.items():
        (folder / name).write_bytes(data)
    done = server.imported("store", location=f"file://{folder}", labels="ignore")
    assert (done["state"], done["n_accepted"], done["error"]) == ("finished", 3, None)
    assert_by_reference(server, originals)
    (folder / "plain.jpg").write_bytes(exif_jpeg(9))
    (folder / "a b.jpg").unlink()
    items = server.items()
    changed = server.lead.call("GET", items["plain.jpg"]["image_url"])
    assert (changed.status_code, changed.json()["error"]["code"]) == (409, "media.changed")
    gone = server.lead.call("GET", items["a b.jpg"]["image_url"])
    assert (gone.status_code, gone.json()["error"]["code"]) == (503, "media.away")
    assert server.lead.call("GET", items["100% ü.jpg"]["image_url"]).status_code == 200
    (folder / "plain.jpg").write_bytes(originals["plain.jpg"])
    assert server.lead.call("GET", items["plain.jpg"]["image_url"]).status_code == 200


@pytest.mark.slow
def test_a_bucket_is_referenced_and_a_changed_object_is_noticed(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.server import ThreadedMotoServer  # takes seconds to load

    bucket = ThreadedMotoServer(port=0, verbose=False)
    bucket.start()
    host, port = bucket.get_host_and_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "NO_PROXY": "*",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    try:
        urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/referenced", method="PUT")).close()
        store = S3Store("referenced")
        originals = {f"{n} x.jpg": exif_jpeg(n) for n in range(4)}
        for name, data in originals.items():
            obstore.put(store, f"set/{name}", data)
        obstore.put(store, "other/z.jpg", exif_jpeg(99))
        for location in (
            "s3://referenced",
            "s3://referenced/other",
            "s3://referenced/set/../other",
            "s3://elsewhere/set",
        ):
            reply = server.lead.call("POST", "/imports", json={"kind": "store", "location": location})
            assert (reply.status_code, reply.json()["error"]["code"]) == (422, "items.import_location")
        done = server.imported("store", location="s3://referenced/set", labels="ignore")
        assert (done["state"], done["n_accepted"], done["error"]) == ("finished", 4, None)
        assert_by_reference(server, originals)
        obstore.put(store, "set/0 x.jpg", exif_jpeg(77))
        changed = server.lead.call("GET", server.items()["0 x.jpg"]["image_url"])
        assert (changed.status_code, changed.json()["error"]["code"]) == (409, "media.changed")
    finally:
        bucket.stop()


def manifest(*kinds: str) -> list[dict[str, Any]]:
    text = shared_path("badinputs/manifest.jsonl").read_text(encoding="utf-8")
    return [row for row in map(json.loads, text.splitlines()) if row["kind"] in kinds]


def files_below(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*")}


@pytest.mark.slow
def test_every_hostile_picture_gets_a_row_and_nothing_else_happens(server: Live, tmp_path: Path) -> None:
    root = shared_path("badinputs")
    rows = manifest("image", "svg")
    folder = tmp_path / "in" / "hostile"
    folder.mkdir()
    names = {}
    for n, row in enumerate(rows):
        name = f"{n:04d}{Path(row['path']).suffix or '.jpg'}"
        names[name] = row
        shutil.copy(root / row["path"], folder / name)
    before = files_below(tmp_path / "in")
    done = server.imported("folder", location=str(folder), labels="ignore")
    assert done["state"] == "finished", done["error"]
    told = server.rows(done)
    assert done["n_accepted"] + done["n_refused"] + done["n_duplicates"] == done["n_done"] == len(told)
    for name, row in names.items():
        found = told.get(name)
        if found is None:  # no picture by name nor by content: passed over like a read-me file
            assert Path(row["path"]).suffix.lower() not in {".jpg", ".png", ".gif"}, row["path"]
            continue
        code = decisions.ACCEPTED if found["state"] in {"accepted", "duplicate"} else found["code"]
        assert code in decisions.PICTURES[row["expect"]], (row["path"], code)
        if found["state"] == "refused":
            assert found["reason"]
            assert str(tmp_path) not in json.dumps(found)
    assert files_below(tmp_path / "in") == before
    assert server.lead.get("/v1/health")["status"] == "ok"
    assert len(server.items()) == done["n_accepted"]


@pytest.mark.slow
def test_every_hostile_archive_ends_in_rows_or_a_reason_and_writes_nothing_elsewhere(
    server: Live, tmp_path: Path
) -> None:
    root = shared_path("badinputs")
    for row in manifest("archive"):
        path = root / row["path"]
        if path.name.endswith((".npz", ".json", ".json.gz")):
            continue  # arrays and label files: no way to upload them as an archive of pictures
        done = server.imported(files={path.name: path.read_bytes()}, labels="as_author")
        if done["state"] == "failed":
            assert path.name in done["error"]
            assert str(tmp_path) not in done["error"]
            assert server.rows(done) == {}, path.name
            continue
        allowed = decisions.MEMBERS.get(row["expect"]) or decisions.PICTURES[row["expect"]]
        codes = {
            decisions.ACCEPTED if r["state"] in {"accepted", "duplicate"} else r["code"]
            for r in server.rows(done).values()
        }
        assert codes <= allowed, (path.name, codes)
    outside = files_below(tmp_path) - {f"data/{name}" for name in files_below(server.data)}
    assert outside == {"in", "data"}
    for place in (Path("/"), Path("/tmp"), Path.home(), root):  # noqa: S108 - the set aims at it
        assert not (place / "assay_slip_marker.txt").exists()
    assert server.lead.get("/v1/health")["status"] == "ok"


def test_an_example_image_is_cleaned_and_shows_in_its_clause(server: Live) -> None:
    made = server.expert.put("/guideline-examples", exif_jpeg(1))
    text = f"## 4.2 Cut by the edge {{rbc}}\n\nBox it. ![good: whole](example:{made['id']})\n"
    server.expert.post("/guidelines", {"markdown": text, "note": "first"})
    (clause,) = server.ann.get("/guidelines/current")["clauses"]
    assert clause["examples"] == [{"url": made["url"], "caption": "whole", "good": True}]
    reply = server.ann.call("GET", made["url"])
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/jpeg")
    assert b"SECRET-OWNER" not in reply.content
    assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"GIF89a", b"%PDF-1.4", b"\xff\xd8\xff\xe0"],
)
def test_an_example_that_is_no_picture_is_refused(server: Live, data: bytes) -> None:
    reply = server.expert.call("PUT", "/guideline-examples", content=data)
    assert reply.status_code == 422
    assert reply.json()["error"]["code"].startswith("intake.")


def test_an_example_too_large_is_refused_before_it_is_read(server: Live) -> None:
    reply = server.expert.call("PUT", "/guideline-examples", content=b"\xff" * (21 * 1024 * 1024))
    assert reply.status_code in {413, 422}
