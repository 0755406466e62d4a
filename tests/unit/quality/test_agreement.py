"""Agreement of small hands-on cases: what counts, what an empty item means, who was asked."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality import Boxes, pairwise_agreement
from assay.quality.errors import ItemsDifferError, TooFewAuthorsError

ANNA = Boxes.of([[(0, 0, 10, 10), (20, 0, 30, 10)], [], [(0, 0, 4, 4)]], [[0, 1], [], [0]])
BELA = Boxes.of([[(0, 0, 10, 8), (20, 0, 30, 10)], [], []], [[0, 0], [], []])


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_one_pair_is_counted_by_hand() -> None:
    pair = pairwise_agreement({"anna": ANNA, "bela": BELA}, rng=rng()).pairs[0]
    assert (pair.n_items, pair.n_both_empty) == (3, 1)
    assert (pair.n_first, pair.n_second, pair.n_matched, pair.n_same_class) == (3, 2, 2, 1)
    assert (pair.sum_iou, pair.sum_iou_same_class) == (pytest.approx(1.8), pytest.approx(0.8))
    assert pair.f1 == pytest.approx(2 * (1 + 1) / (5 + 2))
    assert pair.mean_iou == pytest.approx((0.8 + 1) / (5 - 2 + 1))
    assert pair.matched_iou == pytest.approx(0.9)


def test_existence_class_and_geometry_are_told_apart() -> None:
    agreement = pairwise_agreement({"anna": ANNA, "bela": BELA}, rng=rng())
    assert agreement.existence.value == pytest.approx(2 * (2 + 1) / 7)
    assert agreement.label_class.value == pytest.approx(1 / 2)
    assert agreement.geometry.value == pytest.approx(0.9)
    assert (agreement.f1.n, agreement.f1.n_items) == (5, 3)


def test_each_item_has_its_own_figures_for_adjudication() -> None:
    agreement = pairwise_agreement({"anna": ANNA, "bela": BELA}, rng=rng())
    assert agreement.item_mean_iou.tolist() == pytest.approx([0.4, 1.0, 0.0])
    assert agreement.item_f1.tolist() == pytest.approx([0.5, 1.0, 0.0])


def test_classes_are_judged_on_the_items_where_somebody_drew_them() -> None:
    by_class = pairwise_agreement({"anna": ANNA, "bela": BELA}, rng=rng()).by_class
    assert sorted(by_class) == [0, 1]
    assert by_class[0].f1.value == pytest.approx(2 * 1 / 4)
    assert by_class[0].mean_iou.value == pytest.approx(0.8 / 3)
    assert by_class[1].f1.value == 0.0
    assert by_class[1].f1.n_items == 1


def test_who_was_not_asked_has_no_opinion() -> None:
    asked = {"anna": np.array([True, True, True]), "bela": np.array([True, True, False])}
    agreement = pairwise_agreement({"anna": ANNA, "bela": BELA}, rng=rng(), assigned=asked)
    assert agreement.pairs[0].n_items == 2
    assert np.isnan(agreement.item_f1[2])
    assert agreement.f1.n == 4


def test_a_single_item_gives_values_without_an_interval() -> None:
    agreement = pairwise_agreement({"anna": ANNA.take([0]), "bela": BELA.take([0])}, rng=rng())
    assert agreement.f1.value == pytest.approx(0.5)
    assert (agreement.f1.low, agreement.f1.high) == (None, None)


def test_three_authors_make_three_pairs() -> None:
    agreement = pairwise_agreement({"c": ANNA, "a": ANNA, "b": BELA}, rng=rng())
    assert [(p.first, p.second) for p in agreement.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert agreement.pairs[1].f1 == 1.0


def test_people_who_share_no_item_agree_about_nothing() -> None:
    asked = {"anna": np.array([True, False, True]), "bela": np.array([False, True, False])}
    bela = Boxes.empty(3)
    agreement = pairwise_agreement({"anna": ANNA, "bela": bela}, rng=rng(), assigned=asked)
    assert agreement.pairs == ()
    assert agreement.f1.value is None
    assert agreement.by_class == {}


def test_one_author_alone_and_sides_of_different_length_are_refused() -> None:
    with pytest.raises(TooFewAuthorsError):
        pairwise_agreement({"anna": ANNA}, rng=rng())
    with pytest.raises(ItemsDifferError):
        pairwise_agreement({"anna": ANNA, "bela": Boxes.empty(2)}, rng=rng())
