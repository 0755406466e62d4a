"""Short runs of the calibration benchmark (`tests/bench/calibration.py`): people whose truth is known."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from tests.bench.calibration import (
    PARTS,
    simulate_delay,
)
from tests.bench.calibration_book import Bench, Line
from tests.bench.calibration_cast import dense_geometry, sparse_geometry

from assay.quality.calibration import UnitHistogram, design_policy_chart

pytestmark = pytest.mark.slow


def _bench(runs: int) -> Bench:
    # Drawn images instead of the blood-cell set, so that the test is the same on every machine.
    return Bench(runs, 20261124, dense_geometry(None), sparse_geometry())


def _broken(lines: list[Line], runs: int) -> list[str]:
    """Promises missed by more than three standard errors of a share over `runs`."""
    missed = []
    for line in lines:
        for limit, sign in ((line.low, 1), (line.high, -1)):
            if limit is not None and sign * (limit - line.measured) > 3 * sqrt(limit * (1 - min(limit, 0.999)) / runs):
                missed.append(f"{line.name}: {line.measured:.3f}, limit {limit}")
    return missed


def test_the_demos_people_are_measured_and_flagged_as_promised() -> None:
    bench = _bench(60)
    PARTS["cast"](bench)
    assert len(bench.lines) > 80
    assert _broken(bench.lines, 60) == []


def test_period_intervals_cover_where_naive_ones_fail() -> None:
    bench = _bench(100)
    PARTS["period"](bench)
    assert _broken(bench.lines, 100) == []
    naive = [line for line in bench.lines if line.name.startswith("naive")]
    assert len(naive) == 3
    assert max(line.measured for line in naive) < 0.85


@pytest.mark.parametrize("rho", [0.05, 0.2])
def test_simulated_charts_ring_as_seldom_as_the_recursion_says(rho: float) -> None:
    for geometry in (dense_geometry(None), sparse_geometry()):
        chart = design_policy_chart(UnitHistogram.of(geometry.marks), rho=rho, target=300)
        found = simulate_delay(np.random.default_rng(7), chart, geometry, [0.05], rho, 2000).mean()
        assert found == pytest.approx(chart.run_length(0.05).fresh, rel=0.1)
        slip = simulate_delay(np.random.default_rng(8), chart, geometry, [0.15], rho, 2000).mean()
        assert slip == pytest.approx(chart.run_length(0.15).fresh, rel=0.05)


def test_the_change_point_is_covered_and_the_early_quantile_reaches_the_bad_work() -> None:
    bench = _bench(120)
    PARTS["change-point"](bench)
    assert _broken(bench.lines, 60) == []


def test_the_personal_chart_keeps_its_run_length_and_finds_a_slip() -> None:
    bench = _bench(200)
    PARTS["personal"](bench)
    assert [line.name for line in bench.lines if not line.holds] == []


def test_items_and_batches_hold_their_lines() -> None:
    bench = _bench(300)
    PARTS["items"](bench)
    PARTS["acceptance"](bench)
    assert _broken(bench.lines, 300) == []
