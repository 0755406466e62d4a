"""Instance-level agreement on small examples, and against a plain re-calculation."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from tests.support.quality_boxes import a_truth, redrawn

from assay.quality import Boxes, Masks, RotatedBoxes, box_iou, krippendorff_alpha
from assay.quality.errors import MarksMisshapenError, ShapesDifferError, TooFewAuthorsError, UnknownNameError
from assay.quality.instance_agreement import Attribute, instance_agreement, unit_alpha

SIZE = 1000.0


def compare(people: dict[str, Boxes], n_replicates: int = 50, **more: object) -> object:
    return instance_agreement(people, rng=np.random.default_rng(0), n_replicates=n_replicates, **more)


def some_people(n_people: int, n_items: int, seed: int = 1, **habits: float) -> dict[str, Boxes]:
    rng = np.random.default_rng(seed)
    truth = a_truth(rng, n_items)
    return {f"p{number}": redrawn(rng, truth, **habits) for number in range(n_people)}


def plain(people: dict[str, Boxes], threshold: float = 0.5) -> dict[str, float]:
    """The definition, pair by pair; all pairs of sheets of different images give the chance level."""
    names = sorted(people)
    n_items, m = people[names[0]].n_items, len(names)

    def compare_two(a: Boxes, i: int, b: Boxes, j: int) -> np.ndarray:
        one, two = a.take([i]), b.take([j])
        if len(one) + len(two) == 0:
            return np.array([2.0, 1, 1, 1])
        iou = box_iou(one.xyxy, two.xyxy)
        iou[iou < threshold] = 0
        rows, cols = linear_sum_assignment(-iou) if iou.size else ([], [])
        pairs = [(r, c) for r, c in zip(rows, cols, strict=True) if iou[r, c] > 0]
        same = [(r, c) for r, c in pairs if one.classes[r] == two.classes[c]]
        return np.array([len(one) + len(two), len(pairs), len(same), sum(iou[p] for p in same)])

    observed, chance = np.zeros(4), np.zeros(4)
    for item in range(n_items):
        for a, b in combinations(names, 2):
            observed += compare_two(people[a], item, people[b], item) / (m - 1)
    for i, j in combinations(range(n_items), 2):
        for a in names:
            for b in names:
                chance += compare_two(people[a], i, people[b], j)
    d, e = 1 - 2 * observed[1:] / observed[0], 1 - 2 * chance[1:] / chance[0]
    return dict(zip(("existence", "existence_and_class", "total"), 1 - d / e, strict=True))


@pytest.mark.parametrize(("n_people", "n_items"), [(2, 12), (3, 9), (4, 10)])
def test_every_part_equals_the_definition_worked_out_pair_by_pair(n_people: int, n_items: int) -> None:
    people = some_people(n_people, n_items, misses=0.15, noise=0.06, swaps=0.1)
    found = compare(people, sizes_px=np.full((n_items, 2), SIZE))
    for part, value in plain(people).items():
        assert getattr(found, part).value == pytest.approx(value, abs=1e-12)


def test_class_and_attributes_are_krippendorffs_alpha_of_the_matched_pairs() -> None:
    rng = np.random.default_rng(4)
    truth = a_truth(rng, 30)
    codes = [rng.integers(0, 4, len(truth)) for _ in range(2)]
    people = {f"p{i}": Boxes(truth.offsets, truth.xyxy, codes[i].astype(np.int32)) for i in range(2)}
    scale = [
        np.where(rng.random(len(truth)) < 0.1, np.nan, truth.classes + rng.integers(0, 3, len(truth))) for _ in "ab"
    ]
    values = {"p0": scale[0], "p1": scale[1]}
    levels = ("nominal", "ordinal", "interval")
    found = compare(people, attributes={level: Attribute(values, level) for level in levels})
    expected = krippendorff_alpha(np.column_stack(codes).astype(float)).value
    assert found.label_class.value == pytest.approx(expected, abs=1e-12)
    for level in levels:
        expected = krippendorff_alpha(np.column_stack(scale), level=level).value
        assert found.attributes[level].value == pytest.approx(expected, abs=1e-12)


def test_losses_add_up_to_the_disagreement() -> None:
    found = compare(some_people(3, 20, misses=0.2, noise=0.08, swaps=0.1))
    lost = found.lost_existence.value + found.lost_class.value + found.lost_geometry.value
    assert lost == pytest.approx((1 - found.total.value) * found.by_chance[2], abs=1e-12)


def test_equal_marks_agree_fully_and_the_interval_still_has_width() -> None:
    truth = a_truth(np.random.default_rng(2), 40)
    found = compare({"a": truth, "b": truth, "c": truth})
    for part in (found.existence, found.total, found.label_class, found.geometry):
        assert part.value == pytest.approx(1.0, abs=1e-12)
    assert 0.8 < found.existence.low < 1.0
    assert found.existence.high == 1.0
    assert found.existence.method == "alpha-existence-wilson-items"


def test_an_image_both_left_empty_is_agreement_and_one_not_assigned_is_none() -> None:
    drawn = Boxes.of([[(0, 0, 9, 9)], [(20, 20, 40, 40)], []])
    missing = Boxes.of([[(0, 0, 9, 9)], [], []])
    both = compare({"a": drawn, "b": missing})
    assert both.lost_existence.value == pytest.approx(1 - 2 * 2 / 5)  # one pair, one empty image, one lost mark
    asked = {"a": np.array([True, True, True]), "b": np.array([True, False, False])}
    one = compare({"a": drawn, "b": missing}, assigned=asked)
    assert one.lost_existence.value == 0
    assert one.existence.n_items == 1


def test_one_image_has_no_chance_level_and_few_images_no_interval() -> None:
    one = compare(some_people(3, 1, seed=3))
    assert one.existence.value is None
    assert "chance" in one.undefined["existence"]
    few = compare(some_people(3, 9, seed=3))
    assert few.existence.value is not None
    assert few.existence.low is None
    ten = compare(some_people(3, 10, seed=3))
    assert ten.existence.low < ten.existence.value < ten.existence.high


def test_nothing_in_common_says_why_there_is_no_value() -> None:
    boxes = Boxes.of([[(0, 0, 9, 9)], [(0, 0, 9, 9)]])
    apart = {"a": np.array([True, False]), "b": np.array([False, True])}
    one, other = Boxes.of([[(0, 0, 9, 9)], []]), Boxes.of([[], [(0, 0, 9, 9)]])
    found = compare({"a": one, "b": other}, assigned=apart)
    assert found.n_pairs == 0
    assert set(found.undefined) == {"existence", "existence_and_class", "total", "label_class", "geometry"}
    alike = compare({"a": boxes, "b": boxes})
    assert "nobody could disagree" in alike.undefined["existence"]
    assert "one class" in alike.undefined["label_class"]
    assert alike.geometry.value == 1.0


def test_near_duplicates_are_never_paired_by_chance() -> None:
    rng = np.random.default_rng(8)
    truth = a_truth(rng, 6)
    twice = truth.take(np.repeat(np.arange(6), 2))
    people = {name: redrawn(rng, twice) for name in "ab"}
    apart = compare(people, groups=np.repeat(np.arange(6), 2), sizes_px=np.full((12, 2), SIZE))
    mixed = compare(people, sizes_px=np.full((12, 2), SIZE))
    assert apart.by_chance[0] > mixed.by_chance[0]


def test_all_areas_can_be_compared_and_nothing_else() -> None:
    people = some_people(2, 12, noise=0.03)
    boxes = compare(people)

    def turned(b: Boxes) -> RotatedBoxes:
        middle, extent = (b.xyxy[:, :2] + b.xyxy[:, 2:]) / 2, b.xyxy[:, 2:] - b.xyxy[:, :2]
        return RotatedBoxes(b.offsets, np.hstack([middle, extent, np.zeros((len(b), 1))]), b.classes)

    rotated = compare({name: turned(b) for name, b in people.items()})
    assert rotated.existence.value == pytest.approx(boxes.existence.value, abs=1e-9)
    assert rotated.geometry.value == pytest.approx(boxes.geometry.value, abs=1e-9)
    sizes = np.full((12, 2), 1000, np.int32)
    corners = {
        n: [[[(a, b, c, b, c, d, a, d)]] for a, b, c, d in p.xyxy.clip(0, 1000).tolist()] for n, p in people.items()
    }
    masks = {n: Masks.from_polygons(p.offsets, sizes, corners[n], p.classes) for n, p in people.items()}
    assert compare(masks).total.value == pytest.approx(boxes.total.value, abs=0.02)
    with pytest.raises(ShapesDifferError):
        compare({"a": people["p0"], "b": turned(people["p1"])})


def test_wrong_questions_are_refused() -> None:
    people = some_people(2, 4)
    with pytest.raises(TooFewAuthorsError):
        compare({"a": people["p0"]})
    with pytest.raises(UnknownNameError, match="ratio"):
        compare(people, attributes={"x": Attribute({}, "ratio")})
    with pytest.raises(MarksMisshapenError, match="do not fit"):
        compare(people, attributes={"x": Attribute({"p0": [1.0], "p1": [2.0]})})
    with pytest.raises(MarksMisshapenError, match="positive"):
        compare(people, sizes_px=np.zeros((4, 2)))


def test_the_unit_based_alpha_is_unsound_as_documented() -> None:
    rng = np.random.default_rng(3)
    counts = np.full(300, 6)

    def anywhere() -> Boxes:
        corner = rng.uniform(0, 900, (1800, 2))
        return Boxes(
            np.concatenate([[0], np.cumsum(counts)]), np.hstack([corner, corner + 60]), np.zeros(1800, np.int32)
        )

    people = {"a": anywhere(), "b": anywhere()}
    assert unit_alpha(people).alpha.value < -0.8  # two people who agree on nothing
    assert compare(people).existence.value == pytest.approx(0, abs=0.02)
