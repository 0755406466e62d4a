"""The page of `assay annotators`: everybody in the order of names, by class, and a control chart for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from assay.reports.documents import figure
from assay.reports.page import parts
from assay.reports.page.chart import control_chart
from assay.reports.page.verb_pages import one_line
from assay.reports.team import AnnotatorsReport, Person

MOST_CHARTS: Final = 24
MOST_CLASS_ROWS: Final = 60
SEVERAL: Final = 2


def annotators_page(report: AnnotatorsReport, *, command: str, meta: Sequence[str]) -> str:
    """Everybody in the order of names: figures, practices, and a control chart against gold for each."""
    title = f"{report.work.title}: {len(report.people)} people"
    headings = ["", "marks", "images", "misses", "where nothing is", "noise of a side", "F1 with others"]
    headings += ["error on gold", ""] if report.gold is not None else []
    rows = [_row(person, with_gold=report.gold is not None) for person in report.people]
    words = "".join(f'<p class="note">Practice differs: {parts.text(practice)}.</p>' for practice in report.practices)
    everybody = parts.card("In the order of names", parts.table(headings, rows, numbers=[1, 2]) + words)
    cards = [
        parts.head(title, command, meta),
        f'<div class="row">{everybody}</div>',
        _by_class(report),
        *_charts(report),
    ]
    return parts.page(title, "\n".join(cards))


def _row(person: Person, *, with_gold: bool) -> list[str]:
    record, gold = None if person.record is None else person.record.overall, person.against_gold
    cells = [
        parts.text(person.name),
        f"{person.n_marks:,}",
        f"{person.n_items:,}",
        one_line(None if record is None else record.misses),
        one_line(None if record is None else record.spurious),
        one_line(None if record is None else record.noise),
        one_line(person.with_others),
    ]
    if with_gold:
        error = None if gold is None else gold.error
        cells += [one_line(error), parts.bar(error, width=120)]
    return cells


def _by_class(report: AnnotatorsReport) -> str:
    """What each person does on things of each class, where there are several classes."""
    names = report.work.classes
    rows = [
        [
            parts.text(person.name), parts.text(names[c]), one_line(one.misses), parts.bar(one.misses, width=120),
            one_line(one.right_class), parts.text(_named_instead(c, one.confusion, names)),
        ]
        for person in report.people
        if person.record is not None
        for c, one in sorted(person.record.by_class.items())
        if one.misses.n or one.right_class.n
    ]  # fmt: skip
    if len({row[1] for row in rows}) < SEVERAL:
        return ""
    more = f", the first {MOST_CLASS_ROWS} of {len(rows)}" if len(rows) > MOST_CLASS_ROWS else ""
    headings = ["", "class", "misses", "", "right class", "named instead"]
    body = parts.table(headings, rows[:MOST_CLASS_ROWS])
    return f'<div class="row">{parts.card("By class of the thing", body, soft="by what all together say" + more)}</div>'


def _named_instead(own: int, named: Mapping[int, float], classes: Sequence[str]) -> str:
    """The other classes most often named, with their share."""
    total = sum(named.values())
    others = sorted(((weight, c) for c, weight in named.items() if c != own and weight >= 1), reverse=True)
    return ", ".join(f"{classes[c]} {figure(weight / total)}" for weight, c in others[:3])


def _charts(report: AnnotatorsReport) -> list[str]:
    if report.gold is None:
        return []
    made = [
        parts.card(name, control_chart(found), soft="errors on gold, in the order of the file")
        for name, (_, found) in sorted(report.gold.verdicts.items())[:MOST_CHARTS]
    ]
    return [f'<div class="row two">{"".join(made[i : i + 2])}</div>' for i in range(0, len(made), 2)]
