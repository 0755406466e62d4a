"""What each format means by its numbers, and how it says that nothing is on a picture."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from tests.support.label_sets import BOX, a_label_set, a_mark, an_item, some_shape
from tests.support.pictures import a_png

from assay.formats import (
    FORMATS,
    DictFiles,
    DictSink,
    FileRefusedError,
    ReadOptions,
    RowsRefusedError,
    UnknownFormatError,
    UnwritableError,
    WriteOptions,
    codec,
    detect,
    read_classes,
)
from assay.kernel.marks import LabelSet

PNG = a_png(40, 24)
VOC_BOX = (
    "<object><name>car</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"
)


def read(format_: str, contents: dict[str, bytes | str], **options: Any) -> tuple[LabelSet, Any]:
    data = {path: text.encode() if isinstance(text, str) else text for path, text in contents.items()}
    return codec(format_).read(DictFiles(data), options=ReadOptions(**options))


def boxes(label_set: LabelSet) -> list[list[float]]:
    return [[row[key] for key in BOX] for row in label_set.marks.to_pylist()]


def voc(*objects: str, name: str = "a.png", head: str = "<size><width>40</width><height>24</height></size>") -> str:
    return f"<annotation><filename>{name}</filename>{head}{''.join(objects)}</annotation>"


def test_voc_counts_pixels_from_one_and_both_ends_belong_to_the_box() -> None:
    label_set, _ = read("voc", {"a.xml": voc(VOC_BOX.format(1, 1, 40, 24), VOC_BOX.format(5, 6, 5, 6))})
    assert boxes(label_set) == [[0, 0, 40, 24], [4, 5, 5, 6]]


def test_voc_writes_decimals_where_there_are_some_and_whole_numbers_else() -> None:
    marks = [a_mark(some_shape("bbox")), a_mark(mark="m1", x_min_px=0.0, y_min_px=0.0, x_max_px=37.0, y_max_px=23.0)]
    sink = DictSink()
    codec("voc").write(a_label_set([an_item()], marks), sink)
    text = sink.contents["Annotations/a.xml"].decode()
    assert "<xmin>2.5</xmin><ymin>3.25</ymin><xmax>10</xmax><ymax>20.125</ymax>" in text
    assert "<xmin>1</xmin><ymin>1</ymin><xmax>37</xmax><ymax>23</ymax>" in text


def test_voc_keeps_flags_that_are_set_and_takes_the_folder_and_the_split_from_where_files_lie() -> None:
    mark = VOC_BOX.format(2, 2, 9, 9).replace(
        "<bndbox>", "<pose>Left</pose><truncated>1</truncated><difficult>0</difficult><bndbox>"
    )
    label_set, report = read(
        "voc",
        {
            "Annotations/sub/a.xml": voc(mark),
            "ImageSets/Main/val.txt": "sub/a\n",
            "JPEGImages/sub/a.png": PNG,
            "JPEGImages/b.png": PNG,
        },
    )
    assert label_set.items.to_pylist() == [an_item("sub/a.png", width_px=40, height_px=24, split="val")]
    assert label_set.marks["attributes"].to_pylist() == ['{"pose":"Left","truncated":true}']
    assert report.image_paths == {"sub/a.png": "JPEGImages/sub/a.png"}
    assert report.unlabelled == ("JPEGImages/b.png",)


def test_a_size_that_voc_does_not_tell_is_taken_from_the_picture() -> None:
    for head in ("", "<size><width>0</width><height>0</height></size>"):
        label_set, report = read("voc", {"a.xml": voc(head=head), "a.png": PNG})
        assert label_set.items["width_px"].to_pylist() == [40]
        assert report.n_warnings + report.n_repairs == 1


def test_yolo_shares_are_of_the_upright_picture_and_names_keep_their_numbers() -> None:
    label_set, _ = read(
        "yolo",
        {"data.yaml": "names: {0: a, 5: b}", "images/val/x.png": PNG, "labels/val/x.txt": "5 0.5 0.5 0.5 0.25\n"},
    )
    assert boxes(label_set) == [[10, 9, 30, 15]]
    assert label_set.marks["label_class"].to_pylist() == ["b"]
    assert label_set.items.to_pylist() == [an_item("x.png", width_px=40, height_px=24, split="val")]
    sink = DictSink()
    codec("yolo").write(label_set, sink)
    assert sink.contents["labels/val/x.txt"] == b"5 0.5 0.5 0.5 0.25\n"
    assert b'5: "b"' in sink.contents["data.yaml"]


def test_yolo_takes_eight_numbers_by_the_declared_type() -> None:
    files = {"data.yaml": "names: [a]", "x.png": PNG, "x.txt": "0 0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75"}
    assert read("yolo", files)[0].marks["shape"].to_pylist() == ["polygon"]
    for contents, options in ((files, {"yolo_task": "obb"}), ({**files, "data.yaml": "names: [a]\ntask: obb"}, {})):
        label_set, _ = read("yolo", contents, **options)
        assert label_set.marks["rotated"].to_pylist() == [[20, 12, 20, 12, 0]]


def test_yolo_reads_keypoints_where_data_yaml_declares_them() -> None:
    line = "0 0.5 0.5 0.5 0.5 0.5 0.5 2 0 0 0"
    label_set, _ = read("yolo", {"data.yaml": "names: [a]\nkpt_shape: [2, 3]", "x.png": PNG, "x.txt": line})
    assert label_set.marks["points"].to_pylist() == [[20, 12, 2, 0, 0, 0]]
    assert boxes(label_set) == [[10, 6, 30, 18]]


def test_an_empty_yolo_file_is_a_checked_negative_and_a_missing_one_is_not() -> None:
    label_set, report = read("yolo", {"data.yaml": "names: [a]", "x.png": PNG, "x.txt": "", "y.png": PNG})
    assert label_set.items["file_name"].to_pylist() == ["x.png"]
    assert report.unlabelled == ("y.png",)


def test_yolo_labels_without_a_picture_are_refused_since_sizes_are_unknown() -> None:
    files = {"data.yaml": "names: [a]", "images/x.png": PNG, "labels/x.txt": "", "labels/y.txt": "0 .5 .5 .1 .1"}
    with pytest.raises(RowsRefusedError, match=r"labels/y\.txt"):
        read("yolo", files)
    with pytest.raises(RowsRefusedError, match="cannot be read"):
        read("yolo", {"data.yaml": "names: [a]", "x.png": b"no picture", "x.txt": ""})
    label_set, _ = read(
        "yolo", {"data.yaml": "names: [a]", "x.png": b"", "x.txt": "0 .5 .5 .5 .5"}, sizes={"x.png": (8, 4)}
    )
    assert boxes(label_set) == [[2, 1, 6, 3]]


@pytest.mark.parametrize(
    ("yaml", "split"),
    [
        ("train: images/a", "train"), ("path: .\ntrain: ./images/a\nval: images/b", "train"), ("train: a.txt", "train"),
        ("train: ../images/a", "train"), ("train: images/a\nval: images/a", None), ("test: [images/a]", "test"),
        ("", None),
    ],
)  # fmt: skip
def test_yolo_splits_are_those_of_data_yaml(yaml: str, split: str | None) -> None:
    files = {
        "data.yaml": f"names: [a]\n{yaml}",
        "images/a/x.png": PNG,
        "labels/a/x.txt": "",
        "a.txt": "images/a/x.png\n",
    }
    assert read("yolo", files)[0].items["split"].to_pylist() == [split]


@pytest.mark.parametrize(
    "yaml", ["path: /data", "path: ../..\ntrain: etc", "train: ../../elsewhere", "val: /etc", "path: C:\\x"]
)
def test_a_data_yaml_that_leaves_the_folder_is_refused(yaml: str) -> None:
    with pytest.raises(FileRefusedError, match=r"path|folder|absolute"):
        read("yolo", {"data.yaml": f"names: [a]\n{yaml}", "x.png": PNG, "x.txt": ""})


def test_one_yolo_label_file_for_two_pictures_gives_both_its_marks_with_a_note() -> None:
    label_set, report = read("yolo", {"data.yaml": "names: [a]", "x.png": PNG, "x.JPG": PNG, "X.txt": "0 .5 .5 .1 .1"})
    assert sorted(label_set.marks["item"].to_pylist()) == ["x.JPG", "x.png"]
    assert report.n_warnings == 3  # two pictures, and the case of the letters for each


def test_cvat_turns_clockwise_in_degrees_and_types_its_attributes() -> None:
    text = """<annotations><meta><task><labels><label><name>car</name><attributes>
      <attribute><name>wet</name><input_type>checkbox</input_type></attribute>
      <attribute><name>age</name><input_type>number</input_type></attribute></attributes>
      </label></labels></task></meta>
      <image id="0" name="a.png" width="40" height="24" subset="Train">
      <box label="car" occluded="1" xtl="10" ytl="10" xbr="18" ybr="12" rotation="90" z_order="2">
      <attribute name="wet">true</attribute><attribute name="age">7</attribute>
      <attribute name="note">7</attribute></box>
      </image></annotations>"""
    label_set, _ = read("cvat", {"annotations.xml": text})
    row = label_set.marks.to_pylist()[0]
    assert row["rotated"] == pytest.approx([14, 11, 8, 2, math.pi / 2])
    assert boxes(label_set)[0] == pytest.approx([13, 7, 15, 15])
    assert json.loads(row["attributes"]) == {"occluded": True, "z_order": 2, "wet": True, "age": 7, "note": "7"}
    assert label_set.items["split"].to_pylist() == ["train"]


def test_cvat_masks_run_along_the_rows_of_their_window() -> None:
    text = """<annotations><image id="0" name="a.png" width="40" height="24">
      <mask label="car" rle="1, 2, 1, 2" left="4" top="5" width="3" height="2"/></image></annotations>"""
    label_set, _ = read("cvat", {"annotations.xml": text})
    assert boxes(label_set) == [[5, 5, 7, 7]]  # row 5: pixel 4 out, 5 and 6 in; row 6: the same


def test_cvat_video_tracks_and_cuboids_are_refused_with_their_place() -> None:
    text = """<annotations><track id="3" label="x"/><image id="0" name="a.png" width="40" height="24">
      <cuboid label="car"/></image></annotations>"""
    _, report = codec("cvat").read(DictFiles({"annotations.xml": text.encode()}), mode="skip_rows")
    assert [(note.place, note.reason) for note in report.refused] == [
        ("track[3]", "video tracks are not read"),
        ("image[0]/cuboid[0]", "a cuboid is not read"),
    ]


def task(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 1, "data": {"image": "a.png"}, "annotations": [{"completed_by": 7, "result": list(results)}], **more}


def rectangle(**value: Any) -> dict[str, Any]:
    whole = {"x": 25, "y": 50, "width": 50, "height": 25, "rotation": 0, "rectanglelabels": ["car"], **value}
    return {
        "id": "r",
        "type": "rectanglelabels",
        "from_name": "l",
        "original_width": 40,
        "original_height": 24,
        "value": whole,
    }


def studio(*tasks: dict[str, Any]) -> tuple[LabelSet, Any]:
    return read("label-studio", {"tasks.json": json.dumps(tasks)})


def test_label_studio_percents_turn_about_the_top_left_corner() -> None:
    label_set, _ = studio(task(rectangle(), {**rectangle(rotation=90), "id": "s"}))
    assert boxes(label_set)[0] == [10, 12, 30, 18]
    assert label_set.marks["rotated"].to_pylist()[1] == pytest.approx([7, 22, 20, 6, math.pi / 2])


def test_label_studio_keeps_people_and_models_apart_and_skipped_answers_out() -> None:
    first = {"completed_by": {"id": 3, "email": "x@example.org"}, "result": [rectangle()]}
    cancelled = {"completed_by": 4, "was_cancelled": True, "result": [rectangle()]}
    model = {"model_version": "v2", "score": 0.5, "result": [rectangle()]}
    label_set, report = studio(task(rectangle(), annotations=[first, cancelled], predictions=[model]))
    assert label_set.marks["author"].to_pylist() == ["user-3", "v2"]
    assert label_set.marks["confidence"].to_pylist() == [None, 0.5]
    assert report.not_kept == {"skipped answer": 1}


def test_label_studio_answers_about_a_region_are_attributes_and_about_the_picture_tags() -> None:
    choice = {"id": "r", "type": "choices", "from_name": "wear", "value": {"choices": ["high"]}}
    whole = {"id": "c", "type": "choices", "from_name": "state", "value": {"choices": ["broken", "wet"]}}
    label_set, _ = studio(task(rectangle(), choice, whole))
    assert label_set.marks["attributes"].to_pylist() == ['{"wear":"high"}', None, None]
    assert label_set.marks["shape"].to_pylist() == ["bbox", "tag", "tag"]
    assert label_set.classes == ("car", "broken", "wet")


@pytest.mark.parametrize(
    ("value", "item"),
    [
        ("/data/upload/3/0a1b2c3d-x%20y.png", "0a1b2c3d-x y.png"),
        ("/data/local-files/?d=set%2Fx.png", "set/x.png"),
        ("https://127.0.0.1:9/p/x.png?token=1", "p/x.png"),
        ("s3://bucket/p/x.png", "p/x.png"),
        ("p/x.png", "p/x.png"),
    ],
)
def test_label_studio_addresses_only_name_the_picture(value: str, item: str) -> None:
    label_set, _ = studio({**task(), "data": {"image": value}})
    assert label_set.items["item"].to_pylist() == [item]


@pytest.mark.parametrize(
    "value", ["file:///etc/hostname", "/data/local-files/?d=../../etc/x", "https://h/../../x/../../..", "ftp://h/x"]
)
def test_label_studio_names_that_leave_the_folder_are_refused(value: str) -> None:
    with pytest.raises(RowsRefusedError, match=r"leaves|absolute"):
        studio({**task(), "data": {"image": value}})


def test_a_label_studio_task_that_nobody_answered_is_unlabelled() -> None:
    label_set, report = studio({**task(), "annotations": []}, {**task(), "data": {"image": "b.png"}})
    assert label_set.items["item"].to_pylist() == ["b.png"]
    assert report.not_kept == {"task without an answer": 1}


def labelme(*shapes: dict[str, Any], **more: Any) -> tuple[LabelSet, Any]:
    document = {"shapes": list(shapes), "imagePath": "a.png", "imageWidth": 40, "imageHeight": 24, **more}
    return read("labelme", {"a.json": json.dumps(document)})


def test_labelme_rectangles_are_drawn_from_any_corner_and_groups_are_one_polygon() -> None:
    ring = [[1, 1], [5, 1], [5, 5]]
    label_set, _ = labelme(
        {"label": "car", "shape_type": "rectangle", "points": [[9, 8], [2, 3]]},
        {"label": "car", "shape_type": "polygon", "points": ring, "group_id": 1, "flags": {"old": True}},
        {"label": "car", "shape_type": "polygon", "points": [[10, 1], [15, 1], [15, 5]], "group_id": 1},
        {"label": "bus", "points": ring, "group_id": 1, "description": "x"},
        flags={"blurred": True, "dark": False},
    )
    assert boxes(label_set)[0] == [2, 3, 9, 8]
    assert [len(parts) for parts in label_set.marks["polygon"].to_pylist() if parts] == [2, 1]
    assert label_set.marks["attributes"].to_pylist() == [None, '{"old":true}', '{"description":"x"}', None]
    assert label_set.marks["label_class"].to_pylist() == ["car", "car", "bus", "blurred"]
    assert label_set.marks["shape"].to_pylist()[-1] == "tag"


def test_labelme_circles_become_polygons_and_are_told() -> None:
    label_set, report = labelme({"label": "car", "shape_type": "circle", "points": [[10, 10], [13, 14]]})
    assert boxes(label_set)[0] == pytest.approx([5, 5, 15, 15])
    assert report.n_repairs == 1


def test_coco_numbers_of_categories_are_kept_and_new_classes_get_free_ones() -> None:
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 24}],
        "annotations": [{"id": 9, "image_id": 1, "category_id": 90, "bbox": [1, 2, 3, 4]}],
        "categories": [{"id": 90, "name": "toothbrush"}, {"id": 1, "name": "person"}],
    }
    label_set, _ = read("coco", {"x.json": json.dumps(document)})
    more = LabelSet(label_set.items, label_set.marks, (*label_set.classes, "new"), {}, label_set.class_numbers)
    sink = DictSink()
    codec("coco").write(more, sink)
    written = json.loads(sink.contents["annotations/instances_default.json"])
    assert {row["name"]: row["id"] for row in written["categories"]} == {"toothbrush": 90, "person": 1, "new": 2}


def test_coco_keypoints_keep_the_box_of_the_whole_person() -> None:
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 24}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 20], "keypoints": [5, 6, 2, 0, 0, 0]},
            {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 20], "keypoints": [0, 0, 0, 0, 0, 0]},
        ],
        "categories": [{"id": 1, "name": "p", "keypoints": ["nose", "tail"], "skeleton": [[1, 2]]}],
    }
    label_set, report = read("coco", {"x.json": json.dumps(document)})
    assert label_set.marks["shape"].to_pylist() == ["keypoints", "bbox"]
    assert boxes(label_set) == [[1, 2, 31, 22]] * 2
    assert label_set.skeletons == {"p": ("nose", "tail")}
    assert report.not_kept == {"keypoints of which none is labelled": 1, "skeleton": 1}


def test_of_several_coco_kinds_for_the_same_pictures_the_instances_are_read() -> None:
    document = json.dumps({"images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 4}], "annotations": []})
    names = [f"annotations/{kind}_val2017.json" for kind in ("instances", "person_keypoints", "captions")]
    label_set, _ = read("coco", dict.fromkeys(names, document))
    assert label_set.items["split"].to_pylist() == ["val"]


def test_csv_takes_common_names_of_columns_and_a_line_without_a_box_as_an_empty_picture() -> None:
    text = "file_name,label,x1,y1,x2,y2\na.png,car,1,2,3,4\nb.png,,,,,\n"
    label_set, _ = read("csv", {"x.csv": text})
    assert boxes(label_set) == [[1, 2, 3, 4]]
    assert label_set.items["item"].to_pylist() == ["a.png", "b.png"]


def test_a_tree_of_classes_knows_its_parents_and_refuses_cycles_and_strangers() -> None:
    rows = [{"id": "b", "parent": "a", "name": "Bus"}, {"id": "a"}]
    tree = read_classes(DictFiles({"x": json.dumps({"classes": rows}).encode()}), "x")
    assert [(entry.id, entry.name, entry.parent) for entry in tree] == [("b", "Bus", "a"), ("a", "a", None)]
    for bad in ([{"id": "a", "parent": "a"}], [{"id": "a", "parent": "x"}], [{"id": "a"}, {"id": "a"}], [1], "x"):
        with pytest.raises(FileRefusedError):
            read_classes(DictFiles({"x": json.dumps({"classes": bad}).encode()}), "x")


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_picture_stays_an_item_in_every_format(format_: str) -> None:
    sink = DictSink()
    report = codec(format_).write(a_label_set([an_item("a.png"), an_item("b.png")], [a_mark()]), sink)
    pictures = dict.fromkeys(report.image_paths.values(), a_png(37, 23))
    back, _ = codec(format_).read(DictFiles(sink.contents | pictures))
    assert sorted(back.items["file_name"].to_pylist()) == ["a.png", "b.png"]
    assert back.marks.num_rows == 1


@pytest.mark.parametrize("format_", ["yolo", "cvat", "label-studio"])
def test_formats_that_need_the_size_of_a_picture_say_so(format_: str) -> None:
    label_set = a_label_set([an_item(width_px=None, height_px=None)], [a_mark()])
    with pytest.raises(UnwritableError, match=r"size of 'a\.png' is not known"):
        codec(format_).write(label_set, DictSink())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"label_class": "bus"}, "not in the list"), ({"shape": "blob"}, "not in the list"),
        ({"item": "z"}, "not among"),
        ({"x_min_px": math.nan}, "no number"), ({"x_min_px": None}, "has no"), ({"shape": "polygon"}, "has no polygon"),
    ],
)  # fmt: skip
def test_a_label_set_that_breaks_its_promises_is_not_written(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnwritableError, match=reason):
        codec("coco").write(a_label_set([an_item()], [a_mark(**change)]), DictSink())


def test_losses_are_counted_and_explained() -> None:
    marks = [a_mark(some_shape(kind), mark=kind, author="user-1") for kind in ("bbox", "rotated_bbox", "tag", "point")]
    report = codec("voc").write(a_label_set([an_item()], marks, classes=("car", "bus")), DictSink())
    assert {loss.what: loss.n for loss in report.losses} == {
        "author": 2, "rotated_bbox": 1, "tag": 1, "point": 1, "unused class": 1,
    }  # fmt: skip
    assert all(loss.why for loss in report.losses)
    assert report.n_marks == 2


def test_yolo_cuts_what_reaches_over_the_edge_and_says_so() -> None:
    mark = a_mark(x_min_px=-5.0, x_max_px=10.0)
    sink = DictSink()
    report = codec("yolo").write(a_label_set([an_item()], [mark]), sink, options=WriteOptions(yolo_task="detect"))
    assert [(loss.what, loss.n) for loss in report.losses] == [("outside", 1)]


def test_an_unknown_format_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownFormatError, match="'tfrecord'") as caught:
        codec("tfrecord")
    assert "coco" in caught.value.hint


def test_pictures_alone_are_no_format() -> None:
    assert detect(DictFiles({"a.png": PNG, "README.txt": b"hello\n"})) is None
    assert detect(DictFiles({})) is None


def test_the_page_about_formats_speaks_of_every_one() -> None:
    page = (Path(__file__).parents[3] / "docs/formats.md").read_text()
    assert [name for name in FORMATS if f"| `{name}`" not in page] == []
