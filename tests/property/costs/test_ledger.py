"""The ledger against a reckoning by hand: whatever happens in whatever order, it sums to the cent and books once."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.costs import a_card
from tests.support.projects import SETUP, Project, a_project

from assay.bootstrap import load_tables
from assay.costs import Stage, all_cards, book, ledger_after, ledger_total, start_rate_card
from assay.kernel.clock import FixedClock
from assay.queue import submit
from assay.storage import House, open_house, seal

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.sampled_from(["ann", "bob", "cid"]), st.integers(0, 400_000)),
        st.tuples(st.just("book"), st.just(""), st.just(0)),
        st.tuples(st.just("card"), st.sampled_from(["now", "past"]), st.integers(1, 99_999_999)),
        st.tuples(st.just("wait"), st.just(""), st.integers(1, 200_000)),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    load_tables()
    opened = open_house(f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'house.db'}", clock=FixedClock())
    yield opened
    opened.close()


def play(project: Project, steps: list[tuple[str, str, int]]) -> list[tuple[int, str, int]]:
    """Do it; returns each answer's moment, author and milliseconds, counted beside the house."""
    answers: list[tuple[int, str, int]] = []
    for what, who, number in steps:
        if what == "answer":
            assignment = project.claim(who)
            if assignment is not None:
                answers.append((project.clock.now_us(), project.people[who], number))
                submit(
                    project.actor(who),
                    project.id,
                    assignment.id,
                    [],
                    client_key=f"key-{assignment.id}",
                    seconds=number / 1000,
                    schema_version=1,
                    guideline_version=1,
                    house=project.house,
                )
        elif what == "book":
            seal(project.house)
            book(project.id, house=project.house)
        elif what == "wait":
            project.clock.advance(number)
        else:
            now_us = project.clock.now_us()
            with project.house.read(SETUP, project.id) as rx:
                based_on = len(all_cards(rx))
            since_us = now_us if who == "now" else now_us - number
            vendor = frozenset({project.people["cid"]}) if number % 2 else frozenset()
            card = a_card(valid_from_us=since_us, annotator=number, vendor=vendor)
            start_rate_card(SETUP, project.id, card, based_on=based_on, house=project.house)
    return answers


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_ledger_equals_a_reckoning_by_hand_and_books_nothing_twice(
    house: House, steps: list[tuple[str, str, int]]
) -> None:
    project = a_project(house, n_items=4)
    project.batch(overlap=3)
    answers = play(project, steps)
    seal(house)
    book(project.id, house=house)
    book(project.id, house=house)
    with house.read(SETUP, project.id) as rx:
        entries, cards, total = ledger_after(rx, "", 10_000), all_cards(rx), ledger_total(rx)
    first = [e for e in entries if e.of == e.id and e.fact.stage is Stage.ANNOTATE]
    assert len({e.fact.key for e in entries}) == len(entries)
    assert sorted((e.fact.at_us, e.fact.user_id, e.fact.quantity) for e in first) == sorted(answers)
    wanted = 0
    for at_us, user, ms in answers:
        valid = [c for c in cards if c.valid_from_us <= at_us]
        if valid:
            newest = valid[-1]
            vendor = next((c for c in newest.contracts if user in c.people), None)
            exact = Fraction(newest.per_hour["annotator"] * ms, 3_600_000)
            wanted += vendor.per_image if vendor else round(exact)
    spent = sum(e.amount for e in entries if e.fact.stage is Stage.ANNOTATE)
    assert spent == wanted
    assert total == sum(e.amount for e in entries)
