"""What the demonstration plays with: pictures and the truth about them, drawn or from a folder of labelled images."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assay.demo.boards.model import CLASSES as BOARD_CLASSES
from assay.demo.boards.model import Boards, Sizes
from assay.demo.errors import DemoDataError
from assay.demo.pictures import CLASSES, DrawnPicture, PictureMaker
from assay.demo.plan import N_PICTURES
from assay.demo.truth import TruthItem, truth_from_labels, with_small_flags
from assay.formats.files import FolderFiles
from assay.formats.registry import FORMATS, codec, detect

N_PRACTICE = 6
N_PRACTICE_GOLD = 2
_BEYOND = 14  # pictures looked at beyond the work, of which the easiest become the practice round
_GOLD_WANTED = 36
_GOLD_SHARE = 0.3
_FEWEST = 40
_SPARE = 4  # pictures drawn only for the guideline
_EASY = (4, 9)  # objects on a practice picture


@dataclass(frozen=True)
class Material:
    """The pictures of a demonstration and what is true of them.

    Attributes:
        name: of the project.
        source: `drawn` or `folder`.
        things: what the objects are called, plural.
        classes: class names in order of their keys.
        work: items that people label, gold among them.
        practice: items of the visitor's practice round; empty for a folder.
        note: what has to be said about the truth.
        whole_groups: whether gold is drawn by physical objects, so that none is both tested on and learned from.
    """

    name: str
    source: str
    things: str
    classes: tuple[str, ...]
    work: tuple[TruthItem, ...]
    practice: tuple[TruthItem, ...]
    note: str
    whole_groups: bool = False

    @property
    def n_gold(self) -> int:
        """How many work items become gold: 36, fewer on small sets."""
        return min(_GOLD_WANTED, round(_GOLD_SHARE * len(self.work)))

    @property
    def class_ids(self) -> dict[str, str]:
        """The stable id of each class by its name."""
        return {
            name: re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or f"class-{i}"
            for i, name in enumerate(self.classes)
        }


class DrawnMaterial:
    """Pictures that are drawn while they are uploaded; the practice round's are easy ones from beyond the work's.

    Args:
        seed: of everything drawn.
        n_pictures: for the work.
        n_practice: for a visitor's practice round.
    """

    def __init__(self, seed: int, n_pictures: int = N_PICTURES, n_practice: int = N_PRACTICE) -> None:
        self._maker = PictureMaker(seed)
        self._n_work = n_pictures
        beyond = range(n_pictures, n_pictures + _BEYOND)
        counts = {number: len(t.objects) for number, t in zip(beyond, self._maker.truths(beyond), strict=True)}
        easy = sorted(beyond, key=lambda number: (not _EASY[0] <= counts[number] <= _EASY[1], number))
        self.numbers = (*range(n_pictures), *easy[:n_practice])
        self._spare = easy[n_practice : n_practice + _SPARE]

    def draw(self) -> Iterator[DrawnPicture]:
        """The work's pictures, then those of the practice round."""
        return self._maker.draw(self.numbers)

    def spare(self) -> list[DrawnPicture]:
        """Pictures that nobody labels, for the guideline's examples."""
        return list(self._maker.draw(self._spare))

    def material(self, truths: Sequence[TruthItem] | None = None) -> Material:
        """What is true of them; `truths` as drawing them gave it, or None where they were not drawn now."""
        flagged = with_small_flags(self._maker.truths(self.numbers) if truths is None else truths)
        return Material(
            name="Machined parts",
            source="drawn",
            things="parts",
            classes=CLASSES,
            work=tuple(flagged[: self._n_work]),
            practice=tuple(flagged[self._n_work :]),
            note="The pictures are drawn and their labels are right by construction.",
        )


def boards_material(boards: Boards, sizes: Sizes) -> Material:
    """The first boards as the work of round one."""
    return Material(
        name=boards.name,
        source=boards.source,
        things="defects",
        classes=BOARD_CLASSES,
        work=tuple(with_small_flags(boards.before[: sizes.work])),
        practice=(),
        note=boards.note,
        whole_groups=True,
    )


def folder_material(folder: Path) -> Material:
    """Read a labelled folder in any supported format; its labels become the hidden truth.

    Raises:
        DemoDataError: no known format, no boxes, or too few images.
    """
    files = FolderFiles(folder)
    name = detect(files)
    if name is None:
        known = ", ".join(FORMATS)
        raise DemoDataError(f"{folder} holds no labels in a known format.", hint=f"Known are {known}.")
    labels, _ = codec(name).read(files, mode="skip_rows")
    work = tuple(truth_from_labels(labels))
    counted = Counter(o.label_class for item in work for o in item.objects)
    if not counted:
        raise DemoDataError(f"{folder} has {len(work)} images and no box.", hint="The demo needs labelled objects.")
    if len(work) < _FEWEST:
        hint = f"Below {_FEWEST} there is not enough gold to measure anybody; without a folder the demo draws pictures."
        raise DemoDataError(f"{folder} has {len(work)} labelled images.", hint=hint)
    return Material(
        name=folder.name or "Demo",
        source="folder",
        things="objects",
        classes=tuple(sorted(counted, key=lambda c: (-counted[c], c))),
        work=work,
        practice=(),
        note="The folder's own labels are taken as truth for the simulated people. Real labels have misses of their "
        "own: nobody real is graded on them.",
    )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def named_like(name: str) -> str:
    """The part of an item's name by which the server and the label files agree: its file name."""
    return PurePosixPath(name).name
