"""YOLO: one text file a picture, a line an object, coordinates as shares of the picture; names in data.yaml."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from assay.formats import shapes
from assay.formats.collect import Collector
from assay.formats.errors import FileRefusedError, UnsafePathError, shown
from assay.formats.files import Files, head
from assay.formats.limits import MAX_TEXT_BYTES
from assay.formats.model import DEFAULT_READ, Mode, ReadOptions, ReadReport
from assay.formats.paths import folder_split_of, is_image, join_inside, without_suffix
from assay.formats.pictures import Pictures
from assay.formats.shapes import Shape
from assay.formats.values import RowError, integer, name, number
from assay.formats.yaml_strict import read_yaml
from assay.kernel.marks import LabelSet

NAME = "yolo"
_LINE = re.compile(rb"\s*[0-9]+(?:[ \t]+-?[0-9.eE+-]+){4,}[ \t]*\r?(?:\n|$)")
_CLASS_FILES = ("classes.txt", "obj.names", "labels.txt", "predefined_classes.txt")
_YAML = (".yaml", ".yml")
_SPLITS = ("train", "val", "test")
_BOX, _CORNERS, _MIN_RING = 4, 8, 6
_OVER = 0.01  # outlines may reach this share over the edge


@dataclass(slots=True)
class _Setup:
    """What data.yaml, or the lists beside it, say of the whole set."""

    names: dict[int, str] = field(default_factory=dict)
    has_names: bool = False
    split_of: dict[str, str] = field(default_factory=dict)  # picture to split
    keypoint_shape: tuple[int, int] | None = None
    is_obb: bool = False


def sniff(files: Files) -> bool:
    """Whether there is a data.yaml with names, or a text file with a picture of the same name and lines of numbers."""
    yaml = _yaml_file(files)
    if yaml is not None and b"names" in head(files, yaml):
        return True
    stems = {without_suffix(path) for path in files.names() if is_image(path)}
    texts = [file for file in files.names() if file.endswith(".txt")]
    near = [file for file in texts if "labels" in PurePosixPath(file).parts or without_suffix(file) in stems]
    return any(_LINE.match(head(files, file, 4096)) for file in near[:20])


def _yaml_file(files: Files) -> str | None:
    """The file that names the classes: data.yaml before others, the shallowest first."""
    yamls = [file for file in files.names() if file.endswith(_YAML)]
    found = [file for file in yamls if PurePosixPath(file).stem == "data" or b"names" in head(files, file)]
    order = sorted(found, key=lambda file: (file.count("/"), PurePosixPath(file).stem != "data", file))
    return order[0] if order else None


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read every label file that belongs to a picture of the folder.

    A picture with an empty label file is an item without marks; a picture without one is unlabelled. The size comes
    from the picture, so a label file without its picture is refused. Four numbers are a box, more are an outline,
    or a turned box when `options.yolo_task` or the key `task` of data.yaml is `obb`, or keypoints when data.yaml has
    `kpt_shape`.
    """
    collector = Collector(NAME, files)
    pictures = Pictures(files, options.sizes)
    setup = _read_setup(collector, pictures)
    setup.is_obb = options.yolo_task == "obb" or (setup.is_obb and options.yolo_task == "auto")
    for number_, text in sorted(setup.names.items()):
        collector.add_class(text, number=number_)
    by_label = _label_files(collector, pictures)
    names = _item_names([image for images in by_label.values() for image in images])
    for label_file, images in sorted(by_label.items()):
        with collector.whole_file(label_file):
            lines = _text(files, label_file).split("\n")
            _note_twins(collector, label_file, lines)
            for image in images:
                item = _add_picture(collector, pictures, setup, label_file, image, names[image])
                mark = label_file if len(images) == 1 else f"{label_file}@{image}"
                _read_lines(collector, setup, label_file, item, lines, mark, options)
    if not by_label:
        raise FileRefusedError("", "there is no label file that belongs to a picture")
    return collector.finish(mode)


