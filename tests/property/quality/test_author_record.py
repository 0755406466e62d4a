"""What is said about each person is what was simulated: misses, inventions, confusions, noise, by class."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.quality_boxes import a_truth, redrawn

from assay.kernel.estimate import Estimate
from assay.quality import Boxes, Masks, fuse_boxes, fuse_masks
from assay.quality.author_record import record_authors, skill_measured

NOISE = {"ann": 0.02, "bo": 0.03, "cy": 0.06, "di": 0.03}
MISSES = {"ann": 0.03, "bo": 0.15, "cy": 0.05, "di": 0.08}
INVENTS = {"ann": 0.01, "bo": 0.02, "cy": 0.12, "di": 0.03}


def people(seed: int, n_items: int = 400) -> dict[str, Boxes]:
    rng = np.random.default_rng(seed)
    truth = a_truth(rng, n_items)
    return {
        name: redrawn(rng, truth, misses=MISSES[name], invents=INVENTS[name], noise=NOISE[name], swaps=0.02)
        for name in NOISE
    }


def near(found: Estimate, wanted: float, slack: float) -> bool:
    assert found.low is not None
    assert found.high is not None
    return found.low - slack <= wanted <= found.high + slack


def test_misses_inventions_and_noise_are_those_that_were_drawn() -> None:
    drawn = people(1)
    fused = fuse_boxes(drawn)
    records = record_authors(fused, drawn)
    for name, table in records.items():
        one = table.overall
        assert near(one.misses, MISSES[name], 0.01)
        assert near(one.spurious, INVENTS[name] / (1 + INVENTS[name] - MISSES[name]), 0.012)
        assert near(one.right_class, 0.98, 0.005)
        assert one.noise.value == pytest.approx(NOISE[name] * np.sqrt(2 / np.pi), rel=0.25)
        assert one.misses.n_items > 350
        assert one.misses.method == "ratio-of-sums"
    noisy = sorted(records, key=lambda name: records[name].overall.noise.value or 0)
    assert (noisy[0], noisy[-1]) == ("ann", "cy")


def test_a_class_that_somebody_leaves_out_or_misnames_stands_out() -> None:
    drawn = people(2)
    rng = np.random.default_rng(3)
    bo = drawn["bo"]
    drawn["bo"] = bo.where((bo.classes != 1) | (rng.random(len(bo)) > 0.5))
    di = drawn["di"]
    swap = (di.classes == 2) & (rng.random(len(di)) < 0.4)
    drawn["di"] = Boxes(di.offsets, di.xyxy, np.where(swap, 0, di.classes))
    records = record_authors(fuse_boxes(drawn), drawn)
    assert near(records["bo"].by_class[1].misses, 1 - 0.5 * (1 - MISSES["bo"]), 0.02)
    assert near(records["bo"].by_class[0].misses, MISSES["bo"], 0.02)
    confused = records["di"].by_class[2]
    assert near(confused.right_class, 0.6, 0.03)
    assert confused.confusion[0] > 10 * confused.confusion.get(1, 0)
    total = sum(confused.confusion.values())
    assert confused.confusion[2] / total == pytest.approx(confused.right_class.value)


def test_who_was_not_asked_missed_nothing() -> None:
    drawn = people(4, n_items=120)
    asked = {name: np.ones(120, np.bool_) for name in drawn}
    asked["bo"] = np.arange(120) < 40
    drawn["bo"] = Boxes.of([[*box] if k < 40 else [] for k, box in enumerate(_by_item(drawn["bo"]))])
    record = record_authors(fuse_boxes(drawn, assigned=asked), drawn, assigned=asked)["bo"].overall
    assert record.misses.n_items <= 40
    assert near(record.misses, MISSES["bo"], 0.05)


def _by_item(boxes: Boxes) -> list[list[list[float]]]:
    return [boxes.xyxy[a:b].tolist() for a, b in zip(boxes.offsets[:-1], boxes.offsets[1:], strict=True)]


def test_the_intervals_of_a_skill_hold_its_value_and_are_as_wide_as_the_record() -> None:
    drawn = people(5, n_items=150)
    fused = fuse_boxes(drawn)
    for name, table in record_authors(fused, drawn).items():
        measured = skill_measured(fused.skills[name], table.overall)
        assert list(measured) == ["finds", "invents", "right_class", "noise"]
        for what, one in measured.items():
            assert one.value == getattr(fused.skills[name], what)
            assert one.low is not None
            assert one.high is not None
            assert 0 <= one.low <= one.value <= one.high <= 1
            assert one.method == "latent-class"


def test_people_who_never_differ_leave_wilsons_doubt() -> None:
    rng = np.random.default_rng(7)
    truth = a_truth(rng, 80, n_classes=1)
    drawn = {name: redrawn(rng, truth, swaps=0.0, n_classes=1) for name in ("ann", "bo")}
    fused = fuse_boxes(drawn)
    for name, table in record_authors(fused, drawn).items():
        right = skill_measured(fused.skills[name], table.overall)["right_class"]
        assert right.value == pytest.approx(1, abs=0.01)
        assert right.low is not None
        assert 0.93 < right.low < 0.98


def test_masks_are_recorded_alike() -> None:
    rng = np.random.default_rng(6)
    truth = np.zeros((12, 40, 50), np.bool_)
    for picture in truth:
        y, x = rng.integers(5, 20, 2)
        picture[y : y + 12, x : x + 15] = True
    drawn = {}
    for name, edge in (("ann", 0), ("bo", 0), ("cy", 3)):
        pictures = [np.roll(picture, edge, axis=1) for picture in truth]
        drawn[name] = Masks.from_bitmaps(np.arange(13), pictures, np.zeros(12, np.int64))
    records = record_authors(fuse_masks(drawn), drawn)
    assert records["ann"].overall.noise.value == 0
    assert records["cy"].overall.noise.value == pytest.approx(np.sqrt(1.5) * (1 - 12 / 18) / 4, abs=0.01)
    assert records["cy"].overall.misses.value == 0
