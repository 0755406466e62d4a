"""Versions, aliases and predictions on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from tests.support.projects import SETUP, Project, a_project

from assay.annotations import Mark
from assay.models import (
    AliasMovedError,
    ModelNameError,
    ModelNotFoundError,
    NewPrediction,
    NewVersion,
    PredictedMark,
    PredictionInvalidError,
    PredictionKeyReusedError,
    PredictionOrigin,
    Runner,
    Task,
    alias_moves,
    aliases,
    find_version,
    move_alias,
    predictions_between,
    predictions_of_item,
    register_version,
    take_in_predictions,
    version_in,
    version_of_alias,
    versions_of,
)
from assay.storage import House


def _new(name: str = "cells", **fields: Any) -> NewVersion:
    return replace(NewVersion(name, Task.BOXES, Runner.NONE, "torch", "a" * 64, 10, 1, "Counts cells."), **fields)


def _prediction(version: str, item: str, key: str = "k", confidence: float = 0.9, **fields: Any) -> NewPrediction:
    mark = PredictedMark(Mark("cell", "bbox", (1.0, 2.0, 30.0, 40.0), {"torn": True}), confidence)
    made = NewPrediction(version, item, PredictionOrigin.SERVED, key, (mark,), confidence, 1000, None, {"line": "3"})
    return replace(made, **fields)


@pytest.fixture
def project(house: House) -> Project:
    return a_project(house)


def test_versions_count_up_under_their_name_and_are_found_as_people_write_them(house: House, project: Project) -> None:
    one = register_version(SETUP, project.id, _new(), house=house)
    two = register_version(SETUP, project.id, _new(artifact_sha256="b" * 64), house=house)
    with house.read(SETUP, project.id) as rx:
        assert [v.title for v in versions_of(rx, "cells")] == ["cells@2", "cells@1"]
        assert find_version(rx, "cells@1") == one
        assert find_version(rx, two.id) == two
        assert find_version(rx, "cells") == two
        assert find_version(rx, "cells@9") is None
        with pytest.raises(ModelNotFoundError):
            version_in(rx, "other")
    assert one.digest != two.digest


def test_a_version_of_one_project_is_none_of_another(house: House, project: Project) -> None:
    version = register_version(SETUP, project.id, _new(), house=house)
    other = a_project(house, n_items=0)
    with house.read(SETUP, other.id) as rx:
        assert find_version(rx, version.id) is None
        assert versions_of(rx) == []


@pytest.mark.parametrize("name", ["", "a b", "a@1", "../x", "x" * 65])
def test_a_name_that_cannot_be_written_is_refused(house: House, project: Project, name: str) -> None:
    with pytest.raises(ModelNameError):
        register_version(SETUP, project.id, _new(name), house=house)


def test_an_alias_moves_only_from_where_it_was_believed_to_be(house: House, project: Project) -> None:
    one, two = (register_version(SETUP, project.id, _new(), house=house) for _ in range(2))
    with house.write(SETUP, project.id, "promote") as tx:
        move_alias(tx, "production", one.id, expected=None, why="first")
    with house.write(SETUP, project.id, "promote") as tx:
        move_alias(tx, "production", two.id, expected=one.id, why="better")
    with pytest.raises(AliasMovedError), house.write(SETUP, project.id, "promote") as tx:
        move_alias(tx, "production", one.id, expected=one.id, why="late")
    with house.read(SETUP, project.id) as rx:
        assert version_of_alias(rx, "production") == two
        assert aliases(rx) == {"production": two.id}
        assert [(m.serial, m.version_id, m.previous_id) for m in alias_moves(rx, "production")] == [
            (2, two.id, one.id),
            (1, one.id, None),
        ]


def test_of_many_who_move_an_alias_at_once_one_succeeds(house: House, project: Project) -> None:
    one = register_version(SETUP, project.id, _new(), house=house)
    won: list[int] = []

    def move(n: int) -> None:
        try:
            with house.write(SETUP, project.id, f"promote {n}") as tx:
                move_alias(tx, "production", one.id, expected=None, why="first")
        except AliasMovedError:
            return
        won.append(n)

    threads = [threading.Thread(target=move, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_predictions_come_back_as_they_were_and_twice_is_once(house: House, project: Project) -> None:
    version = register_version(SETUP, project.id, _new(), house=house)
    new = _prediction(version.id, project.items[0])
    made = []
    for _ in range(2):
        with house.write(SETUP, project.id, "take in") as tx:
            made += take_in_predictions(tx, [new])
            tx.record("test", subject="test")
    assert made[0] == made[1]
    with house.read(SETUP, project.id) as rx:
        assert predictions_of_item(rx, project.items[0]) == [made[0]]
        assert [p.new for p in predictions_between(rx, PredictionOrigin.SERVED, 0, 2000)] == [new]
        assert predictions_between(rx, PredictionOrigin.SERVED, 0, 1000) == []
    with pytest.raises(PredictionKeyReusedError), house.write(SETUP, project.id, "again") as tx:
        take_in_predictions(tx, [_prediction(version.id, project.items[0], confidence=0.4)])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"item_id": "f" * 32}, "no such item"),
        ({"confidence": float("nan")}, "the confidence is nan"),
        ({"confidence": 1.2}, "between 0 and 1"),
        ({"scores": {"cell": -1.0}}, "the score of cell"),
        ({"marks": (PredictedMark(Mark("cell", "bbox", (5.0, 5.0, 5.0, 9.0)), 0.5),)}, "no area"),
        ({"marks": (PredictedMark(Mark("cell", "bbox", (0.0, 0.0, 5.0, float("inf"))), 0.5),)}, "has the box"),
        ({"marks": (PredictedMark(Mark("cell", "bbox", (0.0, 0.0, 900.0, 9.0)), 0.5),)}, "leaves the picture of 200 x"),
        ({"marks": (PredictedMark(Mark("cell", "bbox", (0.0, 0.0, 1.0, 1.0)), 0.5),) * 2001}, "2,001 marks"),
    ],
)
def test_numbers_that_cannot_be_are_refused_and_nothing_of_the_lot_is_kept(
    house: House, project: Project, fields: dict[str, Any], words: str
) -> None:
    version = register_version(SETUP, project.id, _new(), house=house)
    good = _prediction(version.id, project.items[1])
    bad = replace(_prediction(version.id, project.items[0]), **fields)
    with pytest.raises(PredictionInvalidError, match=words), house.write(SETUP, project.id, "take in") as tx:
        take_in_predictions(tx, [good, bad])
    with house.read(SETUP, project.id) as rx:
        assert predictions_of_item(rx, project.items[1]) == []
