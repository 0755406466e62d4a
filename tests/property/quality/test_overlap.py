"""Asking until the answer is sure gives a better answer for the same number of answers."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.quality_boxes import a_truth, redrawn

from assay.kernel.errors import AssayError
from assay.quality import Boxes, Fused, NextStep, OverlapRule, fuse_boxes, judge_overlap, match_boxes

N_ITEMS, N_PEOPLE = 300, 5
HABITS = ((0.05, 0.03), (0.10, 0.05), (0.08, 0.02), (0.15, 0.08), (0.06, 0.03))


class Crowd:
    """Five people who have drawn everything; some of it is shown."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.truth = a_truth(rng, N_ITEMS)
        self.drawn = [redrawn(rng, self.truth, misses=m, invents=i) for m, i in HABITS]
        self.first = rng.integers(0, N_PEOPLE, N_ITEMS)

    def answer(self, n_answers: np.ndarray) -> Fused:
        asked, shown = {}, {}
        for number, boxes in enumerate(self.drawn):
            asked[f"p{number}"] = mine = (number - self.first) % N_PEOPLE < n_answers
            shown[f"p{number}"] = boxes.where(mine[boxes.items])
        return fuse_boxes(shown, assigned=asked)

    def f1(self, fused: Fused) -> float:
        hits = match_boxes(self.truth, fused.boxes).same_class.sum()
        return float(2 * hits / (len(self.truth) + len(fused.boxes)))

    def ask_until_sure(self, rule: OverlapRule) -> tuple[Fused, np.ndarray]:
        n_answers = np.full(N_ITEMS, rule.least)
        while True:
            fused = self.answer(n_answers)
            more = judge_overlap(fused, n_answers, rule) == NextStep.ASK
            if not more.any():
                return fused, n_answers
            n_answers[more] += 1


@pytest.mark.parametrize("seed", [1, 2])
def test_asking_until_sure_is_better_than_three_for_everything(seed: int) -> None:
    crowd = Crowd(seed)
    fused, n_answers = crowd.ask_until_sure(OverlapRule(sure_from=0.7))
    assert n_answers.mean() <= 3.15
    assert len(np.unique(n_answers)) > 2
    assert crowd.f1(fused) > crowd.f1(crowd.answer(np.full(N_ITEMS, 3))) + 0.004


@pytest.mark.slow
def test_being_surer_takes_more_answers_and_errs_less() -> None:
    crowd = Crowd(3)
    runs = [crowd.ask_until_sure(OverlapRule(sure_from=sure)) for sure in (0.6, 0.8, 0.95)]
    asked = [float(n_answers.mean()) for _, n_answers in runs]
    assert asked == sorted(asked)
    assert crowd.f1(runs[-1][0]) > crowd.f1(runs[0][0])


def test_steps_follow_sureness_and_limits() -> None:
    box, other = (0.0, 0.0, 10.0, 10.0), (50.0, 50.0, 60.0, 60.0)
    people = {name: Boxes.of([[box], [], [box, other] if name == "a" else [box]]) for name in "abcd"}
    fused = fuse_boxes(people)
    assert fused.sureness[2] < fused.sureness[0] > 0.9
    assert fused.sureness[1] == 1
    steps = judge_overlap(fused, [4, 4, 4], OverlapRule(sure_from=float(fused.sureness[2]) + 1e-6, most=4))
    assert steps.tolist() == [NextStep.ENOUGH, NextStep.ENOUGH, NextStep.SETTLE]
    assert judge_overlap(fused, [1, 0, 4], OverlapRule(sure_from=1.0)).tolist() == [NextStep.ASK] * 3


def test_rules_that_cannot_be_are_refused() -> None:
    for broken in ({"sure_from": 0.0}, {"least": 0}, {"least": 4, "most": 3}):
        with pytest.raises(AssayError):
            OverlapRule(**broken)  # type: ignore[arg-type]
    with pytest.raises(AssayError):
        judge_overlap(fuse_boxes({"a": Boxes.empty(2), "b": Boxes.empty(2)}), [1])
