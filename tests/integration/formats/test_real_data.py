"""Real data sets there and back through the formats that training code reads, checked with its own libraries."""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from tests.support.label_sets import BOX, assert_same
from tests.support.pictures import a_png
from tests.support.shared import shared_path

from assay.formats import DictFiles, DictSink, FolderFiles, FolderSink, ReadReport, codec, detect
from assay.formats.rle import counts_of_string
from assay.kernel.marks import LabelSet

LOSSLESS_BOXES = ("coco", "voc", "yolo", "parquet", "cvat", "label-studio", "labelme", "jsonl", "csv")


@pytest.fixture(scope="module")
def bccd() -> tuple[LabelSet, ReadReport]:
    files = FolderFiles(shared_path("data/bccd/BCCD"))
    assert detect(files) == "voc"
    return codec("voc").read(files)


def with_an_empty_picture(label_set: LabelSet) -> LabelSet:
    """The same set without the marks of its last picture."""
    last = label_set.items["item"][-1]
    return LabelSet(
        label_set.items, label_set.marks.filter(pc.not_equal(label_set.marks["item"], last)), label_set.classes
    )


def test_the_blood_cells_are_read_whole(bccd: tuple[LabelSet, ReadReport]) -> None:
    label_set, report = bccd
    assert (report.n_items, report.n_marks) == (364, 4888)
    assert (report.n_refused, report.n_refused_files, report.n_warnings, report.unlabelled) == (0, 0, 0, ())
    assert Counter(label_set.marks["label_class"].to_pylist()) == {"RBC": 4155, "WBC": 372, "Platelets": 361}
    assert Counter(label_set.items["split"].to_pylist()) == {"train": 205, "val": 87, "test": 72}
    assert report.image_paths["BloodImage_00000.jpg"] == "JPEGImages/BloodImage_00000.jpg"
    first = label_set.marks.slice(0, 1).to_pylist()[0]
    assert [first[key] for key in BOX] == [259, 176, 491, 376]  # 260 177 491 376, counted from 1, both ends included


@pytest.mark.parametrize("format_", LOSSLESS_BOXES)
def test_boxes_come_back_and_no_picture_is_lost(format_: str, bccd: tuple[LabelSet, ReadReport]) -> None:
    label_set = with_an_empty_picture(bccd[0])
    sink = DictSink()
    losses = codec(format_).write(label_set, sink)
    files = DictFiles(sink.contents | dict.fromkeys(losses.image_paths.values(), a_png(640, 480)))
    assert detect(files) == format_
    back, report = codec(format_).read(files)
    assert {loss.what for loss in losses.losses} <= {"attributes", "split"}
    assert len(back.items) == 364
    assert report.n_marks == losses.n_marks == len(label_set.marks)
    assert set(back.classes) == set(label_set.classes)
    _drop = {loss.what for loss in losses.losses}
    assert_same(_without(label_set, _drop), _without(back, _drop), within_px=1e-6)


def _without(label_set: LabelSet, columns: set[str]) -> LabelSet:
    """The set with what a format said it loses set to nothing on both sides."""
    items, marks = label_set.items, label_set.marks
    if "split" in columns:
        i = items.schema.get_field_index("split")
        items = items.set_column(i, items.schema.field("split"), pc.if_else(True, None, items["split"]))
    if "attributes" in columns:
        i = marks.schema.get_field_index("attributes")
        marks = marks.set_column(i, marks.schema.field("attributes"), pc.if_else(True, None, marks["attributes"]))
    return LabelSet(items, marks, label_set.classes)


def test_pycocotools_loads_the_coco_file_and_sees_the_same_boxes(
    bccd: tuple[LabelSet, ReadReport], tmp_path: Path
) -> None:
    label_set = with_an_empty_picture(bccd[0])
    codec("coco").write(label_set, FolderSink(tmp_path))
    seen: list[tuple[str, str, float]] = []
    n_images = 0
    for split in ("train", "val", "test"):
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(str(tmp_path / f"annotations/instances_{split}.json"))
        n_images += len(coco.getImgIds())
        names = {category["id"]: category["name"] for category in coco.loadCats(coco.getCatIds())}
        for annotation in coco.loadAnns(coco.getAnnIds()):
            file_name = coco.loadImgs(annotation["image_id"])[0]["file_name"]
            seen.append((file_name, names[annotation["category_id"]], annotation["area"]))
    marks = label_set.marks.to_pylist()
    wanted = [(m["item"], m["label_class"], (m[BOX[2]] - m[BOX[0]]) * (m[BOX[3]] - m[BOX[1]])) for m in marks]
    assert n_images == 364
    assert sorted(seen) == sorted(wanted)


