"""Views of real printed boards in the layout of DeepPCB: each board is cut into four where no defect lies."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assay.demo.boards.model import BOARD, TEMPLATE, Shot, Sizes
from assay.demo.errors import DemoDataError
from assay.demo.seeds import rng_for
from assay.demo.truth import TruthItem, TruthObject, truth_from_labels
from assay.formats.files import FolderFiles
from assay.formats.registry import codec, detect

FORMAT: Final = "deeppcb"
_SEAM: Final = (0.36, 0.64)  # where a board may be cut, in shares of its side


@dataclass(frozen=True, slots=True)
class _View:
    """One of a board's four views: its truth, the board's file without its ending, and what is cut out."""

    truth: TruthItem
    file: str
    window: tuple[int, int, int, int]


class RealBoards:
    """Boards of a folder, by product line; the last line is the one that comes in later. See `Boards`.

    Args:
        folder: as DeepPCB is laid out, with at least two product lines.
        seed: fixes the order in which boards come.
        sizes: how many views are needed.

    Raises:
        DemoDataError: another layout, one product line only, or too few boards.
    """

    source = "folder"
    note = (
        "The folder's own labels are taken as truth for the simulated people. Real labels have misses of their own: "
        "nobody real is graded on them. Each board is shown in four views, cut where no defect is labelled."
    )

    def __init__(self, folder: Path, seed: int, sizes: Sizes) -> None:
        files = FolderFiles(folder)
        if not is_boards(folder):
            hint = "Boards lie in folders as DeepPCB has them: group/X/a_test.jpg, a_temp.jpg, group/X_not/a.txt."
            raise DemoDataError(f"{folder} holds no printed boards with templates.", hint=hint)
        labels, _ = codec(FORMAT).read(files, mode="skip_rows")
        lines: dict[str, list[TruthItem]] = defaultdict(list)
        for board in truth_from_labels(labels):
            lines[PurePosixPath(board.name).parts[0]].append(board)
        self.name, self._folder = folder.name or "Printed boards", folder
        self._views: dict[str, _View] = {}
        *old, new = sorted(lines)
        if not old:
            raise DemoDataError(f"{folder} has one product line only.", hint="The world changes from one to another.")
        self.change = f"product line {new} joins {' and '.join(old)}"
        self.before = self._taken([b for line in old for b in lines[line]], seed, sizes.n_before, "before the change")
        self.after = self._taken(lines[new], seed, sizes.n_after, "after it")

    def shot(self, name: str) -> Shot:
        """The pictures of the view of this name."""
        view = self._views[name]
        stem = name.removesuffix(BOARD)
        board, template = (_cut(self._folder / (view.file + end), view.window, stem + end) for end in (BOARD, TEMPLATE))
        return Shot(view.truth, board, template)

    def _taken(self, boards: Sequence[TruthItem], seed: int, n: int, when: str) -> tuple[TruthItem, ...]:
        """The first `n` views of the boards in a random order, a board's views one after the other."""
        rng = rng_for(seed, "boards", when)
        views = [view for k in rng.permutation(len(boards)) for view in _views_of(boards[k])]
        if len(views) < n:
            have = f"{len(boards)} boards {when}, in {len(views)} views"
            raise DemoDataError(f"The folder has {have}.", hint=f"{n} views are needed there.")
        self._views |= {view.truth.name: view for view in views[:n]}
        return tuple(view.truth for view in views[:n])


def is_boards(folder: Path) -> bool:
    """Whether a folder holds boards with templates."""
    return detect(FolderFiles(folder)) == FORMAT


def _views_of(board: TruthItem) -> Iterator[_View]:
    boxes = np.array([o.box for o in board.objects]).reshape(-1, 4)
    x, y = _seam(boxes[:, [0, 2]], board.width_px), _seam(boxes[:, [1, 3]], board.height_px)
    path = PurePosixPath(board.name)
    stem = f"{path.parts[0]}-{path.name.removesuffix(BOARD)}"
    wide, high = board.width_px, board.height_px
    windows = [(0, 0, x, y), (x, 0, wide, y), (0, y, x, high), (x, y, wide, high)]
    for number, window in enumerate(windows, 1):
        objects = tuple(_inside(board, window))
        name = f"{stem}-{number}{BOARD}"
        truth = TruthItem(name, window[2] - window[0], window[3] - window[1], objects, stem, "real")
        yield _View(truth, board.name.removesuffix(BOARD), window)


def _seam(spans: NDArray[np.float64], side: int) -> int:
    """Where to cut a side so that the fewest boxes are cut, as near to the middle as that allows."""
    places = np.arange(round(_SEAM[0] * side), round(_SEAM[1] * side))
    crossed = ((spans[:, :1] < places) & (spans[:, 1:] > places)).sum(axis=0)
    return int(places[np.lexsort((np.abs(places - side / 2), crossed))[0]])


def _inside(board: TruthItem, window: tuple[int, int, int, int]) -> Iterator[TruthObject]:
    """What lies in a view, in its own pixels; what a seam could not go around belongs to where its middle is."""
    x0, y0, x1, y1 = window
    for found in board.objects:
        b = found.box
        if x0 <= (b[0] + b[2]) / 2 < x1 and y0 <= (b[1] + b[3]) / 2 < y1:
            box = (max(b[0], x0) - x0, max(b[1], y0) - y0, min(b[2], x1) - x0, min(b[3], y1) - y0)
            yield replace(found, box=box, full_box=box, echo_box=None)


def _cut(path: Path, window: tuple[int, int, int, int], called: str) -> bytes:
    """A view as JPEG; its name is written into it, since an empty one may look exactly like its template."""
    out = io.BytesIO()
    with Image.open(path) as image:
        image.crop(window).save(out, "JPEG", quality=95, comment=called.encode())
    return out.getvalue()
