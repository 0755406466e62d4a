"""A trainer that is the administrator's program: it gets a folder with items and pictures, and gives a model."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from PIL import Image

from assay.jobs.suggesting.pictures import PictureReader
from assay.jobs.training.errors import TrainerFailedError
from assay.jobs.training.release_data import TrainingSet
from assay.jobs.training.trainers import Fitted
from assay.models import Runner, Task

MAX_MODEL_BYTES: Final = 512 * 1024 * 1024
DEFAULT_TIME_S: Final = 24 * 3600.0
LAST_LINES: Final = 200
KEPT_NAMES: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "CUDA_VISIBLE_DEVICES")


class CommandTrainer:
    """Runs `command IN OUT`.

    IN holds `items.json` (classes, and each item's split, picture and marks), `config.json`, and the pictures under
    `images/`, with `templates/` beside them where the config names a rule for templates. OUT must then hold
    `model.json` with `task`, `runner` (onnx or linear or boards), `framework`, `file` and `config`, and that file. What
    the program prints is the run's log. It sees none of the server's secrets: only a few variables of its environment.
    """

    def __init__(self, name: str, command: str, *, time_s: float = DEFAULT_TIME_S) -> None:
        self.name, self.words, self.time_s = name, shlex.split(command), time_s

    def check(self, config: dict[str, Any]) -> None:
        """Every setting is the program's own business."""
        json.dumps(config, allow_nan=False)

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
            self._run(source, target, log)
            return self._read(target)

    def _run(self, source: Path, target: Path, log: Callable[[str], None]) -> None:
        kept = {name: os.environ[name] for name in KEPT_NAMES if name in os.environ}
        try:
            process = subprocess.Popen(  # noqa: S603 - the administrator's own command
                [*self.words, str(source), str(target)],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=kept,
                start_new_session=True,
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise TrainerFailedError(self.name, f"it cannot be started ({error.strerror})") from error
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
        }
        for i in data.items
        if i.item_id in there
    ]
    (source / "items.json").write_text(json.dumps({"classes": list(data.classes), "items": items}))
    (source / "config.json").write_text(json.dumps(config))


def trainers_of(named: tuple[str, ...]) -> dict[str, CommandTrainer]:
    """Trainers from `NAME=COMMAND` settings."""
    pairs = [text.partition("=") for text in named]
    return {
        name.strip(): CommandTrainer(name.strip(), command) for name, _, command in pairs if name.strip() and command
    }
