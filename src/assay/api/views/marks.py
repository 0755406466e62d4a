"""Marks on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.annotations import Mark, StoredMark
from assay.wire.marks import MarkIn, MarkOut, MarkSource


def marks_of_wire(marks: Sequence[MarkIn]) -> list[Mark]:
    """What a client sent, as values."""
    return [
        Mark(
            label_class=m.label_class,
            shape=m.shape,
            bbox=(m.bbox[0], m.bbox[1], m.bbox[2], m.bbox[3]),
            attributes=m.attributes,
            geometry=m.geometry,
            client_id=m.client_id,
            group=m.group,
            source=None if m.source is None else m.source.model_dump(),
        )
        for m in marks
    ]


def mark_of_json(value: dict[str, Any]) -> MarkIn:
    """A mark of a draft, as it was checked when it came in."""
    source = value.get("source")
    told = {} if source is None else {"source": MarkSource.model_construct(**source)}
    return MarkIn.model_construct(**{**value, **told})


def mark_out(stored: StoredMark) -> MarkOut:
    """A stored mark for a page."""
    mark = stored.mark
    return MarkOut.model_construct(
        id=stored.id,
        client_id=stored.id,
        label_class=mark.label_class,
        shape=mark.shape,
        bbox=list(mark.bbox),
        attributes=mark.attributes,
        geometry=mark.geometry,
        group=mark.group,
        source=None if mark.source is None else MarkSource.model_validate(mark.source),
    )
