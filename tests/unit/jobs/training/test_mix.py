"""Synthetic pictures in training: by weight or share as settings say, never where something is measured."""

from __future__ import annotations

import numpy as np
import pytest

from assay.datasets import RecipeInvalidError, SyntheticOutsideTrainingError
from assay.jobs.suggesting import ModelSettingError
from assay.jobs.suggesting.boards.net import train_net
from assay.jobs.training.release_data import TrainingSet, TrainItem, mixed, recipe_of
from assay.jobs.training.trainers import TRAINERS

REAL = tuple(TrainItem(f"r{n}", "train", ()) for n in range(8))
MADE = tuple(TrainItem(f"s{n}", "train", (), "synthetic") for n in range(24))
VAL = (TrainItem("v0", "val", ()),)


def data(*items: TrainItem) -> TrainingSet:
    """A release's items."""
    return TrainingSet(items, ("cell",), 1)


def test_by_weight_all_synthetic_pictures_are_used_and_together_weigh_so_much() -> None:
    found = mixed(data(*REAL, *MADE, *VAL), recipe_of({"synthetic_weight": 0.25}))
    weights = {
        origin: sum(i.weight for i in found.of_split("train") if i.origin == origin) for origin in ("real", "synthetic")
    }
    assert weights["synthetic"] / sum(weights.values()) == pytest.approx(0.25)
    assert len(found.of_split("train")) == 32
    assert [i.item_id for i in found.of_split("val")] == ["v0"]


def test_by_share_so_many_are_drawn_and_the_seed_decides_which() -> None:
    one, same, other = (
        [i.item_id for i in mixed(data(*REAL, *MADE), recipe_of({"synthetic_share": 0.5, "seed": seed})).items]
        for seed in (1, 1, 2)
    )
    assert sum(name.startswith("s") for name in one) == 8
    assert one == same != other


def test_none_of_them_without_a_share_and_all_alike_without_a_setting() -> None:
    assert mixed(data(*REAL, *MADE), recipe_of({"synthetic_share": 0.0})).items == REAL
    assert mixed(data(*REAL, *MADE), recipe_of({})).items == (*REAL, *MADE)


def test_synthetic_pictures_never_validate_beside_real_ones_whatever_the_settings() -> None:
    wrong = TrainItem("s9", "val", (), "synthetic")
    for config in ({}, {"synthetic_weight": 0.2}):
        with pytest.raises(SyntheticOutsideTrainingError, match="s9 is in val"):
            mixed(data(*REAL, wrong), recipe_of(config))
    assert mixed(data(*MADE, wrong), None).items == (*MADE, wrong)  # nothing is real in a demonstration


@pytest.mark.parametrize("trainer", ["tags", "boards"])
def test_shares_that_cannot_be_are_refused_before_anything_is_queued(trainer: str) -> None:
    with pytest.raises(RecipeInvalidError, match="Both"):
        TRAINERS[trainer].check({"synthetic_weight": 0.2, "synthetic_share": 0.2})
    with pytest.raises(ModelSettingError, match="synthetic_share"):
        TRAINERS[trainer].check({"synthetic_share": 1.0})
    with pytest.raises(ModelSettingError, match="synthetic_wieght"):
        TRAINERS[trainer].check({"synthetic_wieght": 0.2})


def test_what_a_crop_of_no_weight_shows_makes_no_difference_to_the_network() -> None:
    rng = np.random.default_rng(5)
    crops, boxes = rng.normal(size=(48, 40, 40, 2)).astype(np.float32), np.zeros((48, 4), np.float32)
    counts = np.r_[np.full(24, 2.0), np.zeros(24)].astype(np.float32)
    nets = []
    for label in (0, 1):
        classes = np.r_[np.arange(24) % 2, np.full(24, label)]
        nets.append(train_net(crops, classes, boxes, 2, rng=np.random.default_rng(0), weights=counts, epochs=2))
    assert all(np.array_equal(nets[0].weights[name], nets[1].weights[name]) for name in nets[0].weights)
    alike = train_net(crops, classes, boxes, 2, rng=np.random.default_rng(0), epochs=2)
    assert not np.array_equal(alike.weights["o"], nets[1].weights["o"])
