"""Noise rates of people's votes on CIFAR-10N: Wei et al. (2022), "Learning with Noisy Labels Revisited", table 1."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.shared import shared_path

from assay.quality import Votes, majority, one_coin


def test_noise_rates_are_those_published_and_consensus_lowers_them() -> None:
    data = np.load(shared_path("data/annotators/cifar-n") / "cifar10n.npz")
    truth = data["clean_label"]
    columns = [data[f"random_label{k}"] for k in (1, 2, 3)]
    assert [100 * (column != truth).mean() for column in columns] == pytest.approx([17.23, 18.12, 17.64], abs=0.005)
    assert 100 * (data["worse_label"] != truth).mean() == pytest.approx(40.21, abs=0.005)
    items, people = np.tile(np.arange(len(truth)), 3), np.repeat(np.arange(3), len(truth))
    votes = Votes.of(items, people, np.concatenate(columns), n_items=len(truth))
    for found in (majority(votes), one_coin(votes)):
        assert 100 * (found.classes != truth).mean() < 10.0
        assert found.accuracy == pytest.approx([0.828, 0.819, 0.824], abs=0.06)
