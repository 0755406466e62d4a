"""`audit-labels`: a blind sample to check by eye, and the defect rate by class that its answers give.

A person is shown a place without its class and says what is there and whether the outline fits. What they say is then
compared with the labels. For overlooked things, whole pictures are drawn, too, and the person counts what has no mark.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from assay.formats import disarmed
from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality import rate_estimate, sample_defect_rate
from assay.quality.image_shares import share_by_image
from assay.reports import documents
from assay.reports.documents import Json, said
from assay.reports.errors import NoAreasError, SheetInvalidError
from assay.reports.work import Longs, Work

FEWEST_A_CLASS: Final = 20
NOTHING: Final = "nothing"
SHEET: Final = "sheet.csv"
PICTURES: Final = "pictures.csv"
SAMPLE: Final = "sample.json"
MARK_COLUMNS: Final = ("number", "picture", "x_min", "y_min", "x_max", "y_max", "what_is_it", "placed")
PICTURE_COLUMNS: Final = ("number", "picture", "n_missing")
_PLACED: Final = {
    "ok": True,
    "good": True,
    "yes": True,
    "y": True,
    "1": True,
    "bad": False,
    "no": False,
    "n": False,
    "0": False,
}


@dataclass(frozen=True, eq=False)
class Sample:
    """What is to be checked.

    Attributes:
        work: whose labels.
        rows: (n,) rows of the marks, in the order of the sheet.
        items: pictures to look through for what has no mark.
        seed: the sample can be drawn again from it.
    """

    work: Work
    rows: Longs
    items: Longs
    seed: int

    def to_json(self) -> Json:
        """The document `assay.audit-sample`; holds no class of any mark, so that it may lie beside the sheet."""
        return documents.envelope("audit-sample", self.work) | {
            "seed": self.seed,
            "n_of_class": {self.work.classes[c]: int(n) for c, n in enumerate(_per_class(self.work))},
            "marks": self.work.mark_ids(self.rows),
            "pictures": [self.work.items[i] for i in self.items.tolist()],
        }

    def files(self) -> dict[str, bytes]:
        """The sheets to fill in and the sample itself, by name."""
        box = self.work.box[self.rows]
        marks = [
            [n + 1, self.work.items[self.work.item[row]], *(round(float(side), 1) for side in box[n]), "", ""]
            for n, row in enumerate(self.rows.tolist())
        ]
        pictures = [[n + 1, self.work.items[item], ""] for n, item in enumerate(self.items.tolist())]
        return {
            SHEET: _csv(MARK_COLUMNS, marks),
            PICTURES: _csv(PICTURE_COLUMNS, pictures),
            SAMPLE: (json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n").encode(),
        }


def draw_sample(work: Work, n: int, *, seed: int = 0) -> Sample:
    """Draw marks and pictures to check.

    Marks are drawn by class, each class by its share but at least 20 (all of a class that has fewer), then mixed, so
    that their order tells nothing. As many pictures as a fifth of `n` are drawn evenly.

    Args:
        work: labels of one author or several.
        n: marks to check in all.
        seed: of the draw.
    """
    every = np.flatnonzero(work.is_area)
    if len(every) == 0:
        raise NoAreasError(work.title)
    rng = np.random.default_rng(seed)
    sizes = np.bincount(work.label_class[every], minlength=len(work.classes))
    chosen = [
        rng.choice(every[work.label_class[every] == c], k, replace=False) for c, k in enumerate(_shares(sizes, n)) if k
    ]
    rows = rng.permutation(np.concatenate(chosen))
    items = rng.choice(work.n_items, min(work.n_items, max(1, n // 5)), replace=False)
    return Sample(work, rows.astype(np.int64), items.astype(np.int64), seed)


def _shares(sizes: np.ndarray, n: int) -> list[int]:
    """How many of each class to draw."""
    least = np.minimum(sizes, FEWEST_A_CLASS)
    rest = max(n - int(least.sum()), 0)
    left = sizes - least
    more = np.floor(rest * left / max(int(left.sum()), 1)).astype(int)
    more[
        np.argsort(-(rest * left / max(int(left.sum()), 1) - more), kind="stable")[: max(0, rest - int(more.sum()))]
    ] += 1
    drawn = np.minimum(least + more, sizes)
    if int(least.sum()) > n:  # more classes than marks asked for: evenly, large classes first
        drawn = np.zeros_like(sizes)
        for c in np.argsort(-sizes, kind="stable").tolist() * int(sizes.max()):
            if drawn.sum() >= n:
                break
            drawn[c] += drawn[c] < sizes[c]
    return [int(k) for k in drawn]


def _per_class(work: Work) -> np.ndarray:
    return np.bincount(work.label_class[work.is_area], minlength=len(work.classes))


@dataclass(frozen=True, eq=False)
class AuditReport:
    """The quality of labels somebody else made, from a checked sample.

    Attributes:
        work: whose labels.
        defect_rate: share of marks with any defect, over all classes by their size.
        by_class: class to its defect rate, exact for a sample without replacement.
        kinds: kind of defect (`wrong_class`, `nothing_there`, `badly_placed`) to its share over all classes.
        called: class given, class seen, how often; only where they differ.
        missing: things without a mark for each mark that is there; None when no picture was looked through.
        n_unanswered: rows of the sheet left empty.
    """

    work: Work
    defect_rate: Estimate
    by_class: dict[str, Estimate]
    kinds: dict[str, Estimate]
    called: tuple[tuple[str, str, int], ...]
    missing: Estimate | None
    n_unanswered: int

    def to_json(self) -> Json:
        """The document `assay.audit`."""
        return documents.envelope("audit", self.work) | {
            "defect_rate": documents.number(self.defect_rate),
            "by_class": documents.numbers(self.by_class),
            "kinds": documents.numbers(self.kinds),
            "called": [{"given": g, "seen": s, "n": n} for g, s, n in self.called],
            "missing_per_mark": documents.number(self.missing),
            "n_unanswered": self.n_unanswered,
        }

    def lines(self) -> list[str]:
        """For people."""
        out = [f"{self.work.title}: defects in {said(self.defect_rate, 'marks checked')}"]
        out += [f"  {name:<14} {said(rate, 'marks checked')}" for name, rate in self.by_class.items()]
        out += [f"  {name.replace('_', ' '):<14} {said(rate, 'marks checked')}" for name, rate in self.kinds.items()]
        if self.missing is not None:
            out.append(f"  without a mark {said(self.missing, 'pictures')}")
        out += [f"  called {given}, seen as {seen}: {n}" for given, seen, n in self.called[:8]]
        return [
            *out,
            *([f"  {self.n_unanswered} rows of the sheet are not answered yet."] if self.n_unanswered else []),
        ]


def read_answers(work: Work, sample: Mapping[str, Any], sheet: str, pictures: str | None) -> AuditReport:
    """Turn a filled-in sheet into defect rates.

    Args:
        work: the labels the sample was drawn from, unchanged.
        sample: the document that was written beside the sheet.
        sheet: text of the sheet of marks.
        pictures: text of the sheet of pictures; None when it was not filled in.

    Raises:
        SheetInvalidError: a line that cannot be read, or labels that are not those of the sample.
    """
    rows = _rows_of(work, sample)
    defects, answered, called = [], [], []
    for number, line, row in _lines(sheet, MARK_COLUMNS, len(rows), SHEET):
        seen, placed = (row["what_is_it"] or "").strip(), (row["placed"] or "").strip().casefold()
        if not seen and not placed:
            continue
        answered.append(rows[number - 1])
        defects.append(_judge(work, rows[number - 1], seen, placed, line))
        called.append((work.classes[work.label_class[rows[number - 1]]], seen))
    if not answered:
        raise SheetInvalidError(SHEET, 0, "no row is answered")
    return _report(
        work, np.array(answered, np.int64), defects, called, len(rows) - len(answered), _missing(work, sample, pictures)
    )


def unreadable(name: str) -> SheetInvalidError:
    """A sheet that is not there, or no text."""
    return SheetInvalidError(name, 0, "it cannot be read")


def _rows_of(work: Work, sample: Mapping[str, Any]) -> list[int]:
    ids = work.mark_ids(np.arange(len(work)))
    at = {mark: row for row, mark in enumerate(ids)}
    wanted = sample.get("marks", [])
    gone = next((mark for mark in wanted if mark not in at), None)
    if gone is not None or not wanted:
        raise SheetInvalidError(SAMPLE, 0, f"the labels have no mark {gone!r}; they are not those of the sample")
    return [at[mark] for mark in wanted]


def _lines(text: str, columns: Sequence[str], n_rows: int, name: str) -> Iterable[tuple[int, int, dict[str, str]]]:
    """Number, line and fields of each row of a sheet."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    gone = next((column for column in columns if column not in (reader.fieldnames or ())), None)
    if gone is not None:
        raise SheetInvalidError(name, 1, f"there is no column {gone!r}")
    for place, row in enumerate(reader, start=2):
        number = (row["number"] or "").strip()
        if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= n_rows:
            raise SheetInvalidError(name, place, f"the number {number!r} is not in the sample")
        yield int(number), place, row


