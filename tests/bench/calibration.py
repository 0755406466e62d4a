"""Measures every promise of gold calibration on simulated people: `python -m tests.bench.calibration --help`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.bench.calibration_book import Bench, covers, half_width, print_book
from tests.bench.calibration_cast import (
    CLAUSES,
    Answers,
    CastRun,
    Geometry,
    Person,
    demo_cast,
    dense_geometry,
    draw_errors,
    single_geometry,
    sparse_geometry,
)

from assay.quality.acceptance import plan_acceptance, plan_power
from assay.quality.calibration import (
    ChangeFilter,
    GoldAnswers,
    PersonalChart,
    PolicyChart,
    RowCounts,
    UnitHistogram,
    borrowed_rate,
    calibration_rows,
    chance_to_ask,
    demo_policy_chart,
    design_policy_chart,
    fit_times,
    judge_leaked_item,
    locate_change,
    period_rate,
    person_clustering,
    policy_curve,
    pool_rho,
)
from assay.quality.calibration.betabinomial import log_chance, shifted_odds
from assay.quality.calibration.personal_chart import BASELINES, ODDS_RATIOS, PRODUCTION_THRESHOLD
from assay.quality.intervals import wilson

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
SHARED_BCCD = Path(__file__).resolve().parents[3] / "shared/data/bccd/BCCD/Annotations"
Book = dict[str, list[float]]
ERRORS = (0.03, 0.05, 0.11, 0.18, 0.50)


def measure_cast(bench: Bench) -> None:
    """The demo's six people, 36 gold images each.

    A habit spoils .6 of one mark in nine (9 to 10 % error in all) or, in a weaker variant, .3 of one in four.
    """
    for rho in (0.05, 0.10):
        _one_cast(bench, CastRun(bench.dense, rho, bench.rng(1, round(rho * 100)), share=0.11), 0.6)
        _one_cast(bench, CastRun(bench.dense, rho, bench.rng(2, round(rho * 100)), share=0.24), 0.3)


def measure_apart(bench: Bench) -> None:
    """People whose habit clusters apart from their other errors: calmer than the pool, so covered too often."""
    run = CastRun(bench.dense, 0.10, bench.rng(13), apart=True)
    covered = {person.name: np.zeros(3) for person in demo_cast(0.6) if person.clause}
    for _ in range(bench.runs):
        gold = run.rng.choice(len(bench.dense.marks), run.n_gold, replace=False)
        given = {person: run.answer(person, gold) for person in demo_cast(0.6)}
        answers = {person: GoldAnswers.of(a.units, a.errors) for person, a in given.items()}
        for k, n in enumerate((22, 30, 36)):
            pool = pool_rho(person_clustering(a[:n]) for a in answers.values())
            for person, a in answers.items():
                if person.clause:
                    covered[person.name][k] += covers(period_rate(a[:n], pool).estimate, run.true_rate(person, n)[0])
    for name, hits in covered.items():
        shares = {
            f"period covers {n}": round(float(h), 3) for n, h in zip((22, 30, 36), hits / bench.runs, strict=True)
        }
        bench.row("habits that cluster apart, rho 0.1", person=name, **shares)


def measure_less_gold(bench: Bench) -> None:
    """How often the demo's flag rule finds people when fewer tasks are gold; nothing is promised here but the order."""
    chart = demo_policy_chart(UnitHistogram.of(bench.dense.marks))
    cast = demo_cast(0.6)
    for n_gold, share in ((19, "10 %"), (30, "15 %"), (36, "18 %")):
        for rho in (0.05, 0.10):
            run = CastRun(bench.dense, rho, bench.rng(10, n_gold, round(rho * 100)), n_gold=n_gold)
            rang = np.zeros(len(cast))
            for _ in range(bench.runs):
                gold = run.rng.choice(len(bench.dense.marks), n_gold, replace=False)
                given = [run.answer(person, gold) for person in cast]
                rang += [bool(policy_curve(chart, GoldAnswers.of(a.units, a.errors))[0].alarms) for a in given]
            shares = {person.name: round(float(r), 3) for person, r in zip(cast, rang / bench.runs, strict=True)}
            bench.row("flagged by the demo's rule", gold=share, images=n_gold, rho=rho, **shares)


