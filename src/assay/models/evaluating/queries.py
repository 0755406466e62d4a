"""Reading the items behind an evaluation's numbers, a page at a time."""

from __future__ import annotations

from typing import Final

from assay.models import store
from assay.models.evaluating.looking import Looking, is_wanted
from assay.models.model import Evaluation, ItemOutcome
from assay.storage import Rx

CHUNK: Final = 400
MOST_READ: Final = 4000
"""Items read for one page at most; a page may then hold fewer than asked for, and go on behind them."""


def items_behind(
    rx: Rx, evaluation: Evaluation, looking: Looking, *, after: str, n: int
) -> tuple[list[tuple[ItemOutcome, ItemOutcome | None]], str | None]:
    """The items asked for, each with its outcome beside the model in use, in the order of their ids.

    Returns:
        At most `n`, and the item to go on behind; None at the end.
    """
    other = None
    if evaluation.against_id is not None:
        other = store.evaluation_on(rx, evaluation.against_id, evaluation.gold_digest)
    found: list[tuple[ItemOutcome, ItemOutcome | None]] = []
    for _ in range(MOST_READ // CHUNK):
        mine = store.outcomes_after(rx, evaluation.id, after, CHUNK)
        theirs = {} if other is None else store.outcomes_of_items(rx, other, [o.item_id for o in mine])
        for outcome in mine:
            beside = theirs.get(outcome.item_id)
            if is_wanted(outcome, beside, looking):
                if len(found) == n:
                    return found, after
                found.append((outcome, beside))
            after = outcome.item_id
        if len(mine) < CHUNK:
            return found, None
    return found, after


newest_evaluations = store.newest_evaluations
evaluations_before = store.evaluations_before
evaluation_on = store.evaluation_on
outcomes_of_items = store.outcomes_of_items
