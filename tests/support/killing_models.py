"""A training and two rollbacks on a real server that is killed at their steps; and what must then be true.

One life: the watch rolls back a model that people's answers to the random share show to be bad; then the model before
it is rolled back by command over HTTP; then a model is trained from a release. Whatever died comes back as a service
manager would bring it back, and the client asks again for what it got no answer to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from assay.access import make_key_for
from assay.bootstrap import load_tables
from assay.governance import proposal_in
from assay.jobs import promoting
from assay.jobs.intake import DecodePool
from assay.jobs.promoting import Tools
from assay.models import (
    PRODUCTION,
    NewPrediction,
    NewVersion,
    PredictedMark,
    PredictionOrigin,
    Runner,
    Task,
    add_version,
    alias_moves,
    version_of_alias,
    versions_of,
)
from assay.models.runs import RunState, all_runs
from assay.promotions import PromotionState, list_promotions, promotion_in, request_promotion
from assay.serving import receive
from assay.storage import check_log, open_house, seal
from tests.support.dying import GRAVES, arm, armed, deaths
from tests.support.governing import set_rules, sign
from tests.support.model_shop import ModelShop, tag
from tests.support.projects import SETUP, Project
from tests.support.promoting import evaluator
from tests.support.serving import Http, ServerProcess, Workplace

RULES = """
assay: policy/1
approvals:
  promotion: {signatures: 1, by: [approver]}
promotion:
  first_model: {floors: {f1: 0.5}}
  watch: {for: 7 days, roll_back_below: 0.7, min_items: 10}
serving: {ask_below: 0, random_share: 1.0}
"""
PATIENCE_S = 900.0
N_SAID = 14


@dataclass
class Staged:
    """A house with two promoted models, of which the second does badly, and a release to train on."""

    place: Workplace
    project: Project
    release: str
    promotions: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the project is over HTTP."""
        return f"/v1/projects/{self.project.id}"


def stage(data: Path, url: str) -> Staged:
    """Make the house; nothing is open afterwards."""
    load_tables()
    house = open_house(url)
    with DecodePool(n_children=1) as pool:
        shop = ModelShop(house, data, pool)
        project = shop.project
        shop.gold(project.items[:8])
        shop.label(project.items[8:])
        release = shop.release().id
    set_rules(project, RULES)
    key = make_key_for(SETUP, project.people["lead"], "life", house=house).secret
    staged = Staged(Workplace(data, url, project.id, [key], [project.people["lead"]]), project, release)
    for n in (1, 2):
        staged.promotions.append(_into_use(project, n))
    _do_badly(shop, "old@2")
    house.close()
    return staged


def _into_use(project: Project, number: int) -> str:
    """Take a version into use with its signature; returns the promotion."""
    house, sha = project.house, f"{number:064x}"
    new = NewVersion("old", Task.TAGS, Runner.NONE, "test", sha, 10, 2, "tests", config={"classes": ["light", "dark"]})
    with house.write(project.actor("expert"), project.id, "register") as tx:
        version = add_version(tx, new).id
    asked = request_promotion(project.actor("lead"), project.id, version, "better", house=house)
    tools = Tools(house, evaluator(house, {version: 40 - 10 * number}))
    promoting.measure(tools, project.id, asked.id)
    promoting.gate(tools, project.id, asked.id)
    with house.read(SETUP, project.id) as rx:
        proposal = proposal_in(rx, promotion_in(rx, asked.id).proposal_id or "")
    sign(project, "approver", proposal)
    assert promoting.settle(tools, project.id, asked.id) == "watched"
    return asked.id


def _do_badly(shop: ModelShop, title: str) -> None:
    """Let a model name pictures wrongly that people have named rightly."""
    other = {"light": "dark", "dark": "light"}
    now_us = shop.house.clock.now_us()
    said = [
        NewPrediction(
            "", i, PredictionOrigin.SERVED, "k", (PredictedMark(tag(other[shop.truth[i]]), 0.9),), 0.9, now_us
        )
        for i in shop.project.items[-N_SAID:]
    ]
    receive(SETUP, shop.project.id, title, said, house=shop.house)
    shop.project.follow()
    assert len(shop.project.events("production.judged")) == N_SAID