def _one_cast(bench: Bench, run: CastRun, habit: float) -> None:
    chart = demo_policy_chart(UnitHistogram.of(bench.dense.marks))
    cast = demo_cast(habit)
    seen: dict[str, Book] = {person.name: {} for person in cast}
    for _ in range(bench.runs):
        gold = run.rng.choice(len(bench.dense.marks), run.n_gold, replace=False)
        given = [run.answer(person, gold) for person in cast]
        answers = [GoldAnswers.of(a.units, a.errors) for a in given]
        for n in (22, 30, 36):
            pool = pool_rho(person_clustering(a[:n]) for a in answers)
            for person, a in zip(cast, answers, strict=True):
                _note_period(seen[person.name], a[:n], pool, run.true_rate(person, n)[0], n)
        rang = [bool(policy_curve(chart, a)[0].alarms) for a in answers]
        for i, (person, a) in enumerate(zip(cast, answers, strict=True)):
            _note(seen[person.name], "flagged", rang[i])
            _note_now(seen[person.name], a, run, person)
            if person.clause is not None:
                peers = [
                    g
                    for g, ringing in zip(given[:i] + given[i + 1 :], rang[:i] + rang[i + 1 :], strict=True)
                    if not ringing
                ]
                _note(seen[person.name], "finding", _finding(given[i], peers, CLAUSES.index(person.clause), pool))
    _report_cast(bench, seen, run, habit, cast)


def _note(book: Book, key: str, value: float) -> None:
    book.setdefault(key, []).append(float(value))


def _note_period(book: Book, a: GoldAnswers, pool: float, truth: float, n: int) -> None:
    estimate = period_rate(a, pool).estimate
    _note(book, f"period covers {n}", covers(estimate, truth))
    _note(book, f"period half {n}", half_width(estimate))


def _note_now(book: Book, a: GoldAnswers, run: CastRun, person: Person) -> None:
    state = ChangeFilter.fresh()
    for i, (n, e) in enumerate(zip(a.n_units.tolist(), a.n_errors.tolist(), strict=True), start=1):
        state = state.fold(n, e)
        if i in {22, 23, 28, 36}:  # 23 and 28 are 5 and 10 images after the slip
            _note(book, f"now covers {i}", covers(state.now(), run.true_rate(person, i)[1]))
            _note(book, f"now half {i}", half_width(state.now()))


def _finding(own: Answers, peers: list[Answers], clause: int, rho: float) -> bool:
    """Whether the clause's row turns amber among eight rows shown, against the people whose chart is silent."""
    rows = [RowCounts.of("clause", own.clause_units[clause], own.clause_errors[clause])]
    rows += [RowCounts.of(f"other {k}", [1], [0]) for k in range(7)]
    rates = [float(p.clause_errors[clause].sum() / p.clause_units[clause].sum()) for p in peers]
    return calibration_rows(rows, rho, peers={"clause": rates})[0].amber


def _report_cast(bench: Bench, seen: dict[str, Book], run: CastRun, habit: float, cast: tuple[Person, ...]) -> None:
    for person in cast:
        book = {
            key: float(np.median(v) if "half" in key else np.mean(v)) for key, v in sorted(seen[person.name].items())
        }
        truth = run.true_rate(person, run.n_gold)[1]
        shown = {key: round(value, 3) for key, value in book.items()}
        finding = shown.pop("finding", "")
        bench.row(
            f"cast, rho {run.rho:g}, habit {habit:g}",
            person=person.name,
            true_now=round(truth, 3),
            **shown,
            finding=finding,
        )
        if habit == 0.6:
            _promise_person(bench, f"rho {run.rho:g}: {person.name}", person, truth, book)
    if habit == 0.6:
        mean = float(np.mean([np.mean(seen[p.name]["now covers 36"]) for p in cast]))
        bench.add(f"rho {run.rho:g}: now covers, mean of the cast", mean, low=0.93, high=0.99)