def _label_files(collector: Collector, pictures: Pictures) -> dict[str, list[str]]:
    """Label file to its pictures; the folder `labels` stands for the last folder `images` of the picture's path."""
    texts = {file.casefold(): file for file in collector.files.names() if file.lower().endswith(".txt")}
    result: dict[str, list[str]] = {}
    for image in pictures.paths:
        for candidate in _candidates(image):
            if candidate.casefold() in texts:
                file = texts[candidate.casefold()]
                if file != candidate:
                    collector.warn(file, "", f"its letters differ in case from its picture {shown(image)}")
                result.setdefault(file, []).append(image)
                break
    for file in texts.values():
        if "labels" in PurePosixPath(file).parts[:-1] and file not in result:
            collector.refuse_file(file, "its picture is not there, and without it sizes are not known")
    for file, images in result.items():
        if len(images) > 1:
            collector.warn(file, "", f"belongs to {len(images)} pictures, which all get its marks")
    return result


def _candidates(image: str) -> Iterator[str]:
    stem = without_suffix(image)
    parts = stem.split("/")
    for i in range(len(parts) - 2, -1, -1):
        if parts[i].lower() == "images":
            yield "/".join([*parts[:i], "labels", *parts[i + 1 :]]) + ".txt"
            break
    yield f"{stem}.txt"


def _read_setup(collector: Collector, pictures: Pictures) -> _Setup:
    file = _yaml_file(collector.files)
    if file is not None:
        return _read_yaml(collector, pictures, file)
    setup = _Setup()
    for name_file in collector.files.names():
        if PurePosixPath(name_file).name in _CLASS_FILES:
            lines = _text(collector.files, name_file).rstrip().split("\n")
            setup.names, setup.has_names = _names(name_file, list(lines)), True
            break
    else:
        collector.warn("", "", "nothing names the classes; they are called by their numbers")
    for split in _SPLITS:
        for listing in (f"{split}.txt", f"ImageSets/{split}.txt"):
            if listing in collector.files.names():
                _read_listing(collector, setup, listing, "", split)
    return setup


def _read_yaml(collector: Collector, pictures: Pictures, file: str) -> _Setup:
    decoded = read_yaml(collector.files, file)
    if not isinstance(decoded.value, dict):
        raise FileRefusedError(file, "its top is not a mapping")
    top = decoded.value
    setup = _Setup(names=_names(file, top.get("names")), has_names=True)
    for text in setup.names.values():
        if text in decoded.doubtful:
            collector.warn(file, "names", f"the class {shown(text)} is kept as text; quote it for other readers")
    numbers = sorted(setup.names)
    if numbers and numbers != list(range(len(numbers))):
        collector.warn(file, "names", "the class numbers have gaps, which are kept")
    if "nc" in top and _yaml_int(file, "nc", top["nc"]) != len(setup.names):
        raise FileRefusedError(file, f"nc says {top['nc']} classes and names lists {len(setup.names)}", place="nc")
    setup.keypoint_shape = _keypoint_shape(file, top.get("kpt_shape"))
    setup.is_obb = top.get("task") == "obb"
    _take_splits(collector, pictures, setup, file, top)
    return setup


def _names(file: str, value: object) -> dict[int, str]:
    """Class numbers to names, from a list or a mapping of numbers."""
    pairs: list[tuple[str, object]]
    if isinstance(value, list):
        pairs = [(str(i), text) for i, text in enumerate(value)]
    elif isinstance(value, dict):
        pairs = list(value.items())
    else:
        raise FileRefusedError(file, "names is neither a list nor a mapping", place="names")
    names: dict[int, str] = {}
    taken: set[str] = set()
    for key, text in pairs:
        place = f"names[{key:.20}]"
        number_ = _yaml_int(file, place, key)
        try:
            known = name(text, "the class name")
        except RowError as error:
            raise FileRefusedError(file, error.reason, place=place) from None
        if number_ < 0 or number_ in names or known in taken:
            raise FileRefusedError(file, "a class number is negative, or a number or name appears twice", place=place)
        names[number_] = known
        taken.add(known)
    return names


