"""Evaluation by hand: counts, slices, differences, what the card says."""

from __future__ import annotations

import pytest

from assay.annotations import Mark
from assay.models import Evaluation, ModelVersion, NewVersion, PredictedMark, Runner, Task
from assay.models.evaluating import GoldAnswer, card_markdown, gold_digest, measure_boxes, measure_tags, report_of

A, B, C = (0.0, 0.0, 10.0, 10.0), (30.0, 30.0, 50.0, 50.0), (60.0, 60.0, 80.0, 80.0)


def _said(
    label: str, box: tuple[float, float, float, float], confidence: float = 0.9, shape: str = "bbox"
) -> PredictedMark:
    return PredictedMark(Mark(label, shape, box), confidence)


GOLD = (
    GoldAnswer("i1", 1, (("cell", A), ("dust", B)), {"line": "1"}),
    GoldAnswer("i2", 1, (("cell", A),), {"line": "2"}),
    GoldAnswer("i3", 2, (), {"line": "2"}),
)


def test_found_wrong_and_missed_are_counted_by_class_and_item() -> None:
    answers = {"i1": [_said("cell", A), _said("cell", B)], "i2": [_said("cell", A), _said("dust", C)], "i3": []}
    found = measure_boxes(GOLD, answers, ["cell", "dust"])
    assert found.counts.tolist() == [[1, 1, 1], [1, 1, 0], [0, 0, 0]]
    assert found.measures["precision"].value == pytest.approx(2 / 4)
    assert found.measures["recall"].value == pytest.approx(2 / 3)
    assert found.measures["f1"].value == pytest.approx(4 / 7)
    assert found.measures["recall/dust"].value == 0
    assert found.measures["right_items"].value == pytest.approx(1 / 3)
    assert found.measures["right_items@line:2"].value == pytest.approx(1 / 2)
    assert [o.correct for o in found.outcomes] == [False, False, True]
    assert found.outcomes[0].detail[0]["kind"] == "misclassified"
    assert found.outcomes[1].detail[0]["kind"] == "spurious"
    assert found.outcomes[2].slices == {"line": "2", "marks": "none"}


def test_unsure_marks_count_for_average_precision_only() -> None:
    found = measure_boxes(GOLD, {"i1": [_said("cell", A, 0.4)]}, ["cell", "dust"])
    assert found.measures["recall"].value == 0
    assert found.measures["ap33/cell"].value == pytest.approx(51 / 101)


def test_a_mark_in_the_wrong_place_is_named_so() -> None:
    moved = (5.0, 5.0, 15.0, 15.0)
    found = measure_boxes(GOLD[1:2], {"i2": [_said("cell", moved)]}, ["cell"])
    assert found.outcomes[0].detail[0]["kind"] == "mislocalised"
    assert found.outcomes[0].n_errors == 2  # one missed, one too many


def test_tags_are_right_or_wrong() -> None:
    gold = (GoldAnswer("i1", 1, (("ok", A),)), GoldAnswer("i2", 1, (("crack", A),)))
    found = measure_tags(
        gold, {"i1": [_said("ok", A, shape="tag")], "i2": [_said("ok", A, shape="tag")]}, ["ok", "crack"]
    )
    assert found.measures["right_items"].value == 0.5
    assert found.measures["recall/crack"].value == 0
    assert found.measures["precision/ok"].value == 0.5


def test_a_model_held_beside_itself_differs_by_nothing() -> None:
    answers = {"i1": [_said("cell", A)], "i2": [_said("cell", A)]}
    found = measure_boxes(GOLD, answers, ["cell", "dust"])
    report = report_of(found, found, settings={}, classes=["cell", "dust"])
    assert report["differences"]["f1"]["value"] == 0
    assert report["failures"] == ["i1"]
    assert report["error_kinds"] == {"missed": 1}


def test_the_digest_changes_with_a_signature() -> None:
    other = (*GOLD[:2], GoldAnswer("i3", 3, ()))
    assert gold_digest(GOLD) == gold_digest(tuple(reversed(GOLD)))
    assert gold_digest(GOLD) != gold_digest(other)


def test_the_card_names_the_figures_the_gold_and_the_model_in_use() -> None:
    found = measure_boxes(GOLD, {"i1": [_said("cell", A)], "i2": [_said("cell", A)]}, ["cell", "dust"])
    new = NewVersion("cells", Task.BOXES, Runner.ONNX, "torch", "a" * 64, 1234, 1, "Counts <b>cells</b>.", "r")
    version = ModelVersion("v", 2, new, "d" * 64, "me", 0)
    report = report_of(found, found, settings={}, classes=["cell", "dust"])
    evaluation = Evaluation("e", "v", None, "g" * 64, "w", 3, report, "f" * 64, "me", 0)
    card = card_markdown(version, evaluation, {"r": "r1", "w": "cells@1", "cell": "Cell"})
    assert "# cells@2" in card
    assert "Counts \\<b\\>cells\\</b\\>." in card
    assert "cells@1 (in use)" in card
    assert "| Trained on release | r1 |" in card
    assert "| Cell | 1.000" in card
    assert f"evidence digest {'f' * 64}" in card
    assert "No evidence yet" in card_markdown(version, None, {})