def _judge(work: Work, row: int, seen: str, placed: str, line: int) -> str:
    """The defect of one mark, empty for none: the class first, since a wrong one needs no outline."""
    known = {name.casefold(): name for name in work.classes}
    if seen.casefold() in {NOTHING, "none"}:
        return "nothing_there"
    if seen and seen.casefold() not in known:
        raise SheetInvalidError(SHEET, line, f"{seen!r} is none of the classes and not {NOTHING!r}")
    if placed and placed not in _PLACED:
        raise SheetInvalidError(SHEET, line, f"placed is {placed!r}, not ok or bad")
    if seen and known[seen.casefold()] != work.classes[work.label_class[row]]:
        return "wrong_class"
    return "" if _PLACED.get(placed, True) else "badly_placed"


def _report(
    work: Work, rows: Longs, defects: Sequence[str], called: Sequence[tuple[str, str]], n_unanswered: int,
    missing: Estimate | None,
) -> AuditReport:  # fmt: skip
    found = np.array(defects)
    sizes, codes = _per_class(work), work.label_class[rows]
    by_class = {
        name: sample_defect_rate(int(sizes[c]), int((codes == c).sum()), int((found[codes == c] != "").sum()))
        for c, name in enumerate(work.classes)
        if sizes[c]
    }
    pairs: dict[tuple[str, str], int] = {}
    for (given, seen), defect in zip(called, defects, strict=True):
        if defect in {"wrong_class", "nothing_there"}:
            pairs[given, seen] = pairs.get((given, seen), 0) + 1
    kinds = {
        kind: _over_classes(sizes, codes, found == kind, work.item[rows])
        for kind in ("wrong_class", "nothing_there", "badly_placed")
    }
    return AuditReport(
        work=work,
        defect_rate=_over_classes(sizes, codes, found != "", work.item[rows]),
        by_class=by_class,
        kinds=kinds,
        called=tuple((g, s, n) for (g, s), n in sorted(pairs.items(), key=lambda entry: (-entry[1], entry[0]))),
        missing=missing,
        n_unanswered=n_unanswered,
    )


