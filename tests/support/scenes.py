"""Pictures as lists of objects with known truth: real blood cells and printed boards, and drawn street scenes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from assay.formats import FolderFiles, codec
from assay.quality import Boxes
from tests.support.shared import shared_path


@dataclass(frozen=True, eq=False)
class Scenes:
    """What is there.

    Attributes:
        truth: the objects of each image.
        sizes: (n_images, 2) width and height in pixels.
        classes: class names.
        hidden: (n,) whether an object is partly hidden; by depth where it is known, else by overlap.
        has_shadow: (n,) objects with a reflection below.
    """

    truth: Boxes
    sizes: np.ndarray
    classes: tuple[str, ...]
    hidden: np.ndarray
    has_shadow: np.ndarray

    def draw(self, n_images: int, rng: np.random.Generator) -> Scenes:
        """Some of the images, each at most once."""
        chosen = np.sort(rng.choice(len(self.sizes), n_images, replace=False))
        rows = np.concatenate([np.arange(self.truth.offsets[i], self.truth.offsets[i + 1]) for i in chosen])
        return Scenes(
            self.truth.take(chosen), self.sizes[chosen], self.classes, self.hidden[rows], self.has_shadow[rows]
        )

    @property
    def at_edge(self) -> np.ndarray:
        """(n,) objects cut by the edge."""
        near = 0.004 * self.sizes[self.truth.items]
        b = self.truth.xyxy
        return (b[:, :2] <= near).any(axis=1) | (b[:, 2:] >= self.sizes[self.truth.items] - near).any(axis=1)

    @property
    def areas(self) -> np.ndarray:
        """(n,) square pixels."""
        b = self.truth.xyxy
        return (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])


@lru_cache
def cells() -> Scenes:
    """364 images of blood cells, 4,886 boxes; two boxes without size are left out."""
    label_set, _ = codec("voc").read(FolderFiles(shared_path("data/bccd/BCCD")), mode="skip_rows")
    marks = label_set.marks.to_pydict()
    items = label_set.items["item"].to_pylist()
    place = {item: number for number, item in enumerate(items)}
    xyxy = np.column_stack([marks[side] for side in ("x_min_px", "y_min_px", "x_max_px", "y_max_px")])
    item = np.array([place[name] for name in marks["item"]])
    code = np.array([label_set.classes.index(name) for name in marks["label_class"]])
    kept = (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1])
    sizes = np.column_stack([label_set.items["width_px"], label_set.items["height_px"]]).astype(float)
    return _scenes(item[kept], xyxy[kept], code[kept], sizes, label_set.classes)


@lru_cache
def boards() -> Scenes:
    """210 images of printed boards, 1,333 small boxes of six classes, almost none at the edge."""
    folder = shared_path("data/deeppcb")
    files = sorted(file for file in folder.rglob("*.txt") if "_not" in file.parent.name)
    rows = [
        (number, *map(float, line.split()))
        for number, file in enumerate(files)
        for line in file.read_text().splitlines()
        if line.strip()
    ]
    table = np.array(rows)
    names = ("open", "short", "mousebite", "spur", "copper", "pin-hole")
    sizes = np.full((len(files), 2), 640.0)
    return _scenes(table[:, 0].astype(int), table[:, 1:5], table[:, 5].astype(int) - 1, sizes, names)


@lru_cache
def street(n_images: int = 364, seed: int = 11) -> Scenes:
    """Drawn scenes with depth: far things are small and high up, near ones hide them; about ten an image."""
    rng = np.random.default_rng(seed)
    names = ("car", "person", "cyclist", "sign")
    shape = np.array([(1.6, 1.0), (0.42, 1.0), (0.8, 1.05), (0.6, 0.6)])
    counts = 1 + rng.poisson(8.8, n_images)
    item = np.repeat(np.arange(n_images), counts)
    n = len(item)
    code = rng.choice(4, n, p=[0.5, 0.28, 0.1, 0.12])
    depth = rng.beta(1.1, 1.6, n)  # 0 near, 1 far
    height = (40 + 240 * (1 - depth) ** 2) * np.exp(rng.normal(0, 0.18, n))
    height[code == 1] *= 1.15
    sides = height[:, None] * shape[code]
    foot = np.column_stack([rng.uniform(-20, 1300, n), 330 + 380 * (1 - depth) ** 1.3 + rng.normal(0, 14, n)])
    box = np.column_stack(
        [foot[:, 0] - sides[:, 0] / 2, foot[:, 1] - sides[:, 1], foot[:, 0] + sides[:, 0] / 2, foot[:, 1]]
    )
    box = np.clip(box, 0, np.tile([1280.0, 720.0], 2))
    kept = ((box[:, 2:] - box[:, :2]) > 8).all(axis=1)
    item, code, box, depth = item[kept], code[kept], box[kept], depth[kept]
    hidden = np.zeros(len(item), bool)
    for image in range(n_images):
        here = np.flatnonzero(item == image)
        hidden[here] = _covered(box[here], depth[here]) > 0.25
    sizes = np.tile([1280.0, 720.0], (n_images, 1))
    scenes = _scenes(item, box, code, sizes, names)
    order = np.lexsort((box[:, 0], item))
    return Scenes(scenes.truth, sizes, names, hidden[order], scenes.has_shadow)


def _covered(box: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Largest share of each box that a nearer one covers."""
    low, high = np.maximum(box[:, None, :2], box[None, :, :2]), np.minimum(box[:, None, 2:], box[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2) / np.prod(box[:, 2:] - box[:, :2], axis=1)[:, None]
    shared[depth[None, :] >= depth[:, None]] = 0
    return shared.max(axis=1, initial=0)


def _scenes(item: np.ndarray, box: np.ndarray, code: np.ndarray, sizes: np.ndarray, names: tuple[str, ...]) -> Scenes:
    order = np.lexsort((box[:, 0], item))
    item, box, code = item[order], box[order], code[order]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(item, minlength=len(sizes)))])
    truth = Boxes(offsets, box, code.astype(np.int32))
    hidden = np.zeros(len(box), bool)
    for image in range(len(sizes)):
        here = slice(offsets[image], offsets[image + 1])
        low = np.maximum(box[here, None, :2], box[None, here, :2])
        high = np.minimum(box[here, None, 2:], box[None, here, 2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=2)
        np.fill_diagonal(shared, 0)
        share = shared / np.prod(box[here, 2:] - box[here, :2], axis=1)[:, None]
        share[share > 0.95] = 0
        hidden[here] = share.max(axis=1, initial=0) >= 0.25
    has_shadow = np.random.default_rng(5).random(len(box)) < 0.6
    return Scenes(truth, sizes, tuple(names), hidden, has_shadow)
