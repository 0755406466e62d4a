"""A process that takes two models into use and back, to be killed at any step; and what must then be true.

    python -m tests.support.promoting URL DATA [point to die at]

It goes on from whatever the house says: a first model through its floors, two signatures and a watch to its end; then a
better one, which production shows to be bad and the watch rolls back; then the first one, rolled back by command. At
the named point the process kills itself as `kill -9` would. At the end it writes `done`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assay.access import Role, names_of
from assay.bootstrap import load_tables
from assay.governance import (
    ProposalState,
    enough,
    find_proposal,
    rulebook_in,
    sign_proposal,
    signatures_of,
    signers_of,
)
from assay.jobs import promoting, promoting_flow
from assay.jobs.durable import Flows, flows_url
from assay.jobs.promoting import Tools
from assay.kernel.actor import Actor, system
from assay.kernel.estimate import Estimate
from assay.models import (
    PRODUCTION,
    ItemOutcome,
    NewVersion,
    Runner,
    Task,
    add_version,
    alias_moves,
    evaluations_of,
    keep_evaluation,
    version_in,
    version_of_alias,
)
from assay.promotions import (
    IN_USE,
    UNFINISHED,
    Promotion,
    PromotionState,
    list_promotions,
    request_promotion,
    roll_back,
)
from assay.promotions import actions as promotion_actions
from assay.storage import ConsumerRunner, House, Rx, open_house
from tests.support.governing import set_rules, somebody
from tests.support.projects import Project, a_project

ROOT = Path(__file__).resolve().parents[2]
N_ITEMS = 400
STAGING = system("staging")
RULES = """
assay: policy/1
approvals:
  promotion: {signatures: 2, by: [approver], not_by: [author, reviewer]}
promotion:
  first_model: {floors: {f1: 0.5}}
  watch: {for: 1 second, roll_back_below: 0.7}
