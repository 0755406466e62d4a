"""Example pictures for the guideline, cut from drawn pictures that nobody labels."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from assay.demo.pictures import DrawnPicture
from assay.demo.truth import Box

_SIZE = (240, 180)
_COLOUR = (213, 94, 0)
_ROOM = 0.6


def example_crops(pictures: Sequence[DrawnPicture]) -> dict[str, bytes]:
    """PNG crops by what they show: a tight box, a loose one, a covered object."""
    found: dict[str, bytes] = {}
    for picture in pictures:
        for o in picture.truth.objects:
            whole = not o.touches_edge and o.covered_share == 0
            if whole and "tight" not in found:
                found["tight"] = _crop(picture, o.box, o.box)
                found["loose"] = _crop(picture, o.box, _loosened(o.box))
            elif o.partly_covered and not o.touches_edge and "covered" not in found:
                found["covered"] = _crop(picture, o.box, o.box)
    return found


def _loosened(box: Box) -> Box:
    w, h = box[2] - box[0], box[3] - box[1]
    return box[0] - 0.25 * w, box[1], box[2], box[3] + 0.3 * h


def _crop(picture: DrawnPicture, around: Box, box: Box) -> bytes:
    """A crop with room around `around` and `box` drawn in, white casing under the line."""
    image = Image.open(io.BytesIO(picture.jpeg))
    w, h = around[2] - around[0], around[3] - around[1]
    reach = max(w / _SIZE[0], h / _SIZE[1]) * (1 + 2 * _ROOM)
    cx, cy = (around[0] + around[2]) / 2, (around[1] + around[3]) / 2
    left, top = cx - reach * _SIZE[0] / 2, cy - reach * _SIZE[1] / 2
    crop = image.crop((round(left), round(top), round(left + reach * _SIZE[0]), round(top + reach * _SIZE[1])))
    scale = _SIZE[0] / crop.width
    crop = crop.resize(_SIZE, Image.Resampling.LANCZOS)
    sides = [(box[0] - left) * scale, (box[1] - top) * scale, (box[2] - left) * scale, (box[3] - top) * scale]
    pen = ImageDraw.Draw(crop)
    pen.rectangle(sides, outline=(255, 255, 255), width=4)
    pen.rectangle([sides[0] + 1, sides[1] + 1, sides[2] - 1, sides[3] - 1], outline=_COLOUR, width=2)
    out = io.BytesIO()
    crop.save(out, "PNG")
    return out.getvalue()