def _promise_person(bench: Bench, where: str, person: Person, truth: float, book: dict[str, float]) -> None:
    slips = person.later is not None
    for n in (22, 30, 36):
        bench.add(f"{where}, period covers, {n} images", book[f"period covers {n}"], low=0.93, high=0.985)
    bench.add(f"{where}, now covers, 36 images", book["now covers 36"], low=0.88 if slips else 0.90)
    widest = 0.06 if truth <= 0.08 else 0.10
    for kind in ("now", "period"):
        bench.add(f"{where}, {kind} half-width, 22 images", book[f"{kind} half 22"], high=widest)
    if person.expected == "ok":
        bench.add(f"{where}, flagged", book["flagged"], high=0.05)
        bench.add(f"{where}, now half-width, 36 images", book["now half 36"], high=0.04)
    if person.expected == "flag":
        bench.add(f"{where}, flagged", book["flagged"], low=0.90)
    if person.expected == "habit":
        bench.add(f"{where}, finding on the clause", book["finding"], low=0.90)


def measure_period(bench: Bench) -> None:
    """Period intervals over geometry, clustering, error rate and images; six people share a pool."""
    for g, geometry in enumerate((bench.dense, bench.sparse)):
        for rho in (0.0, 0.05, 0.2):
            for n in (10, 22, 30, 100):
                _period_cell(bench, geometry, rho, n, bench.rng(2, g, round(rho * 100), n))


def _period_cell(bench: Bench, geometry: Geometry, rho: float, n: int, rng: np.random.Generator) -> None:
    rates = np.array([*ERRORS, 0.08])
    covered, naive, halves = np.zeros(6), np.zeros(6), []
    for _ in range(bench.runs):
        units = rng.choice(geometry.marks, (6, n))
        errors = draw_errors(rng, units, rates[:, None], rho)
        people = [GoldAnswers(u, e) for u, e in zip(units, errors, strict=True)]
        pool = pool_rho(person_clustering(a) for a in people)
        found = [period_rate(a, pool).estimate for a in people]
        covered += [covers(f, p) for f, p in zip(found, rates.tolist(), strict=True)]
        low, high = wilson(errors.sum(1), units.sum(1))
        naive += (low <= rates) & (rates <= high)
        halves.append([half_width(f) for f in found])
    shares, plain = covered[:5] / bench.runs, naive[:5] / bench.runs
    half = np.median(halves, axis=0)[:5]
    bench.row(
        "period",
        geometry=geometry.name,
        rho=rho,
        images=n,
        covers_low=shares.min(),
        covers_high=shares.max(),
        naive_low=plain.min(),
        naive_high=plain.max(),
        half_widths=[round(float(h), 3) for h in half],
    )
    limits = (0.91, 0.995) if n == 10 else (0.93, 0.985)
    where = f"{geometry.name} rho {rho:g}, {n} images, error 3 to 50 %"
    bench.add(f"period covers, lowest: {where}", shares.min(), low=limits[0])
    bench.add(f"period covers, highest: {where}", shares.max(), high=limits[1])
    if geometry.name == "dense" and rho == 0.2 and n >= 22:
        bench.add(f"naive Wilson must fail: {where}", plain.max(), high=0.75)


