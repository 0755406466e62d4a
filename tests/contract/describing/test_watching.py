"""Monitors and selections in a house: what arrives is judged once, what is chosen becomes a batch with its reasons."""

from pathlib import Path

import numpy as np
import pytest
from tests.support.pictured import TEST, put_items
from tests.support.projects import Project, a_project, box

from assay.active import (
    NothingToSelectError,
    chosen_items,
    keep_selection,
    note_batch,
    reason_counts,
    reasons_of_item,
    selection_in,
)
from assay.active.errors import SelectionUsedError
from assay.drift import (
    MonitorNotFoundError,
    NothingArrivedError,
    check_in,
    checks_of,
    monitor_in,
    monitors_after,
    stop_monitor,
)
from assay.jobs.describing import Describer
from assay.jobs.drift_pictures import pairs_of, pictures_of
from assay.jobs.drifting import DriftWatch
from assay.jobs.importing import Places
from assay.jobs.selecting import gain_of, propose
from assay.quality.drift import ReferenceTooSmallError
from assay.quality.selection import SelectionRules, SelectionSettingError
from assay.storage import Blobs, House

WINDOW = 30


@pytest.fixture
def project(house: House) -> Project:
    return a_project(house, n_items=0)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(f"file://{tmp_path / 'blobs'}")


