"""A trainer that is somebody's own program: what it is given, what is taken of it, how it may fail."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.jobs.suggesting import Picture
from assay.jobs.training.command import CommandTrainer, trainers_of
from assay.jobs.training.errors import TrainerFailedError
from assay.jobs.training.release_data import TrainingSet, TrainItem
from assay.models import Runner, Task

DATA = TrainingSet((TrainItem("i1", "train", (("cell", "bbox", (1.0, 2.0, 3.0, 4.0)),)),), ("cell",), 1)
GOOD = """
import json, os, sys
source, target = sys.argv[1:]
items = json.load(open(source + "/items.json"))["items"]
assert os.path.exists(source + "/" + items[0]["image"])
assert "SECRET" not in os.environ
print("learned", len(items), json.load(open(source + "/config.json"))["lr"])
open(target + "/m.onnx", "wb").write(b"weights")
said = {"task": "boxes", "runner": "onnx", "framework": "mine", "file": "m.onnx", "config": {"classes": ["cell"]}}
json.dump(said, open(target + "/model.json", "w"))
"""


class Pictures:
    """One grey picture for each item."""

    def chunks(self, item_ids: Sequence[str], config: Mapping[str, Any]) -> Iterator[list[Picture]]:
        """All at once."""
        del config
        yield [Picture(i, np.full((8, 8, 3), 90, np.uint8)) for i in item_ids]


def _fit(code: str, tmp_path: Path, time_s: float = 30.0) -> tuple[Any, list[str]]:
    program = tmp_path / "train.py"
    program.write_text(code)
    lines: list[str] = []
    trainer = CommandTrainer("mine", f"{sys.executable} {program}", time_s=time_s)
    return trainer.fit(DATA, Pictures(), {"lr": 0.1}, lines.append), lines  # type: ignore[arg-type]


def test_it_is_given_items_and_pictures_and_its_model_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "do not tell")
    made, lines = _fit(GOOD, tmp_path)
    assert lines == ["learned 1 0.1"]
    assert (made.task, made.runner, made.framework, made.artifact) == (Task.BOXES, Runner.ONNX, "mine", b"weights")
    assert made.config == {"classes": ["cell"]}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; print('no data'); sys.exit(3)", "ended with status 3; it said: no data"),
        ("pass", "model.json cannot be used"),
        ("import sys, json; json.dump({}, open(sys.argv[2] + '/model.json', 'w'))", "model.json cannot be used"),
        ("import time; time.sleep(60)", "took longer than 1 s"),
    ],
)
def test_one_that_fails_says_why(code: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(TrainerFailedError, match=words):
        _fit(code, tmp_path, time_s=1.0 if "sleep" in code else 30.0)


def test_one_that_is_not_there_says_so() -> None:
    with pytest.raises(TrainerFailedError, match="cannot be started"):
        CommandTrainer("x", "/no/such/program").fit(DATA, Pictures(), {}, print)  # type: ignore[arg-type]


def test_settings_name_trainers() -> None:
    found = trainers_of(("yolo=/opt/train --fast", "bad"))
    assert list(found) == ["yolo"]
    assert found["yolo"].words == ["/opt/train", "--fast"]


def test_items_travel_as_they_were() -> None:
    assert TrainingSet.from_bytes(DATA.to_bytes()) == DATA
    assert json.loads(DATA.to_bytes())["classes"] == ["cell"]
