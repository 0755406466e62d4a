"""A trainer that is somebody's own program: what it is given, what is taken of it, how it may fail."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from assay.jobs.suggesting import Picture
from assay.jobs.training.command import CommandTrainer, trainers_of
from assay.jobs.training.errors import TrainerFailedError, TrainerSettingError, TrainerUnknownError
from assay.jobs.training.release_data import TrainingSet, TrainItem
from assay.jobs.training.steps import trainer_of
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


FUNCTION = """
import json, os
from pathlib import Path

def fit(source, target, *words):
    assert isinstance(source, Path) and "SECRET" not in os.environ
    total = sum(k * k for k in range(3_000_000))
    item = json.loads((source / "items.json").read_text())["items"][0]
    print("called with", *words, "for", item["split"], item["origin"], item["weight"])
    (target / "m").write_bytes(b"weights")
    said = {"task": "tags", "runner": "none", "file": "m", "config": {"total": total}}
    (target / "model.json").write_text(json.dumps(said))

def broken(source, target):
    raise ValueError("no such optimiser: magic")
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of the administrator's that holds trainers."""
    (tmp_path / "my_trainers.py").write_text(FUNCTION)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("SECRET", "do not tell")
    return "my_trainers"


def test_a_function_is_called_in_a_process_of_its_own_and_its_cost_is_known(module: str) -> None:
    lines: list[str] = []
    trainer = trainers_of((f"mine=python:{module}:fit fast",))["mine"]
    made = trainer.fit(DATA, Pictures(), {}, lines.append)  # type: ignore[arg-type]
    assert lines == ["called with fast for train real 1.0"]
    assert made.artifact == b"weights"
    assert made.cpu_s > 0.05
    assert "my_trainers" not in sys.modules


@pytest.mark.parametrize(
    ("name", "words"), [("broken", "no such optimiser: magic"), ("gone", "has no attribute 'gone'")]
)
def test_a_function_that_fails_says_why(module: str, name: str, words: str) -> None:
    with pytest.raises(TrainerFailedError, match=words):
        CommandTrainer("mine", f"python:{module}:{name}").fit(DATA, Pictures(), {}, print)  # type: ignore[arg-type]


@pytest.mark.parametrize("setting", ["python:os.system", "python:os:path.join", "python:a b:c", "entry:magic"])
def test_a_setting_that_names_no_function_stops_the_server_with_the_setting(setting: str) -> None:
    with pytest.raises(TrainerSettingError, match=f"'mine' is set to '{setting}'"):
        trainers_of((f"mine={setting}",))


def test_an_entry_point_of_an_installed_package_is_found_by_its_name(
    tmp_path: Path, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "my_trainers-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-trainers\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[assay.trainers]\ncells = {module}:fit\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    made = CommandTrainer("c", "entry:cells").fit(DATA, Pictures(), {}, print)  # type: ignore[arg-type]
    assert made.artifact == b"weights"


def test_what_a_request_names_is_never_looked_up_as_code(module: str) -> None:
    tools = SimpleNamespace(trainers=trainers_of((f"mine=python:{module}:fit",)))
    assert trainer_of("mine", tools).name == "mine"  # type: ignore[arg-type,attr-defined]
    for name in (f"python:{module}:fit", f"{module}:fit", "python:os:system", "entry:mine", sys.executable):
        with pytest.raises(TrainerUnknownError):
            trainer_of(name, tools)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_training_ends_with_the_server_that_began_it(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text(
        f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    )
    child = [sys.executable, "-m", "assay.jobs.training.child", str(tmp_path / "used"), "program"]
    code = f"import subprocess; subprocess.run({[*child, sys.executable, str(program)]!r})"
    server = subprocess.Popen([sys.executable, "-c", code])
    until = time.monotonic() + 120
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < until
        time.sleep(0.05)
    pid = int((tmp_path / "pid").read_text())
    server.kill()
    server.wait()
    while Path(f"/proc/{pid}").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < until, "the training went on without its server"
        time.sleep(0.05)


def test_settings_name_trainers() -> None:
    found = trainers_of(("yolo=/opt/train --fast", "bad"))
    assert list(found) == ["yolo"]
    assert found["yolo"].words == ["/opt/train", "--fast"]


def test_items_travel_as_they_were() -> None:
    assert TrainingSet.from_bytes(DATA.to_bytes()) == DATA
    assert json.loads(DATA.to_bytes())["classes"] == ["cell"]