def _over_classes(sizes: np.ndarray, codes: Longs, defect: np.ndarray, items: Longs) -> Estimate:
    """The rate over all marks, each class by its size; Wilson's interval at the sample's effective size.

    The effective size is 1 / sum of w_c^2 / n_c, as if all classes had the same rate; classes without an answer are
    left out. Reference: Kish (1965), "Survey Sampling", section 11.7.
    """
    n = np.bincount(codes, minlength=len(sizes))
    met = n > 0
    weight = np.where(met, sizes, 0) / max(int(sizes[met].sum()), 1)
    rate = float((weight[met] * np.bincount(codes, defect, len(sizes))[met] / n[met]).sum())
    worth = 1.0 / float((weight[met] ** 2 / n[met]).sum())
    estimate = rate_estimate(rate * len(codes), len(codes), len(np.unique(items)), n_eff=worth)
    return Estimate(rate, estimate.low, estimate.high, len(codes), estimate.n_items, "stratified-wilson-effective-n")


def _missing(work: Work, sample: Mapping[str, Any], pictures: str | None) -> Estimate | None:
    """Things without a mark over all things, from the pictures looked through; clustered by picture."""
    if pictures is None:
        return None
    names = list(sample.get("pictures", []))
    places = {item: place for place, item in enumerate(work.items)}
    marks = np.bincount(work.item[work.is_area], minlength=work.n_items)
    gone, image = [], []
    for number, line, row in _lines(pictures, PICTURE_COLUMNS, len(names), PICTURES):
        count = (row["n_missing"] or "").strip()
        if not count:
            continue
        if not count.isascii() or not count.isdigit():
            raise SheetInvalidError(PICTURES, line, f"n_missing is {count!r}, not a whole number")
        there = int(marks[places[names[number - 1]]]) if names[number - 1] in places else 0
        gone += [True] * int(count) + [False] * there
        image += [number] * (int(count) + there)
    if not image:
        return nothing_measured("missing-of-all-things")
    return share_by_image(np.array(gone), np.array(image, np.int64))


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([[disarmed(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return out.getvalue().encode()
