"""`assay predictions` and `assay why` against a real server: files in both forms, people's answers, the whole chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.costs import a_card
from tests.support.projects import SETUP, Project, a_project, box

from assay.access import cheap_passwords, make_key_for
from assay.bootstrap import Settings, build
from assay.cli.running import run
from assay.costs import book, start_rate_card
from assay.governance import publish_rulebook_by
from assay.models import NewVersion, Runner, Task, register_version
from assay.server import running
from assay.storage import seal

RULES = "assay: policy/1\nserving:\n  ask_below: 0.6\n  random_share: 1.0\nwork:\n  overlap: 1\n"


@dataclass
class Site:
    """A running server with a model and a policy that looks at everything."""

    address: str
    project: Project
    key: str

    def said(self, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
        options = ["-p", self.project.id, "--server", self.address, "--key", self.key, "--json"]
        assert run([*arguments, *options]) == code, capsys.readouterr().out
        return json.loads(capsys.readouterr().out)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    services = build(Settings(data=tmp_path / "house", port=0), passwords=cheap_passwords())
    house = services.house
    project = a_project(house, n_items=3, annotators=("ann",))
    register_version(
        SETUP, project.id, NewVersion("cells", Task.BOXES, Runner.NONE, "test", None, 0, 1, "tests"), house=house
    )
    publish_rulebook_by(SETUP, project.id, RULES, based_on=0, house=house)
    start_rate_card(SETUP, project.id, a_card(), based_on=0, house=house)
    key = make_key_for(SETUP, project.people["lead"], "test", house=house).secret
    with running(services) as address:
        yield Site(address, project, key)
    services.close()


def rows(project: Project) -> list[dict[str, Any]]:
    mark = {"label_class": "cell", "bbox": [10.0, 10.0, 30.0, 30.0], "confidence": 0.8}
    names = ["0.png", project.items[1], project.items[2]]
    return [
        {"item": name, "key": f"shot-{k}", "confidence": 0.9, "marks": [mark] * (k % 2), "context": {"line": "A"}}
        for k, name in enumerate(names)
    ]


def write_lines(path: Path, found: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in found) + "\n")
    return path


def test_predictions_come_by_file_become_work_and_are_judged_and_every_mark_says_why(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, house = site.project, site.project.house
    lines = write_lines(tmp_path / "p.jsonl", rows(project))
    made = site.said(capsys, "predictions", "push", str(lines), "--model", "cells@1")
    assert made == {"model": "cells@1", "n": 3, "n_new": 3, "n_random": 3, "n_asked": 0}

    mark = pa.struct({"label_class": pa.string(), "bbox": pa.list_(pa.float64()), "confidence": pa.float64()})
    schema = pa.schema(
        {
            "item": pa.string(),
            "key": pa.string(),
            "confidence": pa.float64(),
            "marks": pa.list_(mark),
            "context": pa.map_(pa.string(), pa.string()),
        }
    )
    again = [{**row, "context": list(row["context"].items())} for row in rows(project)]
    pq.write_table(pa.Table.from_pylist(again, schema), tmp_path / "p.parquet")
    same = site.said(capsys, "predictions", "push", str(tmp_path / "p.parquet"), "--model", "cells@1")
    assert (same["n"], same["n_new"], same["n_random"]) == (3, 0, 0)

    project.follow()
    answers = {project.items[1]: [box()], project.items[0]: [box()], project.items[2]: []}
    assert len(project.work("ann", marks=answers)) == 3
    project.follow()
    seal(house)
    book(project.id, house=house)

    quality = site.said(capsys, "predictions", "quality", "--every", "day")
    assert quality["overall"]["wrong"]["n_items"] == 3
    assert quality["overall"]["right_items"]["value"] == pytest.approx(2 / 3)
    assert quality["slices"][0]["name"] == "line:A"
    assert quality["models"][0]["name"] == "cells@1"
    assert quality["title"] == "Not enough evidence of production yet: n 3 pictures, needs 30"

    why = site.said(capsys, "why", project.items[0])
    (said,) = why["predictions"]
    assert (said["model"], said["looked_at"], said["threshold"], said["n_errors"]) == ("cells@1", "random", 0.6, 1)
    assert said["policy_version"] == 1
    assert (why["marks"][0]["author"]["name"], why["marks"][0]["guideline_version"]) == ("Ann", 1)
    assert (why["amount"], why["currency"]) == ("0.0125", "EUR")

    ready = site.said(capsys, "readiness")
    found = {q["key"]: q for q in ready["questions"]}
    assert list(found) == [
        "standard", "gold", "agreement", "versions", "approver", "retrain", "low_confidence", "live_quality", "cost"
    ]  # fmt: skip
    assert (found["standard"]["state"], found["standard"]["n"]) == ("yes", 2)
    assert (found["gold"]["answer"], found["gold"]["n"]) == ("no evidence yet", 0)
    assert found["gold"]["next_step"] == "Sign 10 more gold images."
    assert (found["live_quality"]["state"], found["live_quality"]["n"]) == ("partly", 3)
    assert found["live_quality"]["estimate"]["n_items"] == 3
    assert found["retrain"]["state"] == "none"
    assert found["cost"]["state"] == "yes"
    assert "an accepted mark" in found["cost"]["answer"]
    assert ready["at_scale"].startswith("At 10 times the images: EUR ")
    assert ready["title"] == (
        "3 of 9 questions about production are answered with evidence; nothing yet on gold, agreement, "
        "a retrain trigger"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1: not JSON"),
        ("[1]", "line 1: not a JSON object"),
        ('{"item": "x", "key": "k", "marks": []}\n{"item": "x", "marks": []}', "line 2: key: Field required"),
        ('{"item": "x", "key": "k", "marks": [], "confidence": 1.5}', "line 1: confidence"),
        ('{"item": "x", "key": "k", "marks": [{"label_class": "c", "bbox": [1, 2]}]}', "line 1: marks.0.bbox"),
        ('{"item": "x", "key": "k", "marks": [], "conf": 1}', "line 1: conf"),
    ],
)
def test_a_file_with_a_fault_is_refused_whole_with_its_line(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text(text)
    assert run(["predictions", "push", str(file), "--model", "m", "-p", "x", "--key", "y"]) == 2
    assert said in capsys.readouterr().err


def test_a_parquet_file_without_marks_and_one_that_is_none_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pq.write_table(pa.table({"item": ["a"], "key": ["k"]}), tmp_path / "p.parquet")
    options = ["--model", "m", "-p", "x", "--key", "y"]
    assert run(["predictions", "push", str(tmp_path / "p.parquet"), *options]) == 2
    assert "p.parquet, the file: it has no column 'marks'" in capsys.readouterr().err
    (tmp_path / "q.parquet").write_bytes(b"PAR1")
    assert run(["predictions", "push", str(tmp_path / "q.parquet"), *options]) == 2
    assert "not Parquet" in capsys.readouterr().err


def test_an_unknown_picture_or_model_is_named(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_lines(tmp_path / "p.jsonl", [{"item": "ghost.png", "key": "k", "marks": []}])
    answer = site.said(capsys, "predictions", "push", str(file), "--model", "cells@1", code=2)
    assert "'ghost.png'" in answer["error"]["message"]
    answer = site.said(capsys, "predictions", "push", str(file), "--model", "cells@9", code=5)
    assert "cells@9" in answer["error"]["message"]
