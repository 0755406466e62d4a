"""The page of `assay look`: can these labels be trusted, what to mend first, and the pictures that prove it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from assay.reports.documents import listed
from assay.reports.look import AUDIT_SAMPLE, LookReport, counts_json, leaks, minutes
from assay.reports.page import parts
from assay.reports.page.people import what_is_lost, who_agrees
from assay.reports.page.practice import judged_card, practices_cards
from assay.reports.page.suspect_cards import suspect_cards
from assay.reports.pictures import Cropper

_FOOT: Final = (
    "<footer><span>Intervals: 95 %, bootstrap over images, seed 0. A number without enough n is shown grey.</span>"
    "<span>All figures: the same command with --json</span></footer>"
)
MOST_CLASSES: Final = 8
MOST_DOTS: Final = 1500
WHOLE_PX: Final = 148


def look_page(report: LookReport, *, command: str, meta: Sequence[str]) -> str:
    """The whole page.

    Args:
        report: what was found.
        command: the command line that made it, to be shown.
        meta: lines on when and how it was made.
    """
    cropper = Cropper(report.main.files, report.pictures.path)
    try:
        body = [
            parts.head(f"A look at {report.work.title}", command, [_what(report), *meta]),
            '<div class="grid">',
            parts.card("Can these labels be trusted?", _trust(report) + "<hr>" + _counts(report)),
            parts.card("What to do first", _tasks(report), right=_time(report)),
            "</div>",
            *_people(report),
            *_practices(report, cropper),
            *suspect_cards(report.found, cropper),
            _twins(report, cropper),
            _judged(report),
            _FOOT,
        ]
    finally:
        cropper.close()
    return parts.page(f"A look at {report.work.title}", "\n".join(part for part in body if part))


def _what(report: LookReport) -> str:
    read = report.main.read
    n_classes = len(report.main.label_set.classes)
    names = {"voc": "Pascal VOC", "coco": "COCO", "yolo": "YOLO", "cvat": "CVAT", "labelme": "LabelMe", "csv": "CSV"}
    kind = names.get(read.format, read.format.replace("-", " ").title())
    classes = "1 class" if n_classes == 1 else f"{n_classes} classes"
    return f"{kind} · {read.n_items:,} images · {read.n_marks:,} marks · {classes}"


def _trust(report: LookReport) -> str:
    agreement = report.agreement
    cells = []
    if agreement is not None and agreement.pairwise is not None:
        work = agreement.work
        people = [work.authors[a] for a in agreement.authors]
        whom = f"with {people[1]}" if len(people) == 2 else f"of {len(people)} people"  # noqa: PLR2004 - a pair
        classes = listed([work.classes[c] for c in agreement.classes], 3)
        cells += [
            parts.measured(f"Agreement {whom}, {classes}", agreement.pairwise.f1),
            parts.measured("Where matched, mean IoU", agreement.pairwise.geometry),
        ]
        beyond = agreement.beyond_chance.get(0.5)
        if beyond is not None:
            cells.append(parts.measured("Same things drawn, beyond chance", beyond.existence, small=True))
            if beyond.label_class.value is not None:
                cells.append(parts.measured("Same class named, beyond chance", beyond.label_class, small=True))
    elif agreement is not None and agreement.tags is not None:
        cells.append(parts.measured("Tags, agreement beyond chance", agreement.tags))
    else:
        cells.append(parts.measured("Agreement between people", None, needs="needs a second person's labels"))
    sample = min(AUDIT_SAMPLE, max(len(report.work), 1))
    cells.append(parts.measured("Defect rate", None, unit="marks", needs=f"needs {sample} checked marks"))
    return f'<div class="two-up">{"".join(cells)}</div>'


def _counts(report: LookReport) -> str:
    counts = counts_json(report.work)
    by_class = sorted(counts["by_class"].items(), key=lambda entry: -entry[1])
    top = max((n for _, n in by_class), default=1) or 1
    numbers = {name: place for place, name in enumerate(report.work.classes)}
    bars = "".join(
        f'<div class="class"><span class="name"><i style="background:var(--k{numbers[name] % 6})"></i>'
        f"{parts.text(name)}"
        f'</span><b>{n:,}</b><span class="bar"><i style="width:{100 * n / top:.1f}%;'
        f'background:var(--k{numbers[name] % 6})"></i></span></div>'
        for name, n in by_class[:MOST_CLASSES]
    )
    n_more = len(by_class) - MOST_CLASSES
    more = f'<p class="soft">and {n_more} more classes</p>' if n_more > 0 else ""
    splits = " · ".join(f"{n:,} {split}" for split, n in counts["by_split"].items())
    per_item = counts["marks_on_a_picture"]
    n_empty = counts["n_empty"]
    note = f"{n_empty:,} hold nothing" if n_empty else ""
    return (
        f'<div class="three-up"><div><h3>Classes</h3>{bars}{more}<p class="soft">{parts.text(splits)}</p></div>'
        f"<div><h3>Marks on an image</h3>{parts.histogram(per_item, marked=[0] if n_empty else [], note=note)}</div>"
        f"<div><h3>Width and height, pixels</h3>{parts.scatter(_sizes(report))}</div></div>"
    )


def _sizes(report: LookReport) -> list[tuple[float, float, int]]:
    work = report.work
    rows = np.flatnonzero((work.source == 0) & work.is_area)
    if len(rows) > MOST_DOTS:  # evenly over all marks, so that every class shows by its share
        rows = rows[np.linspace(0, len(rows) - 1, MOST_DOTS).astype(np.int64)]
    extent = work.box[rows, 2:] - work.box[rows, :2]
    return [(float(w), float(h), int(c)) for (w, h), c in zip(extent, work.label_class[rows], strict=True)]


def _tasks(report: LookReport) -> str:
    rows = "".join(
        f'<div class="task">{parts.icon(task.state)}<div><b>{parts.text(task.title)}</b>'
        f'<span>{parts.text(task.detail)}</span></div><span class="soft">{minutes(task.seconds)}</span></div>'
        for task in report.tasks
    )
    clean = f'<p class="note">Found nothing: {parts.text(listed(report.clean, 20))}.</p>' if report.clean else ""
    why = report.pictures.why_not
    blind = f'<p class="note">Pictures were not compared: {parts.text(why)}.</p>' if why else ""
    more = f"<code>assay findings {parts.text(report.work.title)}</code>" if report.found.found else ""
    return rows + more + clean + blind


def _time(report: LookReport) -> str:
    total = sum(task.seconds for task in report.tasks)
    return f'<span class="soft">about {minutes(total)}</span>' if report.tasks else ""


def _people(report: LookReport) -> list[str]:
    """Who agrees with whom, when there are more than two."""
    found = report.agreement.pairwise if report.agreement is not None else None
    if found is None or len(found.pairs) < 2:  # noqa: PLR2004 - one pair stands at the top already
        return []
    return [f'<div class="row two">{who_agrees(found)}{what_is_lost(report.agreement)}</div>']


def _practices(report: LookReport, cropper: Cropper) -> list[str]:
    if report.agreement is None or report.agreement.practices is None:
        return []
    return practices_cards(report.agreement.practices, report.agreement.work, cropper)


def _judged(report: LookReport) -> str:
    practices = None if report.agreement is None else report.agreement.practices
    return "" if practices is None else judged_card(practices)


def _twins(report: LookReport, cropper: Cropper) -> str:
    """Pictures that look alike, those on both sides of a split first."""
    split = dict(zip(report.work.items, report.work.split, strict=True))
    groups = leaks(report.pictures, report.work)
    groups += [g for g in (*report.pictures.equal, *report.pictures.near) if g not in groups]
    if not groups:
        return ""
    shown = [item for group in groups[:4] for item in group[:2]]
    crops = [_whole(cropper, item, report.short(item), split.get(item) or "") for item in shown]
    bits = report.pictures.distance.get((groups[0][0], groups[0][1]))
    how = "equal byte for byte" if bits is None else f"{bits} of 64 bits of their perceptual hash differ"
    words = f"The first: {how}. A picture and its twin on both sides of a split make scores flatter the model."
    n = len(groups)
    count = "1 group" if n == 1 else f"{n:,} groups"
    body = f'<p class="note" style="margin:0 0 12px">{parts.text(words)}</p><div class="crops">{"".join(crops)}</div>'
    return f'<div class="row">{parts.card("Twin images", body, soft=count)}</div>'


def _whole(cropper: Cropper, item: str, name: str, more: str) -> str:
    size = cropper.size(item)
    if size is None:
        return ""
    return parts.crop(cropper, item, (0.0, 0.0, float(size[0]), float(size[1])), [], name, more, width_px=WHOLE_PX)
