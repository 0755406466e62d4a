"""Reading submissions and their marks."""

from __future__ import annotations

from assay.annotations import store
from assay.annotations.errors import SubmissionNotFoundError
from assay.annotations.model import Submission
from assay.storage import Rx


def submission_in(rx: Rx, submission_id: str) -> Submission:
    """One submission inside an open transaction.

    Raises:
        SubmissionNotFoundError: there is none of this id in the project.
    """
    found = store.find_submission(rx, submission_id)
    if found is None:
        raise SubmissionNotFoundError(submission_id)
    return found


submissions_of_item = store.submissions_of_item
marks_of = store.marks_of
submissions_of_author = store.submissions_of_author
count_by_author = store.count_by_author
items_marked = store.items_marked
items_marked_after = store.items_marked_after
items_answered_by = store.items_answered_by
items_imported_on = store.items_imported_on
submissions_of_items = store.submissions_of_items
class_counts = store.class_counts
