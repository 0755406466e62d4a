"""From a frozen release to what trainers read: items with their accepted marks; gold and tests are never among it."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow.parquet as pq

from assay.datasets import Candidate, Recipe, Release, check_real, check_recipe, mix
from assay.formats.release.model import ANNOTATIONS, ITEMS, SCHEMA
from assay.jobs.suggesting.settings import number
from assay.jobs.training.errors import TrainingDataError
from assay.kernel.canonical import canonical_json
from assay.storage import Blobs

SPLITS = ("train", "val")
MIX_KEYS = ("synthetic_weight", "synthetic_share")
"""Settings of every trainer: how much synthetic pictures count (docs/models.md)."""


@dataclass(frozen=True, slots=True)
class TrainItem:
    """An item to learn from.

    Attributes:
        split: `train` or `val`.
        marks: class id, shape and sides in px of each accepted mark.
        origin: `real` or `synthetic`.
        weight: how much it counts in training; 1 unless a mix says otherwise.
    """

    item_id: str
    split: str
    marks: tuple[tuple[str, str, tuple[float, float, float, float]], ...]
    origin: str = "real"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """What a run learns from; its bytes are kept, so that a run that goes on learns from the same.

    Attributes:
        classes: class ids in the schema's order.
        schema_version: of the release.
    """

    items: tuple[TrainItem, ...]
    classes: tuple[str, ...]
    schema_version: int

    def of_split(self, split: str) -> list[TrainItem]:
        """The items of one split."""
        return [item for item in self.items if item.split == split]

    def to_bytes(self) -> bytes:
        """As canonical JSON."""
        rows = [[i.item_id, i.split, [[c, s, list(b)] for c, s, b in i.marks], i.origin, i.weight] for i in self.items]
        return canonical_json({"classes": list(self.classes), "schema_version": self.schema_version, "items": rows})

    @classmethod
    def from_bytes(cls, data: bytes) -> TrainingSet:
        """What `to_bytes` gave."""
        value = json.loads(data)
        items = tuple(
            TrainItem(i, split, tuple((c, s, (b[0], b[1], b[2], b[3])) for c, s, b in marks), *rest)
            for i, split, marks, *rest in value["items"]
        )
        return cls(items, tuple(value["classes"]), int(value["schema_version"]))


def training_set(release: Release, blobs: Blobs) -> TrainingSet:
    """Read a frozen release's train and validation items.

    Raises:
        TrainingDataError: it is not frozen, or has nothing to learn from.
    """
    if release.digest is None:
        raise TrainingDataError(f"{release.name} is not frozen", "Clear what blocks it, then freeze and sign it.")

    def rows(path: str, columns: list[str]) -> list[dict[str, Any]]:
        table = pq.read_table(io.BytesIO(blobs.get(release.content[path])), columns=columns)
        found: list[dict[str, Any]] = table.to_pylist()
        return found

    schema = json.loads(blobs.get(release.content[SCHEMA]))
    ids = {c["name"]: c["id"] for c in schema["classes"]}
    known = {r["item"]: r for r in rows(ITEMS, ["item", "split", "origin"]) if r["split"] in SPLITS}
    split = {item: row["split"] for item, row in known.items()}
    marks: dict[str, list[Any]] = {item: [] for item in split}
    sides = ["x_min_px", "y_min_px", "x_max_px", "y_max_px"]
    for row in rows(ANNOTATIONS, ["item", "mark", "label_class", "shape", *sides]):
        if row["item"] in marks:
            box = tuple(float(row[s] or 0.0) for s in sides)
            marks[row["item"]].append((ids.get(row["label_class"], row["label_class"]), row["shape"], box))
    items = tuple(TrainItem(i, split[i], tuple(marks[i]), known[i]["origin"]) for i in sorted(split))
    if not any(i.split == "train" for i in items):
        raise TrainingDataError(f"{release.name} has no item in the split `train`", "Label more, and release again.")
    return TrainingSet(items, tuple(c["id"] for c in schema["classes"]), int(schema["version"]))


def recipe_of(config: Mapping[str, Any]) -> Recipe | None:
    """The mix of real and synthetic pictures that settings ask for; None where they ask for none.

    Raises:
        RecipeInvalidError: a share that cannot be.
    """
    asked = {name: config[name] for name in MIX_KEYS if config.get(name) is not None}
    if not asked:
        return None
    values = {name: number(config, name, 0.0, 0.0, 0.999) for name in asked}
    recipe = Recipe(**values, seed=int(number(config, "seed", 0, 0, 2**31)))
    check_recipe(recipe)
    return recipe


def mixed(data: TrainingSet, recipe: Recipe | None) -> TrainingSet:
    """The items that a mix takes, with their weights; without a mix everything counts alike.

    Validation holds real pictures only, as releases see to; where no picture is real, as in a demonstration, nothing
    is checked or mixed.

    Raises:
        SyntheticOutsideTrainingError: a synthetic picture in validation beside real ones.
        RecipeInvalidError: nothing to mix.
    """
    candidates = [Candidate(i.item_id, i.split, i.origin) for i in data.items]
    if recipe is None:
        if any(i.origin == "real" for i in data.items):
            check_real(candidates)
        return data
    weights = {one.item_id: one.weight for one in mix(candidates, recipe)}
    kept = [i for i in data.items if i.split != "train" or i.item_id in weights]
    return replace(data, items=tuple(replace(i, weight=weights.get(i.item_id, 1.0)) for i in kept))


def count_classes(items: list[TrainItem], shape: str) -> Counter[str]:
    """How many marks of a shape each class has."""
    return Counter(c for item in items for c, s, _ in item.marks if s == shape)
