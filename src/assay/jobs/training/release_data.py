"""From a frozen release to what trainers read: items with their accepted marks; gold and tests are never among it."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from assay.datasets import Release
from assay.formats.release.model import ANNOTATIONS, ITEMS, SCHEMA
from assay.jobs.training.errors import TrainingDataError
from assay.kernel.canonical import canonical_json
from assay.storage import Blobs

SPLITS = ("train", "val")


@dataclass(frozen=True, slots=True)
class TrainItem:
    """An item to learn from.

    Attributes:
        split: `train` or `val`.
        marks: class id, shape and sides in px of each accepted mark.
    """

    item_id: str
    split: str
    marks: tuple[tuple[str, str, tuple[float, float, float, float]], ...]


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
        rows = [[i.item_id, i.split, [[c, s, list(b)] for c, s, b in i.marks]] for i in self.items]
        return canonical_json({"classes": list(self.classes), "schema_version": self.schema_version, "items": rows})

    @classmethod
    def from_bytes(cls, data: bytes) -> TrainingSet:
        """What `to_bytes` gave."""
        value = json.loads(data)
        items = tuple(
            TrainItem(i, split, tuple((c, s, (b[0], b[1], b[2], b[3])) for c, s, b in marks))
            for i, split, marks in value["items"]
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
    split = {r["item"]: r["split"] for r in rows(ITEMS, ["item", "split"]) if r["split"] in SPLITS}
    marks: dict[str, list[Any]] = {item: [] for item in split}
    sides = ["x_min_px", "y_min_px", "x_max_px", "y_max_px"]
    for row in rows(ANNOTATIONS, ["item", "mark", "label_class", "shape", *sides]):
        if row["item"] in marks:
            box = tuple(float(row[s] or 0.0) for s in sides)
            marks[row["item"]].append((ids.get(row["label_class"], row["label_class"]), row["shape"], box))
    items = tuple(TrainItem(i, split[i], tuple(marks[i])) for i in sorted(split))
    if not any(i.split == "train" for i in items):
        raise TrainingDataError(f"{release.name} has no item in the split `train`", "Label more, and release again.")
    return TrainingSet(items, tuple(c["id"] for c in schema["classes"]), int(schema["version"]))


def count_classes(items: list[TrainItem], shape: str) -> Counter[str]:
    """How many marks of a shape each class has."""
    return Counter(c for item in items for c, s, _ in item.marks if s == shape)