def test_pandas_and_duckdb_open_the_parquet(bccd: tuple[LabelSet, ReadReport], tmp_path: Path) -> None:
    codec("parquet").write(bccd[0], FolderSink(tmp_path))
    frame = pd.read_parquet(tmp_path / "marks.parquet")
    assert frame.groupby("label_class").size().to_dict() == {"RBC": 4155, "WBC": 372, "Platelets": 361}
    query = "SELECT count(*) FROM read_parquet(?) WHERE x_max_px - x_min_px < 2"
    assert duckdb.execute(query, [str(tmp_path / "marks.parquet")]).fetchone() == (2,)


def test_ball_screw_polygons_come_back_through_labelme_coco_and_parquet() -> None:
    files = FolderFiles(shared_path("data/bsdata_half"))
    assert detect(files) == "labelme"
    label_set, report = codec("labelme").read(files)
    assert (report.n_items, report.n_marks, report.n_refused) == (394, 485, 0)
    assert len(report.unlabelled) == 1104 - 394
    assert set(label_set.marks["shape"].to_pylist()) == {"polygon"}
    for format_ in ("labelme", "coco", "parquet", "cvat", "jsonl"):
        sink = DictSink()
        losses = codec(format_).write(label_set, sink)
        assert losses.losses == ()
        back, _ = codec(format_).read(DictFiles(sink.contents))
        assert_same(label_set, back)


def test_official_coco_annotations_keep_their_boxes_numbers_crowds_and_masks() -> None:
    path = shared_path("data/annotators/coco-eval-oracle/instances_val2014_100.json")
    source = json.loads(path.read_text())
    files = DictFiles({path.name: path.read_bytes()})
    label_set, report = codec("coco").read(files)
    assert (report.n_items, report.n_marks, report.n_refused, report.n_warnings) == (100, 839, 0, 0)
    assert sum(label_set.marks["is_crowd"].to_pylist()) == 9
    assert label_set.class_numbers["coco"] == {row["name"]: row["id"] for row in source["categories"]}
    rows = {row["mark"]: row for row in label_set.marks.to_pylist()}
    sizes = {row["id"]: (row["height"], row["width"]) for row in source["images"]}
    for annotation in source["annotations"]:
        row = rows[str(annotation["id"])]
        x, y, w, h = annotation["bbox"]
        assert np.allclose([row[key] for key in BOX], [x, y, x + w, y + h], atol=1e-9, rtol=0)
        if annotation["iscrowd"]:
            height, width = sizes[annotation["image_id"]]
            theirs = coco_mask.frPyObjects(annotation["segmentation"], height, width)
            assert row["rle"] == theirs["counts"].decode()
            assert counts_of_string(row["rle"]) == annotation["segmentation"]["counts"]
        else:
            assert [part[0] for part in row["polygon"]] == annotation["segmentation"]
    sink = DictSink()
    assert codec("coco").write(label_set, sink).losses == ()
    back, _ = codec("coco").read(sink.files())
    assert_same(label_set, back, within_px=1e-9)
    assert back.class_numbers == label_set.class_numbers


@pytest.mark.parametrize(
    ("name", "n_items", "n_marks"),
    [("kp_gt.json", 1, 14), ("fce_gt_dataset.json", 3, 9), ("lvis_val_100.json", 100, 977)],
)
def test_other_coco_like_files_are_read(name: str, n_items: int, n_marks: int) -> None:
    path = shared_path(f"data/annotators/coco-eval-oracle/{name}")
    label_set, report = codec("coco").read(DictFiles({name: path.read_bytes()}), mode="skip_rows")
    assert (len(label_set.items), report.n_marks, report.n_refused) == (n_items, n_marks, 0)


@pytest.mark.parametrize(
    ("name", "authors"),
    [("fruits.json", {"Ann1": 3, "Ann2": 3, "ann3": 3}), ("smile_fruits.json", 12), ("landscape_annotations.json", 30)],
)
def test_labels_of_three_people_on_one_picture_keep_their_authors(name: str, authors: dict[str, int] | int) -> None:
    files = FolderFiles(shared_path("data/annotators/krippendorff-cv"))
    one = DictFiles({name: files.read(name, cap_bytes=1 << 20)})
    assert detect(one) == "coco"
    label_set, report = codec("coco").read(one)
    counts = Counter(label_set.marks["author"].to_pylist())
    assert report.n_items == 1
    assert len(counts) == 3
    assert counts == authors if isinstance(authors, dict) else counts.total() == authors
    sink = DictSink()
    assert codec("coco").write(label_set, sink).losses == ()
    assert_same(label_set, codec("coco").read(sink.files())[0])


def test_a_label_file_with_its_picture_inside_is_read_without_the_picture() -> None:
    path = shared_path("data/edge_cases/labelme_with_embedded_image.json")
    _, report = codec("labelme").read(DictFiles({path.name: path.read_bytes()}))
    assert report.n_marks > 0
    assert report.not_kept["embedded picture"] == 1
