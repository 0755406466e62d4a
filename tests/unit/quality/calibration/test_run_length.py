"""Run lengths against an exact lattice, a renewal argument and the measured table."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.calibration import UnitHistogram, design_policy_chart
from assay.quality.calibration.run_length import solve_limit, solve_run_length
from assay.quality.errors import CalibrationSettingError

# The blood-cell set's marks an image: 364 images, mean 13.4.
DENSE = UnitHistogram(
    ((1, 6), (2, 4), (3, 3), (4, 5), (6, 6), (7, 4), (8, 8), (9, 14), (10, 26), (11, 28), (12, 43), (13, 34), (14, 37),
     (15, 41), (16, 28), (17, 20), (18, 18), (19, 18), (20, 7), (21, 1), (22, 3), (23, 2), (24, 3), (25, 3), (28, 1),
     (30, 1))
)  # fmt: skip
SPARSE = UnitHistogram(((1, 30), (2, 30), (3, 25), (4, 15)))
SINGLE = UnitHistogram(((1, 1),))


def _lattice_run_length(down: int, up: int, chance_up: float, limit: int) -> float:
    """Exact mean steps of S <- max(0, S - down | S + up) to S >= limit, for whole numbers."""
    stay = np.zeros((limit, limit))
    for s in range(limit):
        stay[s, max(0, s - down)] += 1 - chance_up
        if s + up < limit:
            stay[s, s + up] += chance_up
    return float(np.linalg.solve(np.eye(limit) - stay, np.ones(limit))[0])


@pytest.mark.parametrize("chance_up", [0.05, 0.15, 0.4])
def test_the_recursion_equals_an_exact_lattice(chance_up: float) -> None:
    exact = _lattice_run_length(1, 10, chance_up, 27)
    # 400 cells on a limit that the lattice reaches exactly after 27 tenths.
    found = solve_run_length([-0.1, 1.0], [1 - chance_up, chance_up], 2.7 - 1e-9, cells=2700)
    assert found == pytest.approx(exact, rel=2e-3)


def test_an_alarm_at_the_first_error_takes_a_geometric_time() -> None:
    assert solve_run_length([-0.1, 5.0], [0.95, 0.05], 1.0) == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("histogram", "target", "limit", "by_rho"),
    [
        (DENSE, 500, 4.35, (878, 618, 501, 380)),
        (DENSE, 2000, 5.71, (3969, 2592, 2005, 1422)),
        (SPARSE, 500, 3.50, (535, 517, 501, 472)),
        (SPARSE, 2000, 4.83, (2192, 2092, 2004, 1854)),
    ],
)
def test_limits_and_run_lengths_are_those_of_the_measured_table(
    histogram: UnitHistogram, target: float, limit: float, by_rho: tuple[int, ...]
) -> None:
    chart = design_policy_chart(histogram, target=target)
    assert chart.limit == pytest.approx(limit, abs=0.015)
    found = [chart.run_length(0.05, rho).fresh for rho in (0.0, 0.05, 0.1, 0.2)]
    assert found == pytest.approx(list(by_rho), rel=0.01)


@pytest.mark.parametrize(
    ("histogram", "rho", "delays"),
    [(DENSE, 0.05, 9.3), (DENSE, 0.1, 10.5), (DENSE, 0.2, 12.9), (SPARSE, 0.1, 22.8), (SPARSE, 0.2, 24.0)],
)
def test_delays_are_those_of_the_measured_table(histogram: UnitHistogram, rho: float, delays: float) -> None:
    assert design_policy_chart(histogram, target=500).run_length(0.15, rho).fresh == pytest.approx(delays, abs=0.1)


def test_the_classic_single_mark_chart_finds_a_slip_within_37_marks() -> None:
    chart = design_policy_chart(SINGLE, rho=0.0, target=500)
    slip = chart.run_length(0.15)
    assert slip.fresh <= 37
    assert slip.running < slip.fresh  # a chart that has been running stands above 0
    assert chart.run_length(0.05).fresh >= 500


def test_a_chart_that_ignores_clustering_breaks_its_promise() -> None:
    naive = design_policy_chart(DENSE, rho=0.0, target=500)
    assert naive.run_length(0.05, 0.05).fresh < 100
    assert naive.run_length(0.05, 0.2).fresh < 40


@pytest.mark.parametrize("rho", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("histogram", [DENSE, SPARSE])
def test_a_correlation_off_by_a_tenth_keeps_seven_tenths_of_the_promise(histogram: UnitHistogram, rho: float) -> None:
    assert design_policy_chart(histogram, target=500).run_length(0.05, rho).fresh >= 350


def test_the_limit_is_the_smallest_that_keeps_the_promise() -> None:
    chart = design_policy_chart(SPARSE, target=300)
    units, errors, share = SPARSE.outcomes()
    assert chart.run_length(0.05).fresh == pytest.approx(300, rel=0.01)
    assert share.sum() == pytest.approx(1 * 2 * 0.3 + 3 * 0.3 + 4 * 0.25 + 5 * 0.15)
    assert (errors <= units).all()


def test_histograms_of_the_same_images_are_equal_whatever_their_order() -> None:
    assert UnitHistogram.of([3, 1, 0, 3]) == UnitHistogram.of([3, 3, 1, 1]) == UnitHistogram(((1, 2), (3, 2)))
    assert UnitHistogram.of([3, 1]).mean_units == 2.0


def test_a_design_is_solved_once() -> None:
    before = solve_limit.cache_info().hits
    design_policy_chart(SPARSE, target=500)
    design_policy_chart(UnitHistogram(SPARSE.counts), target=500)
    assert solve_limit.cache_info().hits > before


@pytest.mark.parametrize(
    "wrong",
    [{"p0": 0.2}, {"p0": 0.0}, {"p1": 1.0}, {"rho": 1.0}, {"rho": -0.1}, {"target": 0.5}, {"target": 1e9}],
)
def test_an_impossible_design_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(CalibrationSettingError):
        design_policy_chart(SPARSE, **wrong)


def test_a_histogram_of_nothing_is_refused() -> None:
    with pytest.raises(CalibrationSettingError, match="n_units"):
        UnitHistogram.of([])