def _yaml_int(file: str, place: str, value: object) -> int:
    try:
        return integer(value if isinstance(value, str) else "", place)
    except RowError as error:
        raise FileRefusedError(file, error.reason, place=place) from None


def _keypoint_shape(file: str, value: object) -> tuple[int, int] | None:
    if value is None:
        return None
    numbers = [_yaml_int(file, "kpt_shape", v) for v in value] if isinstance(value, list) else []
    if len(numbers) != 2 or numbers[0] < 1 or numbers[1] not in {2, 3}:  # noqa: PLR2004 - x y or x y v
        raise FileRefusedError(file, "kpt_shape is not a number of points and 2 or 3", place="kpt_shape")
    return numbers[0], numbers[1]


def _take_splits(collector: Collector, pictures: Pictures, setup: _Setup, file: str, top: dict[str, object]) -> None:
    """Which pictures are in which split; a folder that two splits share tells nothing."""
    here = str(PurePosixPath(file).parent).removeprefix(".")
    root = _root(collector, file, here, top.get("path"))
    owners: dict[str, set[str]] = {}
    for split in _SPLITS:
        entries = top.get(split)
        for entry in entries if isinstance(entries, list) else [entries]:
            if not isinstance(entry, str) or not entry.strip():
                continue
            place = _inside(collector, file, split, root, entry)
            if place.endswith(".txt"):
                if place in collector.files.names():
                    _read_listing(collector, setup, place, root, split)
            else:
                owners.setdefault(place, set()).add(split)
    for folder, splits in owners.items():
        if len(splits) == 1:
            setup.split_of |= dict.fromkeys(pictures.under(folder), next(iter(splits)))


def _root(collector: Collector, file: str, here: str, path: object) -> str:
    if path is None or path in {"", "."}:
        return here
    if not isinstance(path, str):
        raise FileRefusedError(file, "path is not text", place="path")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", path):
        collector.warn(file, "path", "is an address; nothing is fetched, the folder itself is read")
        return here
    return _inside(collector, file, "path", here, path)


def _inside(collector: Collector, file: str, key: str, root: str, entry: str) -> str:
    """Find the folder or list that data.yaml names.

    One that leaves the folder is read from inside where it stands there too, as with the popular `../train/images`;
    otherwise it refuses the file.
    """
    if set(entry.replace("\\", "/").split("/")) <= {"", "."} and not entry.startswith("/"):
        return root
    try:
        return join_inside(root, entry)
    except UnsafePathError as error:
        rest = "/".join(part for part in entry.replace("\\", "/").split("/") if part not in {"", ".", ".."})
        is_relative = entry.replace("\\", "/").startswith("../")
        if rest and is_relative and any(path.startswith(rest) for path in collector.files.names()):
            collector.repair(file, key, f"leaves the folder; {shown(rest)} inside it is read")
            return rest
        raise FileRefusedError(file, error.reason, place=key) from None


def _read_listing(collector: Collector, setup: _Setup, listing: str, root: str, split: str) -> None:
    with collector.whole_file(listing):
        for i, line in enumerate(_text(collector.files, listing).split("\n")):
            if line.strip():
                with collector.row(listing, f"line {i + 1}"):
                    setup.split_of[join_inside(root, line.strip())] = split


