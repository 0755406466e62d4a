"""The batch engine gives what the plain functions give, however its rows are cut, ordered or resumed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.quality_rows import SIDES, random_rows

from assay.quality import Boxes, Verdict, pairwise_agreement, score_boxes
from assay.quality.rows import RowsReport, Settings, Sums, report_of

CLASSES = ("cat", "dog", "eel")


def measured(rows: pa.RecordBatch, **options: str) -> RowsReport:
    sums = Sums(Settings())
    sums.add_rows(rows, 0, **options)  # type: ignore[arg-type]
    return report_of(sums, backend="any")


def sides_of(rows: pa.RecordBatch) -> tuple[dict[str, Boxes], dict[str, NDArray[np.bool_]], Boxes]:
    """Every person's boxes over all items, who handed in which, and the accepted boxes."""
    table = rows.to_pylist()
    names = sorted({one["author"] for row in table for one in row["submissions"]})
    people, asked = {}, {}
    for name in names:
        sheets = [[m for s in row["submissions"] if s["author"] == name for m in s["marks"]] for row in table]
        people[name] = boxes_of(sheets)
        asked[name] = np.array([any(s["author"] == name for s in row["submissions"]) for row in table])
    return people, asked, boxes_of([row["accepted"] for row in table])


def boxes_of(sheets: list[list[dict[str, float | str]]]) -> Boxes:
    return Boxes.of(
        [[[float(m[side]) for side in SIDES] for m in sheet] for sheet in sheets],
        [[CLASSES.index(str(m["label_class"])) for m in sheet] for sheet in sheets],
    )


@pytest.mark.parametrize(("seed", "on_a_grid"), [(0, False), (1, False), (2, True), (3, True)])
def test_agreement_is_that_of_the_plain_functions(seed: int, on_a_grid: bool) -> None:  # noqa: FBT001 - a parameter
    rows = random_rows(150, seed, on_a_grid=on_a_grid)
    people, asked, _ = sides_of(rows)
    plain = pairwise_agreement(people, rng=np.random.default_rng(0), assigned=asked)
    found = measured(rows)
    for part in ("f1", "mean_iou", "existence", "label_class", "geometry"):
        mine, theirs = getattr(found.agreement, part), getattr(plain, part)
        assert mine.value == pytest.approx(theirs.value, abs=1e-10)
        assert (mine.n, mine.n_items) == (theirs.n, theirs.n_items)
        assert mine.low == pytest.approx(theirs.low, abs=0.035)
        assert mine.high == pytest.approx(theirs.high, abs=0.035)
    assert [(p.first, p.second) for p in found.pairs] == [(p.first, p.second) for p in plain.pairs]
    for mine, theirs in zip(found.pairs, plain.pairs, strict=True):
        for count in ("n_items", "n_both_empty", "n_first", "n_second", "n_matched", "n_same_class"):
            assert getattr(mine, count) == getattr(theirs, count)
        assert mine.alike.f1.value == pytest.approx(theirs.f1, abs=1e-12)
        assert mine.alike.mean_iou.value == pytest.approx(theirs.mean_iou, abs=1e-10)
        assert mine.alike.geometry.value == pytest.approx(theirs.matched_iou, abs=1e-10)
    for number, one in plain.by_class.items():
        f1, mean_iou = found.classes[CLASSES[number]]
        assert f1.value == pytest.approx(one.f1.value, abs=1e-12)
        assert mean_iou.value == pytest.approx(one.mean_iou.value, abs=1e-10)
        assert (f1.n, f1.n_items) == (one.f1.n, one.f1.n_items)


@pytest.mark.parametrize(("seed", "on_a_grid"), [(4, False), (5, True)])
def test_errors_against_accepted_marks_are_those_of_the_plain_functions(seed: int, on_a_grid: bool) -> None:  # noqa: FBT001 - a parameter
    rows = random_rows(150, seed, on_a_grid=on_a_grid)
    people, asked, gold = sides_of(rows)
    found, confusion = measured(rows), np.zeros((4, 4), np.int64)
    for name, answer in people.items():
        items = np.flatnonzero(asked[name])
        score = score_boxes(gold.take(items), answer.take(items))
        mine, rng = found.scores[name], np.random.default_rng(0)
        kinds = {
            "n_missed": Verdict.MISSED, "n_spurious": Verdict.SPURIOUS, "n_misclassified": Verdict.MISCLASSIFIED,
            "n_mislocalised": Verdict.MISLOCALISED,
        }  # fmt: skip
        for count, kind in kinds.items():
            assert getattr(mine, count) == score.counts(kind).sum()
        for rate in ("precision", "recall", "f1", "mean_iou"):
            theirs = getattr(score, rate)(rng)
            assert getattr(mine, rate).value == pytest.approx(theirs.value, abs=1e-10)
            assert getattr(mine, rate).n == theirs.n
            assert getattr(mine, rate).n_items == theirs.n_items
        assert mine.error_rate.value == pytest.approx(score.n_errors.sum() / score.n_units.sum(), abs=1e-12)
        confusion += score.confusion(3)
    names = [*CLASSES, None]
    assert {(g, a): n for g, a, n in found.confusion} == {
        (names[g], names[a]): int(n) for (g, a), n in np.ndenumerate(confusion) if n
    }


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 40), grid=st.booleans(), data=st.data())
def test_neither_cuts_nor_order_nor_storing_change_anything(seed: int, n: int, grid: bool, data: st.DataObject) -> None:  # noqa: FBT001 - drawn
    rows = random_rows(n, seed, on_a_grid=grid)
    cuts = [0, *sorted(data.draw(st.sets(st.integers(1, n), max_size=4)) - {n}), n]
    parts = []
    for first, last in pairwise(cuts):
        part = Sums(Settings())
        part.add_rows(rows.slice(first, last - first), first)
        parts.append(Sums.from_bytes(part.to_bytes()))
    together = Sums(Settings())
    for part in data.draw(st.permutations(parts)):
        together.merge(part)
    assert same(report_of(together, backend="any"), measured(rows))


@pytest.mark.parametrize("seed", range(3))
def test_the_twin_gives_the_same_numbers_as_the_compiled_kernel(seed: int) -> None:
    rows = random_rows(60, seed, on_a_grid=seed == 1)
    assert same(measured(rows, backend="numpy"), measured(rows))


def same(first: RowsReport, second: RowsReport) -> bool:
    """Every field, to the last bit."""
    return all(getattr(first, name) == getattr(second, name) for name in RowsReport.__dataclass_fields__)
