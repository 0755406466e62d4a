"""Reading reviews, disputes and what is inferred."""

from __future__ import annotations

from dataclasses import dataclass

from assay.annotations import StoredMark, Submission
from assay.items import Medium
from assay.kernel.actor import Actor
from assay.review import store
from assay.review.consensus import Answers
from assay.review.model import Adjudication, Review
from assay.review.rules import Merged
from assay.storage import House


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """What a reviewer sees."""

    review: Review
    submission: Submission
    marks: tuple[StoredMark, ...]
    medium: Medium
    n_open: int
    held_until_us: int


@dataclass(frozen=True, slots=True)
class AdjudicationCase:
    """What an adjudicating expert sees; the versions are those the settlement will be kept under."""

    adjudication: Adjudication
    answers: Answers
    merged: Merged
    medium: Medium
    schema_version: int
    guideline_version: int
    n_open: int
    held_until_us: int


def get_review(actor: Actor, project: str, review_id: str, *, house: House) -> Review | None:
    """One review."""
    with house.read(actor, project) as rx:
        return store.find_review(rx, review_id)


def list_reviews(
    actor: Actor, project: str, *, state: str, author_id: str | None, after: tuple[int, str], limit: int, house: House
) -> list[Review]:
    """A page of reviews in the order they will be looked at, from the one behind that rank and id on."""
    with house.read(actor, project) as rx:
        return store.reviews_after(rx, state, author_id, after=after, limit=limit)


def list_adjudications(
    actor: Actor, project: str, *, state: str, after: str, limit: int, house: House
) -> list[Adjudication]:
    """A page of disputes."""
    with house.read(actor, project) as rx:
        return store.adjudications_after(rx, state, after, limit)


find_adjudication = store.find_adjudication
adjudication_of = store.adjudication_of
find_consensus = store.find_consensus
consensus_of_item = store.consensus_of_item
consensus_of_items = store.consensus_of_items
consensus_scores = store.consensus_scores
consensus_after = store.consensus_after
consensus_states = store.consensus_states
adjudication_states = store.adjudication_states
count_open_reviews = store.count_open_reviews
reviewers_until = store.reviewers_until
standings_of = store.standings_of
states_of_items = store.states_of_items
reviews_of = store.reviews_of
notes_of = store.notes_of
all_put_backs = store.all_put_backs
waiting_items = store.waiting_items
