"""Whatever people do in whatever order: nothing that is guarded happens by its authors' own signatures, on SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.support.governing import membership, put, sign, somebody
from tests.support.projects import SETUP, Project, a_project
from tests.support.promoting import a_version, evaluator

from assay.access import change_roles
from assay.bootstrap import load_tables
from assay.governance import (
    Guarded,
    Proposal,
    ProposalState,
    allow,
    break_glass,
    lapse_proposals,
    list_proposals,
    proposal_in,
    publish_rulebook,
    refuse_proposal,
    rulebook_in,
    signatures_of,
    withdraw_proposal,
)
from assay.jobs import promoting
from assay.jobs.promoting import Tools
from assay.kernel.clock import FixedClock
from assay.kernel.errors import AssayError
from assay.models import PRODUCTION, alias_moves, version_of_alias
from assay.promotions import PromotionState, promotion_in, request_promotion
from assay.storage import House, open_house

PEOPLE = ("lead", "eva", "ben", "kim", "expert")
FREE = """
assay: policy/1
approvals:
  promotion: {signatures: %d, by: [approver, lead], not_by: [%s], break_glass: {by: [lead, admin], reason_chars: 10}}
  threshold: {signatures: %d, by: [%s]}
promotion:
  min_items: 10
  first_model: {floors: {f1: 0.5}}
"""
BARRED = ("author", "author, reviewer")
SIGNERS = ("approver", "lead, approver")
who = st.sampled_from(PEOPLE)
kinds = st.sampled_from([Guarded.PROMOTION, Guarded.THRESHOLD])
pick = st.integers(0, 10**6)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for every run; each founds a project of its own."""
    load_tables()
    opened = open_house(f"sqlite:///{tmp_path_factory.mktemp('approvals') / 'house.db'}", clock=FixedClock())
    yield opened
    opened.close()


@pytest.mark.slow
def test_there_is_no_path_to_approving_ones_own_work(house: House) -> None:
    class Machine(_Approvals):
        place = house

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


