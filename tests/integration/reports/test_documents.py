"""Every engine verb's --json document is what docs/schemas says, in many circumstances; nothing is added silently."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from jsonschema import Draft202012Validator, ValidationError
from PIL import Image
from tests.support.documents import check_document, schemas
from tests.support.label_files import grid, write_coco
from tests.support.quality_rows import random_rows

import assay
from assay.cli import COMMANDS, ENGINE
from assay.cli.running import run

N = 30
ITEMS = [f"{number:03}.png" for number in range(N)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Gold, three people in one file and in three, predictions, tags, a broken file."""
    folder = tmp_path_factory.mktemp("labels")
    rng = np.random.default_rng(0)
    rows = grid(N)
    for item in ITEMS[:8]:
        Image.fromarray(rng.integers(0, 255, (80, 100, 3), np.uint8)).save(folder / item)
    (folder / ITEMS[9]).write_bytes(b"no picture")
    people, authors = [], []
    for number in range(3):
        mine = grid(N, shift=number / 2, skip=[number, 7 * number])
        people += mine
        authors += [f"p{number}"] * len(mine)
        write_coco(folder / f"p{number}" / "labels.json", ITEMS, mine)
    values = [{"cut": n % 3 == 0, "size": n % 5} for n in range(len(rows))]
    broken = [*rows, ("003.png", "dog", (5.0, 10.5, 5.0, 40.0)), ("004.png", "dog", (5.0, 10.0, 25.5, 40.5))]
    return {
        "gold": write_coco(folder / "gold.json", ITEMS, rows, attributes=values),
        "several": write_coco(folder / "several.json", ITEMS, people, authors=authors),
        "with_values": write_coco(folder / "values.json", ITEMS, rows, attributes=list(reversed(values))),
        "scored": write_coco(
            folder / "scored.json", ITEMS, rows[3:], scores=rng.uniform(0.1, 1, len(rows) - 3).tolist()
        ),
        "broken": write_coco(folder / "broken.json", ITEMS, broken),
        "p1": folder / "p1",
        "p2": folder / "p2",
    }


def test_a_practice_that_differs_is_in_the_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng, rows, authors = np.random.default_rng(5), [], []
    items = [f"{number:03}.png" for number in range(120)]
    for item in items:
        cut = [(0.0, 20.0 * place + 2, float(rng.uniform(8, 14)), 20.0 * place + 16) for place in range(4)]
        whole = [
            (30.0 + 24 * (k % 2), 22.0 * (k // 2) + 4, 48.0 + 24 * (k % 2), 22.0 * (k // 2) + 20) for k in range(6)
        ]
        for person in range(6):
            for box in [*whole, *(cut if person < 3 else [])]:
                if rng.random() > 0.04:
                    step = rng.normal(0, 0.3, 4)
                    x_min, y_min, x_max, y_max = (float(v) for v in np.maximum(np.array(box) + step, 0.0))
                    rows.append((item, "cell", (0.0 if box[0] == 0 else x_min, y_min, x_max, y_max)))
                    authors.append(f"p{person}")
    document = said(capsys, "agree", write_coco(tmp_path / "habit.json", items, rows, authors=authors))
    check_document(document)
    sides = document["practices"]["practices"][0]["sides"]
    assert sorted(map(sorted, (side["people"] for side in sides))) == [["p0", "p1", "p2"], ["p3", "p4", "p5"]]


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> dict[str, Any]:
    assert run([*map(str, arguments), "--json"]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


CALLS: list[list[str]] = [
    ["look", "gold"],
    ["look", "several"],
    ["look", "broken", "--who", "ann=p1", "--who", "bo=p2", "--predictions", "scored"],
    ["look", "gold", "--no-pictures", "--predictions", "scored"],
    ["agree", "several"],
    ["agree", "gold", "--who", "ann=with_values", "--iou", "0.75"],
    ["agree", "gold", "--who", "ann=p1", "--who", "bo=p2"],
    ["score", "several", "--gold", "gold"],
    ["score", "scored", "--gold", "gold"],
    ["score", "several", "--gold", "gold", "--like", "cvat"],
    ["score", "scored", "--gold", "gold", "--like", "datumaro"],
    ["score", "several", "--gold", "gold", "--like", "label-studio"],
    ["score", "with_values", "--gold", "gold", "--class", "cat"],
    ["consensus", "several"],
    ["findings", "broken"],
    ["findings", "several"],
    ["findings", "gold", "--predictions", "scored"],
    ["annotators", "several"],
    ["annotators", "several", "--gold", "gold"],
    ["annotators", "gold"],
    ["measure", "several", "--gold", "gold"],
    ["measure", "gold"],
]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_documents_are_what_their_schema_says(
    call: list[str], files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = []
    for word in call:
        name, equals, value = word.rpartition("=")
        arguments.append(f"{name}{equals}{files[value]}" if value in files else word)
    document = said(capsys, *arguments)
    check_document(document)
    assert document["kind"] == f"assay.{call[0]}"


def test_samples_results_written_answers_and_errors_too(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = tmp_path / "sample"
    check_document(said(capsys, "audit-labels", files["gold"], "--n", "40", "--out", sample))
    check_document(json.loads((sample / "sample.json").read_text()))
    filled = [row.rsplit(",", 2)[0] + ",cat,ok" for row in (sample / "sheet.csv").read_text().splitlines()[1:-1]]
    sheet = (sample / "sheet.csv").read_text().splitlines()
    (sample / "sheet.csv").write_text("\n".join([sheet[0], *filled, sheet[-1]]) + "\n")
    answered = said(capsys, "audit-labels", files["gold"], "--answers", sample)
    check_document(answered)
    assert answered["n_unanswered"] == 1
    assert answered["called"]
    check_document(said(capsys, "consensus", files["several"], "--out", tmp_path / "answer", "--to", "voc"))
    check_document(said(capsys, "agree", files["gold"], code=7))
    check_document(said(capsys, "look", tmp_path / "nowhere", code=5))
    check_document(assay.measure(pa.Table.from_batches([random_rows(60, 1)])).to_json())


def test_every_engine_verb_has_a_schema_and_every_schema_is_sound() -> None:
    verbs = {name for name, entry in COMMANDS.items() if entry.panel == ENGINE} - {"audit-labels", "convert"}
    assert {name for name in verbs if f"assay.{name}" in _kinds()} >= {
        "agree", "annotators", "consensus", "findings", "look", "measure", "score",
    }  # fmt: skip
    for name, schema in schemas().items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"{name}.json"


def _kinds() -> set[str]:
    return {
        schema["properties"]["kind"]["const"] for schema in schemas().values() if "kind" in schema.get("properties", {})
    }


def test_a_measured_number_always_has_its_six_parts() -> None:
    measured = schemas()["common"]["$defs"]["measured"]
    assert measured["required"] == ["value", "low", "high", "n", "n_items", "method"]
    assert measured["additionalProperties"] is False


def test_a_field_more_or_less_or_of_another_kind_is_noticed(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = said(capsys, "score", files["several"], "--gold", files["gold"])
    for spoil in (
        lambda d: d.pop("overall"),
        lambda d: d.update(more=1),
        lambda d: d["overall"]["f1"].pop("n_items"),
        lambda d: d["overall"].update(f1=0.5),
    ):
        document = json.loads(json.dumps(whole))
        spoil(document)
        with pytest.raises((AssertionError, ValidationError)):
            check_document(document)
