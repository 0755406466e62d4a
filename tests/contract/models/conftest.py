"""A limited decoder for the pictures of these tests, and a project of light and dark pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.model_shop import ModelShop

from assay.jobs.intake import DecodePool
from assay.storage import House


@pytest.fixture(scope="session")
def pool() -> Iterator[DecodePool]:
    """A decoder."""
    with DecodePool(n_children=1) as made:
        yield made


@pytest.fixture
def shop(house: House, tmp_path: Path, pool: DecodePool) -> ModelShop:
    """Pictures, nothing labelled yet."""
    return ModelShop(house, tmp_path, pool)


@pytest.fixture
def ready(shop: ModelShop) -> ModelShop:
    """Eight gold pictures, the others labelled."""
    shop.gold(shop.project.items[:8])
    shop.label(shop.project.items[8:])
    return shop
