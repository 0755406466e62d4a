"""Pieces of pages: numbers with their intervals drawn, charts, crops, tables; everything from outside is escaped."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from assay.kernel.estimate import Estimate
from assay.reports.documents import figure
from assay.reports.page.style import STYLE
from assay.reports.pictures import Cropper

Box = tuple[float, float, float, float]
LEAST_WINDOW_PX: Final = 64.0

LOGO: Final = (
    '<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><g fill="none" stroke="currentColor" '
    'stroke-width="2"><path d="M2 7V2h5M13 2h5v5M18 13v5h-5M7 18H2v-5"/></g>'
    '<path d="M10 6.5v7M6.5 10h7" stroke="var(--accent)" stroke-width="2"/></svg>'
)
_ICONS: Final = {
    "stop": (
        '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="var(--stop)"/>'
        '<path d="M4.5 8h7" stroke="var(--surface)" stroke-width="2"/>'
    ),
    "warn": (
        '<path d="M8 1.5 15.2 14H.8z" fill="var(--warn)"/>'
        '<path d="M8 6v4M8 11.4v1.4" stroke="var(--surface)" stroke-width="1.6"/>'
    ),
    "none": (
        '<circle cx="8" cy="8" r="6.5" fill="none" stroke="var(--none)" stroke-width="1.6" stroke-dasharray="2.2 2.2"/>'
    ),
    "ok": (
        '<circle cx="8" cy="8" r="7" fill="var(--ok)"/>'
        '<path d="m4.8 8.2 2.2 2.2 4.2-4.6" fill="none" stroke="var(--surface)" stroke-width="1.6"/>'
    ),
}
_WORDS: Final = {"stop": "must be mended", "warn": "look at it", "none": "no evidence yet", "ok": "passes"}


def text(value: object) -> str:
    """Anything as text that a page shows and never runs."""
    return escape(str(value), quote=True)


def page(title: str, body: str, *, lang: str = "en") -> str:
    """A whole document; nothing in it may be fetched or run."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f'<body>\n<main class="page">\n{body}\n</main>\n</body>\n</html>\n'
    )


def head(title: str, how: str, meta: Sequence[str]) -> str:
    """The top of a page: what it is, how it was made, and of what."""
    lines = "<br>".join(text(line) for line in meta)
    return (
        f'<header><div><h1>{LOGO}{text(title)}</h1><p class="how">{text(how)}</p></div>'
        f'<p class="meta">{lines}</p></header>'
    )


def card(title: str, body: str, *, right: str = "", soft: str = "") -> str:
    """A card; `right` is markup beside its title."""
    more = f' <span class="soft">{text(soft)}</span>' if soft else ""
    top = f'<div class="head"><h2>{text(title)}{more}</h2><span>{right}</span></div>'
    return f'<section class="card">{top}{body}</section>'


def icon(state: str) -> str:
    """The shape of a state, never by colour alone."""
    return (
        f'<svg width="16" height="16" viewBox="0 0 16 16" role="img" aria-label="{_WORDS[state]}">{_ICONS[state]}</svg>'
    )


def interval_text(estimate: Estimate) -> str:
    """The interval in digits."""
    if estimate.low is None or estimate.high is None or estimate.value is None:
        return "no interval"
    joint = " to " if estimate.low < 0 else "–"
    return f"{figure(estimate.low)}{joint}{figure(estimate.high)}"


def measured(
    label: str, estimate: Estimate | None, *, unit: str = "images", needs: str = "", low: float = 0.0,
    high: float = 1.0, small: bool = False,
) -> str:  # fmt: skip
    """A number with its interval drawn; grey words when there is too little to go on."""
    if estimate is None or estimate.value is None:
        n = 0 if estimate is None else estimate.n_items
        more = f", {text(needs)}" if needs else ""
        return (
            f'<div><p class="label">{text(label)}</p><p class="thin">not enough evidence '
            f'<span class="soft">n {n:,}{more}</span></p>{bar(None, low=low, high=high)}</div>'
        )
    kind = "figure small" if small else "figure"
    return (
        f'<div><p class="label">{text(label)}</p><p class="{kind}"><b>{figure(estimate.value)}</b>'
        f'<span class="soft">{interval_text(estimate)} &nbsp;n {estimate.n_items:,} {text(unit)}</span></p>'
        f"{bar(estimate, low=low, high=high)}</div>"
    )


