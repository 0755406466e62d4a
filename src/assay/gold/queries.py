"""Reading gold, scores and contests."""

from __future__ import annotations

from assay.gold import store
from assay.gold.model import Gold, GoldState, StoredScore
from assay.kernel.actor import Actor
from assay.storage import House, Rx


def verdicts_shown_to(actor: Actor, project: str, *, house: House) -> list[StoredScore]:
    """The caller's own verdicts on gold that is retired, newest first; practice is asked for apart."""
    with house.read(actor, project) as rx:
        retired = {g.item_id for g in store.all_gold(rx) if g.state is GoldState.RETIRED}
        mine = store.scores_of_user(rx, actor.id)
    return [s for s in reversed(mine) if s.item_id in retired and not s.is_practice]


def practice_verdicts(actor: Actor, project: str, *, house: House) -> list[StoredScore]:
    """The caller's verdicts from practice, in answer order."""
    with house.read(actor, project) as rx:
        return [s for s in store.scores_of_user(rx, actor.id) if s.is_practice]


def gold_in(rx: Rx, item_id: str) -> Gold | None:
    """An item's current gold inside an open transaction."""
    return store.find_gold(rx, item_id)


all_gold = store.all_gold
all_scores = store.all_scores
all_counts = store.all_counts
live_among = store.live_among
answers_by_item = store.answers_by_item
scores_of_user = store.scores_of_user
counts_of_user = store.counts_of_user
scores_of_item = store.scores_of_item
list_contests = store.list_contests
contests_of = store.contests_of
find_score = store.find_score
find_score_of = store.find_score_of
