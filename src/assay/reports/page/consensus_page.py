"""The page of `assay consensus`: how much is sure, how far each person is trusted, and the pictures to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from assay.quality import Boxes, Masks
from assay.reports.documents import common_prefix, figure, listed, short_name
from assay.reports.page import parts
from assay.reports.page.style import AUTHOR_COLOURS, AUTHOR_DASHES
from assay.reports.page.verb_pages import cropper_of, one_line
from assay.reports.pictures import Cropper
from assay.reports.team import SURE_FROM, ConsensusReport, skill_of

MOST_PEOPLE: Final = 40
MOST_PICTURES: Final = 12
WIDTH_PX: Final = 225
BLUE, RUST, _ = AUTHOR_COLOURS


def consensus_page(report: ConsensusReport, *, command: str, meta: Sequence[str]) -> str:
    """The whole page; people stand in the order of their names.

    Args:
        report: what was inferred.
        command: the command line that made it, to be shown.
        meta: lines on when and how it was made.
    """
    kept = report.fused.kept
    title = f"{report.work.title}: {int(kept.sum()):,} things, as {listed(report.work.authors, 3)} see them together"
    cropper = cropper_of(report.work)
    try:
        body = [
            parts.head(title, command, meta),
            f'<div class="row two">{_counts(report)}{_classes(report)}</div>',
            f'<div class="row">{_people(report)}</div>',
            _least_sure(report, cropper),
        ]
    finally:
        cropper.close()
    return parts.page(title, "\n".join(part for part in body if part))


def _counts(report: ConsensusReport) -> str:
    fused = report.fused
    kept, sure = fused.kept, fused.sureness >= SURE_FROM
    rows = [
        ["drawn by anybody", f"{len(kept):,}"],
        [f"kept, chance from {figure(fused.keep_from)}", f"{int(kept.sum()):,}"],
        ["kept though one person alone drew it", f"{int((fused.n_drawn[kept] == 1).sum()):,}"],
        [f"pictures sure from {figure(SURE_FROM)} on", f"{int(sure.sum()):,} of {report.work.n_items:,}"],
    ]
    words = '<p class="note">Ask one more person about the others, least sure first; they may turn out either way.</p>'
    return parts.card("What is there", parts.table(["", ""], rows, numbers=[1]) + words)


def _classes(report: ConsensusReport) -> str:
    counts = np.bincount(report.fused.candidates.classes[report.fused.kept], minlength=len(report.work.classes))
    order = np.argsort(-counts, kind="stable")[:MOST_PEOPLE]
    rows = [[parts.text(report.work.classes[c]), f"{counts[c]:,}"] for c in order.tolist() if counts[c]]
    return parts.card("By class", parts.table(["", "things"], rows, numbers=[1]))


def _people(report: ConsensusReport) -> str:
    rows = []
    for name, skill in list(report.fused.skills.items())[:MOST_PEOPLE]:
        said = skill_of(skill, report.records[name])
        bars = parts.bar(said["finds"], width=140)
        rows.append([parts.text(name), one_line(said["finds"]), bars, *(one_line(said[k]) for k in _OTHERS)])
    headings = ["", "finds", "", "invents", "right class", "noise of a side"]
    return parts.card("How far each person is trusted", parts.table(headings, rows), soft="in the order of names")


_OTHERS: Final = ("invents", "right_class", "noise")


def _least_sure(report: ConsensusReport, cropper: Cropper) -> str:
    places = {name: number for number, name in enumerate(report.work.items)}
    prefix = common_prefix(report.work.items)
    unsure = [(name, sure) for name, sure in report.least_sure if sure < SURE_FROM][:MOST_PICTURES]
    crops = [_picture(report, cropper, places[name], sure, prefix) for name, sure in unsure]
    if not any(crops):
        return ""
    legend = (
        parts.key(BLUE, "everybody's marks")
        + parts.key(RUST, "the answer")
        + parts.key(RUST, "left out", dash=AUTHOR_DASHES[1])
    )
    style = f"grid-template-columns:repeat(auto-fill,minmax({WIDTH_PX}px,1fr))"
    body = f'<div class="crops" style="{style}">{"".join(crops)}</div>'
    return f'<div class="row">{parts.card("Least sure", body, right=legend)}</div>'


def _picture(report: ConsensusReport, cropper: Cropper, item: int, sure: float, prefix: str) -> str:
    work, fused = report.work, report.fused
    size = cropper.size(work.items[item])
    if size is None:
        return ""
    drawn = np.flatnonzero((work.item == item) & work.is_area)
    outlines = [parts.Outline(_box(work.box[row]), BLUE, width=1.0) for row in drawn.tolist()]
    boxes = _sides(fused.candidates)
    for candidate in np.flatnonzero(fused.candidates.items == item).tolist():
        kept = bool(fused.kept[candidate])
        outlines.append(parts.Outline(_box(boxes[candidate]), RUST, "" if kept else AUTHOR_DASHES[1], 2.0))
    window = (0.0, 0.0, float(size[0]), float(size[1]))
    name = short_name(work.items[item], prefix)
    return parts.crop(cropper, work.items[item], window, outlines, name, f"sure {figure(sure)}", width_px=WIDTH_PX)


def _sides(candidates: Boxes | Masks) -> np.ndarray:
    return candidates.xyxy if isinstance(candidates, Boxes) else candidates.envelopes


def _box(row: np.ndarray) -> parts.Box:
    x0, y0, x1, y1 = row.tolist()
    return x0, y0, x1, y1
