"""A person's day, shortened: sign-in, hand-in, review, the lead's pages; in full as `python -m tests.bench.day`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.browser import chromium
from tests.support.day import Size, a_day, live_a_day

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_an_annotator_a_reviewer_and_the_lead_have_a_day_and_the_server_holds_every_act(tmp_path: Path) -> None:
    size = Size(boxes=6, polygons=2, brush=1)
    with chromium() as browser, a_day(tmp_path, browser, size) as day:
        live_a_day(day)
    assert len(day.acts) > 20
