"""Simulated people do what is said of them, always the same, and the true rate is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.demo import CLASSES, true_items

from assay.demo.answers import answer, exact_counts, expert_answer
from assay.demo.fates import Fate, draw_fates, error_counts, object_table
from assay.demo.people import CAREFUL, COLLEAGUES, ECHOES, SKIPS, SLIPS, SPAMS, cast_for, true_rate
from assay.demo.person import SimulatedPerson
from assay.demo.seeds import rng_for
from assay.demo.truth import TruthItem
from assay.quality.matching import box_iou

ITEMS = true_items(150, seed=4)


def rate_over(person: SimulatedPerson, items: list[TruthItem], *, slipped: bool = False, n_runs: int = 300) -> float:
    table = object_table(items, person.confuses)
    rng = np.random.default_rng(8)
    counts = np.zeros(2)
    for _ in range(n_runs):
        units, errors = error_counts(draw_fates(person, table, rng, np.full(len(items), slipped)), table)
        counts += units.sum(), errors.sum()
    return float(counts[1] / counts[0])


def test_the_cast_has_six_annotators_with_names_of_their_own_all_said_to_be_simulated() -> None:
    cast = cast_for(ITEMS)
    assert len(cast) == 6
    everybody = [*cast, *COLLEAGUES]
    assert len({p.name for p in everybody}) == len({p.login for p in everybody}) == 10
    assert all(p.simulated and p.story for p in everybody)
    assert [p.login for p in cast if not p.expected_flag] == ["ana"]


@pytest.mark.parametrize(
    ("login", "state", "promised"),
    [
        ("ana", "steady", 0.03),
        ("chidi", "steady", 0.14),
        ("elif", "early", 0.05),
        ("elif", "slipped", 0.17),
        ("farid", "steady", 0.55),
    ],
)
def test_the_promised_error_rate_is_the_one_that_comes_out(login: str, state: str, promised: float) -> None:
    filled = [i for i in ITEMS if i.objects]  # an empty item left empty is a right unit and lowers every rate a little
    person, slipped = next(p for p in cast_for(filled) if p.login == login), state == "slipped"
    assert true_rate(person, filled, slipped=slipped) == pytest.approx(promised, abs=0.001)
    assert rate_over(person, filled, slipped=slipped) == pytest.approx(promised, abs=0.006)


@pytest.mark.parametrize("person", [SKIPS, ECHOES])
def test_the_true_rate_of_people_with_habits_follows_the_objects_they_meet(person: SimulatedPerson) -> None:
    assert rate_over(person, ITEMS) == pytest.approx(true_rate(person, ITEMS), abs=0.006)


def test_drawn_boxes_are_wrong_exactly_where_fate_says_so() -> None:
    for person in cast_for(ITEMS):
        for item in ITEMS[:60]:
            table = object_table([item], person.confuses)
            fates = draw_fates(person, table, rng_for(5, "answer", person.login, item.name, 0), np.array([False]))
            drawn = answer(person, item, CLASSES, seed=5)
            units, errors = exact_counts([item], [drawn.marks])
            expected_units, expected_errors = error_counts(fates, table)
            assert (units[0], errors[0]) == (expected_units[0], expected_errors[0]), (person.name, item.name)


def test_the_same_person_and_item_always_give_the_same_answer_whatever_came_before() -> None:
    first = answer(SLIPS, ITEMS[3], CLASSES, seed=1)
    answer(SPAMS, ITEMS[7], CLASSES, seed=1)
    assert answer(SLIPS, ITEMS[3], CLASSES, seed=1) == first
    assert answer(SLIPS, ITEMS[3], CLASSES, seed=2) != first
    assert first.seconds > 0


def test_errors_come_by_images_with_the_stated_correlation() -> None:
    items = [i for i in true_items(400, seed=1, most=18) if len(i.objects) > 3]
    table = object_table(items, None)
    rng = np.random.default_rng(2)
    spread, expected = [], []
    for _ in range(60):
        units, errors = error_counts(draw_fates(SPAMS, table, rng, np.zeros(len(items), dtype=bool)), table)
        spread.append(((errors - 0.55 * units) ** 2).sum())
        expected.append((units * 0.55 * 0.45).sum())
    sizes = np.array([len(i.objects) for i in items])
    design = 1 + ((sizes**2).sum() / sizes.sum() - 1) * SPAMS.rho
    assert np.sum(spread) / np.sum(expected) == pytest.approx(design, rel=0.15)


def test_a_person_who_skips_leaves_out_what_the_edge_cuts_and_little_else() -> None:
    missed: dict[bool, list[bool]] = {True: [], False: []}
    for item in ITEMS:
        drawn = answer(SKIPS, item, CLASSES, seed=3).marks
        for o in item.objects:
            if o.covered_share < 0.5:
                there = any(box_iou(np.array([o.box]), np.array([m.box]))[0, 0] > 0.5 for m in drawn)
                missed[o.touches_edge].append(not there)
    assert np.mean(missed[True]) > 0.75
    assert np.mean(missed[False]) < 0.06


def test_a_person_who_boxes_reflections_reaches_down_to_them() -> None:
    table = object_table(ITEMS, None)
    fates = draw_fates(ECHOES, table, np.random.default_rng(1), np.zeros(len(ITEMS), dtype=bool))
    kept = table.echo & (fates.fate != Fate.MISSED)
    assert np.mean(fates.fate[kept] == Fate.ECHOED) > 0.7
    assert not (fates.fate[~table.echo] == Fate.ECHOED).any()


def test_boxes_lie_inside_the_picture_and_have_area() -> None:
    for person in cast_for(ITEMS):
        for item in ITEMS[:40]:
            for mark in answer(person, item, CLASSES, seed=9).marks:
                x0, y0, x1, y1 = mark.box
                assert 0 <= x0 < x1 <= item.width_px
                assert 0 <= y0 < y1 <= item.height_px


def test_an_expert_makes_no_error() -> None:
    _, errors = exact_counts(ITEMS, [expert_answer(i, seed=1).marks for i in ITEMS], tight_iou=0.9)
    assert errors.sum() == 0


def test_with_a_single_class_nobody_confuses_anything_and_the_total_stays() -> None:
    one = [i for i in true_items(200) if i.objects and all(o.label_class == "red" for o in i.objects)]
    person = next(p for p in cast_for(one) if p.login == "chidi")
    assert person.confuses is None
    assert true_rate(person, one) == pytest.approx(0.14, abs=0.01)
    assert {m.label_class for i in one for m in answer(person, i, ("red",), seed=1).marks} == {"red"}


def test_a_careful_person_is_steady() -> None:
    assert true_rate(CAREFUL, ITEMS) == true_rate(CAREFUL, ITEMS, slipped=True)
