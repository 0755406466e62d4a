"""Cards of suspected problems: for each kind the best crops, with what speaks for them."""

from __future__ import annotations

from typing import Final

import numpy as np

from assay.reports.documents import common_prefix, figure, short_name
from assay.reports.page import parts
from assay.reports.page.style import AUTHOR_COLOURS, AUTHOR_DASHES
from assay.reports.pictures import Cropper
from assay.reports.suspects import FindingsReport, Found
from assay.reports.work import Work

FEW: Final = 7
SHORT_ROW: Final = 3
BLUE, RUST, _ = AUTHOR_COLOURS
_WIDE: Final = frozenset({"overlooked", "swapped", "badly_placed"})

_CARDS: Final = (
    ("overlooked", "Perhaps overlooked", "only {against}"),
    ("swapped", "Perhaps another class", "{against} says so"),
    ("badly_placed", "Placed differently", "{against}"),
    ("duplicate", "Boxed twice", "the other box"),
    ("two_classes", "Boxed as two classes", "the other class"),
    ("odd_size", "Odd size", ""),
    ("odd_shape", "Odd shape", ""),
    ("odd_position", "Odd place", ""),
    ("no_extent", "No size", ""),
    ("rule_broken", "Against a rule", ""),
    ("label_doubt", "Perhaps another tag", ""),
)


def suspect_cards(found: FindingsReport, cropper: Cropper, *, few: int = FEW, wide_only: bool = False) -> list[str]:
    """Cards of crops, one a kind: the first kinds over the whole width, small ones in pairs.

    Args:
        found: the findings.
        cropper: of the main set's pictures.
        few: crops of one kind.
        wide_only: give every kind the whole width.
    """
    wide: list[str] = []
    narrow: list[str] = []
    for kind, title, other in _CARDS:
        some = found.of_kind(kind)
        if not some:
            continue
        many = wide_only or (len(some) > SHORT_ROW and not wide) or kind in _WIDE
        shown = some[: few if many else SHORT_ROW]
        crops = "".join(_crop(found.work, one, cropper) for one in shown)
        against = some[0].against or ""
        legend = parts.key(BLUE, "in these labels")
        if other:
            legend += parts.key(RUST, other.format(against=against), dash=AUTHOR_DASHES[1])
        count = f"{len(shown)} of {found.counts[kind]:,}"
        made = parts.card(title, f'<div class="crops">{crops}</div>', right=legend, soft=count)
        (wide if many else narrow).append(made)
    pairs = ["".join(narrow[place : place + 2]) for place in range(0, len(narrow), 2)]
    return [
        *(f'<div class="row">{made}</div>' for made in wide),
        *(f'<div class="row two">{two}</div>' for two in pairs),
    ]


def _crop(work: Work, found: Found, cropper: Cropper) -> str:
    """A finding with what its author drew around it in blue, and what speaks against it in rust."""
    suspect = found.suspect
    item = suspect.item
    boxes = [look.box for look in suspect.looks if look.item == item and look.box is not None]
    if not boxes:
        return _whole(work, found, cropper)
    window = parts.window_around(boxes[:2])
    outlines = []
    own = work.author == work.authors.index(found.author)
    near = np.flatnonzero((work.item == item) & own & ~np.isnan(work.box[:, 0]))
    for row in near.tolist():
        x0, y0, x1, y1 = work.box[row].tolist()
        if x0 < window[2] and x1 > window[0] and y0 < window[3] and y1 > window[1]:
            outlines.append(parts.Outline((x0, y0, x1, y1), BLUE, width=1.6 if row == found.row else 1.0))
    outlines += [
        parts.Outline(look.box, RUST, AUTHOR_DASHES[1], 2.0)
        for look in suspect.looks
        if look.what == "other" and look.item == item and look.box is not None
    ]
    if found.row is not None and suspect.kind in {"odd_size", "odd_shape", "odd_position", "no_extent", "rule_broken"}:
        outlines.append(parts.Outline(boxes[0], RUST, "", 2.0))
    name = short_name(work.items[item], common_prefix(work.items))
    return parts.crop(cropper, work.items[item], window, outlines, name, _evidence(found, work))


def _whole(work: Work, found: Found, cropper: Cropper) -> str:
    """A finding about the whole picture."""
    item = work.items[found.suspect.item]
    size = cropper.size(item)
    window = (0.0, 0.0, float(size[0]), float(size[1])) if size is not None else (0.0, 0.0, 148.0, 128.0)
    return parts.crop(cropper, item, window, [], short_name(item, common_prefix(work.items)), _evidence(found, work))


def _evidence(found: Found, work: Work) -> str:
    evidence, s = found.suspect.evidence, found.suspect
    if s.kind == "overlooked":
        return f"best overlap {figure(float(evidence['best_overlap']))[:3]}"
    if s.kind in {"swapped", "label_doubt"} and s.suggested_class is not None:
        return work.classes[s.suggested_class]
    if "iou" in evidence:
        return f"IoU {figure(float(evidence['iou']))[:3]}"
    if "width_px" in evidence:
        return f"{float(evidence['width_px']):.0f} × {float(evidence['height_px']):.0f} px"
    return str(evidence.get("why", ""))