def measure_filter(bench: Bench) -> None:
    """The change filter on steady people and after a slip."""
    runs = max(50, bench.runs // 5)
    for g, geometry in enumerate((bench.dense, bench.sparse)):
        for rho in (0.0, 0.05, 0.1, 0.2):
            rng = bench.rng(3, g, round(rho * 100))
            stable: dict[int, list[float]] = {n: [] for n in (10, 22, 30, 100)}
            for rate in ERRORS:
                hits = dict.fromkeys(stable, 0)
                for _ in range(runs):
                    units = rng.choice(geometry.marks, 100)
                    _hits(hits, units, draw_errors(rng, units, rate, rho), rate)
                for n, shares in stable.items():
                    shares.append(hits[n] / runs)
            slip = {55: 0, 60: 0, 70: 0, 90: 0}
            before_after = np.where(np.arange(90) < 50, 0.05, 0.17)
            for _ in range(runs):
                units = rng.choice(geometry.marks, 90)
                _hits(slip, units, draw_errors(rng, units, before_after, rho), 0.17)
            bench.row(
                "now",
                geometry=geometry.name,
                rho=rho,
                runs=runs,
                **{f"steady {n}": f"{min(v):.3f}-{max(v):.3f}" for n, v in stable.items()},
                **{f"slip +{n - 50}": round(v / runs, 3) for n, v in slip.items()},
            )


def _hits(hits: dict[int, int], units: IntArray, errors: IntArray, truth: float) -> None:
    state = ChangeFilter.fresh()
    for i, (n, e) in enumerate(zip(units.tolist(), errors.tolist(), strict=True), start=1):
        state = state.fold(n, e)
        if i in hits:
            hits[i] += covers(state.now(), truth)


def measure_run_length(bench: Bench) -> None:
    """The recursion against simulated charts, at the designed and at other clustering."""
    charts = max(200, bench.runs)
    for g, geometry in enumerate((bench.dense, bench.sparse)):
        histogram = UnitHistogram.of(geometry.marks)
        for rho in (0.05, 0.1, 0.2):
            chart = design_policy_chart(histogram, rho=rho, target=500)
            found = simulate_delay(bench.rng(4, g, round(rho * 100)), chart, geometry, [0.05], rho, charts).mean()
            stated = chart.run_length(0.05).fresh
            bench.row(
                "run length",
                geometry=geometry.name,
                rho=rho,
                stated=round(stated),
                simulated=round(found),
                charts=charts,
            )
            bench.add(
                f"run length, simulated / stated: {geometry.name} rho {rho:g}", found / stated, low=0.90, high=1.10
            )
        chart = design_policy_chart(histogram, target=500)
        for rho in (0.0, 0.05, 0.2):
            kept = chart.run_length(0.05, rho).fresh / 500
            bench.add(f"run length kept, rho {rho:g} instead of .1: {geometry.name}", kept, low=0.70)
        naive = design_policy_chart(histogram, rho=0.0, target=500)
        for rho in (0.05, 0.2):
            bench.row(
                "a chart that ignores clustering, promising 500",
                geometry=geometry.name,
                rho=rho,
                run_length=round(naive.run_length(0.05, rho).fresh),
            )


def simulate_delay(
    rng: np.random.Generator, chart: PolicyChart, geometry: Geometry, rates: list[float], rho: float, charts: int
) -> FloatArray:
    """Run charts from 0 until each rings; gives (charts,) images to the alarm. The last rate goes on for ever."""
    most = int(geometry.marks.max())
    table = np.array([[chart.step(n, e) if e <= n else 0.0 for e in range(most + 1)] for n in range(1, most + 1)])
    score, rung, active, step = np.zeros(charts), np.zeros(charts), np.arange(charts), 0
    while active.size:
        rate = rates[min(step, len(rates) - 1)]
        units = rng.choice(geometry.marks, active.size)
        errors = draw_errors(rng, units, rate, rho)
        score[active] = np.maximum(0.0, score[active] + table[units - 1, errors])
        step += 1
        rings = score[active] >= chart.limit
        rung[active[rings]] = step
        active = active[~rings]
    return rung


def measure_delay(bench: Bench) -> None:
    """How soon a slip from 5 to 15 % is found at one false alarm in 500 gold images."""
    charts = max(200, bench.runs)
    for g, (geometry, rho, most) in enumerate(
        ((single_geometry(), 0.0, 37), (bench.dense, 0.1, 11), (bench.sparse, 0.1, 24))
    ):
        chart = design_policy_chart(UnitHistogram.of(geometry.marks), rho=rho, target=500)
        exact = chart.run_length(0.15)
        found = simulate_delay(bench.rng(5, g), chart, geometry, [0.15], rho, charts).mean()
        bench.row(
            "delay, policy chart at 500",
            geometry=geometry.name,
            rho=rho,
            limit=round(chart.limit, 2),
            exact_fresh=round(exact.fresh, 1),
            exact_running=round(exact.running, 1),
            simulated=round(float(found), 1),
        )
        bench.add(f"policy chart, images to find 15 %: {geometry.name} rho {rho:g}", found, high=most)


def simulate_personal(
    rng: np.random.Generator,
    chart: PersonalChart,
    geometry: Geometry,
    before: float,
    after: float,
    history: int,
    rho: float,
    charts: int,
) -> FloatArray:
    """Run personal charts until each rings; images after `history`. Charts that ring before are left out."""
    logs = _personal_tables(geometry, chart.rho)
    evidence, weight = np.full((charts, len(BASELINES), len(ODDS_RATIOS)), -np.inf), np.zeros((charts, len(BASELINES)))
    delays: list[FloatArray] = []
    step = 0
    while len(weight):
        rate = before if step < history else after
        units = rng.choice(geometry.marks, len(weight))
        errors = draw_errors(rng, units, rate, rho)
        same, ratio = logs[0][units, errors], logs[1][units, errors]
        evidence = np.logaddexp(0.0, evidence) + ratio
        weight = weight + same
        weight -= weight.max(axis=1, keepdims=True)
        shares = np.exp(weight)
        value = (shares * np.exp(np.minimum(evidence, 600.0)).mean(axis=2)).sum(axis=1) / shares.sum(axis=1)
        step += 1
        rings = value >= chart.threshold
        if step > history:
            delays.append(np.full(int(rings.sum()), step - history, np.float64))
        evidence, weight = evidence[~rings], weight[~rings]
    return np.concatenate(delays)


def _personal_tables(geometry: Geometry, rho: float) -> tuple[FloatArray, FloatArray]:
    most = int(geometry.marks.max())
    n, e = np.meshgrid(np.arange(most + 1), np.arange(most + 1), indexing="ij")
    legal = np.minimum(e, n)
    same = log_chance(legal[..., None], n[..., None], BASELINES, rho)
    worse = log_chance(
        legal[..., None, None], n[..., None, None], shifted_odds(BASELINES[:, None], np.array(ODDS_RATIOS)), rho
    )
    return same, np.asarray(worse - same[..., None], np.float64)


def measure_personal(bench: Bench) -> None:
    """The personal chart: run length for any baseline, delay after a history of one's own."""
    charts = max(100, bench.runs // 4)
    for g, (geometry, most) in enumerate(((bench.dense, 13), (bench.sparse, 34))):
        chart = PersonalChart(370.0, 0.1)
        for rate in (0.02, 0.03, 0.05, 0.08, 0.12):
            found = simulate_personal(bench.rng(6, g, round(rate * 100)), chart, geometry, rate, rate, 0, 0.1, charts)
            error = float(found.std() / np.sqrt(charts))
            bench.row(
                "personal chart at 370, run length",
                geometry=geometry.name,
                rate=rate,
                images=round(float(found.mean())),
                standard_error=round(error),
            )
            bench.add(
                f"personal chart at 370, run length (+2 s.e.): {geometry.name}, {rate:g}",
                found.mean() + 2 * error,
                low=370,
            )
        production = PersonalChart(PRODUCTION_THRESHOLD, 0.1)
        found = simulate_personal(bench.rng(12, g), production, geometry, 0.05, 0.05, 0, 0.1, charts)
        bench.row(
            "personal chart as in production, run length at 5 %",
            geometry=geometry.name, threshold=PRODUCTION_THRESHOLD, images=round(float(found.mean())),
            standard_error=round(float(found.std() / np.sqrt(charts))),
        )  # fmt: skip
        for history in (30, 50, 100, 200):
            found = simulate_personal(bench.rng(7, g, history), chart, geometry, 0.05, 0.15, history, 0.1, bench.runs)
            bench.row(
                "personal chart at 370, delay 5 to 15 %",
                geometry=geometry.name,
                history=history,
                images=round(float(found.mean()), 1),
            )
            if history == 100:
                bench.add(f"personal chart, images to find 15 % after 100: {geometry.name}", found.mean(), high=most)


def measure_change_point(bench: Bench) -> None:
    """Where the change is put at an alarm of the policy chart at 500, and how much work goes back."""
    runs = max(100, bench.runs // 2)
    for g, geometry in enumerate((bench.dense, bench.sparse)):
        chart = design_policy_chart(UnitHistogram.of(geometry.marks), target=500)
        for rho in (0.05, 0.1, 0.2):
            for good in (20, 50, 100):
                rng = bench.rng(8, g, round(rho * 100), good)
                found = [f for f in (_one_change(rng, chart, geometry, rho, good) for _ in range(runs)) if f]
                _report_change(bench, found, f"{geometry.name} rho {rho:g}", good)


def _one_change(
    rng: np.random.Generator, chart: PolicyChart, geometry: Geometry, rho: float, good: int
) -> dict[str, float] | None:
    """Give one slip after `good` images, or None when the chart rang before it."""
    units = rng.choice(geometry.marks, good + 400)
    errors = draw_errors(rng, units, np.where(np.arange(units.size) < good, 0.05, 0.15), rho)
    answers = GoldAnswers(units, errors)
    alarms = policy_curve(chart, answers)[0].alarms
    if not alarms or alarms[0] <= good:
        return None
    alarm = alarms[0]
    change = locate_change(answers[:alarm], rho)
    bad = alarm - good
    shares = {}
    for name, tau in (("median", change.median), ("early", change.early)):
        shares[f"{name} bad"] = (alarm - max(tau, good)) / bad
        shares[f"{name} good"] = max(0, good - tau) / good
        shares[f"{name} good images"] = max(0, good - tau)
    return {"delay": bad, "covers": change.low <= good <= change.high, "width": change.high - change.low, **shares}


def _report_change(bench: Bench, found: list[dict[str, float]], where: str, good: int) -> None:
    mean = {key: float(np.mean([f[key] for f in found])) for key in found[0]}
    bench.row(
        "change point", where=where, good_images=good, runs=len(found), **{k: round(v, 3) for k, v in mean.items()}
    )
    bench.add(f"change point, 90 % interval covers: {where}, {good} good images", mean["covers"], low=0.88)
    bench.add(
        f"20 % quantile, bad work reached: {where}, {good} good images",
        mean["early bad"],
        low=0.90 if good >= 50 else 0.85,
    )
    if good >= 50:
        bench.add(f"20 % quantile, good work reached: {where}, {good} good images", mean["early good"], high=0.30)


def measure_items(bench: Bench) -> None:
    """Suspect and leaked gold."""
    bench.add("suspect gold, power at 5 answers when 90 % see it", chance_to_ask(5, 0.90, 0.1), low=0.85)
    bench.add("suspect gold, typical right mark asked about at 5", chance_to_ask(5, 0.03, 0.2), high=0.005)
    rng = bench.rng(9)
    person, marks = rng.integers(0, 8, 4000), rng.integers(1, 25, 4000)
    scale = 0.45 / np.sqrt(5 / 3)  # Student's t with 5 degrees has variance 5/3
    level = rng.normal(3.0, 0.4, 8)

    def seconds(who: IntArray, size: IntArray, faster: float) -> FloatArray:
        times = level[who] + 0.8 * np.log1p(size) + scale * rng.standard_t(5, who.shape)
        return np.asarray(faster * np.exp(times), np.float64)

    model = fit_times(seconds(person, marks, 1.0), person, marks)
    for m, faster, low, high in (
        (4, 0.5, None, None),
        (8, 0.5, None, None),
        (10, 0.5, None, None),
        (12, 0.5, 0.90, None),
        (12, 1.0, None, 0.001),
    ):
        who, size = rng.integers(0, 8, (bench.runs, m)), rng.integers(1, 25, (bench.runs, m))
        left = model.residuals(seconds(who, size, faster), who, size)
        share = float(np.mean([judge_leaked_item(row, model).flagged for row in left]))
        bench.add(f"leaked gold, {m} answers at {faster:g} of the usual time: flagged", share, low=low, high=high)


def measure_acceptance(bench: Bench) -> None:
    """Sequential acceptance, all exact."""
    for n in (364, 1000, 5000):
        plan = plan_acceptance(n)
        just_bad = int(np.floor(round(0.05 * n, 9))) + 1
        bench.add(f"batch of {n}: accepted when just bad", plan_power(plan, just_bad).accepted, high=0.05)
        power = {r: plan_power(plan, round(r * n)) for r in (0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.15)}
        bench.row(
            "acceptance",
            n=n,
            read={f"{r:g}": round(p.mean_read) for r, p in power.items()},
            accepted={f"{r:g}": round(p.accepted, 3) for r, p in power.items()},
        )
        if n > 364:
            bench.add(
                f"batch of {n}: share read at 1 % defects", power[0.01].mean_read / n, high=0.11 if n == 1000 else 0.03
            )


def measure_borrowed(bench: Bench) -> None:
    """Small classes with strength borrowed from the team: who is covered, and how wide it is."""
    rng = bench.rng(11)
    for people, marks in ((6, 10), (30, 10), (30, 30), (30, 100)):
        hit: list[bool] = []
        odd: list[bool] = []
        halves: list[float] = []
        for _ in range(bench.runs // 2):
            rates = rng.beta(8, 92, people)
            rates[0] = 0.30
            size = np.full(people, float(marks))
            errors = rng.binomial(marks, rates).astype(np.float64)
            for person in (0, 1):
                found = borrowed_rate(person, size, errors, n=marks, n_items=marks)
                (odd if person == 0 else hit).append(covers(found, float(rates[person])))
                halves.append(half_width(found))
        bench.row(
            "borrowed from the team", people=people, marks=marks, usual_covered=round(float(np.mean(hit)), 3),
            odd_covered=round(float(np.mean(odd)), 3), half_width=round(float(np.median(halves[1::2])), 3),
        )  # fmt: skip


PARTS: dict[str, Callable[[Bench], None]] = {
    "cast": measure_cast,
    "apart": measure_apart,
    "less-gold": measure_less_gold,
    "period": measure_period,
    "filter": measure_filter,
    "run-length": measure_run_length,
    "delay": measure_delay,
    "personal": measure_personal,
    "change-point": measure_change_point,
    "borrowed": measure_borrowed,
    "items": measure_items,
    "acceptance": measure_acceptance,
}


def main(argv: list[str] | None = None) -> int:
    """Run the parts asked for, print tables and lines, write JSON; 1 when a line does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="seeded runs a cell (default 2000)")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--only", action="append", choices=sorted(PARTS), help="a part; may be given several times")
    parser.add_argument("--annotations", type=Path, default=SHARED_BCCD, help="folder of BCCD's VOC files")
    parser.add_argument("--json", type=Path, help="write everything here")
    args = parser.parse_args(argv)
    bench = Bench(args.runs, args.seed, dense_geometry(args.annotations), sparse_geometry())
    print(f"dense geometry: {bench.dense.source}; {args.runs} runs a cell, seed {args.seed}")
    for part in args.only or PARTS:
        started = time.perf_counter()
        PARTS[part](bench)
        print(f"# {part}: {time.perf_counter() - started:.0f} s", flush=True)
    print_book(bench)
    if args.json:
        lines = [{**asdict(line), "holds": line.holds} for line in bench.lines]
        args.json.write_text(
            json.dumps(
                {
                    "runs": args.runs,
                    "seed": args.seed,
                    "dense": bench.dense.source,
                    "lines": lines,
                    "tables": bench.tables,
                },
                indent=1,
                default=float,
            )
        )
    return 0 if all(line.holds for line in bench.lines) else 1


if __name__ == "__main__":
    sys.exit(main())
