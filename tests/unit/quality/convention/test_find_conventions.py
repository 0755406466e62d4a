"""The whole search on small, plain worlds."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.practices_too import a_shift

from assay.quality import Boxes
from assay.quality.convention import ConventionReport, find_conventions
from assay.quality.convention.evidence import gather
from assay.quality.convention.placing import Offsets, patterns_for
from assay.quality.errors import TooFewAuthorsError

NAMES = ("matt", "polished", "rusty")


def search(practices: dict[str, float], seed: int = 5, **world: object) -> tuple[ConventionReport, dict[str, set[str]]]:
    made = a_shift(np.random.default_rng(seed), practices, **({"n_pictures": 100} | world))
    report = find_conventions(
        made.people, rng=np.random.default_rng(1), sizes_px=made.sizes, assigned=made.asked, class_names=NAMES,
        things="parts", n_draws=299,
    )  # fmt: skip
    return report, made.followers


def test_a_split_names_both_sides_says_how_much_and_drafts_both_rules() -> None:
    report, followers = search({"edge": 0.9})
    assert [split.feature for split in report.splits] == ["edge"]
    split = report.splits[0]
    leaving, drawing = split.sides
    assert set(leaving.people) == followers["edge"]
    assert not set(drawing.people) & followers["edge"]
    assert leaving.value.value > 0.6
    assert leaving.value.low < leaving.value.value < leaving.value.high
    assert drawing.value.value < 0.3
    assert leaving.elsewhere.value < 0.2
    assert split.title == "Parts cut by the image edge: three people leave them out, five draw them"
    assert split.clause.startswith("Draw every one of the parts that the image edge cuts")
    assert split.other_clause == "Leave out parts that the image edge cuts."
    assert 0 < split.p_value <= 0.05 / 3


def test_places_are_units_where_the_sides_part() -> None:
    report, followers = search({"edge": 0.9})
    split, evidence = report.splits[0], report.evidence
    cells = evidence.cells
    follows = np.array([name in followers["edge"] for name in evidence.people])[cells.person]
    for unit in split.places[:6]:
        here = cells.unit == unit
        assert (here & follows & ~cells.drew).any()
        assert (here & ~follows & cells.drew).any()


def test_a_class_boundary_names_the_fewer_who_move_it() -> None:
    report, followers = search({"class": 0.8})
    split = report.splits[0]
    assert split.part == "label_class"
    assert set(split.sides[0].people) == followers["class"]
    assert split.title == "Three people call some parts matt that five people call polished"


def test_loose_boxes_are_told_from_trembling_ones_in_shares_of_the_side() -> None:
    report, followers = search({"loose": 0.08})
    split = report.splits[0]
    assert (split.part, split.feature) == ("geometry", "all")
    assert set(split.sides[0].people) == followers["loose"]
    assert split.difference == pytest.approx(0.08, abs=0.02)


def test_careless_people_are_no_split_but_show_in_the_table_of_care() -> None:
    report, _ = search({}, sloppy=2)
    assert report.conventions == ()
    misses = sorted(person.misses.value for person in report.care)
    assert misses[-2] > 2 * misses[-3]
    noise = sorted(person.noise for person in report.care)
    assert noise[-2] > 1.4 * noise[-3]


def test_one_person_alone_is_set_apart_and_is_no_split() -> None:
    report, followers = search({"edge": 0.95}, n_followers=1, n_pictures=200)
    assert report.splits == ()
    alone = report.conventions[0]
    assert alone.kind == "one_apart"
    assert set(alone.sides[0].people) == followers["edge"]


def test_with_two_people_on_each_image_only_geometry_is_judged() -> None:
    report, _ = search({"edge": 0.9, "loose": 0.08}, people_a_picture=(0.0, 1.0, 0.0, 0.0))
    assert report.existence.state == report.label_class.state == "needs_three_people"
    assert report.existence.needs_images == 20
    assert [split.feature for split in report.splits] == ["all"]


def test_too_few_objects_are_called_not_enough_evidence_with_the_images_that_would_do() -> None:
    made = a_shift(np.random.default_rng(2), {"small": 0.8}, n_pictures=60, mean=4.0)
    report = find_conventions(
        made.people, rng=np.random.default_rng(0), sizes_px=made.sizes, assigned=made.asked, n_draws=99
    )
    assert report.existence.state == "not_enough_evidence"
    assert report.existence.needs_images > 200
    assert "images would do" in report.existence.why


def test_few_images_and_nothing_drawn_give_an_answer_too() -> None:
    empty = {"a": Boxes.empty(3), "b": Boxes.empty(3), "c": Boxes.empty(3)}
    report = find_conventions(empty, rng=np.random.default_rng(0))
    assert report.conventions == ()
    assert report.existence.state == "needs_three_people"
    assert report.geometry.state == "not_enough_evidence"
    with pytest.raises(TooFewAuthorsError):
        find_conventions({"a": Boxes.empty(3)}, rng=np.random.default_rng(0))


def test_the_same_seed_gives_the_same_report_and_the_order_of_marks_does_not_matter() -> None:
    made = a_shift(np.random.default_rng(4), {"edge": 0.9}, n_pictures=60)
    rng = np.random.default_rng(0)
    mixed = {}
    for name, boxes in made.people.items():
        order = np.lexsort((rng.random(len(boxes)), boxes.items))
        mixed[name] = Boxes(boxes.offsets, boxes.xyxy[order], boxes.classes[order])
    one, two = (
        find_conventions(people, rng=np.random.default_rng(9), sizes_px=made.sizes, assigned=made.asked, n_draws=199)
        for people in (made.people, mixed)
    )
    assert [(c.feature, c.p_value, c.difference) for c in one.conventions] == [
        (c.feature, c.p_value, c.difference) for c in two.conventions
    ]
    assert one.care == two.care


def test_effects_of_sides_are_the_least_squares_of_unit_and_person() -> None:
    rng = np.random.default_rng(3)
    grid = np.array([(x, y, x + 40.0, y + 40.0) for x in range(0, 900, 300) for y in range(0, 900, 300)]) + 20
    looser = np.array([-1, -1, 1, 1])
    drawn = {n: [grid + rng.normal(0, 1, grid.shape) + n * looser for _ in range(12)] for n in range(3)}
    evidence = gather({f"p{n}": Boxes.of(d) for n, d in drawn.items()}, None, assigned=None, flags={})
    offsets = Offsets(evidence)
    trial = offsets._try(patterns_for(evidence, [])[0], np.arange(3))
    value = np.nanmean(offsets.sides, axis=1)[trial.rows]
    units = np.unique(offsets.unit[trial.rows], return_inverse=True)[1]
    design = np.zeros((len(value), units.max() + 1 + 3))
    design[np.arange(len(value)), units] = 1
    design[np.arange(len(value)), units.max() + 1 + offsets.person[trial.rows]] = 1
    effect = np.linalg.lstsq(design, value, rcond=None)[0][-3:]
    np.testing.assert_allclose(trial.effect, effect - effect.mean(), atol=1e-10)
