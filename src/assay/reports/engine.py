"""The engine as functions: on paths, label sets, Arrow tables and data frames; no server, no database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from assay.formats import DictFiles, FolderSink, ReadReport
from assay.kernel.marks import BBOX, ITEMS_SCHEMA, MARKS_SCHEMA, LabelSet
from assay.quality.rows import Settings as RowsSettings
from assay.reports import agree as _agree
from assay.reports import audit as _audit
from assay.reports import look as _look
from assay.reports import measure as _measure
from assay.reports import rows_of as _rows
from assay.reports import score as _score
from assay.reports import suspects as _suspects
from assay.reports import team as _team
from assay.reports.errors import NameTakenError, NoLabelsError, TableInvalidError
from assay.reports.results import MODEL, read_predictions
from assay.reports.rows_report import MeasureReport
from assay.reports.sources import Labels, read_labels
from assay.reports.work import Work, together

Source = Any
"""A path, a `LabelSet`, an Arrow table or a data frame (anything with `__arrow_c_stream__`, or pandas)."""

_NEEDED: Final = ("item", "label_class")
_SIDES: Final = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")
THIS: Final = "these labels"
_ACCEPTED: Final = "accepted"


def look(
    labels: Source, *, who: Mapping[str, Source] | None = None, predictions: Source | None = None,
    name: str = THIS, pictures: bool = True, seed: int = 0,
) -> _look.LookReport:  # fmt: skip
    """Look at a set of labels: counts, broken and suspicious marks, twins, agreement, and what to do first.

    Args:
        labels: what to look at.
        who: other people's labels of the same pictures, by name.
        predictions: a model's labels of the same pictures.
        name: what `labels` are called when there are others.
        pictures: decode the pictures, to find equal and nearly equal ones.
        seed: for intervals and draws.
    """
    main = labels_of(labels)
    others = _others(who)
    model = None if predictions is None else _predictions(predictions, main)
    return _look.look(main, others=others, predictions=model, main_name=name, pictures=pictures, seed=seed)


def agree(
    labels: Source, *, who: Mapping[str, Source] | None = None, name: str = THIS, threshold: float = 0.5, seed: int = 0
) -> _agree.AgreeReport:
    """Measure how alike several people's labels are: those in one file, or several sets of the same pictures.

    Args:
        labels: one set; decides which pictures there are.
        who: others, by name.
        name: what `labels` are called when there are others.
        threshold: IoU from which two marks may be the same thing.
        seed: for intervals and draws.
    """
    return _agree.agree(work_of(labels, who, name), seed=seed, threshold=threshold)


def score(
    answers: Source, gold: Source, *, name: str = "answer", threshold: float = 0.5, tight_threshold: float = 0.7,
    classes: tuple[str, ...] = (), like: str | None = None, seed: int = 0,
) -> _score.ScoreReport:  # fmt: skip
    """Hold answers, of people or of a model, against gold.

    Args:
        answers: what to judge.
        gold: the labels taken as right.
        name: of the answers, when they name at most one author.
        threshold: IoU from which two marks may be the same thing.
        tight_threshold: IoU from which a mark of the right class is well placed.
        classes: names of those to look at; all when empty.
        like: another tool whose rules are followed beside Assay's own: `cvat`, `cvat-2023`, `datumaro`, `coco`,
            `label-studio`, `strict`.
        seed: for intervals.
    """
    truth = labels_of(gold)
    return _score.score(
        truth, _predictions(answers, truth), name=name, threshold=threshold, tight_threshold=tight_threshold,
        classes=classes, like=like, seed=seed,
    )  # fmt: skip


def consensus(
    labels: Source, *, who: Mapping[str, Source] | None = None, name: str = THIS, out: Path | str | None = None,
    to: str = "coco", keep_from: float = 0.5,
) -> _team.ConsensusReport:  # fmt: skip
    """Infer one answer from several people's labels, and how far each can be trusted.

    Args:
        labels: one set; decides which pictures there are.
        who: others, by name.
        name: what `labels` are called when there are others.
        out: folder to write the answer into; nothing is written when left out.
        to: format to write.
        keep_from: chance of being there from which a thing is kept.
    """
    sink = None if out is None else FolderSink(Path(out))
    return _team.consensus(work_of(labels, who, name), sink=sink, to=to, keep_from=keep_from)


def findings(
    labels: Source, *, who: Mapping[str, Source] | None = None, predictions: Source | None = None, name: str = THIS,
    rules: Path | str | None = None,
) -> _suspects.FindingsReport:  # fmt: skip
    """List suspicious marks, best first.

    Args:
        labels: what to look at.
        who: other people's labels of the same pictures, by name.
        predictions: a model's labels of the same pictures; with these, people are not held against each other.
        name: what `labels` are called when there are others.
        rules: JSON file of rules by class.
    """
    main = labels_of(labels)
    read = None if rules is None else _suspects.read_rules(Path(rules))
    if predictions is not None:
        work = together(main, {MODEL: _predictions(predictions, main)})
        return _suspects.findings(work, predictions=MODEL, rules=read)
    others = _others(who)
    return _suspects.findings(together(main, others, main_name=name if others else None), rules=read)


def annotators(
    labels: Source,
    *,
    who: Mapping[str, Source] | None = None,
    gold: Source | None = None,
    name: str = THIS,
    seed: int = 0,
) -> _team.AnnotatorsReport:
    """Describe everybody's work against each other, and against gold where there is some; nobody is ranked.

    Args:
        labels: everybody's marks, or one person's.
        who: others, by name.
        gold: labels taken as right.
        name: what `labels` are called when there are others.
        seed: for intervals and draws.
    """
    work = work_of(labels, who, name)
    if gold is None:
        return _team.annotators(work, seed=seed)
    return _team.annotators(work, gold=labels_of(gold), answers=_as_labels(work), seed=seed)


def measure(
    labels: Source, *, who: Mapping[str, Source] | None = None, gold: Source | None = None, name: str = THIS,
    threshold: float = 0.5, tight_threshold: float = 0.7, state: Path | str | None = None, n_threads: int | None = None,
    progress: _measure.Progress | None = None,
) -> MeasureReport:  # fmt: skip
    """Measure agreement, and errors against accepted marks, of any number of items, in flat memory and on all cores.

    Args:
        labels: Parquet with one row an item (a file, a folder, a table or a stream of record batches); or any other
            labels, which are laid out as such rows first.
        who: others, by name; not beside rows, which hold everybody.
        gold: labels taken as right; not beside rows, which hold accepted marks.
        name: what `labels` are called when there are others.
        threshold: IoU from which two marks may be the same thing.
        tight_threshold: IoU from which a mark of the right class is well placed.
        state: file to keep what was done in; an interrupted run goes on where it stopped.
        n_threads: row groups at once; all cores when left out. The answer does not depend on it.
        progress: told rows done and rows in all.
    """
    settings = RowsSettings(threshold, tight_threshold)
    title = Path(labels).name if isinstance(labels, str | Path) else "rows"
    rows: Any = labels
    if who or gold is not None or not _measure.holds_rows(labels):
        rows = item_rows(labels, who=who, gold=gold, name=name)
    found = _measure.measure_rows(rows, settings=settings, state=state, n_threads=n_threads, progress=progress)
    return MeasureReport(title, found)


def item_rows(
    labels: Source, *, who: Mapping[str, Source] | None = None, gold: Source | None = None, name: str = THIS
) -> pa.Table:
    """Lay several people's labels out as rows, one an item with everybody's boxes, for `measure` and for Parquet.

    Args:
        labels: one set; decides which pictures there are.
        who: others, by name.
        gold: labels taken as right.
        name: what `labels` are called when there are others.
    """
    others = _others(who)
    if gold is not None:
        others[_ACCEPTED] = labels_of(gold, author=_ACCEPTED)
    work = together(labels_of(labels), others, main_name=name if who else None)
    return _rows.rows_of(work, accepted=None if gold is None else _ACCEPTED)


def audit_labels(labels: Source, *, n: int = 150, seed: int = 0) -> _audit.Sample:
    """Draw a blind sample of marks and pictures to check; `audit_result` turns the answers into defect rates.

    Args:
        labels: somebody else's labels.
        n: marks to check in all.
        seed: of the draw.
    """
    return _audit.draw_sample(work_of(labels, None, THIS), n, seed=seed)


def audit_result(labels: Source, folder: Path | str) -> _audit.AuditReport:
    """Read the filled-in sheets of a blind sample.

    Args:
        labels: the labels it was drawn from, unchanged.
        folder: where `sample.json`, `sheet.csv` and `pictures.csv` lie.

    Raises:
        SheetInvalidError: a line that cannot be read, or other labels than those of the sample.
    """
    place = Path(folder)
    work = work_of(labels, None, THIS)
    try:
        sample: Any = json.loads((place / _audit.SAMPLE).read_text(encoding="utf-8"))
        sheet = (place / _audit.SHEET).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        gone = getattr(error, "filename", None)
        raise _audit.unreadable(Path(gone).name if gone else _audit.SAMPLE) from None
    extra = place / _audit.PICTURES
    pictures = extra.read_text(encoding="utf-8-sig") if extra.is_file() else None
    return _audit.read_answers(work, sample, sheet, pictures)


def work_of(labels: Source, who: Mapping[str, Source] | None, name: str) -> Work:
    """One set with others beside it."""
    others = _others(who)
    return together(labels_of(labels), others, main_name=name if others else None)


def labels_of(source: Source, *, author: str = "imported") -> Labels:
    """Any source as labels."""
    if isinstance(source, Labels):
        return source
    if isinstance(source, str | Path):
        return read_labels(source, author=author)
    label_set = source if isinstance(source, LabelSet) else _label_set(_table(source), author)
    report = ReadReport(format="table", n_items=len(label_set.items), n_marks=len(label_set.marks))
    return Labels(Path("labels"), "table", label_set, report, DictFiles({}))


def _predictions(source: Source, main: Labels) -> Labels:
    return read_predictions(source, main) if isinstance(source, str | Path) else labels_of(source, author=MODEL)


def _others(who: Mapping[str, Source] | None) -> dict[str, Labels]:
    named = dict(who or {})
    if MODEL in named:
        raise NameTakenError(MODEL)
    return {name: labels_of(source, author=name) for name, source in named.items()}


def _table(source: Source) -> pa.Table:
    if isinstance(source, pa.Table):
        return source
    if hasattr(source, "__arrow_c_stream__"):
        return pa.table(source)
    if type(source).__module__.partition(".")[0] == "pandas":
        return pa.Table.from_pandas(source, preserve_index=False)
    raise NoLabelsError(type(source).__name__)


def _label_set(table: pa.Table, author: str) -> LabelSet:
    """A table with `item`, `label_class` and four sides, perhaps `author`, `confidence` and other columns of marks."""
    gone = next((name for name in (*_NEEDED, *_SIDES) if name not in table.column_names), None)
    if gone is not None:
        raise TableInvalidError(f"there is no column {gone!r}")
    n = len(table)
    defaults: dict[str, list[Any]] = {
        "mark": [f"row/{row}" for row in range(n)],
        "author": [author] * n,
        "shape": [BBOX] * n,
        "is_crowd": [False] * n,
    }
    columns = {}
    for column in MARKS_SCHEMA:
        if column.name in table.column_names:
            values = table[column.name].to_pylist()
        else:
            values = defaults.get(column.name, [None] * n)
        columns[column.name] = [str(v) for v in values] if column.name in _NEEDED else values
    try:
        marks = pa.table([pa.array(columns[c.name], type=c.type) for c in MARKS_SCHEMA], schema=MARKS_SCHEMA)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TableInvalidError(str(error).partition("\n")[0]) from None
    _check_sides(marks)
    names = list(dict.fromkeys(columns["item"]))
    empty = [None] * len(names)
    values = (names, names, empty, empty, empty)
    arrays = [pa.array(column, type=field.type) for column, field in zip(values, ITEMS_SCHEMA, strict=True)]
    items = pa.table(arrays, schema=ITEMS_SCHEMA)
    return LabelSet(items, marks, tuple(dict.fromkeys(columns["label_class"])))


def _check_sides(marks: pa.Table) -> None:
    box = np.column_stack([marks[side].to_numpy() for side in _SIDES]).astype(np.float64)
    boxed = np.array(marks["shape"].to_pylist(), np.str_) == BBOX
    right = np.isfinite(box).all(axis=1) & (box[:, 0] < box[:, 2]) & (box[:, 1] < box[:, 3])
    wrong = np.flatnonzero(boxed & ~right)
    if len(wrong):
        row = int(wrong[0])
        raise TableInvalidError(f"row {row} has the box {box[row].tolist()}")


def _as_labels(work: Work) -> Labels:
    """Everybody's marks as one set, each under their own name, to be held against gold."""
    tables = []
    for number, source in enumerate(work.sources):
        rows = np.flatnonzero(work.source == number)
        marks = source.label_set.marks.take(pa.array(work.row[rows]))
        names = pa.array([work.authors[a] for a in work.author[rows]])
        items = pa.array([work.items[i] for i in work.item[rows]])
        ids = pa.array([f"{number}/{mark}" for mark in marks["mark"].to_pylist()])
        for column, values in (("author", names), ("item", items), ("mark", ids)):
            marks = marks.set_column(MARKS_SCHEMA.get_field_index(column), MARKS_SCHEMA.field(column), values)
        tables.append(marks)
    label_set = LabelSet(work.sources[0].label_set.items, pa.concat_tables(tables), work.classes)
    main = work.sources[0]
    return Labels(main.path, main.format, label_set, main.read, main.files)
