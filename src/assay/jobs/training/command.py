"""A trainer that is the administrator's program or function: it gets a folder of items and pictures, gives a model."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from PIL import Image

from assay.jobs.suggesting.pictures import PictureReader
from assay.jobs.training.child import GROUP
from assay.jobs.training.errors import TrainerFailedError, TrainerSettingError
from assay.jobs.training.release_data import TrainingSet, recipe_of
from assay.jobs.training.trainers import Fitted
from assay.models import Runner, Task

MAX_MODEL_BYTES: Final = 512 * 1024 * 1024
DEFAULT_TIME_S: Final = 24 * 3600.0
LAST_LINES: Final = 200
CHILD: Final = "assay.jobs.training.child"
FUNCTION: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
KEPT_NAMES: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "CUDA_VISIBLE_DEVICES")


class CommandTrainer:
    """Runs `command IN OUT`, or calls `function(IN, OUT, *words)` in a process of its own.

    What is run stands in the server's own settings (`assay serve --trainer`); a request only names it. A command is a
    program with words; `python:package.module:function` and `entry:name` (an entry point that an installed package
    offers in the group `assay.trainers`) are functions.

    IN holds `items.json` (classes, and each item's split, picture, marks, origin and weight), `config.json`, and the
    pictures under `images/`, with `templates/` beside them where the config names a rule for templates. OUT must then
    hold
    `model.json` with `task`, `runner` (onnx or linear or boards), `framework`, `file` and `config`, and that file. What
    it prints is the run's log, its processor seconds are the run's. It sees none of the server's secrets: only a few
    variables of its environment. When the server dies, so does it (on Linux); the run that goes on trains anew.

    Raises:
        TrainerSettingError: a function that is not written as one, or an entry point that no package offers.
    """

    def __init__(self, name: str, command: str, *, time_s: float = DEFAULT_TIME_S) -> None:
        self.name, self.words, self.time_s = name, shlex.split(command), time_s
        self.kind = "program"
        for prefix, kind in (("python:", "call"), ("entry:", "entry")):
            if command.startswith(prefix):
                self.kind, self.words = kind, [self.words[0].removeprefix(prefix), *self.words[1:]]
        if self.kind == "call" and not FUNCTION.fullmatch(self.words[0]):
            raise TrainerSettingError(name, command, "a function is written as python:package.module:function")
        if self.kind == "entry" and self.words[0] not in offered():
            known = ", ".join(sorted(offered())) or "none"
            raise TrainerSettingError(name, command, f"installed packages offer these entry points in {GROUP}: {known}")

    def check(self, config: dict[str, Any]) -> None:
        """Every setting is the program's own business, but for the mix of synthetic pictures."""
        json.dumps(config, allow_nan=False)
        recipe_of(config)

    def fit(
        self, data: TrainingSet, pictures: PictureReader, config: dict[str, Any], log: Callable[[str], None]
    ) -> Fitted:
        """Write the folder, run the program, read what it made.

        Raises:
            TrainerFailedError: it ended badly, took too long, or gave no model.
        """
        with tempfile.TemporaryDirectory(prefix="assay-train-") as scratch:
            source, target = Path(scratch) / "in", Path(scratch) / "out"
            target.mkdir()
            _write(source, data, pictures, config)
            used = Path(scratch) / "used"
            self._run(source, target, used, log)
            return replace(self._read(target), cpu_s=float(used.read_text()))

    def _run(self, source: Path, target: Path, used: Path, log: Callable[[str], None]) -> None:
        if self.kind == "program" and shutil.which(self.words[0]) is None:
            raise TrainerFailedError(self.name, "it cannot be started (no such program)")
        kept = {name: os.environ[name] for name in KEPT_NAMES if name in os.environ}
        process = subprocess.Popen(  # noqa: S603 - the administrator's own command
            [sys.executable, "-m", CHILD, str(used), self.kind, *self.words, str(source), str(target)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=kept | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            text=True,
            errors="replace",
        )
        try:
            said, _ = process.communicate(timeout=self.time_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise TrainerFailedError(self.name, f"it took longer than {self.time_s:g} s and was stopped") from None
        lines = said.splitlines()[-LAST_LINES:]
        for line in lines:
            log(line)
        if process.returncode != 0:
            last = f"; it said: {lines[-1][:200]}" if lines else ""
            raise TrainerFailedError(self.name, f"it ended with status {process.returncode}{last}")

    def _read(self, target: Path) -> Fitted:
        try:
            said = json.loads((target / "model.json").read_text())
            file = target / Path(str(said["file"])).name
            if file.stat().st_size > MAX_MODEL_BYTES:
                raise TrainerFailedError(self.name, f"its model is larger than {MAX_MODEL_BYTES:,} bytes")
            return Fitted(
                Task(said["task"]),
                Runner(said["runner"]),
                str(said.get("framework", "")),
                file.read_bytes(),
                dict(said.get("config", {})),
                {"trainer": self.name},
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrainerFailedError(self.name, f"its model.json cannot be used ({error})") from error


def _write(source: Path, data: TrainingSet, pictures: PictureReader, config: dict[str, Any]) -> None:
    for folder in ("images", "templates"):
        (source / folder).mkdir(parents=True)
    there = {}
    for chunk in pictures.chunks([i.item_id for i in data.items], config):
        for picture in chunk:
            Image.fromarray(picture.rgb).save(source / "images" / f"{picture.item_id}.png")
            if picture.template is not None:
                Image.fromarray(picture.template).save(source / "templates" / f"{picture.item_id}.png")
            there[picture.item_id] = picture.template is not None
    items = [
        {
            "item": i.item_id,
            "split": i.split,
            "image": f"images/{i.item_id}.png",
            "template": f"templates/{i.item_id}.png" if there[i.item_id] else None,
            "marks": [{"label_class": c, "shape": s, "bbox": list(b)} for c, s, b in i.marks],
            "origin": i.origin,
            "weight": i.weight,
        }
        for i in data.items
        if i.item_id in there
    ]
    (source / "items.json").write_text(json.dumps({"classes": list(data.classes), "items": items}))
    (source / "config.json").write_text(json.dumps(config))


def offered() -> set[str]:
    """Names of the entry points that installed packages offer; nothing is imported."""
    return {point.name for point in entry_points(group=GROUP)}


def trainers_of(named: tuple[str, ...]) -> dict[str, CommandTrainer]:
    """Trainers from `NAME=COMMAND` settings.

    Raises:
        TrainerSettingError: one that cannot be run.
    """
    pairs = [text.partition("=") for text in named]
    return {
        name.strip(): CommandTrainer(name.strip(), command) for name, _, command in pairs if name.strip() and command
    }
