"""Cards about several people: who agrees with whom, and what agreement is lost to."""

from __future__ import annotations

from assay.quality import Agreement
from assay.reports.agree import AgreeReport
from assay.reports.page import parts

MOST_PEOPLE = 16


def who_agrees(found: Agreement) -> str:
    """A square of F1 between every two people, in the order of names."""
    names = sorted({name for pair in found.pairs for name in (pair.first, pair.second)})
    shown = names[:MOST_PEOPLE]
    f1 = {(p.first, p.second): p.f1 for p in found.pairs} | {(p.second, p.first): p.f1 for p in found.pairs}
    values = [[f1.get((row, column)) for column in shown] for row in shown]
    known = [value for row in values for value in row if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    more = f", the first {MOST_PEOPLE} of {len(names)}" if len(names) > MOST_PEOPLE else ""
    return parts.card("Who agrees with whom", parts.heat(shown, values, low=low - 0.1, high=high), soft=f"F1{more}")


def what_is_lost(report: AgreeReport | None, threshold: float = 0.5) -> str:
    """What keeps agreement below 1: things drawn by one only, other classes, other outlines."""
    beyond = None if report is None else report.beyond_chance.get(threshold)
    if beyond is None:
        return ""
    rows = (
        ("Drawn by one only", beyond.lost_existence),
        ("Called otherwise", beyond.lost_class),
        ("Placed otherwise", beyond.lost_geometry),
    )
    top = max((e.high or e.value or 0.0) for _, e in rows) or 1.0
    body = "".join(parts.measured(name, estimate, high=top, small=True) for name, estimate in rows)
    return parts.card("What agreement is lost to", f'<div class="two-up">{body}</div>', soft="share of the whole")
