"""Gold is real: a picture that was made is refused where real ones are, and says what made it."""

from __future__ import annotations

import pytest
from tests.support.projects import SETUP, Project, a_project, an_item

from assay.gold import GoldMark, GoldSyntheticError, sign_gold
from assay.items import (
    ImportOriginError,
    Item,
    ItemNotFoundError,
    finish_import,
    item_in,
    items_after,
    keep_slice,
    open_import,
    start_import,
)
from assay.storage import House

MARK = GoldMark("cell", "bbox", (10.0, 10.0, 30.0, 30.0), ("1.1",))


def made_item(project: Project) -> Item:
    """An item drawn by a generator, taken in through an import."""
    house = project.house
    opened = open_import(
        SETUP,
        project.id,
        kind="upload",
        name="drawn",
        location="",
        labels="ignore",
        origin="synthetic",
        house=house,
        generator="scene-v1",
        seed=7,
    )
    start_import(SETUP, project.id, opened.id, house=house)
    keep_slice(SETUP, project.id, opened.id, [an_item(900, origin="synthetic")], start_row=0, house=house)
    finish_import(SETUP, project.id, opened.id, near=[], n_marks=0, warnings=[], house=house)
    with house.read(SETUP, project.id) as rx:
        return next(i for i in items_after(rx, "", 100) if i.origin == "synthetic")


def test_a_synthetic_item_names_its_generator_and_is_no_gold_beside_real_ones(house: House) -> None:
    project = a_project(house, n_items=1)
    item = made_item(project)
    assert (item.generator, item.seed) == ("scene-v1", 7)
    with pytest.raises(GoldSyntheticError, match="was made by scene-v1"):
        sign_gold(project.actor("expert"), project.id, item.id, [MARK], why="sure", house=house)
    sign_gold(project.actor("expert"), project.id, project.items[0], [MARK], why="sure", house=house)
    with house.read(SETUP, project.id) as rx:
        assert item_in(rx, project.items[0]).generator is None


def test_where_every_picture_is_made_gold_is_made_too(house: House) -> None:
    project = a_project(house, n_items=0)
    item = made_item(project)
    assert sign_gold(project.actor("expert"), project.id, item.id, [MARK], why="sure", house=house).version == 1


def test_real_pictures_with_a_generator_are_refused_and_unknown_items_too(house: House) -> None:
    project = a_project(house, n_items=0)
    with pytest.raises(ImportOriginError, match="generator 'x'"):
        open_import(
            SETUP,
            project.id,
            kind="upload",
            name="n",
            location="",
            labels="ignore",
            origin="real",
            house=house,
            generator="x",
        )
    with pytest.raises(ItemNotFoundError):
        sign_gold(project.actor("expert"), project.id, "0" * 32, [MARK], why="sure", house=house)
