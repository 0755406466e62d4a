"""Pages of the other verbs: agreement, scores, findings and the sheet of a blind sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from assay.kernel.estimate import Estimate
from assay.quality import Verdict
from assay.reports.agree import AgreeReport
from assay.reports.audit import Sample
from assay.reports.documents import common_prefix, figure, listed, short_name
from assay.reports.page import parts
from assay.reports.page.disagreements import worst_disagreements
from assay.reports.page.people import what_is_lost, who_agrees
from assay.reports.page.practice import judged_card, practices_cards
from assay.reports.page.style import AUTHOR_COLOURS, AUTHOR_DASHES
from assay.reports.page.suspect_cards import suspect_cards
from assay.reports.pictures import Cropper
from assay.reports.score import KINDS, ScoreReport, Slice
from assay.reports.suspects import FindingsReport
from assay.reports.work import Work

MANY_CLASSES: Final = 20
WORST: Final = 14
MOST_ON_SHEET: Final = 400
BLUE, RUST, GRAPHITE = AUTHOR_COLOURS


def cropper_of(work: Work) -> Cropper:
    """Cuts crops out of the pictures of the main set."""
    return Cropper(work.sources[0].files, dict(work.sources[0].read.image_paths))


def agree_page(report: AgreeReport, *, command: str, meta: Sequence[str]) -> str:
    """How alike people are, what agreement is lost to, and where practice differs."""
    cropper = cropper_of(report.work)
    try:
        body = [parts.head(_agree_title(report), command, meta), *_agree_cards(report)]
        if report.practices is not None:
            body += practices_cards(report.practices, report.work, cropper)
            body.append(judged_card(report.practices))
        body.append(worst_disagreements(report, cropper))
        body.append(_notes(report.notes))
    finally:
        cropper.close()
    return parts.page(_agree_title(report), "\n".join(part for part in body if part))


def _agree_title(report: AgreeReport) -> str:
    n = len(report.authors)
    if report.pairwise is None or report.pairwise.f1.value is None:
        return f"{report.work.title}: {n} people"
    return f"{n} people agree on {figure(report.pairwise.f1.value)} of their marks"


def _agree_cards(report: AgreeReport) -> list[str]:
    out = []
    if report.pairwise is not None:
        p = report.pairwise
        top = [
            parts.measured(f"F1 at IoU {figure(p.threshold)}", p.f1),
            parts.measured("Where matched, mean IoU", p.geometry),
            parts.measured("IoU of everything, unmatched marks 0", p.mean_iou),
            parts.measured("Matched marks of one class", p.label_class),
        ]
        out.append(f'<div class="row">{parts.card("Pairwise", _two_up(top))}</div>')
        rows = [
            [parts.text(report.work.classes[c]), one_line(one.f1), parts.bar(one.f1, width=160), f"{one.f1.n_items:,}"]
            for c, one in sorted(p.by_class.items(), key=lambda entry: entry[1].f1.value or 0)
        ]
        by_class = parts.card("By class", parts.table(["class", "F1", "", "images"], rows, numbers=[3]))
        beside = who_agrees(p) if len(p.pairs) > 1 else what_is_lost(report)  # one pair stands at the top already
        out.append(f'<div class="row two">{beside}{by_class}</div>')
        if report.beyond_chance:
            lost = what_is_lost(report) if len(p.pairs) > 1 else ""
            out.append(f'<div class="row{" two" if lost else ""}">{_beyond(report)}{lost}</div>')
    if report.tags is not None:
        out.append(
            f'<div class="row">{parts.card("Tags", parts.measured("Agreement beyond chance", report.tags))}</div>'
        )
    return out


def _beyond(report: AgreeReport) -> str:
    names = (
        ("existence", "the same things"),
        ("label_class", "the same class"),
        ("geometry", "the same place"),
        ("total", "in all"),
    )
    rows = []
    for t, found in sorted(report.beyond_chance.items()):
        for part, words in names:
            estimate: Estimate = getattr(found, part)
            said = (
                one_line(estimate)
                if estimate.value is not None
                else f'<span class="soft">{parts.text(found.undefined.get(part, "not enough evidence"))}</span>'
            )
            rows.append(
                [f"IoU {figure(t)[:3]}" if part == "existence" else "", words, said, parts.bar(estimate, width=150)]
            )
        rows += [["", parts.text(name), one_line(e), parts.bar(e, width=150)] for name, e in found.attributes.items()]
    return parts.card(
        "Agreement beyond chance", parts.table(["", "", "alpha", ""], rows), soft="1 full, 0 as by chance"
    )


def score_page(report: ScoreReport, *, command: str, meta: Sequence[str]) -> str:
    """Figures against gold, the confusion table, and the worst places."""
    title = f"{listed(report.work.authors[1:], 3)}: {_f1(report.overall)} against gold"
    cropper = cropper_of(report.work)
    try:
        body = [
            parts.head(title, command, meta),
            f'<div class="row grid">{_headline(report)}{_kinds(report)}</div>',
            f'<div class="row two">{_confusion(report)}{_slices(report)}</div>',
            _beside(report),
            _worst(report, cropper),
            _notes(report.notes),
        ]
    finally:
        cropper.close()
    return parts.page(title, "\n".join(part for part in body if part))


def _f1(part: Slice) -> str:
    return "not enough evidence" if part.f1.value is None else f"F1 {figure(part.f1.value)}"


def _headline(report: ScoreReport) -> str:
    o = report.overall
    cells = [
        parts.measured("F1", o.f1), parts.measured("Precision", o.precision), parts.measured("Recall", o.recall),
        parts.measured("Mean IoU of what was found", o.mean_iou),
    ]  # fmt: skip
    if report.coco is not None:
        cells += [parts.measured(f"COCO {name}", report.coco.values[name], small=True) for name in ("AP", "AP50")]
    return parts.card("Against gold", _two_up(cells), soft=f"IoU {figure(report.threshold)}")


def _kinds(report: ScoreReport) -> str:
    words = {
        "missed": "Missed",
        "spurious": "Nothing there",
        "misclassified": "Another class",
        "mislocalised": "Badly placed",
    }
    top = max((report.overall.errors[k].high or 0.05 for k in KINDS), default=1.0)
    body = "".join(parts.measured(words[k], report.overall.errors[k], high=top, small=True) for k in KINDS)
    return parts.card("Kinds of error", f'<div style="display:grid;gap:12px">{body}</div>', soft="share of all units")


def _confusion(report: ScoreReport) -> str:
    counts, names = report.confusion, [*report.work.classes, "nothing"]
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    if len(names) > MANY_CLASSES:  # the pairs most often mixed up say more than a wall of zeros
        order = np.argsort(-wrong, axis=None, kind="stable")[:15]
        rows = [
            [parts.text(names[i // len(names)]), parts.text(names[i % len(names)]), f"{wrong.flat[i]:,}"]
            for i in order.tolist()
            if wrong.flat[i]
        ]
        return parts.card("Mixed up most", parts.table(["gold", "answer", "times"], rows, numbers=[2]))
    values = [[float(n) if n else None for n in row] for row in counts.tolist()]
    square = parts.heat(names, values, low=0, high=float(max(wrong.max(), 1)), counts=True)
    return parts.card("Confusion", square, soft="gold down, answer across")


def _beside(report: ScoreReport) -> str:
    """Wrong attributes, and another tool's numbers, where there are any."""
    cards = []
    if report.attributes:
        cells = [parts.measured(name, share, small=True) for name, share in report.attributes.items()]
        cards.append(parts.card("Wrong attributes", _two_up(cells), soft="share of the values gold has"))
    for one in report.like:
        cells = [parts.measured(name.capitalize(), share, small=True) for name, share in one.numbers.items()]
        cards.append(parts.card(f"By the rules of {one.found.preset}", _two_up(cells), soft=one.author))
    pairs = ["".join(cards[place : place + 2]) for place in range(0, len(cards), 2)]
    return "".join(f'<div class="row two">{pair}</div>' for pair in pairs)


