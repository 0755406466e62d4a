"""Imports in tests: small pictures that differ, uploads, and an importer that can be killed between two slices."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from assay.items import Import, add_file, get_import, list_import_rows, open_import, start_import
from assay.jobs.importing import Importer, Places
from assay.jobs.intake import DecodePool
from assay.storage import Blobs
from tests.support.projects import SETUP, Project


def jpeg(seed: int, width_px: int = 64, height_px: int = 48, **options: Any) -> bytes:
    """A small picture of its own: soft colours, so that its perceptual hash is its own too."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    buffer = io.BytesIO()
    coarse.resize((width_px, height_px), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=85, **options)
    return buffer.getvalue()


def voc(name: str, *objects: tuple[str, int, int, int, int], width_px: int = 64, height_px: int = 48) -> bytes:
    """A Pascal VOC file; corners count pixels from 1, both included."""
    boxes = "".join(
        f"<object><name>{label}</name><bndbox><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax>"
        "</bndbox></object>"
        for label, x0, y0, x1, y1 in objects
    )
    size = f"<size><width>{width_px}</width><height>{height_px}</height><depth>3</depth></size>"
    return f"<annotation><filename>{name}</filename>{size}{boxes}</annotation>".encode()


class Killed(BaseException):
    """The process ends here."""


class Desk:
    """Makes imports of a project and works through them on this thread.

    Args:
        project: whose.
        folder: for blobs.
        pool: decoders.
        places: where imports may read.
    """

    def __init__(self, project: Project, folder: Path, pool: DecodePool, places: Places | None = None) -> None:
        self.project = project
        self.blobs = Blobs(f"file://{folder / 'blobs'}")
        self._pool = pool
        self.places = places or Places()

    def opened(self, kind: str = "upload", location: str = "", labels: str = "as_author") -> Import:
        """An open import."""
        house, project = self.project.house, self.project.id
        return open_import(
            SETUP, project, kind=kind, name="set", location=location, labels=labels, origin="real", house=house
        )

    def uploaded(self, files: Mapping[str, bytes], **options: Any) -> Import:
        """A started import of uploaded files."""
        made = self.opened(**options)
        for name, data in files.items():
            sha256 = self.blobs.put(data)
            add_file(SETUP, self.project.id, made.id, name, sha256, len(data), house=self.project.house)
        return start_import(SETUP, self.project.id, made.id, house=self.project.house)

    def importer(self) -> Importer:
        """A fresh importer, as after a start of the server."""
        return Importer(self.project.house, self.blobs, self.places, self._pool)

    def run(self, made: Import) -> Import:
        """Work through it to its end."""
        return self.importer().run(self.project.id, made.id)

    def take_in(self, files: Mapping[str, bytes], **options: Any) -> Import:
        """Upload, start, and work through it."""
        return self.run(self.uploaded(files, **options))

    def now(self, made: Import) -> Import:
        """The import as it stands."""
        return get_import(SETUP, self.project.id, made.id, house=self.project.house)

    def rows(self, made: Import) -> list[tuple[str, str, str | None]]:
        """What became of each file: name, state, code."""
        states = ["accepted", "refused", "duplicate", "near_duplicate", "warning"]
        found = list_import_rows(
            SETUP, self.project.id, made.id, states=states, after=-1, limit=100_000, house=self.project.house
        )
        return [(row.name, row.state, row.code) for _, row in found]


def dying_after(n: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that works `n` times and kills the process at the next call."""
    left = n

    def call(*args: Any, **options: Any) -> Any:
        nonlocal left
        if left == 0:
            raise Killed
        left -= 1
        return function(*args, **options)

    return call
