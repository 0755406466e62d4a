"""Pascal VOC: one XML file a picture, boxes by the first and last pixel, counted from 1."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from assay.formats import shapes
from assay.formats.collect import Collector
from assay.formats.errors import FileRefusedError, UnsafePathError
from assay.formats.files import Files, Sink, head
from assay.formats.limits import MAX_TEXT_BYTES, MAX_XML_DOCUMENT_BYTES
from assay.formats.model import DEFAULT_READ, DEFAULT_WRITE, LossReport, Mode, ReadOptions, ReadReport, WriteOptions
from assay.formats.paths import folder_split_of, join_inside, unique_stems, without_suffix
from assay.formats.pictures import Pictures
from assay.formats.rows import (
    Losses,
    Row,
    as_box,
    box_of,
    check_label_set,
    count_common,
    count_unused,
    items_with_marks,
)
from assay.formats.values import RowError, at, attributes_of, decimal, integer, is_xml_text, number, side, xml_text
from assay.formats.xml_strict import Node, whole_tree
from assay.kernel.marks import LabelSet

NAME = "voc"
_ROOT = re.compile(rb"<(?:[A-Za-z0-9_]+:)?annotation[\s>/]")
_FLAGS = ("truncated", "difficult", "occluded")
_NO_POSE = "Unspecified"
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_SPLITS = ("train", "val", "test")


def sniff(files: Files) -> bool:
    """Whether some XML file starts like Pascal VOC."""
    return any(_ROOT.search(head(files, file, 4096)) for file in _label_files(files)[:20])


def _label_files(files: Files) -> list[str]:
    """The XML files, or only those below folders called Annotations where there are such."""
    found = [file for file in files.names() if file.lower().endswith(".xml")]
    inside = [file for file in found if "Annotations" in PurePosixPath(file).parts[:-1]]
    return inside or found


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read every VOC file of a folder.

    Pixels are counted from 1 and both ends belong to the box, so `xmin = 1, xmax = 1` is one pixel wide: edges are
    `xmin - 1` and `xmax`.
    """
    collector = Collector(NAME, files)
    pictures = Pictures(files, options.sizes)
    found = _label_files(files)
    if not found:
        raise FileRefusedError("", "there is no XML file to read as Pascal VOC")
    splits = _image_sets(collector)
    for file in found:
        with collector.whole_file(file):
            tree = whole_tree(files, file, root="annotation", cap_bytes=MAX_XML_DOCUMENT_BYTES)
            _take_picture(collector, pictures, file, tree, splits, options)
    return collector.finish(mode)


def _image_sets(collector: Collector) -> dict[str, str]:
    """Stem of a picture to its split, from `ImageSets/Main/train.txt`, `val.txt` and `test.txt`."""
    splits: dict[str, str] = {}
    for file in collector.files.names():
        path = PurePosixPath(file)
        if path.parts[-3:-1] != ("ImageSets", "Main") or path.suffix != ".txt" or path.stem not in _SPLITS:
            continue
        with collector.whole_file(file):
            for i, stem in enumerate(_text(collector.files, file).split("\n")):
                if stem.strip() and splits.setdefault(stem.strip(), path.stem) != path.stem:
                    collector.warn(file, f"line {i + 1}", f"is in {splits[stem.strip()]} as well, where it stays")
    return splits


