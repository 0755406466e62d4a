"""Cut the connection at every request of a run, and end the login at every save: no mark is lost, none comes twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.support.browser import chromium
from tests.support.labelling_run import Cutter, end_session, labelling, pictures_to_label
from tests.support.live_server import Live

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]

N_PICTURES = 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with pictures_to_label(tmp_path_factory.mktemp("cut") / "data", N_PICTURES, overlap=2) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def test_cutting_every_request_of_a_run_loses_no_mark_and_doubles_none(browser: Browser, server: Live) -> None:
    """By turns before the request reaches the server and after the server has acted; the bench does each for itself."""
    cutter = Cutter("both")
    with labelling(browser, server, "ann", N_PICTURES, cutter=cutter) as run:
        run.all()
        assert run.compare() == N_PICTURES
    assert sum(cutter.n_cut.values()) == cutter.n_requests
    assert min(cutter.n_cut.values()) > 2 * N_PICTURES


def test_ending_the_login_before_every_save_loses_no_mark_and_doubles_none(browser: Browser, server: Live) -> None:
    ended: list[None] = []
    with labelling(browser, server, "bob", N_PICTURES) as run:
        run.all(before_save=lambda: ended.append(end_session(run.you)))
        assert run.compare() == N_PICTURES
    assert len(ended) == 2 * N_PICTURES
