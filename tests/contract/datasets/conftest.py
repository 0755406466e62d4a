"""One limited decoder for the pictures of this folder's releases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assay.jobs.intake import DecodePool


@pytest.fixture(scope="session")
def pool() -> Iterator[DecodePool]:
    """A decoder."""
    with DecodePool(n_children=1) as made:
        yield made
