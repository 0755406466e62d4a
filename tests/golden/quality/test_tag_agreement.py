"""Kappa and alpha on published tables.

Tables: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", sections B, C and D, and the three observers
used to compare implementations; Fleiss (1971) as worked in most text books; Cohen (1960), table 1.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.shared import shared_path

from assay.quality import alpha_from_counts, cohen_kappa, fleiss_kappa, krippendorff_alpha

N = np.nan
FOUR_OBSERVERS = np.array([
    [1, 1, N, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [N, 5, 5, 5], [N, N, 1, 1], [N, N, 3, N],
])  # fmt: skip
THREE_OBSERVERS = np.array([
    [N, N, N, N, N, 3, 4, 1, 2, 1, 1, 3, 3, N, 3],
    [1, N, 2, 1, 3, 3, 4, 3, N, N, N, N, N, N, N],
    [N, N, 2, 1, 3, 4, 4, N, 2, 1, 1, 3, 3, N, 4],
]).T  # fmt: skip


@pytest.mark.parametrize(
    ("level", "four", "three"),
    [("nominal", 0.743, 0.691), ("ordinal", 0.815, 0.807), ("interval", 0.849, 0.811), ("ratio", 0.797, 0.809)],
)
def test_alpha_of_the_published_tables(level: str, four: float, three: float) -> None:
    assert krippendorff_alpha(FOUR_OBSERVERS, level=level).value == pytest.approx(four, abs=5e-4)
    assert krippendorff_alpha(THREE_OBSERVERS, level=level).value == pytest.approx(three, abs=5e-4)


def test_alpha_of_two_observers_of_ten_units() -> None:
    pairs = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T
    assert krippendorff_alpha(pairs).value == pytest.approx(0.095, abs=5e-4)


def test_fleiss_kappa_of_the_text_book_table() -> None:
    counts = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    kappa = fleiss_kappa(counts)
    assert kappa.value == pytest.approx(0.210, abs=5e-4)
    assert (kappa.n, kappa.n_items) == (140, 10)


def test_cohen_kappa_of_his_own_table() -> None:
    table = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    first, second = (np.repeat(side.ravel(), table.ravel()) for side in np.indices((3, 3)))
    assert cohen_kappa(first, second).value == pytest.approx(0.492, abs=5e-4)


def test_alpha_of_half_a_million_votes_on_ten_thousand_pictures() -> None:
    """Peterson et al. (2019), CIFAR-10H; the value is that of an independent implementation."""
    counts = np.load(shared_path("data/annotators/cifar-10h") / "cifar10h-counts.npy")
    alpha = alpha_from_counts(counts, rng=np.random.default_rng(1))
    assert alpha.value == pytest.approx(0.915055, abs=5e-7)
    assert (alpha.n, alpha.n_items) == (int(counts.sum()), 10_000)
    assert alpha.low < alpha.value < alpha.high
    assert alpha.high - alpha.low < 0.01
