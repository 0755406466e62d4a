"""The pictures on which people agree least, with the marks of the two who differ most."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np

from assay.quality import match_boxes
from assay.reports.agree import AgreeReport
from assay.reports.documents import common_prefix, short_name
from assay.reports.page import parts
from assay.reports.page.style import AUTHOR_COLOURS, AUTHOR_DASHES
from assay.reports.pictures import Cropper
from assay.reports.work import Flags, Longs, Work

MOST: Final = 12
WIDTH_PX: Final = 225
FEWEST: Final = 2  # marks that differ before a picture is worth looking at
BLUE, RUST, _ = AUTHOR_COLOURS
_THIN, _BOLD = 1.0, 2.0


def worst_disagreements(report: AgreeReport, cropper: Cropper) -> str:
    """Whole pictures by how many marks of two people differ, most first; nothing when people agree everywhere."""
    work, pairwise = report.work, report.pairwise
    if pairwise is None:
        return ""
    known = np.flatnonzero(~np.isnan(pairwise.item_f1))
    n_marks = np.bincount(work.item[work.is_area], minlength=work.n_items)
    apart = (1 - pairwise.item_f1[known]) * n_marks[known]
    order = known[np.lexsort((known, -apart))][: 3 * MOST]
    found = [one for one in (_pair_of(report, int(item)) for item in order.tolist()) if one is not None]
    found.sort(key=lambda one: (-one[3], one[0]))
    prefix = common_prefix(work.items)
    crops = [_crop(work, cropper, one, prefix) for one in found[:MOST]]
    if not any(crops):
        return ""
    legend = parts.key(BLUE, "one person") + parts.key(RUST, "the other", dash=AUTHOR_DASHES[1])
    style = f"grid-template-columns:repeat(auto-fill,minmax({WIDTH_PX}px,1fr))"
    body = f'<div class="crops" style="{style}">{"".join(crops)}</div>'
    soft = "bold where only one of the two drew it, or they name it differently"
    return f'<div class="row">{parts.card("Where people agree least", body, right=legend, soft=soft)}</div>'


_Pair = tuple[int, int, int, int, tuple[Longs, Flags], tuple[Longs, Flags]]


def _pair_of(report: AgreeReport, item: int) -> _Pair | None:
    """Item, the two authors who differ most on it, in how many marks, and each one's rows and which of them differ."""
    work = report.work
    here = np.flatnonzero((work.item == item) & work.is_area & np.isin(work.label_class, report.classes))
    best: _Pair | None = None
    for one, two in combinations([a for a in report.authors if work.asked[a][item]], 2):
        rows = [here[work.author[here] == author] for author in (one, two)]
        left, right = (work.boxes(mine).take([item]) for mine in rows)
        found = match_boxes(left, right, threshold=report.pairwise.threshold if report.pairwise else 0.5)
        alone = [np.ones(len(mine), np.bool_) for mine in rows]
        alone[0][found.left_rows[found.same_class]] = False
        alone[1][found.right_rows[found.same_class]] = False
        n = int(alone[0].sum() + alone[1].sum())
        if n >= FEWEST and (best is None or n > best[3]):
            best = (item, one, two, n, (rows[0], alone[0]), (rows[1], alone[1]))
    return best


def _crop(work: Work, cropper: Cropper, pair: _Pair, prefix: str) -> str:
    item, one, two, n, first, second = pair
    size = cropper.size(work.items[item])
    if size is None:
        return ""
    outlines = []
    for (rows, alone), colour, dash in ((first, BLUE, ""), (second, RUST, AUTHOR_DASHES[1])):
        for row, differs in zip(rows.tolist(), alone.tolist(), strict=True):
            x0, y0, x1, y1 = work.box[row].tolist()
            outlines.append(parts.Outline((x0, y0, x1, y1), colour, dash, _BOLD if differs else _THIN))
    window = (0.0, 0.0, float(size[0]), float(size[1]))
    words = f"{work.authors[one]}, {work.authors[two]}: {n} differ"
    name = short_name(work.items[item], prefix)
    return parts.crop(cropper, work.items[item], window, outlines, name, words, width_px=WIDTH_PX)
