"""The forecast: what grows, what does not, what a policy changes, and whether its interval holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.bench.cost_forecast import run

from assay.costs import History, Knobs, Month, NoHistoryError, Pace, Stage, WhatIfInvalidError, forecast
from assay.costs.forecasting import track_record

MICRO = 1_000_000


def a_month(month: str, *, n_items: int = 500, factor: float = 1.0, complete: bool = True) -> Month:
    spent = {Stage.ANNOTATE: 100.0, Stage.GOLD: 6.0, Stage.REVIEW: 20.0, Stage.ADJUDICATE: 10.0, Stage.COMPUTE: 2.0}
    money = {s: v * MICRO * factor * n_items / 500 for s, v in spent.items()}
    seconds = {s: v * 240.0 * factor * n_items / 500 for s, v in spent.items() if s is not Stage.COMPUTE}
    return Month(month, n_items, 3 * n_items, money, seconds, complete=complete)


def a_history(*factors: float) -> History:
    months = tuple(a_month(f"2026-{k + 1:02}", factor=f) for k, f in enumerate(factors))
    people = tuple(Pace(str(k), 500, 15_000.0 * f) for k, f in enumerate((0.8, 1.0, 1.3)))
    return History("EUR", months, people, Knobs(3, 0.05, 0.2), stored_gb=2.0, gb_month=23_000, n_items_ever=1000)


def test_people_cost_grows_with_the_images_and_monthly_fees_do_not() -> None:
    history = replace(a_history(1.0, 1.02, 0.98), monthly={Stage.PLATFORM: 80 * MICRO})
    found = forecast(history, scale=10)
    assert found.items_then == 5000
    assert found.now.by_stage[Stage.PLATFORM] == found.then.by_stage[Stage.PLATFORM] == 80 * MICRO
    ratio = found.then.by_stage[Stage.ANNOTATE] / found.now.by_stage[Stage.ANNOTATE]
    assert ratio == pytest.approx(10, rel=0.02)
    assert found.then.hours.value == pytest.approx(10 * found.now.hours.value, rel=0.02)
    assert found.then.weeks.value == pytest.approx(found.now.weeks.value / 10, rel=0.02)


def test_the_interval_is_wider_at_another_size_and_narrower_after_more_months() -> None:
    def width(months: int, scale: float) -> float:
        money = forecast(a_history(*([0.95, 1.05] * 6)[:months]), scale=scale).then.money
        return (money.high - money.low) / money.value

    assert width(4, 10) > width(4, 1)
    assert width(2, 10) > width(6, 10) > width(12, 10)


def test_the_parts_of_a_month_add_up_to_about_its_middle() -> None:
    found = forecast(a_history(1.0, 1.1), scale=10)
    assert sum(found.then.by_stage.values()) == pytest.approx(found.then.money.value, rel=0.02)


def test_halving_the_answers_halves_what_they_cost_and_saves_it() -> None:
    history = a_history(1.0, 1.0, 1.0)
    found = forecast(history, scale=1, turned=replace(history.knobs, overlap=1.5))
    assert found.changed is not None
    assert found.changed.by_stage[Stage.ANNOTATE] == pytest.approx(found.now.by_stage[Stage.ANNOTATE] / 2, rel=0.02)
    assert found.changed.by_stage[Stage.ADJUDICATE] == pytest.approx(found.now.by_stage[Stage.ADJUDICATE], rel=0.02)
    (change,) = found.changes
    assert change.saves.value == pytest.approx(found.then.money.value - found.changed.money.value, rel=0.05)
    assert change.saves.low > 0


def test_labels_taken_from_a_model_save_people_but_cost_their_audit() -> None:
    history = a_history(1.0, 1.0)
    found = forecast(history, scale=1, turned=replace(history.knobs, auto_share=0.3, audit_share=0.05))
    assert found.changed is not None
    audit = found.changed.by_stage[Stage.AUDIT]
    assert audit == pytest.approx(0.3 * 0.05 * found.now.by_stage[Stage.ANNOTATE] / 3, rel=0.05)
    assert found.changed.by_stage[Stage.ANNOTATE] == pytest.approx(0.7 * found.now.by_stage[Stage.ANNOTATE], rel=0.02)


def test_a_knob_left_as_it_is_saves_nothing() -> None:
    history = a_history(1.0, 1.0)
    found = forecast(history, scale=10, turned=history.knobs)
    assert found.changed is None
    assert found.changes == ()


def test_an_empty_ledger_and_impossible_knobs_are_refused_by_name() -> None:
    with pytest.raises(NoHistoryError, match="no image"):
        forecast(a_history(), scale=10)
    history = a_history(1.0)
    with pytest.raises(WhatIfInvalidError, match=r"gold_rate is 0\.9"):
        forecast(history, scale=10, turned=replace(history.knobs, gold_rate=0.9))
    with pytest.raises(WhatIfInvalidError, match="scale is 0"):
        forecast(history, scale=0)


def test_the_same_question_has_the_same_answer() -> None:
    assert forecast(a_history(1.0, 1.2), scale=10) == forecast(a_history(1.0, 1.2), scale=10)


def test_the_track_record_counts_months_that_earlier_ones_foretold() -> None:
    assert track_record(a_history(1.0, 1.01, 0.99, 1.0)) == (3, 3)
    assert track_record(a_history(1.0, 1.01, 0.99, 5.0)) == (2, 3)
    assert track_record(a_history(1.0)) == (0, 0)


@pytest.mark.slow
def test_the_interval_holds_in_75_to_85_of_100_simulated_months(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.costs.forecasting.N_DRAWS", 1000)
    found = run(300, seed=5)["all"]
    assert isinstance(found, dict)
    spread = 2 * np.sqrt(0.8 * 0.2 / 300)  # the test's own chance, for a project's two months hang together
    assert 0.75 - spread <= found["held_80"] <= 0.85 + spread
