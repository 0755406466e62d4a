"""ONNX files: what they answer, and what is said of files and tensors that are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.support.onnx_files import (
    brightness_tagger,
    endless_loop,
    fixed_boxes,
    leaning_on_other_files,
    yolo_boxes,
)

from assay.jobs.suggesting import (
    ArtifactBrokenError,
    ModelSettingError,
    ModelShapeError,
    Picture,
    SuggesterOverflowError,
    SuggesterSlowError,
    SuggesterWrongError,
)
from assay.jobs.suggesting.onnx_model import OnnxModel, suppress
from assay.models import Task

CONFIG: dict[str, Any] = {"classes": ["light", "dark"], "size_px": [8, 8]}


def _picture(value: int, width: int = 16, height: int = 8) -> Picture:
    return Picture("item-1", np.full((height, width, 3), value, np.uint8))


def _boxes(data: bytes, **config: Any) -> OnnxModel:
    return OnnxModel(data, {**CONFIG, "gives": "boxes-scores-labels", **config}, Task.BOXES, title="finder@1")


def test_a_tagger_answers_each_picture_with_the_probability_of_each_class() -> None:
    model = OnnxModel(brightness_tagger(), CONFIG, Task.TAGS, title="tagger@1")
    light, dark = model.answer([_picture(255), _picture(0)])
    assert light.marks[0].mark.label_class == "light"
    assert dark.marks[0].mark.label_class == "dark"
    assert light.confidence == pytest.approx(1 / (1 + np.exp(-5)), abs=1e-5)
    assert light.scores is not None
    assert sum(light.scores.values()) == pytest.approx(1)


def test_boxes_come_in_pixels_of_the_picture_surest_first_and_cut_at_its_edge() -> None:
    model = _boxes(fixed_boxes([[0, 0, 4, 4], [2, 2, 20, 8]], [0.5, 0.9], [0, 1]))
    (answer,) = model.answer([_picture(9, width=16, height=8)])
    assert [m.mark.label_class for m in answer.marks] == ["dark", "light"]
    assert answer.marks[0].mark.bbox == (4, 2, 16, 8)
    assert answer.marks[1].mark.bbox == (0, 0, 8, 4)
    assert answer.confidence == pytest.approx(0.5)


def test_yolo_tables_are_thinned_class_by_class() -> None:
    table = np.array([[4, 4.2, 4], [4, 4, 4], [4, 4, 4], [4, 4, 4], [0.9, 0.8, 0.0], [0.0, 0.0, 0.7]])[None]
    model = OnnxModel(yolo_boxes(table), {**CONFIG, "gives": "yolo"}, Task.BOXES, title="finder@1")
    (answer,) = model.answer([_picture(9, 8, 8)])
    assert [(m.mark.label_class, round(m.confidence, 3)) for m in answer.marks] == [("light", 0.9), ("dark", 0.7)]


def test_suppression_is_the_plain_greedy_one() -> None:
    rng = np.random.default_rng(6)
    corner = rng.random((60, 2)) * 20
    boxes, scores = np.concatenate([corner, corner + 6], axis=1), rng.random(60)
    kept = suppress(boxes, scores, np.zeros(60, np.int64), 0.4)
    expected: list[int] = []
    for row in np.argsort(-scores):
        inter = [
            max(0, min(boxes[row, 2], boxes[k, 2]) - max(boxes[row, 0], boxes[k, 0]))
            * max(0, min(boxes[row, 3], boxes[k, 3]) - max(boxes[row, 1], boxes[k, 1]))
            for k in expected
        ]
        if all(i / (72 - i) <= 0.4 for i in inter):
            expected.append(int(row))
    assert kept.tolist() == expected


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"hello", brightness_tagger()[:-40]])
def test_a_file_that_is_no_model_is_named_as_such(data: bytes) -> None:
    with pytest.raises(ArtifactBrokenError, match="cannot be used"):
        OnnxModel(data, CONFIG, Task.TAGS, title="tagger@1")


def test_a_model_may_not_read_other_files_of_the_server() -> None:
    with pytest.raises(ArtifactBrokenError, match="leans on other files"):
        OnnxModel(leaning_on_other_files(), CONFIG, Task.TAGS, title="tagger@1")


@pytest.mark.parametrize(
    ("data", "config", "words"),
    [
        (brightness_tagger(), {"size_px": [9, 8]}, r"'picture' has the shape \[1, 3, 8, 8\], wanted is \[1, 3, 8, 9\]"),
        (brightness_tagger(), {"layout": "nhwc"}, r"wanted is \[1, 8, 8, 3\]"),
        (brightness_tagger(n_outputs=5), {}, r"'logits' has the shape \[1, 5\], wanted is \[1, 2\]"),
        (brightness_tagger(shape=(1, 1, 8, 8)), {}, r"\[1, 1, 8, 8\]"),
    ],
)
def test_wrong_shapes_are_said_with_both_shapes_when_the_model_is_registered(
    data: bytes, config: dict[str, Any], words: str
) -> None:
    with pytest.raises(ModelShapeError, match=words):
        OnnxModel(data, {**CONFIG, **config}, Task.TAGS, title="tagger@1")


def test_a_tagger_is_no_finder_of_boxes() -> None:
    with pytest.raises(ModelShapeError, match="three outputs"):
        _boxes(brightness_tagger())


def test_a_dynamic_input_takes_the_size_that_is_described() -> None:
    shape = ("batch", 3, "height", "width")
    model = OnnxModel(brightness_tagger(shape=shape), {**CONFIG, "size_px": [10, 6]}, Task.TAGS, title="tagger@1")
    assert model.answer([_picture(255)])[0].marks[0].mark.label_class == "light"


def test_a_hundred_thousand_boxes_are_refused_by_number() -> None:
    n = 100_000
    with pytest.raises(SuggesterOverflowError, match="100,000 boxes"):
        _boxes(fixed_boxes([[0, 0, 1, 1]] * n, [0.9] * n, [0] * n))


def test_a_model_that_hangs_is_stopped_and_labelling_goes_on_by_hand() -> None:
    with pytest.raises(SuggesterSlowError, match=r"no answer within 0.3 s") as caught:
        OnnxModel(endless_loop(), {**CONFIG, "timeout_s": 0.3}, Task.TAGS, title="tagger@1")
    assert "by hand" in caught.value.hint


@pytest.mark.parametrize(
    ("boxes", "scores", "labels", "words"),
    [
        ([[0, 0, np.nan, 1]], [0.9], [0], "no number"),
        ([[0, 0, 1, 1]], [np.inf], [0], "no number"),
        ([[0, 0, 1, 1]], [3.0], [0], "outside 0 to 1"),
        ([[0, 0, 1, 1]], [0.9], [7], "class number 7, config.classes has 2"),
    ],
)
def test_numbers_that_cannot_be_are_never_passed_on(
    boxes: list[list[float]], scores: list[float], labels: list[int], words: str
) -> None:
    with pytest.raises(SuggesterWrongError, match=words):
        _boxes(fixed_boxes(boxes, scores, labels))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"size": [8, 8]}, r"config\.size is"),
        ({"size_px": [0, 8]}, "size_px"),
        ({"classes": []}, "classes"),
        ({"classes": ["a", "a"]}, "classes is"),
        ({"scale": [0, 1, 1]}, "scale is"),
        ({"gives": "yolo"}, "gives"),
        ({"timeout_s": 1e9}, "timeout_s"),
    ],
)
def test_a_description_with_a_typing_error_is_refused(config: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelSettingError, match=words):
        OnnxModel(brightness_tagger(), {**CONFIG, **config}, Task.TAGS, title="tagger@1")
