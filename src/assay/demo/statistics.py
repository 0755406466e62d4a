"""The demo's statistics without a server: the six people on gold, many times over, judged by the product's own rules.

What is counted here is what `assay demo` promises: how often intervals cover the truth, who gets flagged, whose
habit is found. A run draws gold images from an endless supply of pictures like those of the data set (that is, with
repeats: the intervals speak of such pictures in general), what everybody makes of them, and in which order they met
them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from assay.demo.fates import Fates, ObjectTable, draw_fates, error_counts, expected_rate, object_table
from assay.demo.people import cast_for
from assay.demo.person import SimulatedPerson
from assay.demo.sheets import sheet_of
from assay.demo.truth import TruthItem
from assay.kernel.estimate import Estimate
from assay.quality.boxes import Boxes
from assay.quality.calibration import (
    ChangeFilter,
    GoldAnswers,
    PolicyChart,
    UnitHistogram,
    demo_policy_chart,
    period_rate,
    person_clustering,
    policy_curve,
    pool_rho,
)
from assay.quality.convention import find_conventions

N_GOLD: Final = 36
CHECKED_AT: Final = (22, 30, 36)
WIDTH_AT_MARKS: Final = 300
MOSTLY_WRONG: Final = 0.4  # whose error is surely beyond this has no practice to compare, as on the server
N_DRAWS: Final = 199  # random draws behind each p-value: enough for a level of .05 / 3
EDGE_RATIO: Final = 0.004  # a side this near to the picture's edge, as a share of the picture's side, lies on it


@dataclass
class PersonTally:
    """What was counted about one person over the runs of a cell.

    Attributes:
        name: the person's name.
        true_period: error rate over all their gold, on average over runs; the last of `true_at`.
        true_now: error rate at the end.
        covered: by number of gold images, how many period intervals held the true rate of that stretch.
        now_covered: how many intervals of the current rate held the true one, at the end.
        period_half: half-widths of the period interval at about 300 marks.
        now_half: half-widths of the current rate's interval at about 300 marks.
        n_flagged: runs in which the policy chart rang.
        n_found: searched runs in which a habit they really have was found, by feature.
        n_false: searched runs in which a habit they do not have was reported.
        expected_flag: whether something should be said about them.
        habits: the habits they really have.
    """

    name: str
    true_period: float
    true_now: float
    expected_flag: bool
    habits: tuple[str, ...]
    covered: dict[int, int] = field(default_factory=lambda: dict.fromkeys(CHECKED_AT, 0))
    now_covered: int = 0
    period_half: list[float] = field(default_factory=list)
    now_half: list[float] = field(default_factory=list)
    n_flagged: int = 0
    n_found: dict[str, int] = field(default_factory=dict)
    n_false: int = 0


@dataclass(frozen=True)
class Cell:
    """The tallies of one setting.

    Attributes:
        rho: intra-image correlation of everybody's errors.
        n_gold: gold images each person met.
        n_runs: how many runs.
        n_searched: runs in which habits were looked for.
        people: a tally for each of the six.
    """

    rho: float
    n_gold: int
    n_runs: int
    n_searched: int
    people: tuple[PersonTally, ...]


@dataclass(frozen=True, eq=False)
class _Stage:
    """What stays the same over the runs of a cell."""

    cast: tuple[SimulatedPerson, ...]
    tables: tuple[ObjectTable, ...]
    starts: NDArray[np.int64]
    boxes: NDArray[np.float64]
    sizes_px: NDArray[np.float64]
    classes: NDArray[np.int32]
    class_names: tuple[str, ...]
    on_edge: NDArray[np.bool_]
    chart: PolicyChart
    n_gold: int


def run_cell(
    items: Sequence[TruthItem],
    *,
    rho: float,
    n_runs: int,
    seed: int = 0,
    n_gold: int = N_GOLD,
    search_every: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Cell:
    """Run the cast over a data set `n_runs` times; about 50 runs a second, 12 of those in which habits are looked for.

    Args:
        items: the data set; gold is drawn from it anew in each run.
        rho: intra-image correlation of everybody's errors.
        n_runs: how many runs.
        seed: of everything.
        n_gold: gold images each person meets.
        search_every: look for habits in every so many-th run.
        progress: called after each run with its number.
    """
    stage = _stage(items, rho, n_gold)
    tallies = tuple(_fresh(person, table, stage) for person, table in zip(stage.cast, stage.tables, strict=True))
    for run in range(n_runs):
        rng = default_rng([seed, round(rho * 1000), run])
        _one_run(stage, tallies, rng, search=run % search_every == 0)
        if progress is not None:
            progress(run + 1)
    return Cell(rho, n_gold, n_runs, -(-n_runs // search_every), tallies)


def _stage(items: Sequence[TruthItem], rho: float, n_gold: int) -> _Stage:
    cast = tuple(replace(person, rho=rho) for person in cast_for(items))
    tables = tuple(object_table(items, person.confuses) for person in cast)
    boxes = np.array([o.box for item in items for o in item.objects], dtype=np.float64).reshape(-1, 4)
    sizes = np.array([(item.width_px, item.height_px) for item in items], dtype=np.float64)
    units = np.maximum(tables[0].counts, 1)
    chart = demo_policy_chart(UnitHistogram.of(units))
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(tables[0].counts)])
    near = EDGE_RATIO * sizes[tables[0].item]
    on_edge = np.concatenate([boxes[:, :2] <= near, boxes[:, 2:] >= sizes[tables[0].item] - near], axis=1)
    labels = [o.label_class for item in items for o in item.objects]
    names = tuple(sorted(set(labels)))
    codes = np.array([names.index(label) for label in labels], np.int32)
    return _Stage(cast, tables, starts, boxes, sizes, codes, names, on_edge, chart, n_gold)


def _fresh(person: SimulatedPerson, table: ObjectTable, stage: _Stage) -> PersonTally:
    return PersonTally(
        person.name,
        _true_after(person, table, stage.n_gold, stage.n_gold),
        expected_rate(person, table, slipped=True),
        person.expected_flag,
        person.habits,
        n_found=dict.fromkeys(person.habits, 0),
    )


def _true_after(person: SimulatedPerson, table: ObjectTable, n_images: int, n_gold: int) -> float:
    """The true rate over the first `n_images` gold images: they slip when half of their gold is behind them."""
    before = min(n_images, n_gold // 2)
    early, late = (expected_rate(person, table, slipped=slipped) for slipped in (False, True))
    return (before * early + (n_images - before) * late) / n_images


def _one_run(stage: _Stage, tallies: tuple[PersonTally, ...], rng: Generator, *, search: bool) -> None:
    gold = rng.integers(len(stage.tables[0].counts), size=stage.n_gold)
    answers, sheets = [], {}
    for number, (person, table) in enumerate(zip(stage.cast, stage.tables, strict=True)):
        order = rng.permutation(stage.n_gold)
        part, objects = _taken(table, gold[order], stage.starts)
        fates = draw_fates(person, part, rng, np.arange(stage.n_gold) >= stage.n_gold // 2)
        answers.append(GoldAnswers.of(*error_counts(fates, part)))
        if search:
            sheets[person.name] = _sheet(stage, number, fates, part, order, objects, stage.sizes_px[gold], rng)
    wrong = _tally_rates(stage, tallies, answers)
    if search:
        _tally_habits(stage, tallies, sheets, wrong, stage.sizes_px[gold], rng)


def _taken(
    table: ObjectTable, items: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[ObjectTable, NDArray[np.int64]]:
    """The objects of the chosen items in that order, and their rows in the whole table."""
    counts = table.counts[items]
    offsets = np.cumsum(counts) - counts
    objects = np.arange(counts.sum()) + np.repeat(starts[items] - offsets, counts)
    part = ObjectTable(
        counts,
        np.repeat(np.arange(len(items), dtype=np.int64), counts),
        table.edge[objects],
        table.hidden[objects],
        table.echo[objects],
        table.confusable[objects],
    )
    return part, objects


def _sheet(
    stage: _Stage,
    number: int,
    fates: Fates,
    part: ObjectTable,
    order: NDArray[np.int64],
    objects: NDArray[np.int64],
    sizes_px: NDArray[np.float64],
    rng: Generator,
) -> Boxes:
    """What these fates look like on the gold images, which were met in `order`."""
    confused = stage.cast[number].confuses
    return sheet_of(
        fates,
        image=order[part.item],
        order=order,
        boxes=stage.boxes[objects],
        classes=stage.classes[objects],
        on_edge=stage.on_edge[objects],
        sizes_px=sizes_px,
        pair=None if confused is None else (stage.class_names.index(confused[0]), stage.class_names.index(confused[1])),
        rng=rng,
    )


def _tally_rates(stage: _Stage, tallies: tuple[PersonTally, ...], answers: list[GoldAnswers]) -> frozenset[str]:
    """Count intervals and alarms; returns who is surely mostly wrong."""
    wide = [int(np.searchsorted(np.cumsum(a.n_units), WIDTH_AT_MARKS)) + 1 for a in answers]
    for n_images in CHECKED_AT:
        if n_images > stage.n_gold:
            continue
        pool = pool_rho(person_clustering(a[:n_images]) for a in answers)
        for person, table, tally, given in zip(stage.cast, stage.tables, tallies, answers, strict=True):
            estimate = period_rate(given[:n_images], pool).estimate
            tally.covered[n_images] += _holds(estimate, _true_after(person, table, n_images, stage.n_gold))
    pool = pool_rho(person_clustering(a) for a in answers)
    for tally, given, n_wide in zip(tallies, answers, wide, strict=True):
        tally.period_half.append(period_rate(given[:n_wide], pool).estimate.half_width or 1.0)
        early = ChangeFilter.fresh().fold_all(given[:n_wide])
        tally.now_half.append(early.now().half_width or 1.0)
        tally.now_covered += _holds(early.fold_all(given[n_wide:]).now(), tally.true_now)
        tally.n_flagged += bool(policy_curve(stage.chart, given)[1].alarms)
    now = {tally.name: period_rate(given, pool).estimate for tally, given in zip(tallies, answers, strict=True)}
    return frozenset(name for name, estimate in now.items() if (estimate.low or 0.0) >= MOSTLY_WRONG)


def _holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low is not None and estimate.high is not None and estimate.low <= truth <= estimate.high


def _tally_habits(
    stage: _Stage,
    tallies: tuple[PersonTally, ...],
    sheets: dict[str, Boxes],
    wrong: frozenset[str],
    sizes_px: NDArray[np.float64],
    rng: Generator,
) -> None:
    compared = {name: sheet for name, sheet in sheets.items() if name not in wrong}
    report = find_conventions(compared, rng=rng, sizes_px=sizes_px, n_draws=N_DRAWS)
    found = {(name, c.feature.partition("@")[0]) for c in report.conventions for name in c.departing}
    for person, tally in zip(stage.cast, tallies, strict=True):
        mine = {feature for who, feature in found if who == tally.name}
        for feature in tally.habits:
            tally.n_found[feature] += feature in mine
        true = {*tally.habits, *(("covered",) if person.skips_covered else ())}
        tally.n_false += bool(mine - true)
