"""Predictions of a model: labels in any format, or the plain list of results that COCO's evaluation takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from assay.formats import DictFiles, FileRefusedError, codec
from assay.formats.files import head
from assay.reports.errors import SourceMissingError
from assay.reports.sources import Labels, read_labels

MODEL: Final = "model"
_FEW: Final = 4096


def read_predictions(path: Path | str, main: Labels) -> Labels:
    """Read predictions for the pictures of `main`.

    A JSON file whose top is a list holds COCO results (`image_id`, `category_id`, `bbox` or `segmentation`, `score`);
    pictures and categories are then those of the COCO file it belongs to.

    Raises:
        FileRefusedError: it is such a list and `main` was not read from one COCO file.
    """
    place = Path(path)
    if not place.exists():
        raise SourceMissingError(place.name or str(place))
    if place.is_file() and place.suffix.lower() == ".json":
        with place.open("rb") as stream:
            if stream.read(_FEW).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
                return _results(place, main)
    return read_labels(place, author=MODEL)


def _results(place: Path, main: Labels) -> Labels:
    owner = _coco_file(main)
    if owner is None:
        raise FileRefusedError(place.name, "a list of results needs labels in one COCO file to refer to")
    try:
        rows: Any = json.loads(place.read_bytes())
        base: Any = json.loads(main.files.read(owner, cap_bytes=1 << 32))
    except ValueError:
        raise FileRefusedError(place.name, "it is no JSON") from None
    document = {
        "images": base.get("images", []),
        "categories": base.get("categories", []),
        "annotations": [
            {"iscrowd": 0, **row, "id": number + 1} if isinstance(row, dict) else row for number, row in enumerate(rows)
        ],
    }
    files = DictFiles({place.name: json.dumps(document).encode()})
    label_set, report = codec("coco").read(files, mode="skip_rows")
    return Labels(place, "coco", label_set, report, files)


def _coco_file(main: Labels) -> str | None:
    if main.format != "coco":
        return None
    found = [name for name in main.files.names() if name.endswith(".json") and head(main.files, name, 1)]
    return found[0] if len(found) == 1 else None
