"""Small sets of labels as files, made of plain Python, for tests of the engine on files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Row = tuple[str, str, tuple[float, float, float, float]]


def write_coco(
    target: Path,
    items: Sequence[str],
    rows: Sequence[Row],
    *,
    size: tuple[int, int] = (100, 80),
    authors: Sequence[str] | None = None,
    scores: Sequence[float] | None = None,
    attributes: Sequence[Mapping[str, Any]] | None = None,
    classes: Sequence[str] = (),
) -> Path:
    """One COCO file; a row is a picture, a class and x_min, y_min, x_max, y_max."""
    names = list(dict.fromkeys([*classes, *(row[1] for row in rows)]))
    annotations = []
    for number, (item, name, (x0, y0, x1, y1)) in enumerate(rows):
        annotation: dict[str, Any] = {
            "id": number + 1,
            "image_id": items.index(item) + 1,
            "category_id": names.index(name) + 1,
            "bbox": [x0, y0, x1 - x0, y1 - y0],
            "iscrowd": 0,
            "area": (x1 - x0) * (y1 - y0),
        }
        if authors is not None:
            annotation["annotator"] = authors[number]
        if scores is not None:
            annotation["score"] = scores[number]
        if attributes is not None:
            annotation["attributes"] = dict(attributes[number])
        annotations.append(annotation)
    document = {
        "images": [
            {"id": n + 1, "file_name": item, "width": size[0], "height": size[1]} for n, item in enumerate(items)
        ],
        "categories": [{"id": n + 1, "name": name} for n, name in enumerate(names)],
        "annotations": annotations,
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document))
    return target


def grid(
    n_items: int, *, shift: float = 0.0, skip: Sequence[int] = (), classes: Sequence[str] = ("cat", "dog")
) -> list[Row]:
    """Three boxes on each picture, moved by `shift` pixels; every `skip`-th row left out."""
    rows = []
    for item in range(n_items):
        for place in range(3):
            x = 5.0 + 30 * place + shift
            rows.append(
                (f"{item:03}.png", classes[(item + place) % len(classes)], (x, 10.0 + shift, x + 20, 40.0 + shift))
            )
    return [row for number, row in enumerate(rows) if number not in skip]
