"""One pool of limited decoders for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assay.jobs.intake import DecodePool


@pytest.fixture(scope="session")
def pool() -> Iterator[DecodePool]:
    with DecodePool() as made:
        yield made