@dataclass
class Life:
    """A server that is started again whenever it has died, and a client that does not give up.

    Attributes:
        starts: how often it was started.
    """

    staged: Staged
    graves: Path
    server: ServerProcess = field(init=False)
    starts: int = 0

    def __post_init__(self) -> None:
        self.graves.mkdir(exist_ok=True)
        program, environment = ("-m", "tests.support.dying"), {GRAVES: str(self.graves)}
        self.server = ServerProcess(self.staged.place, program=program, environment=environment)

    def revive(self) -> None:
        """Start the server, if it is not there."""
        while self.server.ended():
            self.starts += 1
            try:
                self.server.start()
            except AssertionError:
                if deaths(self.graves) == self._dead:  # it did not start, and nobody had killed it
                    raise
            self._dead = deaths(self.graves)

    _dead: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask until an answer comes; a request without an answer is sent again."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            self.revive()
            connection = Http(self.server.port, self.staged.place.keys[0])
            try:
                status, reply = connection.call(method, self.staged.path + path, body)
                if status != 503:
                    return status, reply
            except (OSError, HTTPException):
                time.sleep(0.02)
            finally:
                connection.close()
        raise AssertionError(f"no answer to {method} {path} in {PATIENCE_S:g} s")

    def wait_for(self, what: str, is_so: Callable[[], bool]) -> None:
        """Look again and again until something is so."""
        until = time.monotonic() + PATIENCE_S
        while not is_so():
            if time.monotonic() > until:
                raise AssertionError(f"{what} did not come to be in {PATIENCE_S:g} s; died at {deaths(self.graves)}")
            time.sleep(0.3)

    def promotion(self, number: int) -> str:
        """The state of a promotion, by its order."""
        found: str = self.call("GET", f"/promotions/{self.staged.promotions[number]}")[1]["state"]
        return found


def live(staged: Staged, graves: Path, points: Mapping[str, str]) -> list[str]:
    """Go through one life with deaths at these points (who dies: `self` or `all`); returns what is wrong afterwards."""
    for point, who in points.items():
        arm(graves, point, who)
    life, wrong = Life(staged, graves), []
    try:
        life.revive()
        life.wait_for("the rollback by the watch", lambda: life.promotion(1) == "rolled_back")
        body = {
            "reason": "a drill",
            "promotion_id": staged.promotions[0],
        }  # named, so that asking again is no second one
        status, reply = life.call("POST", "/rollbacks", body)
        if (status, reply.get("error", {}).get("code")) not in {(200, None), (409, "promotions.state")}:
            wrong.append(f"the rollback by command answered {status}: {reply}")
        order = {"trainer": "tags", "name": "shade", "release": staged.release, "client_key": "one-training"}
        status, run = life.call("POST", "/model-runs", order)
        if status != 200:
            return [*wrong, f"the training could not be started: {run}"]
        life.wait_for(
            "the end of the training",
            lambda: life.call("GET", f"/model-runs/{run['id']}")[1]["state"] in {"finished", "failed"},
        )
    finally:
        life.server.stop()
    wrong += [f"nobody died at {point!r}" for point in points if armed(graves, point).exists()]
    return wrong + examine(staged)


def examine(staged: Staged) -> list[str]:
    """What is wrong with the books: a model twice, a step twice, an alias moved twice or without its approval."""
    load_tables()
    house = open_house(staged.place.database)
    project = Project(house, staged.project.id, people=staged.project.people)
    try:
        seal(house)
        check_log(house)
        return _about_models(project) + _about_promotions(project, staged)
    finally:
        house.close()


def _about_models(project: Project) -> list[str]:
    with project.house.read(SETUP, project.id) as rx:
        titles = [v.title for v in versions_of(rx)]
        runs = all_runs(rx)
    facts = {
        "models": (titles, ["old@2", "old@1", "shade@1"]),
        "the run": ([(r.state, r.steps_done, r.error) for r in runs], [(RunState.FINISHED, 3, None)]),
        "steps": ([e.body["step"] for e in project.events("training.step")], [1, 2, 3]),
        "ends": (len(project.events("training.finished")), 1),
        "registrations": (len(project.events("model.registered")), 3),
    }
    return [f"{name}: {found}, not {wanted}" for name, (found, wanted) in facts.items() if found != wanted]


def _about_promotions(project: Project, staged: Staged) -> list[str]:
    with project.house.read(SETUP, project.id) as rx:
        moves = [(m.serial, m.previous_id, m.version_id) for m in reversed(alias_moves(rx, PRODUCTION))]
        second, first = (v.id for v in versions_of(rx) if v.new.name == "old")
        states = {p.id: p.state for p in list_promotions(rx)}
        in_use = version_of_alias(rx, PRODUCTION)
    wanted = [(1, None, first), (2, first, second), (3, second, first), (4, first, None)]
    rolled = [e.subject.removeprefix("promotion/") for e in project.events("promotion.rolled_back")]
    facts = {
        "moves of the alias": (moves, wanted),
        "states": (states, dict.fromkeys(staged.promotions, PromotionState.ROLLED_BACK)),
        "rollbacks": (rolled, staged.promotions[::-1]),
        "in use": (in_use, None),
        "taken into use": (len(project.events("promotion.taken_into_use")), 2),
    }
    return [f"{name}: {found}, not {want}" for name, (found, want) in facts.items() if found != want]
