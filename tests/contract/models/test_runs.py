"""Training and evaluating on both databases: from a release to a measured version, also when killed at any step."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.model_shop import ModelShop
from tests.support.projects import SETUP

from assay.jobs import running
from assay.models import evaluations_of, find_version, move_alias, outcomes_of, versions_of
from assay.models.evaluating import card_markdown
from assay.models.runs import RunState, all_runs


class Killed(BaseException):
    """The process ends here."""


def test_a_release_becomes_a_registered_version_with_its_origin(ready: ModelShop) -> None:
    release = ready.release()
    ready.desk.work()  # what other tests' projects have left waiting
    run = ready.start("tags", "shade", release_id=release.id, config={"l2": 1.0})
    assert ready.desk.work() == 1
    ended = ready.now(run)
    assert (ended.state, ended.error, ended.steps_done) == (RunState.FINISHED, None, 3)
    assert ended.cpu_s > 0
    with ready.house.read(SETUP, ready.project.id) as rx:
        version = find_version(rx, "shade@1")
    assert version is not None
    assert version.id == ended.version_id
    assert (version.new.release_id, version.new.release_digest) == (release.id, release.digest)
    assert version.new.artifact_sha256 is not None
    assert ready.blobs.get(version.new.artifact_sha256).startswith(b"ASSAY-MODEL-1")
    assert any("gold is not among them" in line for line in ready.log(run))
    booked = [e.body["cpu_s"] for e in ready.project.events("training.step")]
    assert sum(booked) == pytest.approx(ended.cpu_s, abs=0.01)


@pytest.mark.parametrize("moment", ["before the step is kept", "after the step is kept"])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_killed_at_any_step_it_goes_on_and_makes_one_version(
    ready: ModelShop, monkeypatch: pytest.MonkeyPatch, step: int, moment: str
) -> None:
    run = ready.start("tags", "shade", release_id=ready.release().id)
    keep, end, calls = running.keep_step, running.end_run, 0

    def keep_or_die(tx: Any, *args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == step and moment.startswith("before"):
            raise Killed
        return keep(tx, *args, **more)

    monkeypatch.setattr(running, "keep_step", keep_or_die)
    desk = ready.desk
    if moment.startswith("before"):
        with pytest.raises(Killed):
            desk.work()
    else:
        for _ in range(step):
            running.advance(ready.project.id, run.id, running_steps(), ready.tools)
    monkeypatch.setattr(running, "keep_step", keep)
    monkeypatch.setattr(running, "end_run", end)
    ready.desk.work()
    assert ready.now(run).state is RunState.FINISHED
    with ready.house.read(SETUP, ready.project.id) as rx:
        assert [v.title for v in versions_of(rx)] == ["shade@1"]
    assert len(ready.project.events("model.registered")) == 1
    assert len(ready.project.events("training.step")) == 3


def running_steps() -> Any:
    from assay.jobs.model_desk import steps_of

    return steps_of("tags")


def test_two_processes_on_one_run_keep_each_step_once(ready: ModelShop) -> None:
    run = ready.start("tags", "shade", release_id=ready.release().id)
    steps = running_steps()
    with ready.house.read(SETUP, ready.project.id) as rx:
        from assay.models.runs import run_in

        before = run_in(rx, run.id)
    running.advance(ready.project.id, run.id, steps, ready.tools)
    late = steps[0](before, ready.project.id, ready.tools)
    with ready.house.write(SETUP, ready.project.id, "late", key=f"run/{run.id}/1") as tx:
        assert tx.replayed
    assert late.checkpoint == ready.now(run).checkpoint


def test_a_release_without_tags_is_refused_in_words(ready: ModelShop) -> None:
    run = ready.start("boards", "b", release_id=ready.release().id)
    ready.desk.work()
    ended = ready.now(run)
    assert ended.state is RunState.FAILED
    assert (
        ended.error == "The release cannot be trained on: no train item has a box. The trainer `boards` learns boxes."
    )
    assert len(ready.project.events("training.failed")) == 1


def test_an_unknown_trainer_names_those_there_are(ready: ModelShop) -> None:
    run = ready.start("magic", "b", release_id=ready.release().id)
    ready.desk.work()
    assert "There is no trainer 'magic'. There are boards, tags" in (ready.now(run).error or "")


def test_an_evaluation_measures_on_gold_beside_the_model_in_use_and_is_bound_by_its_digest(ready: ModelShop) -> None:
    first = ready.trained()
    with ready.house.write(SETUP, ready.project.id, "first") as tx:
        move_alias(tx, "production", first.id, expected=None, why="first")
    second = ready.trained()
    assert second.title == "shade@2"
    runs = [ready.start("evaluate", v.title, version_id=v.id) for v in (first, second)]
    ready.desk.work()
    assert [ready.now(r).error for r in runs] == [None, None]
    with ready.house.read(SETUP, ready.project.id) as rx:
        (alone,), (beside,) = evaluations_of(rx, first.id), evaluations_of(rx, second.id)
        outcomes = outcomes_of(rx, beside.id)
        assert len(all_runs(rx)) == 4
    assert (alone.against_id, beside.against_id) == (None, first.id)
    assert alone.gold_digest == beside.gold_digest
    assert alone.digest != beside.digest
    assert beside.n_items == len(outcomes) == 8
    assert beside.report["measures"]["right_items"]["value"] == 1.0
    assert beside.report["differences"]["right_items"]["value"] == 0.0
    assert {o.slices["origin"] for o in outcomes} == {"real"}
    assert "shade@1 (in use)" in card_markdown(second, beside, {first.id: first.title})


def test_the_same_evaluation_again_has_the_same_figures_and_asks_nobody_twice(ready: ModelShop) -> None:
    version = ready.trained()
    for _ in range(2):
        ready.start("evaluate", version.title, version_id=version.id)
        ready.desk.work()
    with ready.house.read(SETUP, ready.project.id) as rx:
        one, two = evaluations_of(rx, version.id)
    assert one.digest == two.digest
    assert len(ready.project.events("model.answered")) == 1


def test_without_gold_there_is_nothing_to_measure(shop: ModelShop) -> None:
    shop.label(shop.project.items)
    version = shop.trained()
    run = shop.start("evaluate", version.title, version_id=version.id)
    shop.desk.work()
    assert "no gold to measure on" in (shop.now(run).error or "")


def test_pictures_in_the_queue_are_answered_once(ready: ModelShop) -> None:
    version = ready.trained()
    for expected in ("answered 16 pictures", "answered 0 pictures; 16 were answered before"):
        run = ready.start("suggest", version.title, version_id=version.id)
        ready.desk.work()
        assert ready.now(run).error is None
        assert expected in ready.log(run)[0]
