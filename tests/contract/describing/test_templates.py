"""Templates are pictures that others are compared with: nobody labels them, and no monitor counts them."""

from pathlib import Path

import pytest
from tests.support.pictured import TEST, noise, put_items
from tests.support.projects import Project, a_project

from assay.active import chosen_items
from assay.jobs.describing import Describer
from assay.jobs.drifting import DriftWatch
from assay.jobs.importing import Places
from assay.jobs.selecting import propose
from assay.jobs.suggesting.templates import templates_in
from assay.models import NewVersion, Runner, Task, register_version
from assay.quality.drift import ReferenceTooSmallError
from assay.quality.selection import SelectionRules
from assay.storage import Blobs, House

RULE = {"template": {"replace": ["1.png", "0.png"]}}
N_ITEMS = 160
N_TEMPLATES = 16
"""Pictures are called 0.png to 159.png here: 0.png, 10.png, 20.png and so on serve as templates."""


@pytest.fixture
def boards(house: House, tmp_path: Path) -> tuple[Project, Blobs, set[str]]:
    project, blobs = a_project(house, n_items=0), Blobs(f"file://{tmp_path / 'blobs'}")
    items = put_items(project, blobs, noise(N_ITEMS, side=16))
    Describer(house, blobs, Places()).work_on(project.id)
    return project, blobs, set(items[::10])


def a_model(project: Project) -> None:
    new = NewVersion("boards", Task.BOXES, Runner.NONE, "test", None, 0, 1, "tests", config=RULE)
    register_version(TEST, project.id, new, house=project.house)


def test_they_follow_from_the_rule_of_a_registered_model(boards: tuple[Project, Blobs, set[str]]) -> None:
    project, _, templates = boards
    with project.house.read(TEST, project.id) as rx:
        assert templates_in(rx) == frozenset()
    a_model(project)
    with project.house.read(TEST, project.id) as rx:
        assert templates_in(rx) == templates
    assert len(templates) == N_TEMPLATES


def test_they_are_never_chosen_and_no_monitor_counts_them(boards: tuple[Project, Blobs, set[str]]) -> None:
    project, blobs, templates = boards
    a_model(project)
    rules = SelectionRules(method="random", alike=2.0)
    made = propose(TEST, project.id, "next", N_ITEMS, rules=rules, quotas={}, house=project.house, blobs=blobs)
    with project.house.read(TEST, project.id) as rx:
        chosen = {c.item_id for c in chosen_items(rx, made.id, after=-1, limit=N_ITEMS)}
    assert len(chosen) == N_ITEMS - N_TEMPLATES
    assert not chosen & templates
    with pytest.raises(ReferenceTooSmallError, match=f"{N_ITEMS - N_TEMPLATES} items"):
        DriftWatch(project.house, blobs).make(TEST, project.id, "line", window=30, n_reference=N_ITEMS, harm_line=0.01)
