"""Marks by authors on items, and the immutable submissions that carry them."""

from assay.annotations.actions import drop_imported, find_same, take_in
from assay.annotations.bulk import WorkBoxes, boxes_of_work, shaped_marks_of_work
from assay.annotations.comparing import Comparable, comparable
from assay.annotations.errors import ClientKeyReusedError, MarksRefusedError, Problem, SubmissionNotFoundError
from assay.annotations.layers import Layers, layers_of
from assay.annotations.model import Box, Mark, Origin, StoredMark, Submission
from assay.annotations.queries import (
    class_counts,
    count_by_author,
    items_answered_by,
    items_imported_on,
    items_marked,
    items_marked_after,
    marks_of,
    submission_in,
    submissions_of_author,
    submissions_of_item,
    submissions_of_items,
)
from assay.annotations.rules import (
    MAX_MARKS,
    check_marks,
    fitting_attributes,
    mark_from_json,
    mark_to_json,
    marks_digest,
)

__all__ = [
    "MAX_MARKS",
    "Box",
    "ClientKeyReusedError",
    "Comparable",
    "Layers",
    "Mark",
    "MarksRefusedError",
    "Origin",
    "Problem",
    "StoredMark",
    "Submission",
    "SubmissionNotFoundError",
    "WorkBoxes",
    "boxes_of_work",
    "check_marks",
    "class_counts",
    "comparable",
    "count_by_author",
    "drop_imported",
    "find_same",
    "fitting_attributes",
    "items_answered_by",
    "items_imported_on",
    "items_marked",
    "items_marked_after",
    "layers_of",
    "mark_from_json",
    "mark_to_json",
    "marks_digest",
    "marks_of",
    "shaped_marks_of_work",
    "submission_in",
    "submissions_of_author",
    "submissions_of_item",
    "submissions_of_items",
    "take_in",
]