def bar(
    estimate: Estimate | None, *, low: float = 0.0, high: float = 1.0, width: int = 300, limit: float | None = None
) -> str:
    """An interval bar: track, interval, value, and a limit where there is one."""

    def x(value: float) -> float:
        return 4 + (width - 8) * min(max((value - low) / (high - low), 0.0), 1.0)

    marks = f'<path d="M2 8H{width - 2}" stroke="var(--track)" stroke-width="2"/>'
    if limit is not None:
        marks += f'<path d="M{x(limit):.1f} 1v14" stroke="var(--text-3)" stroke-dasharray="2 2"/>'
    if estimate is None or estimate.value is None:
        marks = f'<path d="M2 8H{width - 2}" stroke="var(--line-strong)" stroke-width="2" stroke-dasharray="2 3"/>'
    else:
        if estimate.low is not None and estimate.high is not None:
            ends = f"M{x(estimate.low):.1f} 8H{max(x(estimate.high), x(estimate.low) + 0.1):.1f}"
            marks += (
                f'<path d="{ends}" stroke="var(--text)" stroke-opacity=".26" stroke-width="6" stroke-linecap="round"/>'
            )
        marks += f'<path d="M{x(estimate.value):.1f} 3v10" stroke="var(--text)" stroke-width="2.5"/>'
    size = f'width="{width}" height="16" viewBox="0 0 {width} 16" style="max-width:100%"'
    return f'<svg {size} aria-hidden="true">{marks}</svg>'


@dataclass(frozen=True, slots=True)
class Outline:
    """A mark drawn over a crop.

    Attributes:
        box: in pixels of the picture.
        colour: a colour, or a variable of the style sheet.
        dash: how its line is broken; empty for a whole line.
        width: of the line in pixels of the page.
    """

    box: Box
    colour: str
    dash: str = ""
    width: float = 1.6


def window_around(boxes: Sequence[Box], *, aspect: float = 1.16, room: float = 0.5) -> Box:
    """The part of a picture that shows these boxes with at least half their size around."""
    x_min, y_min = min(b[0] for b in boxes), min(b[1] for b in boxes)
    x_max, y_max = max(b[2] for b in boxes), max(b[3] for b in boxes)
    width, height = (x_max - x_min) * (1 + 2 * room), (y_max - y_min) * (1 + 2 * room)
    width, height = max(width, LEAST_WINDOW_PX), max(height, LEAST_WINDOW_PX)
    width, height = max(width, height * aspect), max(height, width / aspect)
    x, y = (x_min + x_max) / 2, (y_min + y_max) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def crop(
    cropper: Cropper,
    item: str,
    window: Box,
    outlines: Sequence[Outline],
    caption: str,
    more: str = "",
    *,
    width_px: int = 148,
) -> str:
    """A part of a picture with marks over it; hatched where the picture ends, grey where it cannot be shown."""
    x0, y0, x1, y1 = window
    unit = (x1 - x0) / width_px  # a pixel of the page, in pixels of the picture
    whole = f'x="{x0:.2f}" y="{y0:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}"'
    name = f"h{zlib.crc32(f'{item} {window}'.encode()):x}"
    hatch = (
        f'<pattern id="{name}" width="{5 * unit:.3f}" height="{5 * unit:.3f}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M0 0V{5 * unit:.3f}" stroke="var(--line-strong)" '
        f'stroke-width="{1.6 * unit:.3f}"/></pattern>'
    )
    inside = _part_of_picture(cropper, item, window)
    lines = "".join(_outline(outline, unit) for outline in outlines)
    right_side = f"<span>{text(more)}</span>" if more else ""
    view = f'viewBox="{x0:.2f} {y0:.2f} {x1 - x0:.2f} {y1 - y0:.2f}" role="img" aria-label="{text(caption)}"'
    return (
        f'<figure class="crop"><svg {view}><defs>{hatch}</defs><rect {whole} fill="url(#{name})"/>{inside}{lines}</svg>'
        f"<figcaption><b>{text(caption)}</b>{right_side}</figcaption></figure>"
    )


def _part_of_picture(cropper: Cropper, item: str, window: Box) -> str:
    data, size = cropper.cut(item, window), cropper.size(item)
    if data is None or size is None:
        return ""
    left, top = max(int(window[0]), 0), max(int(window[1]), 0)
    right, bottom = min(math.ceil(window[2]), size[0]), min(math.ceil(window[3]), size[1])
    place = f'x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"'
    return f'<image href="{data}" {place} preserveAspectRatio="none"/>'


def _outline(outline: Outline, unit: float) -> str:
    x0, y0, x1, y1 = outline.box
    place = f'x="{x0:.2f}" y="{y0:.2f}" width="{max(x1 - x0, 0.01):.2f}" height="{max(y1 - y0, 0.01):.2f}" fill="none"'
    dash = ""
    if outline.dash:
        dash = f' stroke-dasharray="{" ".join(f"{float(d) * unit:.3f}" for d in outline.dash.split())}"'
    casing = f'<rect {place} stroke="#fff" stroke-opacity=".85" stroke-width="{(outline.width + 2) * unit:.3f}"/>'
    return casing + f'<rect {place} stroke="{outline.colour}" stroke-width="{outline.width * unit:.3f}"{dash}/>'


def key(colour: str, words: str, *, dash: str = "") -> str:
    """A legend entry: the line as it is drawn, and what it means."""
    broken = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<span class="key"><svg width="13" height="13" viewBox="0 0 13 13" aria-hidden="true"><rect x="1.5" y="1.5" '
        f'width="10" height="10" rx="1.5" fill="none" stroke="{colour}" stroke-width="2"{broken}/></svg>'
        f"{text(words)}</span>"
    )


