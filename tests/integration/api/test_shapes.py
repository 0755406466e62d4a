"""Marks of every shape over HTTP: drafted, handed in, agreed on, released, and read by COCO's own tools."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from pycocotools import mask as coco
from pycocotools.coco import COCO
from tests.support.importing import jpeg
from tests.support.live_server import PASSWORD, Live, P, live

WIDTH, HEIGHT = 64, 48
SHAPES = ["bbox", "rotated_bbox", "polygon", "mask", "polyline", "point", "tag"]


def disc() -> str:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    bits = ((x - 20) ** 2 + (y - 20) ** 2 < 100).astype(np.uint8)
    return str(coco.encode(np.asfortranarray(bits))["counts"].decode())


RING = [[[30.0, 5.0, 60.0, 5.0, 60.0, 30.0, 30.0, 30.0], [40.0, 10.0, 45.0, 10.0, 45.0, 15.0, 40.0, 15.0]]]
MARKS: list[dict[str, Any]] = [
    {"shape": "bbox", "bbox": [1.5, 2.0, 9.0, 8.0], "attributes": {"cut": True}, "group": 1},
    {"shape": "rotated_bbox", "bbox": [45.0, 27.0, 55.0, 47.0], "geometry": {"rotated": [50, 37, 20, 10, np.pi / 2]}},
    {"shape": "polygon", "bbox": [30.0, 5.0, 60.0, 30.0], "geometry": {"polygon": RING}, "group": 1},
    {"shape": "mask", "bbox": [11.0, 11.0, 30.0, 30.0], "geometry": {"rle": disc()}},
    {"shape": "polyline", "bbox": [1.0, 40.0, 30.0, 45.0], "geometry": {"points": [1.0, 40.0, 30.0, 45.0]}},
    {
        "shape": "point",
        "bbox": [5.0, 30.0, 5.0, 30.0],
        "geometry": {"points": [5.0, 30.0]},
        "source": {"model": "cells-0.3", "confidence": 0.9, "edits": ["place"]},
    },
    {"shape": "tag", "bbox": [0.0, 0.0, WIDTH, HEIGHT]},
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("shapes") / "data") as running:
        assert running.imported(files={"a.jpg": jpeg(1), "b.jpg": jpeg(2)}, labels="ignore")["n_accepted"] == 2
        attributes = [{"name": "cut", "kind": "bool"}]
        classes = [{"id": "cell", "name": "Cell", "shapes": SHAPES, "attributes": attributes}]
        running.lead.post("/schemas", {"classes": classes})
        running.lead.post("/guidelines", {"markdown": "## 1.1 Cells {cell}\n\nMark each.\n", "note": ""})
        change = {"preset": "no-gold", "gold_rate": 0.0, "min_gold_lower": None, "min_agreement_lower": None}
        policy = running.lead.get("/policy")
        running.lead.put("/policy", {**policy, **change, "overlap": 1, "review_share": 0.0})
        running.lead.post("/batches", {"name": "all", "items": "unbatched", "seed": 1})
        yield running


@pytest.fixture(scope="module")
def answered(server: Live) -> list[dict[str, Any]]:
    """What the history holds of the first answer; the draft before it held the same."""
    marks = [{"label_class": "cell", "client_id": f"m{n}", **mark} for n, mark in enumerate(MARKS)]
    n = 0
    while (found := server.ann.post("/claims", {})["assignment"]) is not None:
        mine = marks if n == 0 else [{"label_class": "cell", "bbox": [1.0, 1.0, 9.0, 9.0]}]
        server.ann.put(f"/assignments/{found['id']}/draft", {"marks": mine, "seconds": 1.0, "revision": 0})
        kept = server.ann.get(f"/assignments/{found['id']}")["draft"]["marks"]
        if n == 0:
            assert [{k: m[k] for k in given} for m, given in zip(kept, marks, strict=True)] == marks
        versions = {k: found[k] for k in ("schema_version", "guideline_version")}
        body = {"client_key": f"answer-{n}", "marks": mine, "seconds": 1.0, **versions}
        server.ann.post(f"/assignments/{found['id']}/submission", body)
        n += 1
    server.settle()
    for item in server.items().values():
        why: dict[str, Any] = server.lead.get(f"/items/{item['id']}/why")
        if len(why["marks"]) == len(MARKS):
            return list(why["marks"])
    raise AssertionError("no item has the answer")


def test_every_shape_is_kept_with_its_geometry_group_and_source(answered: list[dict[str, Any]]) -> None:
    for stored, given in zip(answered, MARKS, strict=True):
        for name in ("shape", "bbox", "geometry", "group", "source"):
            assert stored[name] == given.get(name), name
        assert stored["attributes"] == given.get("attributes", {})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shape": "polygon", "geometry": {"polygon": [[[1, 1, 2, 2]]]}}, "three corners"),
        ({"shape": "mask", "geometry": {"rle": "abc"}}, "does not fill the picture"),
        ({"shape": "rotated_bbox", "geometry": None}, "has no geometry"),
        ({"shape": "polygon", "geometry": {"polygon": RING}}, "px from the polygon"),
        ({"shape": "keypoints", "geometry": {"points": [1, 1, 2]}}, "the class allows"),
    ],
)
def test_a_geometry_that_is_none_is_refused_by_name(server: Live, change: dict[str, Any], words: str) -> None:
    item = next(iter(server.items().values()))["id"]
    mark = {"label_class": "cell", "shape": "bbox", "bbox": [1, 1, 5, 5], "clauses": [], **change}
    reply = server.expert.call("POST", "/gold", json={"item_id": item, "marks": [mark], "why": "try"})
    assert reply.status_code == 422
    assert words in reply.text


def test_gold_is_signed_in_any_shape(server: Live, answered: list[dict[str, Any]]) -> None:
    del answered
    item = sorted(server.items().values(), key=lambda i: i["name"])[1]["id"]
    mark = {"label_class": "cell", "shape": "polygon", "bbox": [30, 5, 60, 30], "geometry": {"polygon": RING}}
    server.expert.post("/gold", {"item_id": item, "marks": [{**mark, "clauses": ["1.1"]}], "why": "try"})
    (kept,) = server.expert.get(f"/gold/{item}")["marks"]
    assert (kept["shape"], kept["geometry"], kept["clauses"]) == ("polygon", {"polygon": RING}, ["1.1"])
    server.expert.post(f"/gold/{item}/retire", {"why": "tried", "withdraw": True})


@pytest.fixture(scope="module")
def exports(server: Live, answered: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of a signed release's exports."""
    del answered
    made = server.lead.post("/releases", {"note": "shapes"})
    frozen = server.lead.post(f"/releases/{made['id']}/check")
    assert frozen["state"] == "frozen", [(g["name"], g["state"], g["reason"]) for g in frozen["gates"]]
    with httpx.Client(base_url=server.address, timeout=60, trust_env=False) as client:
        session = client.post("/v1/session", json={"login": "approver", "password": PASSWORD})
        client.headers["x-csrf-token"] = session.json()["csrf_token"]
        body = {"password": PASSWORD, "meaning": "approved"}
        assert client.post(f"{P}/releases/{made['id']}/signatures", json=body).status_code == 200
    folders = {}
    for form in ("coco", "parquet"):
        reply = server.approver.call("GET", f"/releases/{made['id']}/export", params={"format": form, "images": 0})
        assert reply.status_code == 200, reply.text
        folders[form] = tmp_path_factory.mktemp(form)
        with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
            archive.extractall(folders[form])
    return folders


