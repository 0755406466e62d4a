"""Hostile and broken labels through the engine's commands: a stated answer every time, never a crash or silent drop."""

from __future__ import annotations

import json
import math
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.label_files import grid, write_coco
from tests.support.pictures import a_png
from tests.support.shared import SHARED, shared_path

from assay.cli.running import run

ITEMS = ["000.png", "001.png"]
VERBS = ("look", "findings")
FORESEEN = {0, 2, 5, 7, 8}


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code = run([*map(str, arguments), "--json"])
    told = capsys.readouterr()
    assert told.err == ""
    return code, json.loads(told.out)


def a_set(folder: Path, annotations: list[dict[str, Any]]) -> Path:
    """A COCO file with two good pictures and classes, and the given annotations after two good ones."""
    path = write_coco(folder / "labels.json", ITEMS, grid(1))
    document = json.loads(path.read_text())
    base = {"image_id": 1, "category_id": 1, "iscrowd": 0}
    document["images"].append({"id": 2, "file_name": "001.png", "width": 100, "height": 80}) if len(
        document["images"]
    ) < 2 else None
    document["annotations"] += [base | {"id": 100 + n} | given for n, given in enumerate(annotations)]
    path.write_text(json.dumps(document))
    return path


ROWS = {
    "not a number": {"bbox": [math.nan, 1, 5, 5]},
    "infinite": {"bbox": [1, 1, math.inf, 5]},
    "no size": {"bbox": [1, 1, 0, 5]},
    "negative size": {"bbox": [9, 9, -5, 5]},
    "beside the picture": {"bbox": [500, 500, 5, 5]},
    "unknown class": {"category_id": 77, "bbox": [1, 1, 5, 5]},
    "unknown picture": {"image_id": 77, "bbox": [1, 1, 5, 5]},
    "mask of another size": {"segmentation": {"size": [7, 9], "counts": [3, 60]}, "bbox": [1, 1, 5, 5]},
    "mask that does not add up": {"segmentation": {"size": [80, 100], "counts": [3, 60]}, "bbox": [1, 1, 5, 5]},
    "two points": {"segmentation": [[1, 1, 5, 5]], "bbox": [1, 1, 4, 4]},
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ROWS)
def test_a_wrong_row_is_left_out_and_named_with_its_file_and_place(
    verb: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = answer(capsys, verb, a_set(tmp_path, [ROWS[name]]))
    if name in {"not a number", "infinite"} and code == 2:  # the file as a whole is no JSON
        assert "labels.json" in found["error"]["message"]
        return
    assert code == 0, found
    read = found["sources"][0]
    assert read["n_refused"] + read["n_refused_files"] == 1, read
    told = (*read["refused"], *read["refused_files"])[0]
    assert told["file"] == "labels.json"
    assert "annotations[3]" in told["place"]
    assert told["reason"]
    assert found["n_marks"] == 3


def test_boxes_over_the_edge_and_crossing_outlines_are_kept_and_stated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crossing = {"segmentation": [[10, 10, 40, 40, 40, 10, 10, 40]], "bbox": [10, 10, 30, 30]}
    over = {"bbox": [80, 60, 40, 40]}
    code, found = answer(capsys, "look", a_set(tmp_path, [over, crossing]))
    assert code == 0
    assert found["n_marks"] == 5
    reasons = " ".join(note["reason"] for note in found["sources"][0]["warnings"])
    assert "over the picture's edge" in reasons
    assert "crosses itself" in reasons
    assert "warnings" in {task["kind"] for task in found["first"]}


def test_an_outline_of_fifty_thousand_points_is_refused_by_a_stated_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turn = np.linspace(0, 2 * np.pi, 50_000, endpoint=False)
    ring = np.column_stack([50 + 30 * np.cos(turn), 40 + 30 * np.sin(turn)]).ravel().tolist()
    code, found = answer(capsys, "look", a_set(tmp_path, [{"segmentation": [ring], "bbox": [20, 10, 60, 60]}]))
    assert code == 0
    assert "limit" in found["sources"][0]["refused"][0]["reason"]


@pytest.mark.slow
def test_a_hundred_thousand_marks_on_one_picture_get_an_answer_in_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corner = np.random.default_rng(0).uniform(0, 19_000, (100_000, 2)).round(1)
    rows = [("000.png", "dust", (x, y, x + 8, y + 8)) for x, y in corner.tolist()]
    one = write_coco(tmp_path / "one.json", ITEMS, rows, size=(20_000, 20_000))
    two = write_coco(tmp_path / "two.json", ITEMS, rows[::2], size=(20_000, 20_000))
    began = time.process_time()
    for verb in ("look", "agree"):
        code, found = answer(capsys, verb, one, "--who", f"b={two}")
        assert code == 0, found
        assert found["n_marks"] == 150_000
    assert time.process_time() - began < 120


@pytest.mark.slow
def test_a_hundred_thousand_marks_on_top_of_each_other_are_a_stated_limit_that_names_the_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("000.png", "dust", (10.0 + n % 7, 10.0, 90.0, 70.0)) for n in range(100_000)]
    path = write_coco(tmp_path / "one.json", ITEMS, rows)
    for verb in VERBS:
        code, found = answer(capsys, verb, path)
        assert code == 8, found
        assert "000.png" in found["error"]["message"]


@pytest.mark.slow
def test_every_hostile_annotation_file_gets_a_foreseen_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = shared_path("badinputs/manifest.jsonl")
    paths = [row["path"] for row in map(json.loads, manifest.read_text().splitlines()) if row["kind"] == "annotation"]
    assert len(paths) > 50
    for number, path in enumerate(paths):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(SHARED / "badinputs" / path, folder)
        (folder / "a.png").write_bytes(a_png())
        (folder / "x.png").write_bytes(a_png())
        began = time.process_time()
        code, found = answer(capsys, "look", folder, "--no-pictures")
        assert code in FORESEEN, (path, found)
        assert "error" in found or found["kind"] == "assay.look"
        assert time.process_time() - began < 5, path


@pytest.mark.slow
def test_every_hostile_archive_gets_a_foreseen_answer(capsys: pytest.CaptureFixture[str]) -> None:
    folder = shared_path("badinputs/archives")
    for path in sorted(folder.iterdir()):
        code, found = answer(capsys, "look", path, "--no-pictures")
        assert code in FORESEEN, (path.name, found)
        assert "Traceback" not in json.dumps(found)


@pytest.mark.parametrize("verb", ["score", "agree", "findings"])
def test_what_is_left_out_is_said_to_people_too(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = a_set(tmp_path, [ROWS["unknown class"], ROWS["no size"]])
    (tmp_path / "other").mkdir()
    good = write_coco(tmp_path / "other" / "good.json", ITEMS, grid(1))
    beside = {"score": ["--gold", good], "agree": ["--who", f"bo={good}"], "findings": []}[verb]
    assert run([verb, str(broken), *map(str, beside)]) == 0
    assert "Left out: 2 rows were not understood in" in capsys.readouterr().out