def histogram(counts: Sequence[int], *, marked: Sequence[int] = (), note: str = "") -> str:
    """Bars of counts by number; few bins when there are many numbers."""
    step = max(1, math.ceil(len(counts) / 40))
    bins = [sum(counts[i : i + step]) for i in range(0, len(counts), step)]
    top = max(bins, default=1) or 1
    width, height = 270.0, 158.0
    each = width / max(len(bins), 1)
    bars = "".join(
        f'<rect x="{place * each + 1:.1f}" y="{height - height * n / top:.1f}" width="{max(each - 2, 0.8):.1f}" '
        f'height="{height * n / top:.1f}" fill="var({"--warn" if place * step in marked else "--none"})" rx="1"/>'
        for place, n in enumerate(bins)
        if n
    )
    ticks = "".join(
        f'<text x="{value / step * each + each / 2:.1f}" y="{height + 15:.0f}" text-anchor="middle">{value}</text>'
        for value in _ticks(len(counts) - 1)
    )
    words = (
        f'<text x="{width:.0f}" y="11" text-anchor="end" style="fill:var(--warn)">{text(note)}</text>' if note else ""
    )
    return (
        f'<svg width="100%" viewBox="-6 0 {width + 16:.0f} {height + 20:.0f}" role="img" aria-label="histogram">'
        f'<path d="M0 {height:.0f}H{width:.0f}" stroke="var(--line)"/>{bars}{ticks}{words}</svg>'
    )


def _ticks(largest: int) -> list[int]:
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000) if largest / s <= 4), 50_000)  # noqa: PLR2004 - at most five ticks
    return list(range(0, largest + 1, step))


_ROUND: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


def scatter(points: Sequence[tuple[float, float, int]]) -> str:
    """Width against height on logarithmic axes; the third number is the class."""
    usable = [(x, y, c) for x, y, c in points if x > 0 and y > 0]
    if not usable:
        return '<p class="thin">no marks</p>'
    width, height, left = 270.0, 174.0, 30.0
    ordered = sorted(side for x, y, _ in usable for side in (x, y))
    low, high = ordered[len(ordered) // 200], ordered[-1]  # a few boxes of no size do not squeeze all others
    usable = [(max(x, low), max(y, low), c) for x, y, c in usable]
    a, b = math.log(max(low * 0.85, 0.5)), math.log(high * 1.15 + 1)

    def at(value: float, start: float, length: float) -> float:
        return start + length * (math.log(value) - a) / (b - a)

    lines = []
    for tick in (
        v for v in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000) if low * 0.85 <= v <= high * 1.15
    ):
        x, y = at(tick, left, width - left), height - at(tick, 0, height)
        lines.append(
            f'<path d="M{left:.0f} {y:.1f}H{width:.0f}M{x:.1f} 0V{height:.0f}" stroke="var(--line)"/>'
            f'<text x="{left - 5:.0f}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>'
            f'<text x="{x:.1f}" y="{height + 14:.0f}" text-anchor="middle">{tick}</text>'
        )
    dots = "".join(
        f'<circle cx="{at(x, left, width - left):.1f}" cy="{height - at(y, 0, height):.1f}" r="1.5" '
        f'fill="var(--k{c % 6})" fill-opacity=".55"/>'
        for x, y, c in usable
    )
    return (
        f'<svg width="100%" viewBox="0 0 {width:.0f} {height + 18:.0f}" role="img" aria-label="width and height">'
        f"{''.join(lines)}{dots}</svg>"
    )


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """A table; cells are markup, headings are text, `numbers` are the columns set to the right."""
    top = "".join(f"<th{_n(i, numbers)}>{text(h)}</th>" for i, h in enumerate(headings))
    body = "".join(
        "<tr>" + "".join(f"<td{_n(i, numbers)}>{cell}</td>" for i, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _n(column: int, numbers: Sequence[int]) -> str:
    return ' class="n"' if column in numbers else ""


def heat(
    names: Sequence[str], values: Sequence[Sequence[float | None]], *, low: float, high: float, counts: bool = False
) -> str:
    """A square of numbers, darker where larger; rows and columns have the same names."""
    short = [text(name if len(name) <= 14 else name[:13] + "…") for name in names]  # noqa: PLR2004 - fits a column
    top = "".join(f'<th class="n">{name}</th>' for name in short)
    rows = []
    for name, row in zip(short, values, strict=True):
        cells = []
        for value in row:
            share = 0.0 if value is None or high <= low else min(max((value - low) / (high - low), 0.0), 1.0)
            words = "" if value is None else f"{value:,.0f}" if counts else figure(value)
            shade = (
                f' style="background:color-mix(in srgb,var(--accent) {round(55 * share)}%,transparent)"'
                if share > 0
                else ""
            )
            cells.append(f'<td class="cell"{shade}>{words}</td>')
        rows.append(f"<tr><td>{name}</td>{''.join(cells)}</tr>")
    return (
        f'<div class="scroll"><table><thead><tr><th></th>{top}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )
