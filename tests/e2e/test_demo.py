"""The demonstration from labelled pictures in a folder to a signed release, against a real server process."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from assay.cli.running import run
from assay.demo.console import Console
from assay.demo.memory import Memory
from assay.demo.pictures import CLASSES, PictureMaker
from assay.demo.plan import Plan
from assay.demo.run import run_for_a_visitor

N_PICTURES = 60


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A COCO folder of drawn pictures, whose labels the demonstration takes as the hidden truth."""
    folder = tmp_path_factory.mktemp("labelled")
    images, annotations = [], []
    for number, picture in enumerate(PictureMaker(11).draw(range(N_PICTURES)), 1):
        (folder / picture.truth.name).write_bytes(picture.jpeg)
        images.append({"id": number, "file_name": picture.truth.name, "width": 640, "height": 480})
        for o in picture.truth.objects:
            x0, y0, x1, y1 = o.box
            box, kind = [x0, y0, x1 - x0, y1 - y0], CLASSES.index(o.label_class) + 1
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": kind, "bbox": box})
    categories = [{"id": i, "name": name} for i, name in enumerate(CLASSES, 1)]
    document = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "labels.json").write_text(json.dumps(document))
    return folder


@pytest.mark.slow
def test_it_plays_to_a_verified_release_and_a_later_start_only_serves(labelled: Path, tmp_path: Path) -> None:
    home, written = tmp_path / "house", tmp_path / "report.json"
    assert run(["demo", "--headless", "--data", str(labelled), "--house", str(home), "--json", str(written)]) == 0
    report = json.loads(written.read_text())
    assert_release_and_figures(report)
    assert report["released"]["true"] < 0.05 < report["handed_in"]["true"]
    assert report["released"]["n_items"] == N_PICTURES - 18
    assert_only_serves(Plan(house=home, data=labelled, seed=7, port=0, paced=True))


def assert_release_and_figures(report: dict[str, Any]) -> None:
    assert report["release"]["verified"]
    assert report["release"]["merkle_root"]
    assert report["data"]["n_items"] == N_PICTURES
    people = {a["login"]: a for a in report["annotators"]}
    assert len(people) == 6
    assert all(a["n_gold_images"] == report["gold"]["n_items"] == 18 for a in people.values())
    assert all(set(a["measured"]) == {"value", "low", "high", "n", "n_items", "method"} for a in people.values())
    assert sum(a["covered"] for a in people.values()) >= 5
    assert people["farid"]["flagged"]
    assert not people["ana"]["flagged"]
    assert "finding:edge" in people["bo"]["flagged_by"]


def assert_only_serves(plan: Plan) -> None:
    out = io.StringIO()
    assert run_for_a_visitor(plan, Console(out), keep_serving=lambda: False) is None
    said = out.getvalue()
    assert Memory(plan.house, "", 0).finished
    assert all(f"    {role}" in said for role in ("lead", "approver", "annotator", "reviewer"))
    assert said.count("/link#") == 4
    assert "played to its end before" in said
    assert f"The data lies in {plan.house}" in said