def scenes(n: int, seed: int, *, dim: float = 1.0) -> list[np.ndarray]:
    """Smooth little pictures with some noise; `dim` darkens them."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        y, x = np.mgrid[:24, :24] / 24
        base = 90 + 60 * np.sin(rng.uniform(0, 6) + 3 * x) + 40 * np.cos(rng.uniform(0, 6) + 3 * y)
        tint = rng.uniform(0.7, 1.0, 3)
        pixels = base[..., None] * tint + rng.normal(0, 4, (24, 24, 3))
        found.append(np.clip(dim * pixels, 0, 255).astype(np.uint8))
    return found


def arrive(project: Project, blobs: Blobs, pictures: list[np.ndarray]) -> list[str]:
    items = put_items(project, blobs, pictures)
    Describer(project.house, blobs, Places()).work_on(project.id)
    return items


def a_watch(project: Project, blobs: Blobs, n: int = 150) -> tuple[DriftWatch, str]:
    watch = DriftWatch(project.house, blobs)
    made = watch.make(TEST, project.id, "line 1", window=WINDOW, n_reference=n, harm_line=0.01)
    return watch, made.id


@pytest.mark.slow
def test_a_monitor_notices_darker_pictures_says_since_when_and_tells_once(project: Project, blobs: Blobs) -> None:
    arrive(project, blobs, scenes(200, 0))
    watch, monitor = a_watch(project, blobs)
    with pytest.raises(NothingArrivedError, match="0 described items have arrived"):
        watch.check_now(TEST, project.id, monitor)
    arrive(project, blobs, scenes(40, 1))
    assert watch.check_now(TEST, project.id, monitor).level == "quiet"
    dark = arrive(project, blobs, scenes(40, 2, dim=0.6))
    found = watch.check_now(TEST, project.id, monitor)
    assert found.level == "notice"
    assert found.since_item_id in dark[:4]
    assert any(moved["name"] == "mean_red" and moved["significant"] for moved in found.result["moved"])
    again = watch.check_now(TEST, project.id, monitor)
    assert again.id == found.id
    assert [e.action for e in project.events("drift.notice", "drift.alarm", "drift.over")] == ["drift.notice"]
    with project.house.read(TEST, project.id) as rx:
        assert [m.level for m in monitors_after(rx, "", 9)] == ["notice"]
        assert [c.level for c in checks_of(rx, monitor, before="~", limit=9)] == ["notice", "quiet"]
        watched, quiet = monitor_in(rx, monitor), checks_of(rx, monitor, before="~", limit=9)[1]
        assert check_in(rx, monitor, found.id) == found
        first, best, last = found.result["since_items"]
        assert first <= best == found.since_item_id <= last
        assert quiet.result["since_items"] is None
        window = pictures_of(rx, watched, found, "window", after="", limit=99)
        assert (window[0], window[-1], len(window)) == (found.first_item_id, found.last_item_id, WINDOW)
        assert pictures_of(rx, watched, found, "window", after=window[9], limit=5) == window[10:15]
        assert pictures_of(rx, watched, found, "changed", after="", limit=99)[0] == found.since_item_id
        assert pictures_of(rx, watched, found, "reference", after="", limit=99) == list(watched.reference[:99])
        pairs = pairs_of(rx, blobs, watched, found, 5)
    assert len({before for before, _ in pairs}) == len({now for _, now in pairs}) == 5
    assert all(before in watched.reference and now in dark for before, now in pairs)


@pytest.mark.slow
def test_the_clock_checks_a_monitor_when_half_a_window_is_new_and_a_stopped_one_never(
    project: Project, blobs: Blobs
) -> None:
    arrive(project, blobs, scenes(150, 0))
    _, monitor = a_watch(project, blobs)
    watch = DriftWatch(project.house, blobs)  # after a restart: calibrated anew from what is stored
    arrive(project, blobs, scenes(10, 1))
    watch.run_due()
    arrive(project, blobs, scenes(30, 2, dim=0.5))
    watch.run_due()
    watch.run_due()
    with project.house.read(TEST, project.id) as rx:
        assert [c.level for c in checks_of(rx, monitor, before="~", limit=9)] == ["notice"]
    stop_monitor(TEST, project.id, monitor, house=project.house)
    arrive(project, blobs, scenes(30, 3, dim=0.5))
    watch.run_due()
    with project.house.read(TEST, project.id) as rx:
        assert len(checks_of(rx, monitor, before="~", limit=9)) == 1
        assert monitor_in(rx, monitor).state == "stopped"


def test_a_reference_of_less_than_five_windows_makes_no_monitor(project: Project, blobs: Blobs) -> None:
    arrive(project, blobs, scenes(149, 0))
    with pytest.raises(ReferenceTooSmallError, match="149 items; windows of 30 need a reference of at least 150"):
        a_watch(project, blobs)
    with pytest.raises(MonitorNotFoundError):
        stop_monitor(TEST, project.id, "0" * 32, house=project.house)


def test_a_selection_leaves_out_what_is_in_a_batch_and_keeps_a_reason_for_each_item(
    project: Project, blobs: Blobs
) -> None:
    light, dark = scenes(20, 0), scenes(20, 1, dim=0.4)
    items = arrive(project, blobs, [*light[:10], *dark[:10], *light[10:], *dark[10:]])
    project.items = items
    project.batch(items[:20])
    project.work("ann", {item: [box(label_class="cell" if k < 10 else "dust")] for k, item in enumerate(items[:20])})
    rules = SelectionRules(method="margin", random_share=0.25)
    made = propose(TEST, project.id, "next", 8, rules=rules, quotas={"dust": 3}, house=project.house, blobs=blobs)
    with project.house.read(TEST, project.id) as rx:
        chosen = chosen_items(rx, made.id, after=-1, limit=99)
        assert selection_in(rx, made.id) == made
        assert [r[0] for r in reasons_of_item(rx, chosen[0].item_id)] == [made.id]
    assert {c.item_id for c in chosen} <= set(items[20:])
    assert sorted(c.reason for c in chosen) == ["margin"] * 3 + ["quota"] * 3 + ["random"] * 2
    assert all(c.detail["likeliest"] == "dust" for c in chosen if c.reason == "quota")
    assert made.facts["model"] == "softmax head on embeddings"
    assert (made.facts["n_pool"], made.facts["n_labelled"]) == (20, 20)
    assert project.events("selection.made")[0].body["reasons"] == {"quota": 3, "random": 2, "margin": 3}
    with project.house.read(TEST, project.id) as rx:
        assert reason_counts(rx, [made.id]) == {made.id: {"quota": 3, "random": 2, "margin": 3}}
        assert gain_of(rx, made).chosen.n == 0  # nobody has labelled them yet
    project.batch([c.item_id for c in chosen])
    other = {"cell": "dust", "dust": "cell"}
    project.work("ann", {c.item_id: [box(label_class=other[c.detail["likeliest"]])] for c in chosen})
    with project.house.read(TEST, project.id) as rx:
        found = gain_of(rx, made)
    assert (found.chosen.value, found.chosen.n, found.random.n) == (1.0, 6, 2)
    assert found.saving.value is None  # two at random are too few to judge


def test_without_labels_the_start_is_typical_and_nothing_left_is_said(project: Project, blobs: Blobs) -> None:
    with pytest.raises(NothingToSelectError, match="No described item is left"):
        propose(TEST, project.id, "x", 3, rules=SelectionRules(), quotas={}, house=project.house, blobs=blobs)
    arrive(project, blobs, scenes(12, 0))
    rules = SelectionRules(random_share=0)
    made = propose(TEST, project.id, "first", 4, rules=rules, quotas={}, house=project.house, blobs=blobs)
    with project.house.read(TEST, project.id) as rx:
        assert {c.reason for c in chosen_items(rx, made.id, after=-1, limit=9)} == {"typical"}
    with pytest.raises(SelectionSettingError, match="n is 0"):
        propose(TEST, project.id, "x", 0, rules=rules, quotas={}, house=project.house, blobs=blobs)


def test_a_selection_becomes_one_batch(project: Project) -> None:
    facts = {"n_pool": 0, "n_labelled": 0, "embedding": "x", "model": "none", "seed": 0}
    made = keep_selection(TEST, project.id, "next", [], rules={}, facts=facts, house=project.house)
    note_batch(TEST, project.id, made.id, "b" * 32, house=project.house)
    with pytest.raises(SelectionUsedError):
        note_batch(TEST, project.id, made.id, "c" * 32, house=project.house)
