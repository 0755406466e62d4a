"""Guideline, gold, thresholds, the policy and releases: whatever people try, none changes by its authors' word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.support.governing import sign, somebody
from tests.support.projects import SETUP, Project, a_project

from assay.access import change_roles
from assay.bootstrap import load_tables
from assay.datasets import all_releases, create_release, freeze_release, sign_release
from assay.gold import GoldMark, gold_in, gold_mark_from_json, sign_gold
from assay.governance import (
    Guarded,
    Proposal,
    ProposalState,
    break_glass,
    list_proposals,
    publish_rulebook_by,
    refuse_proposal,
    rulebook_in,
    signatures_of,
)
from assay.guidelines import current_guideline_version, publish_guideline
from assay.jobs.carrying_out import carry_out
from assay.jobs.proposing import propose_change
from assay.kernel.clock import FixedClock
from assay.kernel.errors import AssayError
from assay.models.suggesting import set_suggestion_policy, suggestion_policy_in
from assay.storage import House, open_house

PEOPLE = ("lead", "eva", "ben", "kim", "expert")
RULES = """
assay: policy/1
approvals:
  release: {signatures: 1, by: [approver, lead]}
  guideline: {signatures: %(n)d, by: [approver, lead, expert], break_glass: {by: [lead], reason_chars: 10}}
  gold: {signatures: 1, by: [expert, approver]}
  threshold: {signatures: %(n)d, by: [approver, lead]}
  policy: {signatures: %(n)d, by: [approver, lead]}
"""
MARK = {"label_class": "cell", "bbox": [10.0, 10.0, 30.0, 30.0], "clauses": ["1.1"]}
who = st.sampled_from(PEOPLE)
kinds = st.sampled_from([Guarded.GUIDELINE, Guarded.GOLD, Guarded.THRESHOLD, Guarded.POLICY])
pick = st.integers(0, 10**6)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for every run; each founds a project of its own."""
    load_tables()
    opened = open_house(f"sqlite:///{tmp_path_factory.mktemp('changes') / 'house.db'}", clock=FixedClock())
    yield opened
    opened.close()


@pytest.mark.slow
def test_no_guarded_change_happens_by_its_authors_word(house: House) -> None:
    class Machine(_Changes):
        place = house

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