def _slices(report: ScoreReport) -> str:
    groups = (("class", report.by_class), ("author", report.by_author), ("split", report.by_split))
    rows = [
        [parts.text(s.name), one_line(s.f1), parts.bar(s.f1, width=150), f"{s.n_items:,}"]
        for _, some in groups
        if len(some) > 1
        for s in sorted(some, key=lambda s: (s.f1.value is None, s.f1.value or 0))[:MANY_CLASSES]
    ]
    return parts.card(
        "By class, author and split", parts.table(["", "F1", "", "images"], rows, numbers=[3]), soft="worst first"
    )


def _worst(report: ScoreReport, cropper: Cropper) -> str:
    """Pictures with most errors for their size, with gold and answer."""
    rows = []
    for author, (places, found) in report.verdicts.items():
        errors, units = found.n_errors, found.n_units
        order = np.argsort(-(errors - 2 * np.sqrt(errors + 1) * (errors < 3)), kind="stable")[:WORST]  # noqa: PLR2004 - one error is no pattern
        rows += [(int(errors[i]), int(units[i]), author, int(places[i]), i) for i in order.tolist() if errors[i]]
    rows.sort(key=lambda row: (-row[0], row[3]))
    prefix = common_prefix(report.work.items)
    crops = [
        _whole(report, cropper, author, place, i, f"{e} of {u} wrong", prefix)
        for e, u, author, place, i in rows[:WORST]
    ]
    if not any(crops):
        return ""
    legend = parts.key(BLUE, "gold") + parts.key(RUST, "answer, wrong", dash=AUTHOR_DASHES[1])
    body = f'<div class="crops">{"".join(crops)}</div>'
    return f'<div class="row">{parts.card("Where most is wrong", body, right=legend)}</div>'


