"""The world, made once a session; every test works on its own copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.api.calls import copy_of
from tests.integration.api.world import World, make_world

from assay.api.services import Services


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two projects with the same people and things in each."""
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def services(world: World, tmp_path: Path) -> Iterator[Services]:
    """An open copy of the world's house."""
    with copy_of(world, tmp_path / "house") as opened:
        yield opened