def _text(files: Files, file: str) -> str:
    try:
        return files.read(file, cap_bytes=MAX_TEXT_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefusedError(file, "it is not UTF-8 text") from None


def _take_picture(
    collector: Collector, pictures: Pictures, file: str, tree: Node, splits: dict[str, str], options: ReadOptions
) -> None:
    item = ""
    with collector.row(file, "annotation"):
        item = _item_name(file, tree)
        image = pictures.find(_candidates(file, item))
        if not tree.text_of("filename"):
            collector.repair(file, "annotation", "names no picture; it is known by the label file's own name")
            item = str(PurePosixPath(item).with_suffix(PurePosixPath(image or ".jpg").suffix or ".jpg"))
        width, height = _size(collector, file, tree)
        if width is None:
            width, height = pictures.size(image) or (None, None)
        split = splits.get(without_suffix(_below_annotations(file))) or folder_split_of(file)
        collector.add_item(item, width_px=width, height_px=height, split=split, image=image)
    if not collector.has_item(item):
        return
    for i, node in enumerate(tree.all("object")):
        place = f"object[{i}]"
        with collector.row(file, place):
            _take_object(collector, item, node, (file, place), options)


def _below_annotations(file: str) -> str:
    """Path of a label file below its folder Annotations, or from the root when there is none."""
    parts = PurePosixPath(file).parts
    if "Annotations" not in parts[:-1]:
        return file
    return "/".join(parts[len(parts) - parts[::-1].index("Annotations") :])


def _item_name(file: str, tree: Node) -> str:
    """Path of the picture: the folder of the label file below Annotations, then the name the file gives."""
    with at("/filename"):
        named = tree.text_of("filename")
    below = PurePosixPath(_below_annotations(file))
    if not named:
        return str(below.with_suffix(".jpg"))
    join_inside("", named)  # what leaves the root is refused, even if the folder in front would keep it inside
    folder = "" if str(below.parent) == "." else str(below.parent)
    inside = named.replace("\\", "/")
    return join_inside("" if folder and inside.startswith(f"{folder}/") else folder, named)


def _candidates(file: str, item: str) -> list[str]:
    """Where the picture may lie: beside the label file, or in the folder that stands beside Annotations."""
    parts = PurePosixPath(file).parts
    root = "/".join(parts[: len(parts) - 1 - parts[::-1].index("Annotations")]) if "Annotations" in parts[:-1] else ""
    result: list[str] = []
    for folder in ("JPEGImages", "images", "Images", ""):
        try:
            result.append(join_inside(f"{root}/{folder}", item))
        except UnsafePathError:
            continue
    return result


def _size(collector: Collector, file: str, tree: Node) -> tuple[int | None, int | None]:
    with at("/size"):
        node = tree.one("size")
        if node is None:
            collector.warn(file, "annotation", "has no size; it is taken from the picture, where there is one")
            return None, None
        width, height = (integer(node.text_of(key), f"the {key}") for key in ("width", "height"))
        if width == height == 0:  # several tools write zeros for a size they did not look up
            collector.repair(file, "annotation/size", "is 0; it is taken from the picture, where there is one")
            return None, None
        return side(width, "the width"), side(height, "the height")


def _take_object(collector: Collector, item: str, node: Node, place: tuple[str, str], options: ReadOptions) -> None:
    with at("/name"):
        label_class = collector.add_class(node.need("name").text.strip())
    with at("/bndbox"):
        corners = node.need("bndbox")
        x_min, y_min, x_max, y_max = (number(corners.need(key).text, key) for key in _CORNERS)
        shape = shapes.bbox(x_min - 1, y_min - 1, x_max, y_max)
    attributes: dict[str, object] = {}
    for flag in _FLAGS:
        value = node.text_of(flag, "0")
        if value not in {"0", "1", ""}:
            raise RowError(f"{flag} is neither 0 nor 1", place=f"/{flag}")
        if value == "1":
            attributes[flag] = True
    pose = node.text_of("pose", _NO_POSE)
    if pose not in {_NO_POSE, ""}:
        attributes["pose"] = pose
    for tag in ("part", "actions", "polygon", "attributes"):
        collector.leave_out(tag, len(node.all(tag))) if node.all(tag) else None
    collector.add_mark(
        item,
        "#".join(place),
        shape,
        label_class=label_class,
        place=place,
        author=options.author,
        attributes=attributes,
    )


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Write `Annotations/*.xml` and `ImageSets/Main/*.txt`; pictures belong in `JPEGImages/`.

    Edges become `xmin = x_min + 1`, `xmax = x_max`, with decimals where there are some. A picture without marks is a
    file without objects.
    """
    del options
    check_label_set(label_set)
    losses = Losses(NAME)
    count_unused(label_set, losses, keeps=frozenset({"split"}))
    names = unique_stems(label_set.items["file_name"].to_pylist())
    lists: dict[str, list[str]] = {}
    for item, marks in items_with_marks(label_set):
        path = names[item["file_name"]]
        if path != item["file_name"]:
            losses.count("file_name", "renamed: two pictures would share one label file")
        stem = without_suffix(path)
        if item["split"] is not None:
            lists.setdefault(item["split"], []).append(stem)
        file = f"Annotations/{stem}.xml"
        sink.write(file, _document(item, path, [mark for mark in marks if as_box(mark, losses)], losses).encode())
        losses.files.append(file)
        losses.n_items += 1
        losses.image_paths[item["item"]] = f"JPEGImages/{path}"
    for split, stems in sorted(lists.items()):
        sink.write(f"ImageSets/Main/{split}.txt", "".join(f"{stem}\n" for stem in stems).encode())
        losses.files.append(f"ImageSets/Main/{split}.txt")
    return losses.report()


def _document(item: Row, path: str, marks: list[Row], losses: Losses) -> str:
    lines = ["<annotation>", f"\t<filename>{xml_text(PurePosixPath(path).name)}</filename>"]
    if item["width_px"] is not None and item["height_px"] is not None:
        width, height = item["width_px"], item["height_px"]
        lines.append(f"\t<size><width>{width}</width><height>{height}</height><depth>3</depth></size>")
    for mark in marks:
        lines += _object(mark, losses)
        losses.n_marks += 1
    return "\n".join([*lines, "</annotation>", ""])


def _object(mark: Row, losses: Losses) -> list[str]:
    count_common(mark, losses, keeps=frozenset({"attributes"}))
    attributes = attributes_of(mark["attributes"])
    flags = {flag for flag in _FLAGS if attributes.get(flag) is True}
    pose = attributes.get("pose")
    if not isinstance(pose, str) or pose in {"", _NO_POSE} or pose != pose.strip() or not is_xml_text(pose):
        pose = _NO_POSE
    if set(attributes) - flags - ({"pose"} if pose != _NO_POSE else set()):
        losses.count("attributes", f"left out but for pose and for {', '.join(_FLAGS)} where they are true")
    x_min, y_min, x_max, y_max = box_of(mark)
    corners = zip(_CORNERS, (x_min + 1, y_min + 1, x_max, y_max), strict=True)
    return [
        "\t<object>",
        f"\t\t<name>{xml_text(mark['label_class'])}</name>",
        f"\t\t<pose>{xml_text(pose)}</pose>",
        *(f"\t\t<{flag}>{int(flag in flags)}</{flag}>" for flag in _FLAGS),
        "\t\t<bndbox>" + "".join(f"<{tag}>{decimal(value)}</{tag}>" for tag, value in corners) + "</bndbox>",
        "\t</object>",
    ]
