"""Drift, selection and diagnosis on files: what the server does by itself, for somebody who has only files."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from assay.quality.diagnosis import Archive, Diagnosis, Packet
from assay.quality.diagnosis import diagnose as _diagnose
from assay.quality.drift import DriftCheck, Features, calibrate, check
from assay.quality.linear_head import fit_linear_head
from assay.quality.selection import Method, Pick, Pool, SelectionRules, select
from assay.reports.errors import FeaturesFileError, SheetInvalidError, SourceMissingError
from assay.reports.features import read_features

ARCHIVE: Final = "archive"
NOW: Final = "now"
THEN: Final = "then"
_NEEDED: Final = {
    ARCHIVE: ("model", "annotators", "gold"),
    NOW: ("model", "annotators", "experts"),
    THEN: ("model", "gold", "experts"),
}


@dataclass(frozen=True, slots=True)
class DriftReport:
    """A check with the names of the pictures it speaks of."""

    check: DriftCheck
    n_reference: int
    window: int
    first: str
    last: str
    since: str | None

    def to_json(self) -> dict[str, Any]:
        """The documented JSON shape."""
        return {
            **self.check.to_json(), "n_reference": self.n_reference, "window": self.window, "first_item": self.first,
            "last_item": self.last, "since_item": self.since,
        }  # fmt: skip

    def lines(self) -> list[str]:
        """For people."""
        title = f"{self.check.level.upper()}: {self.first} to {self.last}, against {self.n_reference} clean pictures"
        since = [] if self.since is None else [f"Since {self.since}, most likely."]
        return [title, *self.check.words, *since]


def check_drift(
    reference: Any,  # noqa: ANN401 - a path, an Arrow table or a data frame
    arrived: Any,  # noqa: ANN401 - as above
    *,
    window: int = 300,
    harm_line: float = 0.01,
    seed: int = 0,
) -> DriftReport:
    """Say whether what arrives has changed, what moved, since when, and whether it harms.

    Args:
        reference: descriptions of clean pictures, at least five windows; see `read_features`.
        arrived: descriptions of later pictures in the order they came; the last `window` of them are judged.
        window: pictures in a window.
        harm_line: loss of quality from which a notice is an alarm.
        seed: of the calibration.

    Raises:
        ReferenceTooSmallError: fewer than five windows.
    """
    clean, later = read_features(reference), read_features(arrived)
    watch = calibrate(clean, window, np.random.default_rng(seed), harm_line=harm_line)
    n = min(window, len(later))
    found = check(watch, _part(later, slice(len(later) - n, None)), earlier=_part(later, slice(0, len(later) - n)))
    names = list(later.items or [])
    since = None if found.since is None else names[found.since.best]
    return DriftReport(found, len(clean), window, names[-n], names[-1], since)


def _part(features: Features, rows: slice) -> Features:
    def cut(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else values[rows]

    items = None if features.items is None else list(features.items)[rows]
    return Features(cut(features.statistics), cut(features.embeddings), cut(features.confidence), items)


@dataclass(frozen=True, slots=True)
class SelectReport:
    """What to label next.

    Attributes:
        picks: name of the picture and why it was chosen, in the order to label.
    """

    picks: tuple[tuple[str, Pick], ...]
    classes: tuple[str, ...]
    n_pool: int
    n_labelled: int

    def rows(self) -> list[dict[str, Any]]:
        """One plain row a pick."""
        rows = []
        for rank, (name, pick) in enumerate(self.picks):
            row = {"rank": rank, "item": name, **pick.to_json()}
            row["likeliest"] = None if pick.likeliest is None else self.classes[pick.likeliest]
            rows.append(row)
        return rows

    def to_json(self) -> dict[str, Any]:
        """The documented JSON shape."""
        return {"n_pool": self.n_pool, "n_labelled": self.n_labelled, "picks": self.rows()}

    def lines(self) -> list[str]:
        """For people."""
        reasons: dict[str, int] = {}
        for _, pick in self.picks:
            reasons[pick.reason] = reasons.get(pick.reason, 0) + 1
        told = ", ".join(f"{n} {reason}" for reason, n in reasons.items())
        head = f"{len(self.picks)} of {self.n_pool} pictures ({told}); {self.n_labelled} are labelled."
        return [head, *(f"{row['rank'] + 1:>5}  {row['item']}  {row['reason']}" for row in self.rows()[:20])]


def select_next(
    features: Any,  # noqa: ANN401 - a path, an Arrow table or a data frame
    n: int,
    *,
    labels: Mapping[str, str] | Path | str | None = None,
    method: Method = "auto",
    typical_start: bool = True,
    random_share: float = 0.1,
    quotas: Mapping[str, int] | None = None,
    seed: int = 0,
) -> SelectReport:
    """Choose what to label next, each picture with its reason.

    Args:
        features: descriptions with an embedding; see `read_features`.
        n: how many.
        labels: class of each picture that has one, or a CSV file with `item` and `label_class`.
        method: `auto`, `typical`, `clustered-margin`, `margin` or `random`.
        typical_start: whether `auto` may begin with typical pictures; switch it off where classes are rare.
        random_share: share drawn at random.
        quotas: at least so many by likeliest class.
        seed: of the choice.
    """
    found = read_features(features).checked()
    rows = found.rows_of("embeddings")
    names = list(found.items or [])
    known = _labels(labels)
    done = np.array([name in known for name in names], np.bool_)
    classes = tuple(sorted({known[name] for name in names if name in known} | set(quotas or {})))
    number = {c: k for k, c in enumerate(classes)}
    y = np.array([number[known[name]] for name in names if name in known], np.int64)
    chances = None
    if len(np.unique(y)) > 1:
        chances = fit_linear_head(rows[done], y, len(classes)).probabilities(rows[~done])
    rules = SelectionRules(
        method=method, typical_start=typical_start, random_share=random_share,
        quotas={number[c]: count for c, count in (quotas or {}).items()},
    )  # fmt: skip
    free = [name for name in names if name not in known]
    pool = Pool(rows[~done], rows[done], chances, items=free, n_classes=max(2, len(classes)))
    picks = select(pool, n, rules, np.random.default_rng(seed))
    return SelectReport(tuple((free[p.item], p) for p in picks), classes, len(free), int(done.sum()))


def _labels(source: Mapping[str, str] | Path | str | None) -> Mapping[str, str]:
    if source is None or isinstance(source, Mapping):
        return source or {}
    rows = _rows(Path(source), ("item", "label_class"))
    return {row["item"]: row["label_class"] for row in rows}


def _rows(path: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    if not path.is_file():
        raise SourceMissingError(path.name or str(path))
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            rows = [{k: v or "" for k, v in row.items() if k is not None} for row in reader]
            gone = [c for c in needed if c not in (reader.fieldnames or ())]
    except (UnicodeDecodeError, csv.Error):
        raise FeaturesFileError(path.name, "it is no CSV file in UTF-8") from None
    if gone:
        raise FeaturesFileError(path.name, f"there is no column {gone[0]!r}")
    return rows


def diagnose_answers(
    answers: Path | str, *, expert_wrong: int, expert_n: int, drift_noticed: bool | None = None
) -> Diagnosis:
    """Say why quality fell, from a CSV file of answers.

    Args:
        answers: columns `part`, `item`, `model`, `annotators`, `gold`, `experts`. `part` is `archive` (the frozen
            items: model, annotators, gold), `now` (current items experts labelled: model, annotators, experts) or
            `then` (archived items experts labelled again: model, gold, experts). Answers are compared as text.
        expert_wrong: how often the same experts missed gold that did not change.
        expert_n: out of how many.
        drift_noticed: what a watch on the pictures said.

    Raises:
        SheetInvalidError: a line without an answer its part needs; the line is named.
        PacketTooSmallError: too few lines of a part.
    """
    path = Path(answers)
    parts: dict[str, list[dict[str, str]]] = {ARCHIVE: [], NOW: [], THEN: []}
    for line, row in enumerate(_rows(path, ("part", "model", "annotators", "gold", "experts")), start=2):
        if row["part"] not in parts:
            raise SheetInvalidError(path.name, line, f"the part {row['part']!r} is none of archive, now, then")
        gone = next((c for c in _NEEDED[row["part"]] if not row[c].strip()), None)
        if gone is not None:
            raise SheetInvalidError(path.name, line, f"a line of the part {row['part']} needs an answer of {gone}")
        parts[row["part"]].append(row)

    def differ(part: str, left: str, right: str) -> np.ndarray:
        return np.array([row[left].strip() != row[right].strip() for row in parts[part]], np.float64)

    archive = Archive(
        differ(ARCHIVE, "model", "gold"), differ(ARCHIVE, "annotators", "gold"), differ(ARCHIVE, "model", "annotators")
    )
    packet = Packet(
        differ(NOW, "model", "experts"),
        differ(NOW, "annotators", "experts"),
        differ(NOW, "model", "annotators"),
        differ(THEN, "model", "experts"),
        differ(THEN, "model", "gold"),
        differ(THEN, "experts", "gold"),
        expert_wrong=expert_wrong,
        expert_n=expert_n,
        drift_noticed=drift_noticed,
    )
    return _diagnose(archive, packet)
