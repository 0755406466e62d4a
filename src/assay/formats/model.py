"""Reports of reading and writing, and the options both take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Mode = Literal["strict", "skip_rows"]
YoloTask = Literal["auto", "detect", "segment", "obb"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something to say about one place in one file.

    Attributes:
        file: path inside the imported folder.
        place: `line 4`, `annotations[3].bbox`, or empty for the file as a whole.
        reason: what is so, in plain words; holds no path of the machine.
    """

    file: str
    place: str
    reason: str

    def to_json(self) -> dict[str, str]:
        """The three fields as JSON."""
        return {"file": self.file, "place": self.place, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What became of every row of a read.

    Attributes:
        format: name of the codec.
        n_items: items read, with or without marks.
        n_marks: marks read.
        refused: rows left out; at most 1,000 are listed, `n_refused` counts all.
        refused_files: files left out whole, counted by `n_refused_files`.
        warnings: rows taken as they are, though they look wrong.
        repairs: rows taken after a stated change.
        not_kept: things the files hold and Assay does not, with their counts.
        unlabelled: pictures in the folder that no label file speaks of; a picture with an empty label file is an
            item without marks instead.
        image_paths: item to the path of its picture in the folder, where there is one.
    """

    format: str
    n_items: int
    n_marks: int
    refused: tuple[Note, ...] = ()
    n_refused: int = 0
    refused_files: tuple[Note, ...] = ()
    n_refused_files: int = 0
    warnings: tuple[Note, ...] = ()
    n_warnings: int = 0
    repairs: tuple[Note, ...] = ()
    n_repairs: int = 0
    not_kept: Mapping[str, int] = field(default_factory=dict)
    unlabelled: tuple[str, ...] = ()
    image_paths: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON; `image_paths` is left out, it is for the program that imports."""
        return {
            "format": self.format,
            "n_items": self.n_items,
            "n_marks": self.n_marks,
            "n_refused": self.n_refused,
            "refused": [note.to_json() for note in self.refused],
            "n_refused_files": self.n_refused_files,
            "refused_files": [note.to_json() for note in self.refused_files],
            "n_warnings": self.n_warnings,
            "warnings": [note.to_json() for note in self.warnings],
            "n_repairs": self.n_repairs,
            "repairs": [note.to_json() for note in self.repairs],
            "not_kept": dict(self.not_kept),
            "n_unlabelled": len(self.unlabelled),
        }


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of thing a format cannot hold.

    Attributes:
        what: short and stable, such as `author` or `rotated_bbox`.
        n: how many marks or items it touches.
        why: what was done instead, in a plain sentence.
    """

    what: str
    n: int
    why: str


@dataclass(frozen=True, slots=True)
class LossReport:
    """What was written, and what the format could not hold.

    Attributes:
        format: name of the codec.
        n_items: items written, with or without marks.
        n_marks: marks written, after splitting or leaving out.
        losses: empty when reading the export back gives the same labels.
        files: paths written, relative to the sink.
        image_paths: item to the path where its picture belongs beside these labels.
    """

    format: str
    n_items: int
    n_marks: int
    losses: tuple[Loss, ...]
    files: tuple[str, ...]
    image_paths: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The report as JSON; the two lists of paths are counted only."""
        return {
            "format": self.format,
            "n_items": self.n_items,
            "n_marks": self.n_marks,
            "losses": [{"what": loss.what, "n": loss.n, "why": loss.why} for loss in self.losses],
            "n_files": len(self.files),
        }


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader cannot know from the files.

    Attributes:
        author: who made marks for which the source names nobody.
        sizes: path of a picture to its upright (width, height) in pixels; headers are read for the others.
        yolo_task: what more than four numbers on a line mean; `auto` takes them as polygons.
    """

    author: str = "imported"
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    yolo_task: YoloTask = "auto"


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write where a format leaves a choice.

    Attributes:
        yolo_task: `detect` writes boxes only, `segment` polygons only, `obb` four corners; `auto` is `segment` when
            there are polygons, `obb` when there are turned boxes only, else `detect`.
    """

    yolo_task: YoloTask = "auto"


DEFAULT_READ = ReadOptions()
DEFAULT_WRITE = WriteOptions()
