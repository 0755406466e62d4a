"""The page of `assay measure`: agreement and errors of very many items, in the look of the other pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assay.kernel.estimate import Estimate
from assay.quality.rows import RowsReport
from assay.reports.documents import figure
from assay.reports.page import parts
from assay.reports.rows_report import MeasureReport

MOST_ROWS: Final = 40
MOST_PEOPLE: Final = 16
_WORDS: Final = {
    "f1": "F1",
    "mean_iou": "IoU of everything, unmatched marks 0",
    "existence": "The same things, classes not looked at",
    "label_class": "Matched marks of one class",
    "geometry": "Where matched, mean IoU",
}
_RATES: Final = {
    "precision": "Precision",
    "recall": "Recall",
    "error_rate": "Errors, of all units",
    "mean_iou": "Mean IoU",
}


def measure_page(report: MeasureReport, *, command: str, meta: Sequence[str]) -> str:
    """The whole page; people stand in the order of their names.

    Args:
        report: what was found.
        command: the command line that made it, to be shown.
        meta: lines on when and how it was made.
    """
    f = report.found
    value = f.agreement.f1.value
    title = f"{report.title}: " + (
        "nobody to compare" if value is None else f"people agree on {figure(value)} of marks"
    )
    what = f"{f.n_items:,} items · {f.n_submissions:,} sheets · {len(f.people):,} people"
    body = [
        parts.head(title, command, [what, *meta]),
        f'<div class="row two">{_agreement(f)}{_score(f)}</div>',
        f'<div class="row two">{_people(f)}{_classes(f)}</div>',
        f'<div class="row two">{_pairs(f)}{_confusion(f)}</div>',
        f'<div class="row">{_worst(f)}</div>',
    ]
    return parts.page(title, "\n".join(body))


def _agreement(f: RowsReport) -> str:
    cells = [parts.measured(words, getattr(f.agreement, name), unit="items") for name, words in _WORDS.items()]
    return parts.card("Agreement", f'<div class="two-up">{"".join(cells)}</div>', soft=f"IoU {f.settings.threshold:g}")


def _score(f: RowsReport) -> str:
    if f.score is None:
        words = '<p class="thin">no accepted marks in these rows</p>'
        return parts.card("Against the accepted marks", words)
    s = f.score
    cells = [parts.measured(words, getattr(s, name), unit="items") for name, words in _RATES.items()]
    kinds = (
        f"Missed {s.n_missed:,} of {s.n_gold:,}; nothing there {s.n_spurious:,} of {s.n_answer:,}; "
        f"another class {s.n_misclassified:,}; badly placed {s.n_mislocalised:,}."
    )
    body = f'<div class="two-up">{"".join(cells)}</div><p class="note">{parts.text(kinds)}</p>'
    return parts.card("Against the accepted marks", body)


def _people(f: RowsReport) -> str:
    rows = [
        [parts.text(p.author), f"{p.n_submissions:,}", f"{p.n_marks:,}", _line(p.alike.f1), _line(_error(f, p.author))]
        for p in f.people[:MOST_ROWS]
    ]
    body = parts.table(["", "items", "marks", "F1 with others", "errors"], rows, numbers=[1, 2])
    return parts.card("People, by name", body, soft=_cut(len(f.people)))


def _error(f: RowsReport, author: str) -> Estimate | None:
    return f.scores[author].error_rate if author in f.scores else None


def _classes(f: RowsReport) -> str:
    ordered = sorted(f.classes.items(), key=lambda entry: (entry[1][0].value is None, entry[1][0].value or 0, entry[0]))
    rows = [
        [parts.text(name), _line(f1), parts.bar(f1, width=140), f"{f1.n:,}"] for name, (f1, _) in ordered[:MOST_ROWS]
    ]
    return parts.card("By class", parts.table(["", "F1", "", "marks"], rows, numbers=[3]), soft=_cut(len(ordered)))


def _pairs(f: RowsReport) -> str:
    names = [p.author for p in f.people[:MOST_PEOPLE]]
    known = {(p.first, p.second): p.alike.f1.value for p in f.pairs}
    known |= {(second, first): value for (first, second), value in known.items()}
    values = [[known.get((one, two)) for two in names] for one in names]
    seen = [value for row in values for value in row if value is not None]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    body = parts.heat(names, values, low=low - 0.1, high=high)
    return parts.card("Who agrees with whom", body, soft="F1" + _cut(len(f.people), MOST_PEOPLE, ", "))


def _confusion(f: RowsReport) -> str:
    mixed = [cell for cell in f.confusion if cell[0] != cell[1]][:MOST_PEOPLE]
    rows = [[parts.text(gold or "nothing"), parts.text(said or "nothing"), f"{n:,}"] for gold, said, n in mixed]
    if not rows:
        return parts.card("Mixed up most", '<p class="thin">nothing to compare with</p>')
    return parts.card("Mixed up most", parts.table(["accepted", "answered", "times"], rows, numbers=[2]))


def _worst(f: RowsReport) -> str:
    rows = [[parts.text(w.item), figure(w.f1), f"{-w.minus_marks:,}"] for w in f.worst]
    body = parts.table(["item", "F1", "marks compared"], rows, numbers=[2])
    return parts.card("Items on which people agree least", body)


def _line(estimate: Estimate | None) -> str:
    if estimate is None or estimate.value is None:
        return '<span class="soft">not enough evidence</span>'
    return f'<b>{figure(estimate.value)}</b> <span class="soft">{parts.interval_text(estimate)}</span>'


def _cut(n: int, most: int = MOST_ROWS, before: str = "") -> str:
    return f"{before}the first {most} of {n:,}" if n > most else ""
