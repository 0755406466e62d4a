"""What is said of trainers is what they take."""

from __future__ import annotations

import pytest

from assay.jobs.suggesting.errors import ModelSettingError
from assay.jobs.training.described import OWN, describe_trainers
from assay.jobs.training.trainers import TRAINERS, BoardTrainer, TagTrainer


def test_every_trainer_of_assays_own_is_described_with_all_its_settings() -> None:
    described = {d.name: {s.name for s in d.settings} for d in OWN}
    assert described == {"tags": set(TagTrainer.KEYS), "boards": set(BoardTrainer.KEYS)}
    assert described.keys() == TRAINERS.keys()


@pytest.mark.parametrize("trainer", OWN, ids=lambda d: d.name)
def test_the_defaults_that_are_offered_are_accepted_and_their_bounds_hold(trainer: object) -> None:
    assert trainer in OWN
    described = next(d for d in OWN if d is trainer)
    known = TRAINERS[described.name]
    known.check({s.name: s.default for s in described.settings if s.default is not None})
    for setting in described.settings:
        if setting.high is not None and setting.name != "min_confidence":
            known.check({setting.name: setting.high})
            with pytest.raises(ModelSettingError):
                known.check({setting.name: setting.high * 2})


def test_trainers_of_the_administrator_come_after_and_win() -> None:
    names = [(d.name, d.added) for d in describe_trainers(["tags", "cells"])]
    assert names == [("boards", False), ("cells", True), ("tags", True)]
