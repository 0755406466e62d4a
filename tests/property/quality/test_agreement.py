"""Agreement does not depend on the order of authors or items, and its interval covers the truth."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.quality_boxes import a_truth, redrawn

from assay.quality import pairwise_agreement


def test_the_order_of_authors_and_items_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    truth = a_truth(rng, 60)
    authors = {name: redrawn(rng, truth) for name in "abc"}
    one = pairwise_agreement(authors, rng=np.random.default_rng(2))
    turned = pairwise_agreement(dict(reversed(authors.items())), rng=np.random.default_rng(2))
    assert one.f1 == turned.f1
    assert one.pairs == turned.pairs
    order = rng.permutation(60)
    shuffled = pairwise_agreement({n: b.take(order) for n, b in authors.items()}, rng=np.random.default_rng(2))
    assert shuffled.f1.value == pytest.approx(one.f1.value)
    assert shuffled.item_mean_iou == pytest.approx(one.item_mean_iou[order])


def test_everybody_agrees_with_a_copy_of_themselves() -> None:
    truth = a_truth(np.random.default_rng(3), 40)
    agreement = pairwise_agreement({"a": truth, "b": truth}, rng=np.random.default_rng(3))
    figures = (agreement.f1, agreement.mean_iou, agreement.existence, agreement.label_class, agreement.geometry)
    assert [figure.value for figure in figures] == pytest.approx([1.0] * 5)


def test_the_same_seed_gives_the_same_interval() -> None:
    rng = np.random.default_rng(4)
    truth = a_truth(rng, 30)
    authors = {name: redrawn(rng, truth) for name in "ab"}
    first, second = (pairwise_agreement(authors, rng=np.random.default_rng(9)) for _ in range(2))
    assert first.f1 == second.f1
    assert first.f1.low is not None
    assert first.f1.low < first.f1.value < first.f1.high  # type: ignore[operator]


@pytest.mark.slow
def test_the_interval_over_100_items_covers_the_long_run_value_as_often_as_it_says() -> None:
    rng = np.random.default_rng(6)
    truth = a_truth(rng, 15_000)
    authors = {name: redrawn(rng, truth, misses=0.12, noise=0.08) for name in "ab"}
    long_run = pairwise_agreement(authors, rng=rng)
    covered = np.zeros(3)
    for run in range(150):
        items = np.arange(100 * run, 100 * (run + 1))
        part = pairwise_agreement({n: b.take(items) for n, b in authors.items()}, rng=rng)
        for k, name in enumerate(("f1", "mean_iou", "geometry")):
            estimate, truth_value = getattr(part, name), getattr(long_run, name).value
            covered[k] += estimate.low <= truth_value <= estimate.high
    assert (covered / 150 >= 0.9).all()
    assert (covered / 150 <= 0.99).all()
