"""How often practices that differ are found, with the right people, and how often none is invented: reduced tables.

`python -m tests.bench.convention --promised` makes the full ones of docs/convention.md.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from tests.bench.convention import planted, sloppy
from tests.support.crowd import crowd_boxes, looseness_against_gold
from tests.support.nodules import shuffled_readers
from tests.support.practice_trials import Tally, run_trials
from tests.support.practices_too import a_shift
from tests.support.scenes import boards, cells

from assay.quality.convention import find_conventions

EDGE_AND_LOOSE = {"edge": 0.8, "loose": 0.08}
CLASS_AND_EDGE = {"class": 0.8, "edge": 0.8}
COVERED_AND_BOTTOM = {"covered": 0.8, "bottom": 0.8}

pytestmark = pytest.mark.slow


def sides_are_right(tally: Tally) -> bool:
    """At least 97 % of the named sides are right and at most 20 % undecided."""
    return tally.right_share >= 0.97 and tally.undecided_share <= 0.20


@pytest.mark.parametrize("practices", [EDGE_AND_LOOSE, CLASS_AND_EDGE, COVERED_AND_BOTTOM])
def test_two_practices_at_once_are_both_found_on_blood_cells(practices: dict[str, float]) -> None:
    tally = run_trials(planted(cells, practices), range(71, 77))
    assert tally.all_found >= 5, tally
    assert sides_are_right(tally), tally
    assert tally.extra <= 1, tally


@pytest.mark.parametrize("practices", [EDGE_AND_LOOSE, CLASS_AND_EDGE, COVERED_AND_BOTTOM])
def test_they_are_found_on_blood_cells_by_people_of_the_second_generator_too(practices: dict[str, float]) -> None:
    tally = run_trials(partial(a_shift, practices=practices, on_cells=True, ticks=0.85), range(81, 85))
    assert tally.all_found >= 3, tally
    assert sides_are_right(tally), tally
    assert tally.extra <= 1, tally


def test_carelessness_is_no_practice() -> None:
    tallies = [run_trials(sloppy(cells, kind, n_images=150), range(30, 38)) for kind in ("plain", "lapses", "invents")]
    tallies.append(run_trials(partial(a_shift, practices={}, sloppy=3, n_pictures=150), range(30, 38)))
    assert sum(tally.runs_with_split for tally in tallies) <= 1, tallies


def test_looseness_without_camps_is_called_spread() -> None:
    tally = run_trials(sloppy(cells, "continuum", n_images=150), range(40, 48))
    assert tally.runs_with_split <= 1, tally
    assert tally.spreads >= 4, tally


def test_a_hundred_images_are_enough_for_edges_and_looseness_on_cells_but_not_on_boards() -> None:
    assert run_trials(planted(cells, EDGE_AND_LOOSE, n_images=100), range(50, 56)).all_found >= 5
    few = run_trials(planted(boards, {"small": 0.8, "loose": 0.08}, n_images=100), range(50, 56))
    assert (few.too_little, few.denied) == (6, 0), few
    world = planted(boards, {"loose": 0.08}, n_images=100)(np.random.default_rng(3))
    report = find_conventions(world.people, rng=np.random.default_rng(0), sizes_px=world.sizes, assigned=world.asked)
    assert report.existence.state == "not_enough_evidence"
    assert report.existence.needs_images > 100
    assert [split.feature for split in report.splits] == ["all"]


def test_two_people_an_image_are_enough_for_looseness_only() -> None:
    tally = run_trials(planted(cells, EDGE_AND_LOOSE, n_images=200, overlap=2), range(60, 66))
    assert tally.found == {"loose": 6}, tally
    assert tally.three_needed == 6, tally
    assert run_trials(sloppy(cells, "plain", n_images=200, overlap=2), range(60, 66)).runs_with_split == 0


def test_real_readers_of_lung_nodules_shuffled_show_nothing_until_something_is_planted() -> None:
    assert run_trials(shuffled_readers, range(90, 95)).runs_with_split == 0
    tally = run_trials(partial(shuffled_readers, small_px=12.0, strength=0.8), range(90, 95))
    assert tally.all_found == 5, tally
    assert tally.wrong == 0, tally


def test_the_crowd_is_spread_in_looseness_as_gold_confirms() -> None:
    people, asked, gold = crowd_boxes()
    report = find_conventions(people, rng=np.random.default_rng(0), assigned=asked, alpha=0.01)
    assert report.splits == ()
    spread = next(c for c in report.conventions if c.feature == "all")
    assert spread.kind == "spread"
    n_people, rank = looseness_against_gold(report, people, asked, gold)
    assert n_people == 26
    assert rank >= 0.85
