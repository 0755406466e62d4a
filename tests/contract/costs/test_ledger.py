"""The ledger on both databases: every stage is booked, once, whoever keeps the books and however often."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from tests.support.costs import a_card
from tests.support.projects import SETUP, Project, a_project, box

from assay.costs import (
    CurrencyChangedError,
    Entry,
    Monthly,
    RateCardInvalidError,
    RateCardStaleError,
    Stage,
    book,
    ledger_after,
    ledger_total,
    start_rate_card,
)
from assay.gold import GoldMark, sign_gold
from assay.kernel.money import day_share
from assay.review import Verdict, claim_adjudication, claim_review, decide_review, settle
from assay.storage import House, seal

DAY_S = 86_400


def entries(project: Project) -> list[Entry]:
    with project.house.read(SETUP, project.id) as rx:
        return ledger_after(rx, "", 10_000)


def booked(project: Project) -> list[Entry]:
    seal(project.house)
    book(project.id, house=project.house)
    return entries(project)


def priced(house: House, **fields: object) -> Project:
    project = a_project(house, n_items=2, annotators=("ann", "bob"))
    start_rate_card(SETUP, project.id, a_card(**fields), based_on=0, house=house)  # type: ignore[arg-type]
    return project


def stages(found: list[Entry]) -> Counter[Stage]:
    return Counter(e.fact.stage for e in found if e.of == e.id)


def test_an_answer_costs_its_time_at_the_rate_of_its_moment(house: House) -> None:
    project = priced(house)
    project.batch(overlap=1)
    project.work("ann", most=1)
    (entry,) = [e for e in booked(project) if e.fact.stage is Stage.ANNOTATE]
    assert entry.fact.quantity == 3000
    assert entry.amount == round(15_000_000 * 3 / 3600)
    assert entry.fact.n_marks == 1
    assert entry.card_version == 1


def test_reviews_rework_and_adjudications_are_booked_under_their_own_stage(house: House) -> None:
    project = priced(house)
    project.batch(overlap=2, review_share=1.0, agreement_threshold=0.7)
    first, second = project.items
    project.work("ann")
    project.work("bob", marks={first: [box()], second: [box(x=150)]})
    project.follow()
    dispute = claim_adjudication(project.actor("expert"), project.id, house=house)
    assert dispute is not None
    settle(
        project.actor("expert"),
        project.id,
        dispute.adjudication.id,
        [box()],
        client_key="s",
        seconds=40,
        house=house,
    )
    case = claim_review(project.actor("reviewer"), project.id, house=house)
    assert case is not None
    decide_review(
        project.actor("reviewer"),
        project.id,
        case.review.id,
        Verdict.REJECT,
        client_key="r",
        reason_code="missed",
        seconds=7.5,
        house=house,
    )
    project.clock.advance(60)
    project.add_person("dee", "annotator")
    project.work("dee")
    found = stages(booked(project))
    assert found[Stage.ANNOTATE] == 4
    assert found[Stage.ADJUDICATE] == 1
    assert found[Stage.REVIEW] == 1
    assert found[Stage.REWORK] == 1
    (review,) = [e for e in entries(project) if e.fact.stage is Stage.REVIEW]
    assert review.fact.quantity == 7500
    assert review.amount == round(22_000_000 * 7.5 / 3600)


def test_a_vendor_is_paid_by_the_image_and_others_by_the_hour(house: House) -> None:
    project = a_project(house, n_items=1, annotators=("ann", "bob"))
    card = a_card(vendor={project.people["bob"]})
    start_rate_card(SETUP, project.id, card, based_on=0, house=house)
    project.batch(overlap=2)
    project.work("ann")
    project.work("bob")
    amounts = {e.fact.user_id: e.amount for e in booked(project)}
    assert amounts[project.people["bob"]] == 120_000
    assert amounts[project.people["ann"]] == 12_500


def test_a_card_for_the_past_prices_what_was_booked_for_nothing(house: House) -> None:
    project = a_project(house, n_items=2, annotators=("ann",))
    project.batch(overlap=1)
    project.work("ann")
    assert [e.amount for e in booked(project)] == [0, 0]
    start_rate_card(SETUP, project.id, a_card(), based_on=0, house=house)
    found = booked(project)
    assert sum(e.amount for e in found) == 2 * 12_500
    assert len(found) == 4
    assert sum(e.fact.quantity for e in found) == 6000
    assert booked(project) == found


def test_the_calendar_brings_storage_and_exactly_the_monthly_fee(house: House) -> None:
    fee = Monthly("server", Stage.PLATFORM, 119_990_001)
    project = priced(house, monthly=(fee,))
    project.add_items(1, size_bytes=5_000_000_000)
    booked(project)
    before = project.clock.now_us()
    project.clock.advance(75 * DAY_S)
    found = booked(project)
    lines = [e for e in found if e.fact.stage is Stage.PLATFORM]
    assert len(lines) == 75
    by_month: dict[str, list[Entry]] = {}
    for entry in lines:
        by_month.setdefault(entry.fact.key, []).append(entry)
        assert entry.amount == day_share(fee.fee, entry.fact.detail["day"], entry.fact.detail["n_days"])
    assert all(len(same) == 1 for same in by_month.values())
    december = [e.amount for e in lines if e.fact.detail["n_days"] == 31 and e.fact.at_us > before]
    assert sum(december[-31:]) == fee.fee or len(december) < 31
    stored = [e for e in found if e.fact.stage is Stage.STORAGE]
    assert len(stored) == 75
    assert {e.fact.quantity for e in stored} == {5000}


def test_signing_gold_costs_the_minutes_the_card_says(house: House) -> None:
    project = priced(house)
    mark = GoldMark("cell", "bbox", (10.0, 10.0, 30.0, 30.0), ("1.1",))
    sign_gold(project.actor("expert"), project.id, project.items[0], [mark], why="clear", house=house)
    (entry,) = [e for e in booked(project) if e.fact.stage is Stage.GOLD]
    assert entry.amount == 35_000_000 * 3 // 60
    assert entry.fact.basis.value == "assumed"


def test_a_machine_that_worked_is_booked_by_the_minute(house: House) -> None:
    project = priced(house)
    with house.write(SETUP, project.id, "train") as tx:
        tx.record("training.finished", subject="training/1", cpu_s=90.0)
    found = {e.fact.unit: e.amount for e in booked(project) if e.fact.stage is Stage.TRAIN}
    assert found["minute"] == 6000
    assert found["piece"] == 0


def test_two_book_keepers_at_once_book_everything_once(house: House) -> None:
    project = priced(house)
    project.add_items(10)
    project.batch(overlap=2)
    project.work("ann")
    project.work("bob")
    seal(house)
    failures: list[BaseException] = []

    def keep() -> None:
        try:
            book(project.id, house=house)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    found = entries(project)
    assert stages(found)[Stage.ANNOTATE] == 24
    with house.read(SETUP, project.id) as rx:
        assert ledger_total(rx) == 24 * 12_500


def test_a_rate_card_that_makes_no_sense_is_refused(house: House) -> None:
    project = priced(house)
    with pytest.raises(RateCardStaleError, match="version 1 by now"):
        start_rate_card(SETUP, project.id, a_card(), based_on=0, house=house)
    with pytest.raises(CurrencyChangedError, match="ledger is in EUR"):
        start_rate_card(SETUP, project.id, a_card(currency="USD"), based_on=1, house=house)
    with pytest.raises(RateCardInvalidError, match="'cook'"):
        start_rate_card(SETUP, project.id, a_card(per_hour={"cook": 1}), based_on=1, house=house)
    with pytest.raises(RateCardInvalidError, match="future"):
        start_rate_card(SETUP, project.id, a_card(valid_from_us=2**60), based_on=1, house=house)
