"""The trainers that come with Assay: `tags` and `boards`; both need numpy and scipy only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from assay.jobs.suggesting.boards import pack_boards
from assay.jobs.suggesting.linear import pack_linear, picture_features
from assay.jobs.suggesting.pictures import PictureReader
from assay.jobs.suggesting.settings import check_keys, number
from assay.jobs.training.boards import LEAST_STEPS, Board, examples_of, growth_of, train_boards
from assay.jobs.training.errors import TrainingDataError
from assay.jobs.training.release_data import MIX_KEYS, TrainingSet, count_classes, recipe_of
from assay.kernel.marks import BBOX, TAG
from assay.models import Runner, Task
from assay.quality.linear_head import fit_linear_head, fit_temperature, with_temperature

Log = Callable[[str], None]
Floats = NDArray[np.float64]

MIN_CALIBRATION: Final = 30
"""Validation items below which the temperature stays 1."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a trainer hands over.

    Attributes:
        artifact: the model's file; None when another server runs it.
        config: what its runner needs.
        facts: numbers about the training, for the run's page.
        cpu_s: processor seconds of other processes that it took; those of this one are measured outside.
    """

    task: Task
    runner: Runner
    framework: str
    artifact: bytes
    config: dict[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)
    cpu_s: float = 0.0


class Trainer(Protocol):
    """Something that makes a model of a release."""

    def check(self, config: dict[str, Any]) -> None:
        """Refuse settings that cannot be, before anything is queued."""
        ...

    def fit(self, data: TrainingSet, pictures: PictureReader, config: dict[str, Any], log: Log) -> Fitted:
        """Train; the same data and settings give the same bytes on the same machine."""
        ...


class TagTrainer:
    """A logistic head on picture statistics; learns items that have exactly one tag."""

    KEYS: Final = frozenset({"l2", "balanced", "seed", *MIX_KEYS})

    def check(self, config: dict[str, Any]) -> None:
        """See `Trainer`."""
        check_keys(config, self.KEYS)
        number(config, "l2", 10.0, 1e-6, 1e6)
        number(config, "seed", 0, 0, 2**31)
        recipe_of(config)

    def fit(self, data: TrainingSet, pictures: PictureReader, config: dict[str, Any], log: Log) -> Fitted:
        """See `Trainer`."""
        tagged = {i.item_id: next(c for c, s, _ in i.marks if s == TAG) for i in data.items if _n_tags(i.marks) == 1}
        counts = count_classes([i for i in data.of_split("train") if i.item_id in tagged], TAG)
        if len(counts) < 2:  # noqa: PLR2004 - one class needs no model
            raise TrainingDataError(
                f"{sum(counts.values())} train items have exactly one tag, of {len(counts)} classes",
                "The trainer `tags` needs train items of at least two classes with one tag each.",
            )
        classes = [c for c in data.classes if c in counts]
        features = _features(sorted(tagged), pictures, log)
        rows = {s: [i.item_id for i in data.of_split(s) if tagged.get(i.item_id) in classes] for s in ("train", "val")}
        x = {s: np.array([features[i] for i in ids]) for s, ids in rows.items()}
        y = {s: np.array([classes.index(tagged[i]) for i in ids], np.int64) for s, ids in rows.items()}
        counted = {i.item_id: i.weight for i in data.items}
        weights = np.array([counted[i] for i in rows["train"]], np.float64)
        if config.get("balanced"):
            weights *= len(y["train"]) / (len(classes) * np.bincount(y["train"], minlength=len(classes)))[y["train"]]
        head = fit_linear_head(
            x["train"], y["train"], len(classes), l2=number(config, "l2", 10.0, 0, 1e6), weights=weights
        )
        facts: dict[str, Any] = {"n_train": len(y["train"]), "n_val": len(y["val"]), "classes": classes}
        if len(y["val"]) >= MIN_CALIBRATION:
            logits = head.logits(x["val"])
            head = with_temperature(head, fit_temperature(logits, y["val"]))
            facts["val_accuracy"] = round(float((logits.argmax(axis=1) == y["val"]).mean()), 4)
        log(f"learned {len(classes)} classes from {facts['n_train']} items; temperature {head.temperature:.3f}")
        return Fitted(Task.TAGS, Runner.LINEAR, "assay-linear", pack_linear(head, classes), {"classes": classes}, facts)


class BoardTrainer:
    """Difference to a template, named and refined by a small network; learns boxes."""

    KEYS: Final = frozenset({"epochs", "least_steps", "seed", "template", "min_confidence", *MIX_KEYS})

    def check(self, config: dict[str, Any]) -> None:
        """See `Trainer`."""
        check_keys(config, self.KEYS)
        number(config, "epochs", 20, 1, 200)
        number(config, "least_steps", LEAST_STEPS, 0, 1e6)
        number(config, "seed", 0, 0, 2**31)
        recipe_of(config)

    def fit(self, data: TrainingSet, pictures: PictureReader, config: dict[str, Any], log: Log) -> Fitted:
        """See `Trainer`."""
        counts = count_classes(data.of_split("train"), BBOX)
        if not counts:
            raise TrainingDataError("no train item has a box", "The trainer `boards` learns boxes.")
        classes = [c for c in data.classes if c in counts]
        boards = _boards(data, classes, pictures, config)
        log(f"read {len(boards)} boards with their templates; {sum(counts.values())} marked defects")
        rng = np.random.default_rng(int(number(config, "seed", 0, 0, 2**31)))
        grow = growth_of(boards[:40])
        parts = [examples_of(board, len(classes), grow, rng) for board in boards]
        log(f"{sum(len(p.classes) for p in parts)} crops; people draw defects {grow:.2f} times as large as they are")
        epochs = int(number(config, "epochs", 20, 1, 200))
        floor = int(number(config, "least_steps", LEAST_STEPS, 0, 1e6))
        net = train_boards(parts, len(classes), rng=rng, epochs=epochs, least_steps=floor, log=log)
        made = {k: v for k, v in config.items() if k in {"template", "min_confidence"}}
        facts = {"n_train": len(boards), "n_crops": sum(len(p.classes) for p in parts), "classes": classes}
        return Fitted(
            Task.BOXES,
            Runner.BOARDS,
            "assay-boards",
            pack_boards(net, classes, grow),
            {**made, "classes": classes},
            facts,
        )


def _n_tags(marks: tuple[tuple[str, str, Any], ...]) -> int:
    return sum(shape == TAG for _, shape, _ in marks)


def _features(ids: list[str], pictures: PictureReader, log: Log) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for chunk in pictures.chunks(ids, {}):
        found |= {p.item_id: picture_features(p) for p in chunk}
    log(f"looked at {len(found)} pictures")
    return found


def _boards(data: TrainingSet, classes: list[str], pictures: PictureReader, config: dict[str, Any]) -> list[Board]:
    """The train items that have a template of their own size."""
    marks = {i.item_id: [(c, b) for c, s, b in i.marks if s == BBOX] for i in data.of_split("train")}
    weights = {i.item_id: i.weight for i in data.items}
    boards = []
    for chunk in pictures.chunks(sorted(marks), config):
        for p in chunk:
            if p.template is None or p.template.shape != p.rgb.shape:
                continue
            mine = marks[p.item_id]
            boxes = np.array([b for _, b in mine], np.float64).reshape(-1, 4)
            numbers = np.array([classes.index(c) for c, _ in mine], np.int64)
            boards.append(Board(p.rgb, p.template, boxes, numbers, weights[p.item_id]))
    if not boards:
        raise TrainingDataError(
            "no train item has a template",
            'Import the templates too, and say how their names follow: {"template": {"replace": ["_test", "_temp"]}}.',
        )
    return boards


TRAINERS: Final[dict[str, Trainer]] = {"tags": TagTrainer(), "boards": BoardTrainer()}