class _Changes(RuleBasedStateMachine):
    """Real changes of every guarded kind, and whatever anybody may try."""

    place: House
    project: Project

    @initialize()
    def begin(self) -> None:
        """Found a project in which everything is guarded."""
        self.project = a_project(self.place, n_items=1, annotators=())
        for name in ("eva", "ben"):
            self.project.add_person(name, "approver")
        self.project.add_person("kim", "approver", "lead", "expert")
        publish_rulebook_by(SETUP, self.project.id, RULES % {"n": 1}, based_on=0, house=self.place)
        self.n = 0

    def _action(self, kind: Guarded) -> dict[str, Any]:
        """A change that would be the next of its kind."""
        self.n += 1
        with self.place.read(SETUP, self.project.id) as rx:
            policy, rulebook = suggestion_policy_in(rx).version, rulebook_in(rx).version
        actions: dict[Guarded, dict[str, Any]] = {
            Guarded.GUIDELINE: {"markdown": f"## 1.1 Whole cells {{cell}}\n\nBox {self.n}.\n", "note": "next"},
            Guarded.GOLD: {"item_id": self.project.items[0], "marks": [MARK], "why": f"sure {self.n}"},
            Guarded.THRESHOLD: {
                "body": {"classes": {"*": {"mode": "automatic", "target": 0.05}}}, "why": "next", "based_on": policy
            },
            Guarded.POLICY: {"source": RULES % {"n": 1 + self.n % 2}, "based_on": rulebook},
        }  # fmt: skip
        return actions[kind]

    def _do(self, name: str, kind: Guarded, action: dict[str, Any], proposal: str | None) -> None:
        """Make a change as somebody, under a proposal or under none."""
        actor, project, house = self.project.actor(name), self.project.id, self.place
        acts: dict[Guarded, Callable[[], object]] = {
            Guarded.GUIDELINE: lambda: publish_guideline(
                actor, project, action["markdown"], note=action["note"], house=house, proposal=proposal
            ),
            Guarded.GOLD: lambda: sign_gold(
                actor, project, action["item_id"], [_gold_mark(m) for m in action["marks"]], why=action["why"],
                exposure_cap=action.get("exposure_cap"), house=house, proposal=proposal,
            ),
            Guarded.THRESHOLD: lambda: set_suggestion_policy(
                actor, project, action["body"], why=action["why"], based_on=action["based_on"], house=house,
                proposal=proposal,
            ),
            Guarded.POLICY: lambda: publish_rulebook_by(
                actor, project, action["source"], based_on=action["based_on"], house=house, proposal=proposal
            ),
        }  # fmt: skip
        acts[kind]()

    def _proposals(self) -> list[Proposal]:
        with self.place.read(SETUP, self.project.id) as rx:
            return list_proposals(rx, states=tuple(s.value for s in ProposalState))

    @rule(name=who, kind=kinds)
    def just_do_it(self, name: str, kind: Guarded) -> None:
        """Make a change without asking anybody."""
        assert not self._try(lambda: self._do(name, kind, self._action(kind), None))

    @rule(name=who, kind=kinds)
    def propose(self, name: str, kind: Guarded) -> None:
        """Propose a change."""
        caller, at = somebody(self.project, name)
        self._try(
            lambda: propose_change(caller, at, kind, "a change", self._action(kind), evidence={}, house=self.place)
        )

    @rule(name=who, place=pick, other=st.booleans())
    def do_under_anothers_word(self, name: str, place: int, *, other: bool) -> None:
        """Do what a proposal proposes oneself, or (`other`) something else under its name."""
        known = self._proposals()
        if not known:
            return
        proposal = known[place % len(known)]
        action = self._action(proposal.new.kind) if other else dict(proposal.new.action)
        done = self._try(lambda: self._do(name, proposal.new.kind, action, proposal.id))
        assert not (done and proposal.state is not ProposalState.APPROVED)
        assert not (done and action != dict(proposal.new.action))

    @rule(name=who, place=pick)
    def sign(self, name: str, place: int) -> None:
        """Sign a proposal."""
        known = self._proposals()
        if known:
            self._try(lambda: sign(self.project, name, known[place % len(known)]))

    @rule(name=who, place=pick, alone=st.booleans())
    def end(self, name: str, place: int, *, alone: bool) -> None:
        """Refuse a proposal, or act alone as in an emergency."""
        known = self._proposals()
        if not known:
            return
        proposal, (caller, at) = known[place % len(known)], somebody(self.project, name)
        if alone:
            self._try(
                lambda: break_glass(
                    caller, at, proposal.id, digest=proposal.digest, reason="the line stands still", house=self.place
                )
            )
        elif place % 4 == 0:
            self._try(lambda: refuse_proposal(caller, at, proposal.id, reason="no", house=self.place))

    @rule(name=who, other=who, roles=st.sets(st.sampled_from(["approver", "lead", "expert"]), min_size=1))
    def change_roles(self, name: str, other: str, roles: set[str]) -> None:
        """Give somebody other roles, perhaps oneself."""
        caller, at = somebody(self.project, name)
        self._try(lambda: change_roles(caller, at, self.project.people[other], sorted(roles), house=self.place))

    @rule()
    def carry_out(self) -> None:
        """Let the consumer do what was approved, twice."""
        for event in self.project.events("proposal.approved") * 2:
            carry_out(self.place, event)

    @rule(authors=st.sets(who, min_size=1, max_size=3), name=who)
    def release(self, authors: set[str], name: str) -> None:
        """Freeze work of these people, and let somebody sign it."""
        self.n += 1
        ids = sorted(self.project.people[a] for a in authors)
        project, house = self.project.id, self.place
        made = create_release(SETUP, project, f"r{self.n}", "", (), house=house)
        freeze_release(
            SETUP, project, made.id, (), digest=f"{self.n:064x}", content={}, facts={"authors": ids}, house=house
        )
        caller, at = somebody(self.project, name)
        done = self._try(lambda: sign_release(caller, at, made.id, "approved", house=house))
        assert not (done and name in authors)

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except AssayError:
            return False
        return True

    @invariant()
    def every_change_has_its_proposal_and_others_signatures(self) -> None:
        """There are as many changes as proposals done, each with enough signatures, none of them by an author."""
        if not hasattr(self, "project"):
            return
        with self.place.read(SETUP, self.project.id) as rx:
            done = list_proposals(rx, states=("done",))
            gold = gold_in(rx, self.project.items[0])
            changes = {
                Guarded.GUIDELINE: (current_guideline_version(rx) or 0) - 1,
                Guarded.GOLD: 0 if gold is None else gold.version,
                Guarded.THRESHOLD: suggestion_policy_in(rx).version,
                Guarded.POLICY: rulebook_in(rx).version - 1,
            }
            for proposal in done:
                people = {s.user_id for s in signatures_of(rx, proposal.signing_subject, proposal.digest)}
                assert not people & {*proposal.new.authors, proposal.proposed_by}
                assert len(people) >= (1 if proposal.glass else proposal.guard.signatures)
            for release in all_releases(rx):
                signers = {s.user_id for s in signatures_of(rx, release.subject, release.digest or "")}
                assert not signers & release.authors
                assert bool(signers) == (release.state.value == "signed")
        for kind, n in changes.items():
            assert n == sum(p.new.kind is kind for p in done), kind


@pytest.mark.parametrize(
    ("kind", "maker", "others"),
    [
        (Guarded.GUIDELINE, "expert", ("kim",)),
        (Guarded.GOLD, "expert", ("eva",)),
        (Guarded.THRESHOLD, "lead", ("ben",)),
        (Guarded.POLICY, "lead", ("ben",)),
    ],
)
def test_each_change_happens_once_others_have_signed_it_and_not_by_its_makers_word(
    house: House, kind: Guarded, maker: str, others: tuple[str, ...]
) -> None:
    machine = _Changes()
    machine.place = house
    machine.begin()
    machine.propose(maker, kind)
    machine.sign(maker, 0)
    machine.carry_out()
    assert [p.state for p in machine._proposals()] == [ProposalState.OPEN]
    for name in others:
        machine.sign(name, 0)
    machine.carry_out()
    machine.every_change_has_its_proposal_and_others_signatures()
    assert [p.state for p in machine._proposals()] == [ProposalState.DONE]


def _gold_mark(value: dict[str, Any]) -> GoldMark:
    return gold_mark_from_json({"shape": "bbox", "geometry": None, **value})
