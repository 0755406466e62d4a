"""Whether the evidence would have shown a practice, kind by kind, and how that is said."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.practices_too import a_shift

from assay.quality.convention import ConventionReport, Looked, Reach, find_conventions, reach_words
from assay.quality.convention.words import part_answer


def search(practices: dict[str, float], n_pictures: int, seed: int = 3) -> ConventionReport:
    made = a_shift(np.random.default_rng(seed), practices, n_pictures=n_pictures, mean=5.0)
    return find_conventions(
        made.people, rng=np.random.default_rng(seed), sizes_px=made.sizes, assigned=made.asked, n_draws=99
    )


def by_kind(looked: Looked) -> dict[str, Reach]:
    return {reach.kind: reach for reach in looked.kinds}


@pytest.fixture(scope="module")
def few() -> ConventionReport:
    return search({}, 60)


@pytest.fixture(scope="module")
def many() -> ConventionReport:
    return search({}, 240)


def test_more_images_show_a_practice_more_surely_and_the_images_that_would_do_are_more_than_there_are(
    few: ConventionReport, many: ConventionReport
) -> None:
    before, after = by_kind(few.existence), by_kind(many.existence)
    for kind in ("small", "edge"):
        assert before[kind].state == "not_enough_evidence"
        assert before[kind].needs_images > 60
        assert before[kind].chance < after[kind].chance
        assert (after[kind].state, after[kind].needs_images) == ("enough", None)


def test_every_part_answers_for_every_kind_and_thin_ones_are_listed_with_their_images(few: ConventionReport) -> None:
    for looked in (few.existence, few.label_class, few.geometry):
        assert looked.kinds
        assert looked.thin == {r.kind: r.needs_images for r in looked.kinds if r.needs_images is not None}
    assert {"small", "large", "edge", "covered", "elongated", "crowded"} <= by_kind(few.existence).keys()
    assert {"all", "bottom"} <= by_kind(few.geometry).keys()


def test_where_there_is_too_little_it_is_never_said_that_no_practice_differs(few: ConventionReport) -> None:
    assert few.existence.state == "not_enough_evidence"
    assert few.conventions == ()
    assert few.existence.answer.startswith("Not enough evidence to exclude practices about")
    assert "images would do" in few.existence.answer
    assert "no practice differs" not in few.existence.answer.lower()


def test_a_practice_found_in_too_little_evidence_stays_found_and_the_answer_says_so() -> None:
    found = next(
        report
        for seed in range(20)
        if (report := search({"small": 0.9}, 70, seed)).splits and report.existence.state == "not_enough_evidence"
    )
    small = by_kind(found.existence)["small"]
    assert small.found
    assert small.needs_images > 70
    assert found.existence.answer.startswith("One practice differs, as shown, but there is not enough evidence")
    assert reach_words(small).startswith("found, and yet not enough evidence")


def test_what_was_found_changes_little_in_what_would_have_been_seen(many: ConventionReport) -> None:
    planted = search({"edge": 0.8}, 240)
    assert "edge" in [split.feature for split in planted.splits]
    for kind in ("small", "edge"):
        one, other = by_kind(many.existence)[kind], by_kind(planted.existence)[kind]
        assert one.chance == pytest.approx(other.chance, abs=0.15)


NOT_SURE = "but there is not enough evidence to exclude practices about"
NONE = "none was found there."


def reach(whom: str, state: str, *, found: bool = False, chance: float = 0.4, needs: int | None = None) -> Reach:
    return Reach(whom, whom, state, found, 10, chance, needs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("n_found", "kinds", "thin", "answer"),
    [
        (
            0,
            [reach("a", "enough")],
            "",
            "No practice differs, and there was enough evidence to see such a practice.",
        ),
        (
            1,
            [reach("a", "enough", found=True), reach("b", "enough")],
            "",
            "One practice differs, as shown; of every other kind there was enough evidence to see such a practice.",
        ),
        (
            0,
            [reach("a", "enough"), reach("b", "not_enough_evidence", needs=1200)],
            "",
            "No practice differs about a. Not enough evidence about b (about 1,200 images would do).",
        ),
        (
            2,
            [reach("a", "not_enough_evidence", found=True, needs=150), reach("b", "enough")],
            "usual",
            f"Two practices differ, as shown, {NOT_SURE} a (about 150 images would do). Enough was met of b; {NONE}",
        ),
    ],
)
def test_answers_keep_what_was_found_apart_from_what_could_not_be_seen(
    n_found: int, kinds: list[Reach], thin: str, answer: str
) -> None:
    assert part_answer(n_found, kinds, usual_is_thin=bool(thin)) == answer


def test_chances_are_said_in_coarse_words_downwards() -> None:
    said = reach_words(reach("a", "not_enough_evidence", chance=0.89, needs=140))
    assert said == "not enough evidence: such a practice is seen in about eight of ten cases; about 140 images would do"
    assert reach_words(reach("a", "enough", chance=0.97)) == "none found; such a practice is seen in nearly every case"
    assert "hardly any case" in reach_words(reach("a", "not_enough_evidence", chance=0.02))
    assert reach_words(Reach("a", "a", "none_met", False, 0, None, None)) == "none were met by three people"