def _whole(report: ScoreReport, cropper: Cropper, author: str, place: int, number: int, words: str, prefix: str) -> str:
    item = report.work.items[place]
    size = cropper.size(item)
    if size is None:
        return ""
    found = report.verdicts[author][1]
    outlines = []
    work = report.work
    gold = np.flatnonzero((work.author == 0) & (work.item == place) & work.is_area)
    outlines += [parts.Outline(_box(work.box[row]), BLUE, width=1.2) for row in gold.tolist()]
    right = found.matches.right
    here = slice(int(right.offsets[number]), int(right.offsets[number + 1]))
    wrong = np.flatnonzero(found.answer_verdicts[here] != Verdict.CORRECT)
    theirs = np.flatnonzero((work.author == work.authors.index(author)) & (work.item == place) & work.is_area)
    if len(theirs) == here.stop - here.start:
        outlines += [parts.Outline(_box(work.box[theirs[w]]), RUST, AUTHOR_DASHES[1], 1.8) for w in wrong.tolist()]
    window = (0.0, 0.0, float(size[0]), float(size[1]))
    return parts.crop(cropper, item, window, outlines, short_name(item, prefix), words)


def _box(row: np.ndarray) -> parts.Box:
    x0, y0, x1, y1 = row.tolist()
    return x0, y0, x1, y1


def findings_page(report: FindingsReport, *, command: str, meta: Sequence[str]) -> str:
    """All kinds of finding with their best crops."""
    n = sum(report.counts.values())
    title = f"{report.work.title}: {n:,} things to look at" if n else f"{report.work.title}: nothing suspicious"
    cropper = cropper_of(report.work)
    try:
        body = [parts.head(title, command, meta), *suspect_cards(report, cropper, few=4 * 7, wide_only=True)]
    finally:
        cropper.close()
    return parts.page(title, "\n".join(body))


def sheet_page(sample: Sample, *, command: str, meta: Sequence[str]) -> str:
    """The places of a blind sample, numbered as in its sheet; no class is shown."""
    work = sample.work
    cropper = cropper_of(work)
    try:
        crops = []
        for number, row in enumerate(sample.rows[:MOST_ON_SHEET].tolist(), start=1):
            box = _box(work.box[row])
            window = parts.window_around([box], room=0.8)
            crops.append(
                parts.crop(cropper, work.items[work.item[row]], window, [parts.Outline(box, RUST)], str(number))
            )
    finally:
        cropper.close()
    title = f"{work.title}: {len(sample.rows)} places to check"
    words = (
        '<p class="note" style="margin:0 0 12px">For each number, write into sheet.csv what it is (a class, or '
        '"nothing") and whether the outline fits (ok or bad). The labels\' own class is not shown on purpose.</p>'
    )
    body = words + f'<div class="crops">{"".join(crops)}</div>'
    return parts.page(
        title, parts.head(title, command, meta) + parts.card("What is it, and does the outline fit?", body)
    )


def one_line(estimate: Estimate | None) -> str:
    """A number as a table cell."""
    if estimate is None or estimate.value is None:
        return '<span class="soft">not enough evidence</span>'
    return f'<b>{figure(estimate.value)}</b> <span class="soft">{parts.interval_text(estimate)}</span>'


def _two_up(cells: Sequence[str]) -> str:
    return f'<div class="two-up">{"".join(cells)}</div>'


def _notes(notes: Sequence[str]) -> str:
    return "".join(f'<p class="note">{parts.text(note)}</p>' for note in notes)
