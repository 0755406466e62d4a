"""A run about a version is about that version, however many newer ones bear its name."""

from __future__ import annotations

from tests.support.projects import SETUP, a_project
from tests.support.promoting import a_version

from assay.models.runs import run_in, start_run
from assay.storage import House


def test_a_run_keeps_which_version_it_was_asked_for(house: House) -> None:
    project = a_project(house, n_items=0)
    older, _ = (a_version(house, project.id, SETUP, sha=sha) for sha in "ab")
    asked = start_run(SETUP, project.id, "evaluate", "finder", config={}, house=house, version_id=older)
    with house.read(SETUP, project.id) as rx:
        assert run_in(rx, asked.id).version_id == older
