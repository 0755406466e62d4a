"""The quality table and a person's page, from scores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.support.scores import a_score

from assay.gold import ERROR_KINDS
from assay.governance import preset
from assay.insights.model import AlarmView, PersonRow
from assay.insights.people import confusion_of, episodes, kind_rows, person_page, person_row
from assay.quality.calibration import EvidenceRules
from assay.reliability import RaisedAlarm, WatchRules, setup_for

POLICY = preset("standard")
RULES = WatchRules(POLICY.accepted_error, POLICY.max_error, 1000.0, POLICY.match_iou, POLICY.tight_iou)


def row(scores: list[Any], **fields: Any) -> PersonRow:
    told = {"paused": False, "alarm": None, "differs": False, "n_submissions": 7}
    return person_row("ann", scores, rho=0.05, policy=POLICY, **{**told, **fields})


def alarm(image: int, *, state: str = "open", put_back: int = 3) -> AlarmView:
    raised = RaisedAlarm(
        f"a{image}", "ann", "policy", image, image - 5, image - 8, image - 2, image - 7, 1, 1, 1, 1, state, 1
    )
    return AlarmView(raised, put_back, 1)


def test_too_little_gold_is_no_evidence_whatever_it_says() -> None:
    found = row([a_score(5)] * 9)
    assert not found.accuracy.evidence.enough
    assert found.accuracy.state == "none"
    assert found.standing.state == "none"
    assert "not enough evidence" in found.standing.text


def test_good_work_on_enough_gold_stands_above_the_limit() -> None:
    found = row([a_score(6)] * 40)
    assert (found.standing.state, found.standing.text) == ("ok", "above .85")
    assert found.accuracy.estimate.value is not None
    assert found.accuracy.estimate.value + (found.error.estimate.value or 0) == pytest.approx(1)
    assert (found.n_gold_images, found.n_gold_marks, found.n_submissions) == (40, 240, 7)


def test_bad_work_on_enough_gold_stands_below_it() -> None:
    assert row([a_score(6, missed=3)] * 40).standing.state == "stop"


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"paused": True}, "stop"),
        ({"differs": True}, "practice_differs"),
        ({"alarm": alarm(20)}, "warn"),
        ({"paused": True, "differs": True, "alarm": alarm(20)}, "stop"),
        ({"differs": True, "alarm": alarm(20)}, "practice_differs"),
    ],
)
def test_what_happened_comes_before_what_is_measured(fields: dict[str, Any], state: str) -> None:
    assert row([a_score(6)] * 40, **fields).standing.state == state


def test_each_kind_of_error_is_held_against_what_could_have_gone_wrong_that_way() -> None:
    scores = [a_score(4, missed=1, spurious=2, misclassified=1)] * 30
    found = kind_rows(scores, 0.05, POLICY, EvidenceRules())
    shares = {name: m.estimate.value for name, m in found.items()}
    assert set(shares) == {kind.value for kind in ERROR_KINDS}
    assert shares["missed"] == pytest.approx(30 / 120, abs=0.02)
    assert shares["misclassified"] == pytest.approx(30 / 120, abs=0.02)
    assert shares["spurious"] == pytest.approx(60 / 150, abs=0.02)  # of 5 drawn on each image
    assert shares["mislocalised"] == pytest.approx(0, abs=0.02)


def test_the_confusion_table_counts_every_mark_once_with_nothing_last() -> None:
    scores = [a_score(3, missed=1, spurious=2), a_score(2, misclassified=1)]
    names, table = confusion_of(scores, {"cell": "Cell", "other": "Other"})
    assert names == ("Cell", "Other", "nothing")
    assert table == ((3, 1, 1), (0, 0, 0), (2, 0, 0))


def test_alarms_close_together_are_one_episode_with_all_that_went_back() -> None:
    found = episodes([alarm(40, state="closed"), alarm(12), alarm(18, state="closed"), alarm(27)])
    assert [(v.alarm.gold_image, v.n_put_back, v.alarm.state) for v in found] == [(12, 9, "open"), (40, 3, "closed")]


def page(scores: list[Any], alarms: list[AlarmView] | None = None, finding: str | None = None) -> Any:
    return person_page(
        row(scores),
        scores,
        rho=0.05,
        policy=POLICY,
        setup=setup_for([4] * 20, RULES),
        alarms=alarms or [],
        clauses={"4.2": "Cut by the edge"},
        classes={"cell": "Cell"},
        finding=finding,
    )


def test_a_page_has_a_point_for_each_gold_image_on_every_chart() -> None:
    scores = [a_score(4, missed=n % 3 == 0, clauses=("4.2",)) for n in range(25)]
    found = page(scores)
    assert [s.kind for s in found.series] == ["all", "missed", "spurious", "misclassified", "mislocalised"]
    assert all([p.gold_image for p in s.points] == list(range(1, 26)) for s in found.series)
    assert all(0 <= p.low <= p.value <= p.high <= 1 for s in found.series for p in s.points)
    assert [name for name, _, _ in found.by_clause] == ["4.2"]
    assert found.by_clause[0][2].estimate.value == pytest.approx(9 / 100, abs=0.02)


def test_a_page_leads_with_the_finding_then_the_alarm_then_the_figure() -> None:
    scores = [a_score(4)] * 12 + [a_score(4, missed=3)] * 12
    assert page(scores, [alarm(20)], "Two people skip edges").title == "Two people skip edges"
    assert page(scores, [alarm(20)]).title.startswith("More errors since")
    beginning = replace(alarm(20).alarm, median_image=0)
    assert page(scores, [AlarmView(beginning, 3, 0)]).title == "High error rate from the first answer on"
    fewer = page([a_score(4, missed=3)] * 12 + [a_score(4)] * 12, [alarm(20)])
    assert "no rise seen" in fewer.title
    assert "rose" not in fewer.text
    assert page([a_score(4)] * 30).title == "No change in the error rate"
    assert page([a_score(4)] * 3).title == "Not enough evidence yet"


def test_a_page_without_any_gold_is_a_page() -> None:
    found = page([])
    assert found.title == "Not enough evidence yet"
    assert all(s.points == () for s in found.series)


def test_nobodys_figures_hang_on_the_order_of_equal_images() -> None:
    rng = np.random.default_rng(3)
    scores = [a_score(4, missed=int(rng.random() < 0.3)) for _ in range(30)]
    one, other = row(scores), row([scores[i] for i in rng.permutation(30)])
    assert one.error.estimate == other.error.estimate