def test_coco_reads_the_areas_of_polygons_with_holes_masks_and_rotated_boxes(exports: dict[str, Path]) -> None:
    found: dict[tuple[float, ...], float] = {}
    for file in (p for p in exports["coco"].rglob("*.json") if p.name != "loss.json"):
        with contextlib.redirect_stdout(io.StringIO()):
            api = COCO(str(file))
        for mark in api.loadAnns(api.getAnnIds()):
            if mark.get("segmentation"):
                found[tuple(mark["bbox"])] = float(coco.area(api.annToRLE(mark)))
    assert found[30.0, 5.0, 30.0, 25.0] == pytest.approx(30 * 25 - 25, abs=1)
    assert found[11.0, 11.0, 19.0, 19.0] == coco.area({"size": [HEIGHT, WIDTH], "counts": disc().encode()})
    assert found[45.0, 27.0, 10.0, 20.0] == pytest.approx(200, abs=1)


def test_parquet_holds_every_shape_attribute_and_column(exports: dict[str, Path]) -> None:
    (table,) = [p for p in exports["parquet"].rglob("*.parquet") if "annotations" in p.name or "marks" in p.name]
    marks = pd.read_parquet(table)
    marks = marks[marks["item"] == marks["item"].value_counts().index[0]]
    assert set(marks["shape"]) == set(SHAPES)
    by = {row["shape"]: row for _, row in marks.iterrows()}
    assert by["mask"]["rle"] == disc()
    assert [list(ring) for ring in by["polygon"]["polygon"][0]] == RING[0]
    assert list(by["rotated_bbox"]["rotated"])[:4] == [50, 37, 20, 10]
    assert np.isnan(by["tag"]["x_min_px"])
    assert by["bbox"]["attributes"] == '{"cut":true}'