class _Approvals(RuleBasedStateMachine):
    """People, their roles, proposals and the rules, and whatever anybody may try."""

    place: House
    project: Project

    @initialize(n=st.integers(1, 2))
    def begin(self, n: int) -> None:
        """Found a project whose rules ask for `n` signatures."""
        self.project = a_project(self.place, n_items=0, annotators=())
        for name in ("eva", "ben"):
            self.project.add_person(name, "approver")
        self.project.add_person("kim", "approver", "lead", "expert")
        self.put_away: list[Proposal] = []
        self.used: set[str] = set()
        self.promotions: dict[str, str] = {}
        self.n = 0
        self.publish("lead", n, "author", "approver")

    def _any(self, place: int) -> Proposal | None:
        return self.put_away[place % len(self.put_away)] if self.put_away else None

    @rule(name=who, kind=kinds, other=st.sampled_from((*PEOPLE, "nobody")))
    def propose(self, name: str, kind: Guarded, other: str) -> None:
        """Propose something, perhaps made by somebody else too."""
        self.n += 1
        authors = frozenset({self.project.people[other]}) if other != "nobody" else frozenset[str]()
        self.put_away.append(put(self.project, name, kind, authors=authors, n=self.n))

    @rule(name=who, maker=who)
    def promote(self, name: str, maker: str) -> None:
        """Ask for somebody's model to be taken into use; the gate passes it."""
        self.n += 1
        house, project = self.place, self.project
        version = a_version(house, project.id, project.actor(maker), sha=f"{self.n:x}")
        made = request_promotion(project.actor(name), project.id, version, "better", house=house)
        tools = Tools(house, evaluator(house, {}, 10))
        promoting.measure(tools, project.id, made.id)
        promoting.gate(tools, project.id, made.id)
        with house.read(SETUP, project.id) as rx:
            proposal = proposal_in(rx, promotion_in(rx, made.id).proposal_id or "")
        assert {project.people[name], project.people[maker]} <= proposal.new.authors
        self.put_away.append(proposal)
        self.promotions[proposal.id] = made.id

    @rule()
    def settle(self) -> None:
        """Let the workflows do what was decided, twice."""
        tools = Tools(self.place, evaluator(self.place, {}, 10))
        for proposal_id, promotion_id in self.promotions.items():
            before = promoting.settle(tools, self.project.id, promotion_id)
            assert promoting.settle(tools, self.project.id, promotion_id) == before
            if before == PromotionState.WATCHED.value:
                self.used.add(proposal_id)

    @rule(name=who, place=pick, right=st.booleans(), admin=st.booleans())
    def sign(self, name: str, place: int, *, right: bool, admin: bool) -> None:
        """Sign, perhaps something else than what is proposed."""
        proposal = self._any(place)
        if proposal is not None:
            self._try(lambda: sign(self.project, name, proposal, digest="" if right else "0" * 64, admin=admin))

    @rule(name=who, place=pick, by_key=st.booleans())
    def act_alone(self, name: str, place: int, *, by_key: bool) -> None:
        """Act alone, as in an emergency."""
        proposal = self._any(place)
        if proposal is not None:
            caller, at = somebody(self.project, name, by_key=by_key)
            reason = "the line stands still since two"
            self._try(
                lambda: break_glass(caller, at, proposal.id, digest=proposal.digest, reason=reason, house=self.place)
            )

    @rule(name=who, place=pick, refuse=st.booleans())
    def close(self, name: str, place: int, *, refuse: bool) -> None:
        """Refuse or withdraw."""
        proposal = self._any(place)
        if proposal is not None:
            act = refuse_proposal if refuse else withdraw_proposal
            caller, at = somebody(self.project, name)
            self._try(lambda: act(caller, at, proposal.id, reason="no", house=self.place))

    @rule(name=who, other=who, roles=st.sets(st.sampled_from(["approver", "lead", "expert", "reviewer"]), min_size=1))
    def change_roles(self, name: str, other: str, roles: set[str]) -> None:
        """Give somebody other roles, perhaps oneself."""
        caller, at = somebody(self.project, name)
        self._try(lambda: change_roles(caller, at, self.project.people[other], sorted(roles), house=self.place))

    @rule(
        name=who,
        n=st.integers(1, 2),
        not_by=st.sampled_from(["author", "author, reviewer"]),
        by=st.sampled_from(["approver", "lead, approver"]),
    )
    def publish(self, name: str, n: int, not_by: str, by: str) -> None:
        """Publish other rules."""
        caller, at = somebody(self.project, name)
        with self.place.read(SETUP, self.project.id) as rx:
            version = rulebook_in(rx).version
        self._try(lambda: publish_rulebook(caller, at, FREE % (n, not_by, n, by), based_on=version, house=self.place))

    @rule(name=who, place=pick, n=st.integers(0, 1))
    def use(self, name: str, place: int, n: int) -> None:
        """Do what is proposed, or (`n` = 1) something else under its name."""
        proposal = self._any(place)
        if proposal is None or proposal.id in self.promotions:
            return

        def act() -> None:
            with self.place.write(self.project.actor(name), self.project.id, "act") as tx:
                allow(tx, proposal.new.kind, {"n": proposal.new.action["n"] + n}, proposal=proposal.id)

        if self._try(act):
            assert n == 0
            assert proposal.id not in self.used, "done twice"
            self.used.add(proposal.id)

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        """Let time pass."""
        clock = self.place.clock
        assert isinstance(clock, FixedClock)
        clock.advance(days * 86_400)
        lapse_proposals(house=self.place)

    def _try(self, act: object) -> bool:
        try:
            act()  # type: ignore[operator]
        except AssayError:
            return False
        return True

    @invariant()
    def what_is_approved_was_approved_by_others(self) -> None:
        """Every approved or done proposal has its signatures, none of them by an author."""
        if not hasattr(self, "project"):
            return
        with self.place.read(SETUP, self.project.id) as rx:
            for proposal in list_proposals(rx, states=("approved", "done")):
                signatures = signatures_of(rx, proposal.signing_subject, proposal.digest)
                people = {s.user_id for s in signatures}
                assert not people & proposal.new.authors
                assert proposal.proposed_by in proposal.new.authors
                needed = 1 if proposal.glass else proposal.guard.signatures
                assert len(people) >= needed
                assert (proposal.state is ProposalState.DONE) == (proposal.id in self.used)
            now = version_of_alias(rx, PRODUCTION)
            carried = {promotion_in(rx, self.promotions[p]).version_id for p in self.used if p in self.promotions}
            assert now is None or now.id in carried
            assert len(alias_moves(rx, PRODUCTION)) == len(carried)
            for proposal_id in self.used:
                assert proposal_in(rx, proposal_id).state is ProposalState.DONE


def test_the_machine_reaches_approvals(house: House) -> None:
    project = a_project(house, n_items=0, annotators=())
    project.add_person("eva", "approver")
    proposal = put(project, "lead", Guarded.PROMOTION)
    assert sign(project, "eva", proposal).state is ProposalState.APPROVED
    assert membership(project, "eva").has("approver")
