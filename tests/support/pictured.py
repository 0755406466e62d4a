"""Items with pictures that can be read, for tests of what looks at them."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from assay.items.model import NewItem
from assay.items.store import add_item, show_items
from assay.kernel.actor import system
from assay.storage import Blobs
from tests.support.projects import Project

TEST = system("test")


def put_items(project: Project, blobs: Blobs, pictures: list[np.ndarray]) -> list[str]:
    """Items with pictures that can be read."""
    made = []
    with project.house.write(TEST, project.id, "add pictures") as tx:
        import_id = tx.new_id()
        for no, pixels in enumerate(pictures):
            buffer = io.BytesIO()
            Image.fromarray(pixels).save(buffer, "PNG")
            sha256 = blobs.put(buffer.getvalue())
            made.append(tx.new_id())
            size = {"width_px": pixels.shape[1], "height_px": pixels.shape[0]}
            new = NewItem(f"{no}.png", "real", sha256, sha256, None, sha256, "image/png", orientation=1, size_bytes=9,
                          perceptual_hash=no, **size)  # fmt: skip
            assert add_item(tx, import_id, made[-1], new)
        show_items(tx, import_id)
        tx.record("items.added", subject="test")
    return made


def noise(n: int, side: int = 40, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (side, side + 8, 3), np.uint8) for _ in range(n)]
