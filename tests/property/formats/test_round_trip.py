"""Laws of every codec: what it writes it reads back, it loses no picture, and it owns up to everything it loses."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.label_sets import HEIGHT_PX, WIDTH_PX, assert_same, label_sets
from tests.support.pictures import a_png

from assay.formats import FORMATS, DictFiles, DictSink, LossReport, ReadReport, codec, detect
from assay.kernel.marks import LabelSet

PNG = a_png(WIDTH_PX, HEIGHT_PX)
QUICK = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
THOROUGH = settings(QUICK, max_examples=40)


def there_and_back(label_set: LabelSet, format_: str) -> tuple[LabelSet, LossReport, ReadReport]:
    sink = DictSink()
    losses = codec(format_).write(label_set, sink)
    files = DictFiles(sink.contents | dict.fromkeys(losses.image_paths.values(), PNG))
    assert detect(files) == format_
    back, report = codec(format_).read(files)
    return back, losses, report


def check_that_the_rest_comes_back(format_: str, label_set: LabelSet) -> None:
    back, losses, report = there_and_back(label_set, format_)
    assert report.n_refused == report.n_refused_files == 0
    assert len(back.items) == len(label_set.items) == losses.n_items
    assert len(back.marks) == losses.n_marks == report.n_marks
    assert set(losses.image_paths) == set(label_set.items["item"].to_pylist())
    assert set(report.image_paths.values()) == set(losses.image_paths.values())
    if not losses.losses:
        assert_same(label_set, back)


@pytest.mark.parametrize("format_", FORMATS)
@QUICK
@given(label_set=label_sets())
def test_whatever_a_format_does_not_report_as_lost_comes_back(format_: str, label_set: LabelSet) -> None:
    check_that_the_rest_comes_back(format_, label_set)


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
@THOROUGH
@given(label_set=label_sets())
def test_it_comes_back_in_many_more_cases(format_: str, label_set: LabelSet) -> None:
    check_that_the_rest_comes_back(format_, label_set)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("format_", "kinds"),
    [
        ("parquet", ("bbox", "rotated_bbox", "polygon", "mask", "polyline", "keypoints", "point", "tag")),
        ("jsonl", ("bbox", "rotated_bbox", "polygon", "mask", "polyline", "keypoints", "point", "tag")),
        ("cvat", ("bbox", "rotated_bbox", "mask", "polyline", "point", "tag")),
        ("label-studio", ("bbox", "rotated_bbox", "mask", "point")),
        ("labelme", ("bbox", "mask", "polyline", "point")),
        ("coco", ("bbox", "mask")),
        ("voc", ("bbox",)),
        ("yolo", ("bbox",)),
        ("csv", ("bbox",)),
    ],
)
@THOROUGH
@given(data=st.data())
def test_shapes_a_format_can_hold_are_never_among_its_losses(
    format_: str, kinds: tuple[str, ...], data: st.DataObject
) -> None:
    label_set = data.draw(label_sets(kinds))
    _, losses, _ = there_and_back(label_set, format_)
    about_marks = {"author", "attributes", "attribute type", "attribute text", "confidence", "is_crowd", "formula"}
    about_sets = {"unused class", "split", "skeleton", "file_name", "item"}
    assert {loss.what for loss in losses.losses} <= about_marks | about_sets


@QUICK
@given(label_set=label_sets())
def test_parquet_gives_back_the_very_same_tables(label_set: LabelSet) -> None:
    back, losses, _ = there_and_back(label_set, "parquet")
    assert losses.losses == ()
    assert back.items.equals(label_set.items)
    assert back.marks.equals(label_set.marks)
    assert back.classes == label_set.classes
    assert back.skeletons == label_set.skeletons


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
@QUICK
@given(label_set=label_sets())
def test_a_second_write_gives_the_same_bytes(format_: str, label_set: LabelSet) -> None:
    first, second = DictSink(), DictSink()
    codec(format_).write(label_set, first)
    codec(format_).write(label_set, second)
    assert first.contents == second.contents