def _text(files: Files, file: str) -> str:
    try:
        return files.read(file, cap_bytes=MAX_TEXT_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise FileRefusedError(file, "it is not UTF-8 text") from None


def _note_twins(collector: Collector, file: str, lines: list[str]) -> None:
    seen: dict[str, int] = {}
    for i, line in enumerate(lines):
        if line.strip() and seen.setdefault(line.strip(), i) != i:
            collector.warn(file, f"line {i + 1}", f"is the same as line {seen[line.strip()] + 1}; both are kept")


def _item_names(images: list[str]) -> dict[str, str]:
    """Name each picture by its path without the folders of the layout, as long as that tells them apart."""
    short = {image: _short(image) for image in images}
    n_of = Counter(short.values())
    return {image: item if n_of[item] == 1 else image for image, item in short.items()}


def _short(image: str) -> str:
    """`images/train/a/b.jpg` and `train/images/a/b.jpg` are both `a/b.jpg`."""
    *folders, last = PurePosixPath(image).parts
    at = next((i for i in range(len(folders) - 1, -1, -1) if folders[i].lower() == "images"), None)
    if at is None:
        return image
    before, after = folders[:at], folders[at + 1 :]
    if after and (after[0] == "default" or folder_split_of(f"{after[0]}/x")):
        after = after[1:]
    elif before and folder_split_of(f"{before[-1]}/x"):
        before = before[:-1]
    return "/".join([*before, *after, last])


def _add_picture(collector: Collector, pictures: Pictures, setup: _Setup, file: str, image: str, item: str) -> str:
    size = pictures.size(image)
    if size is None:
        raise FileRefusedError(file, f"the size of its picture {shown(image)} cannot be read")
    split = setup.split_of.get(image) or folder_split_of(image)
    collector.add_item(item, width_px=size[0], height_px=size[1], split=split, image=image)
    return item


def _read_lines(
    collector: Collector, setup: _Setup, file: str, item: str, lines: list[str], mark: str, options: ReadOptions
) -> None:
    for i, line in enumerate(lines):
        tokens = [token for token in re.split(r"[ \t\r]+", line) if token]
        if not tokens:
            continue
        place = f"line {i + 1}"
        with collector.row(file, place):
            label_class = _class(collector, setup, tokens[0])
            shape = _shape([number(token, "a value") for token in tokens[1:]], collector.known_size_of(item), setup)
            collector.add_mark(
                item, f"{mark}#{i + 1}", shape, label_class=label_class, place=(file, place), author=options.author
            )


def _class(collector: Collector, setup: _Setup, token: str) -> str:
    number_ = integer(token, "the class")
    if number_ in setup.names:
        return setup.names[number_]
    if setup.has_names or number_ < 0:
        raise RowError(f"there is no class {number_}")
    return collector.add_class(str(number_), number=number_)


def _shape(values: list[float], size: tuple[int, int], setup: _Setup) -> Shape:
    if setup.keypoint_shape is not None and len(values) > _BOX:
        return _keypoints(values, size, setup.keypoint_shape)
    if len(values) == _BOX:
        return _box(values, size)
    if setup.is_obb:
        if len(values) != _CORNERS:
            raise RowError(f"there are {len(values)} numbers; a turned box has 8")
        return shapes.rotated_of_corners(_scaled(values, size))
    if len(values) < _MIN_RING or len(values) % 2:
        raise RowError(f"there are {len(values)} numbers; a box has 4, an outline an even number from 6 on")
    return shapes.polygon([[_scaled(values, size)]])


def _box(values: list[float], size: tuple[int, int]) -> Shape:
    x, y, width, height = values
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise RowError(f"the centre {x:g} {y:g} is not between 0 and 1")
    if not (0 < width <= 1 and 0 < height <= 1):
        raise RowError(f"the size {width:g} {height:g} is not between 0 and 1")
    w, h = size
    return shapes.bbox((x - width / 2) * w, (y - height / 2) * h, (x + width / 2) * w, (y + height / 2) * h)


def _scaled(values: list[float], size: tuple[int, int]) -> list[float]:
    if not all(-_OVER <= v <= 1 + _OVER for v in values):
        raise RowError("a coordinate is not between 0 and 1")
    return [v * size[i % 2] for i, v in enumerate(values)]


def _keypoints(values: list[float], size: tuple[int, int], shape: tuple[int, int]) -> Shape:
    n, n_values = shape
    if len(values) != _BOX + n * n_values:
        raise RowError(
            f"there are {len(values)} numbers; a box and {n} points of {n_values} have {_BOX + n * n_values}"
        )
    points: list[float] = []
    for i in range(_BOX, len(values), n_values):
        x, y = values[i] * size[0], values[i + 1] * size[1]
        visible = values[i + 2] if n_values > 2 else (0.0 if x == y == 0 else 2.0)  # noqa: PLR2004 - x y v
        points += [x, y, visible]
    return shapes.keypoints(points, box=_box(values[:_BOX], size).box)
