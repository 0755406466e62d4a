"""The Arrow tables every part of Assay speaks: items, and marks by authors on items.

Geometry is in pixels of the upright picture: float64, origin top left, y down, pixel edges, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

BBOX, ROTATED_BBOX, POLYGON, MASK = "bbox", "rotated_bbox", "polygon", "mask"
POLYLINE, KEYPOINTS, POINT, TAG = "polyline", "keypoints", "point", "tag"
SHAPES = (BBOX, ROTATED_BBOX, POLYGON, MASK, POLYLINE, KEYPOINTS, POINT, TAG)

ITEMS_SCHEMA = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),  # id, unique in the table
        pa.field("file_name", pa.string(), nullable=False),  # relative path with /, as the source named it
        pa.field("width_px", pa.int32()),  # null when the source does not say
        pa.field("height_px", pa.int32()),
        pa.field("split", pa.string()),  # train, val, test or null
    ]
)

MARKS_SCHEMA = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),  # id, unique in the table
        pa.field("author", pa.string(), nullable=False),  # "imported" when the source names nobody
        pa.field("label_class", pa.string(), nullable=False),
        pa.field("shape", pa.string(), nullable=False),  # one of SHAPES
        # The envelope of the geometry; null only for tags.
        pa.field("x_min_px", pa.float64()),
        pa.field("y_min_px", pa.float64()),
        pa.field("x_max_px", pa.float64()),
        pa.field("y_max_px", pa.float64()),
        # centre x, centre y, width, height, angle in radians clockwise
        pa.field("rotated", pa.list_(pa.float64(), 5)),
        # parts -> rings (first outer, others holes) -> x0 y0 x1 y1 ...
        pa.field("polygon", pa.list_(pa.list_(pa.list_(pa.float64())))),
        pa.field("rle", pa.string()),  # COCO compressed RLE over the whole item
        pa.field("points", pa.list_(pa.float64())),  # polyline and point: x y ...; keypoints: x y v ...
        pa.field("attributes", pa.string()),  # canonical JSON object, null when there are none
        pa.field("confidence", pa.float64()),  # 0..1, null for people
        pa.field("is_crowd", pa.bool_(), nullable=False),
    ]
)


@dataclass(frozen=True)
class LabelSet:
    """Labels as files hold them: items, marks and the classes in their order.

    Attributes:
        items: a table of `ITEMS_SCHEMA`; items without marks are kept.
        marks: a table of `MARKS_SCHEMA`.
        classes: class names in the source's order, including unused ones.
        skeletons: class name to keypoint names, for classes that have keypoints.
        class_numbers: format to class to the number that source gave it, where it did; COCO and YOLO numbers may
            have gaps that models trained on them rely on, so writing the same format again keeps them.
    """

    items: pa.Table
    marks: pa.Table
    classes: tuple[str, ...]
    skeletons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    class_numbers: dict[str, dict[str, int]] = field(default_factory=dict)