"""
POINTS = (
    "before measure",
    "in keep_measured",
    "after measure",
    "in keep_gate",
    "after gate",
    "after sign",
    "before settle",
    "in take_into_use",
    "after settle",
    "in keep_in_use",
    "after request",
    "in roll_back_in",
    "after roll_back_in",
    "in roll_back by command",
)
"""In the order in which they are met."""


def a_version(house: House, project: str, actor: Actor, *, name: str = "finder", sha: str = "a") -> str:
    """Register a version; returns its id."""
    new = NewVersion(
        name, Task.BOXES, Runner.NONE, "test", (sha * 64)[:64], 10, 1, "tests", config={"classes": ["cell", "dust"]}
    )
    with house.write(actor, project, "register") as tx:
        return add_version(tx, new).id


def outcomes(wrong: int, n_items: int = N_ITEMS) -> list[ItemOutcome]:
    """Results on gold, of which the first `wrong` are wrong."""
    return [ItemOutcome(f"{n:032x}", 1, int(n < wrong), n >= wrong, {"line": f"{n % 4}"}) for n in range(n_items)]


def evaluator(
    house: House, wrong: dict[str, int], n_items: int = N_ITEMS
) -> Callable[[str, str, str | None, str], str]:
    """An evaluation that takes no pictures: `wrong` says of each version how many items it gets wrong."""

    def evaluate(project: str, version_id: str, beside: str | None, key: str) -> str:
        with house.write(system("evaluation"), project, "evaluate", key=key) as tx:
            if tx.replayed:
                return evaluations_of(tx, version_id)[0].id
            n_wrong = wrong.get(version_id, n_items // 10)
            share = 1 - n_wrong / n_items
            f1 = Estimate(share, share - 0.03, share + 0.03, n_items, n_items, "test")
            return keep_evaluation(
                tx,
                version_in(tx, version_id),
                outcomes(n_wrong, n_items),
                {"measures": {"f1": dict(f1.to_json())}, "classes": ["cell", "dust"]},
                gold_digest="d" * 64,
                against=None if beside is None else version_in(tx, beside),
            ).id

    return evaluate


def prepare(url: str, notes: Path) -> None:
    """Make a house with a project, its people and rules, and two versions of a model."""
    load_tables()
    house = open_house(url)
    project = a_project(house, n_items=0, annotators=("ann",))
    for name in ("eva", "ben"):
        project.add_person(name, "approver")
    set_rules(project, RULES)
    for sha in ("a", "b"):
        a_version(house, project.id, project.actor("expert"), sha=sha)
    house.close()
    notes.write_text(json.dumps({"project": project.id, "people": project.people}))


def opened(url: str, notes: Path) -> Project:
    """The project again, in a house that this process opens."""
    load_tables()
    kept = json.loads(notes.read_text())
    return Project(open_house(url), kept["project"], people=kept["people"])


def check(project: Project) -> list[str]:
    """What is wrong with the books, whatever was killed: a promotion twice, or without its approvals."""
    wrong = []
    with project.house.read(STAGING, project.id) as rx:
        moves = alias_moves(rx, PRODUCTION)
        promotions = {p.version_id: p for p in list_promotions(rx)}
        forward = [m for m in moves if m.why == "better"]
        if len({m.version_id for m in forward}) != len(forward):
            wrong.append("a version was promoted twice")
        for move in forward:
            promotion = promotions[move.version_id or ""]
            proposal = find_proposal(rx, promotion.proposal_id or "")
            if proposal is None or proposal.state is not ProposalState.DONE:
                wrong.append(f"{move.version_id} is in use but its proposal is not done")
                continue
            signatures = signatures_of(rx, proposal.signing_subject, proposal.digest)
            if not enough(proposal, signatures) or len({s.user_id for s in signatures}) < 2:
                wrong.append(f"{move.version_id} is in use without its signatures")
        for promotion in promotions.values():
            taken = any(m.version_id == promotion.version_id for m in forward)
            after = promotion.state in {*IN_USE, PromotionState.ROLLED_BACK}
            if taken != after:
                wrong.append(f"the alias and promotion {promotion.id} ({promotion.state}) disagree")
        now = version_of_alias(rx, PRODUCTION)
        in_use = [p.version_id for p in promotions.values() if p.state in IN_USE]
        if (None if now is None else now.id) not in ([*in_use] or [None]):
            wrong.append("the model in use is not one that was promoted")
    return wrong


def run_killed(url: str, data: Path, notes: Path, point: str = "") -> int:
    """Run the process, to its end or to the point where it kills itself; returns its exit code."""
    command = [sys.executable, "-m", "tests.support.promoting", url, str(data), *([point] if point else [])]
    environment = {**os.environ, "PROMOTING_NOTES": str(notes)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode not in {0, -signal.SIGKILL}:
        raise AssertionError(done.stderr[-4000:])
    return done.returncode


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _trap(point: str) -> None:
    """Let the process die when it comes to `point`."""
    when, _, what = point.partition(" ")
    if what == "roll_back by command":
        _wrap(promotion_actions, "roll_back_in", "after")
    elif when in {"before", "after"} and what in {"measure", "gate", "settle"}:
        _wrap(promoting, what, when)
    elif what not in {"sign", "request"} and when == "in":
        _wrap(promoting, what, "after")  # the transaction's body has run, nothing is committed
    elif what == "roll_back_in":
        _wrap(promoting, "_roll_back", "after")


def _wrap(module: Any, name: str, when: str) -> None:
    original = getattr(module, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            _die()
        result = original(*args, **kwargs)
        _die()
        return result

    setattr(module, name, wrapped)


def main(url: str, data: Path, point: str) -> None:
    """Go on from wherever things stand."""
    project = opened(url, Path(os.environ["PROMOTING_NOTES"]))
    house = project.house
    _trap(point)
    with house.read(STAGING, project.id) as rx:
        first, second = (version_in(rx, f"finder@{n}").id for n in (1, 2))

    def quality(rx: Rx, version_id: str, since_us: int) -> Estimate:
        del rx, since_us
        value = 0.5 if version_id == second else 0.95
        return Estimate(value, value - 0.04, value + 0.04, 300, 300, "test")

    tools = Tools(house, evaluator(house, {first: 40, second: 20}), quality=quality)
    flows = Flows(flows_url(url, data))
    promoter = promoting_flow.Promoter(tools, flows)
    promoter.launch()
    runner = ConsumerRunner(house, promoter.consumers())
    for version_id in (first, second):
        _until_ended(project, promoter, runner, version_id, point)
    with house.read(STAGING, project.id) as rx:
        now = version_of_alias(rx, PRODUCTION)
    if now is not None:
        roll_back(*somebody(project, "lead"), "drill", house=house)
    runner.catch_up()
    flows.close()
    house.close()
    sys.stdout.write("done\n")


def _promotion_of(project: Project, version_id: str) -> Promotion | None:
    with project.house.read(STAGING, project.id) as rx:
        return next((p for p in list_promotions(rx) if p.version_id == version_id), None)


def _until_ended(project: Project, promoter: Any, runner: ConsumerRunner, version_id: str, point: str) -> None:
    """Do what people and the clock do, until the promotion of a version has ended."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        promotion = _promotion_of(project, version_id)
        if promotion is None:
            request_promotion(project.actor("lead"), project.id, version_id, "better", house=project.house)
            if point == "after request":
                _die()
        elif promotion.state not in UNFINISHED:
            return
        elif promotion.state is PromotionState.WAITING:
            _sign(project, promotion, point)
        runner.catch_up()
        promoter.tend()
        time.sleep(0.05)
    raise AssertionError("the promotion did not end in 300 s")


def _sign(project: Project, promotion: Promotion, point: str) -> None:
    with project.house.read(STAGING, project.id) as rx:
        proposal = find_proposal(rx, promotion.proposal_id or "")
        assert proposal is not None
        signed = signers_of(rx, proposal)
        assert rulebook_in(rx).version == 1
        people = names_of(rx)
    if proposal.state is not ProposalState.OPEN:
        return
    for name in ("eva", "ben"):
        if project.people[name] not in signed:
            assert people[project.people[name]].roles == {Role.APPROVER}
            caller, place = somebody(project, name)
            sign_proposal(caller, place, proposal.id, digest=proposal.digest, meaning="approved", house=project.house)
            if point == "after sign":
                _die()
            return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
