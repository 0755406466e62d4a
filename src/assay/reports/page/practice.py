"""Cards of practices that differ: six places where people part, who is on which side, and a clause to settle it."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from assay.quality.convention import Convention, ConventionReport, Looked, Side, reach_words, words
from assay.reports.documents import common_prefix, figure, listed, short_name
from assay.reports.page import parts
from assay.reports.page.style import AUTHOR_COLOURS, AUTHOR_DASHES
from assay.reports.pictures import Cropper
from assay.reports.work import Work

PLACES: Final = 6
LEAST_P: Final = 0.001
BLUE, RUST, _ = AUTHOR_COLOURS
_WHAT: Final = {"existence": "left out", "label_class": "called so", "geometry": "outward, of the side"}
_KIND: Final = {
    "split": "Two ways of reading one rule",
    "one_apart": "One person does otherwise",
    "spread": "No common measure",
}


def practices_cards(report: ConventionReport, work: Work, cropper: Cropper) -> list[str]:
    """Two cards side by side for each practice; nothing when there is none."""
    out = []
    for found in report.conventions:
        left = parts.card(found.title, _places(found, report, work, cropper), right=_legend(found))
        right = parts.card("Drafted clause", _clause(found) + _sides(found, work), soft=_KIND[found.kind])
        out.append(f'<div class="row grid">{left}{right}</div>')
    return out


def judged_card(report: ConventionReport) -> str:
    """What could be judged, part by part, and for every kind of object whether there was enough evidence."""
    body = "".join(
        _judged(name, looked)
        for name, looked in (
            ("What is drawn and left out", report.existence),
            ("Which class is named", report.label_class),
            ("Where the sides lie", report.geometry),
        )
    )
    note = "practice that three of eight people follow four times in five; of sides, 8 %"
    return f'<div class="row">{parts.card("Practice that differs: what could be judged", body, soft=note)}</div>'


def _judged(name: str, looked: Looked) -> str:
    rows = [
        [parts.text(words.sentence(kind.whom)), parts.text(reach_words(kind)), f"{kind.n:,}"] for kind in looked.kinds
    ]
    table = parts.table(["about", "what this evidence shows", "met by a person"], rows, numbers=[2]) if rows else ""
    every = f"<details><summary>Kind by kind</summary>{table}</details>" if rows else ""
    return f'<div class="judged"><h3>{parts.text(name)}</h3><p>{parts.text(looked.answer)}</p>{every}</div>'


def _legend(found: Convention) -> str:
    if found.part == "existence":
        return parts.key(BLUE, "drawn") + "<span class='key'>hatched: outside the picture</span>"
    if found.kind == "spread":
        return parts.key(BLUE, "everybody's marks")
    return parts.key(BLUE, "most") + parts.key(RUST, "the others", dash=AUTHOR_DASHES[1])


def _places(found: Convention, report: ConventionReport, work: Work, cropper: Cropper) -> str:
    crops = [_place(found, report, work, cropper, unit) for unit in _on_several_images(found, report)]
    return f'<div class="crops" style="grid-template-columns:repeat(3,minmax(0,1fr))">{"".join(crops)}</div>'


def _on_several_images(found: Convention, report: ConventionReport) -> list[int]:
    """The best places, one of an image before a second of any."""
    image = report.evidence.image[found.places]
    first = np.unique(image, return_index=True)[1]
    rest = np.setdiff1d(np.arange(len(image)), first)
    return [int(unit) for unit in found.places[[*np.sort(first), *rest]][:PLACES]]


def _place(found: Convention, report: ConventionReport, work: Work, cropper: Cropper, unit: int) -> str:
    """One unit with everybody's marks; those who left it out are counted."""
    evidence = report.evidence
    box = evidence.box[unit]
    item = work.items[evidence.image[unit]]
    window = parts.window_around([tuple(box.tolist())], aspect=1.42)
    first = set(found.sides[0].people) if found.sides else set()
    cells = np.flatnonzero(evidence.cells.unit == unit)
    outlines, drew, left = [], [0, 0], [0, 0]
    for cell in cells.tolist():
        name = evidence.people[evidence.cells.person[cell]]
        side = 0 if name in first else 1
        if evidence.cells.drew[cell]:
            drew[side] += 1
            of_first = side == 0 and found.part != "existence"
            colour, dash = (RUST, AUTHOR_DASHES[1]) if of_first else (BLUE, "")
            x0, y0, x1, y1 = evidence.cells.box[cell].tolist()
            outlines.append(parts.Outline((x0, y0, x1, y1), colour, dash))
        else:
            left[side] += 1
    if found.part == "existence":
        more = f"{drew[1]} of {drew[1] + left[1]} drew it, {drew[0]} of {drew[0] + left[0]}"
    elif found.part == "label_class":
        more = _said(report, work, cells)
    else:
        more = f"{sum(drew)} marks"
    return parts.crop(cropper, item, window, outlines, short_name(item, common_prefix(work.items)), more, width_px=225)


def _said(report: ConventionReport, work: Work, cells: np.ndarray) -> str:
    """How many called it what."""
    named = report.evidence.cells.label_class[cells]
    counts = Counter(work.classes[c] for c in named[named >= 0].tolist())
    return ", ".join(f"{n} {name}" for name, n in counts.most_common(3))


def _clause(found: Convention) -> str:
    return (
        f'<div class="clause"><p class="label">New clause</p>'
        f"<p>{parts.text(found.clause)}</p></div>"
        f'<p class="other">The other way: {parts.text(found.other_clause)}</p>'
    )


def _sides(found: Convention, work: Work) -> str:
    sides = "".join(_side(side, place, found.part) for place, side in enumerate(reversed(found.sides)))
    chance = "under .001" if found.p_value < LEAST_P else figure(found.p_value)
    chips = [f"<b>{chance}</b> chance of it with one practice for all"]
    if found.runner_up:
        kind, _, number = found.runner_up.partition(":")
        name = f"class {work.classes[int(number)]}" if kind == "class" else number.replace("=", " ") or kind
        chips.append(f"next best: {parts.text(name)}")
    if found.undecided:
        chips.append(f"undecided: {parts.text(listed(found.undecided, 6))}")
    if found.kind == "spread":
        chips.append(f"<b>{figure(found.difference)}</b> of the side between people")
    why = "".join(f'<span class="chip">{chip}</span>' for chip in chips)
    return f'<h3 style="margin-top:16px">Why we call it a practice</h3>{sides}<div class="chips">{why}</div>'


def _side(side: Side, place: int, part: str) -> str:
    low, high = (-0.3, 0.3) if part == "geometry" else (0.0, 1.0)
    colour, dash = (BLUE, "") if place == 0 else (RUST, AUTHOR_DASHES[1])
    people = listed(side.people, 12) if side.people else "nobody surely"
    word = _WHAT[part]
    figures = '<p class="thin">not enough evidence</p>'
    if side.value.value is not None:
        n = f"n {side.value.n:,} {word}"
        figures = (
            f'<p class="figure small"><b>{figure(side.value.value)}</b>'
            f'<span class="soft">{parts.interval_text(side.value)} &nbsp;{n}</span></p>'
        )
    heading = f"<h3>{parts.key(colour, '', dash=dash)}<span>{parts.text(side.does)}</span></h3>"
    drawn = parts.bar(side.value, low=low, high=high, width=260)
    return f'<div class="side">{heading}<p class="people">{parts.text(people)}</p>{figures}{drawn}</div>'
