"""Why a difference is called a practice: hand-made worlds with known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assay.kernel.estimate import nothing_measured
from assay.quality import Boxes
from assay.quality.convention import Convention, Side, prove
from assay.quality.convention.evidence import Evidence, gather

NOTHING = nothing_measured("test")
EDGE, INSIDE = (0.0, 10.0, 20.0, 30.0), (40.0, 40.0, 60.0, 60.0)
N_IMAGES = 30
SIZES = np.full((N_IMAGES, 2), 100.0)


def convention(
    evidence: Evidence, part: str, holds: np.ndarray, leave: tuple[str, ...], keep: tuple[str, ...]
) -> Convention:
    return Convention(
        kind="split", part=part, feature="edge", family="edge", cut=0.004, runner_up=None,
        sides=(Side("leave them out", leave, NOTHING), Side("draw them", keep, NOTHING)), undecided=(),
        people_values={}, p_value=0.001, difference=0.5, title="", clause_hint="", clause_title="", clause="",
        other_clause="", holds=holds, places=np.arange(evidence.n_units),
    )  # fmt: skip


def two_against_two() -> Evidence:
    """Of two objects on every picture, `a` and `b` leave out the one at the edge."""
    people = {n: Boxes.of([[INSIDE]] * N_IMAGES, [[0]] * N_IMAGES) for n in "ab"}
    people |= {n: Boxes.of([[EDGE, INSIDE]] * N_IMAGES, [[0, 0]] * N_IMAGES) for n in "cd"}
    return gather(people, SIZES, assigned=None, flags={})


def test_people_of_one_side_are_alike_and_across_they_are_not() -> None:
    evidence = two_against_two()
    at_edge = evidence.box[:, 0] == 0
    proof = prove(
        evidence, convention(evidence, "existence", at_edge, ("a", "b"), ("c", "d")), np.random.default_rng(1)
    )
    assert (proof.within.value, proof.within.n) == (1.0, 2 * N_IMAGES)
    assert (proof.across.value, proof.across.n) == (0.0, 4 * N_IMAGES)
    # Six pairs agree on the object inside (12 marks), one pair on the one at the edge (2), four have a lone mark there.
    assert proof.agreement.value == pytest.approx(14 / 18)
    assert proof.without.value == 1.0
    assert (proof.n_marks, proof.n_images) == (2 * N_IMAGES, N_IMAGES)


def test_degrees_show_what_each_side_draws_of_such_objects_and_of_all_others() -> None:
    evidence = two_against_two()
    at_edge = evidence.box[:, 0] == 0
    proof = prove(
        evidence, convention(evidence, "existence", at_edge, ("a", "b"), ("c", "d")), np.random.default_rng(1)
    )
    assert [grade.label for grade in proof.grades] == ["such objects", "all others"]
    such, others = proof.grades
    assert such.shares[0].value == 0.0
    assert others.shares[0].value == others.shares[1].value == 1.0


def test_the_line_that_was_found_is_an_end_of_a_degree() -> None:
    sizes = np.linspace(8, 30, N_IMAGES)
    every = [[(40.0, 40.0, 40.0 + s, 40.0 + s)] for s in sizes]
    large = [mark if s > 15 else [] for mark, s in zip(every, sizes, strict=True)]
    often = np.tile(np.arange(N_IMAGES), 12)
    drawn = {name: Boxes.of(every if name in "cde" else large).take(often) for name in "abcde"}
    evidence = gather(drawn, np.full((len(often), 2), 100.0), assigned=None, flags={})
    small = evidence.box[:, 2] - evidence.box[:, 0] <= 15
    found = replace(
        convention(evidence, "existence", small, ("a", "b"), ("c", "d", "e")), feature="small", family="size", cut=15.0
    )
    grades = prove(evidence, found, np.random.default_rng(1)).grades
    assert any(grade.label.endswith("15 px") for grade in grades)
    assert all(
        grade.shares[0].value == 0.0
        for grade in grades
        if int(grade.label.split(" px")[0].split("–")[-1].split(" ")[-1]) <= 15
    )
    assert grades[-1].shares[0].value == grades[-1].shares[1].value == 1.0


def test_geometry_is_proved_by_overlap_and_classes_by_what_is_named() -> None:
    larger = (35.0, 35.0, 65.0, 65.0)
    people = {
        n: Boxes.of([[larger if n in "ab" else INSIDE]] * N_IMAGES, [[1 if n in "ab" else 0]] * N_IMAGES)
        for n in "abcd"
    }
    evidence = gather(people, SIZES, assigned=None, flags={})
    every = np.ones(evidence.n_units, bool)
    placed = prove(evidence, convention(evidence, "geometry", every, ("a", "b"), ("c", "d")), np.random.default_rng(1))
    assert (placed.within.value, placed.across.value) == (1.0, pytest.approx(400 / 900))
    assert placed.agreement.value == pytest.approx((2 + 4 * 400 / 900) / 6)
    assert (placed.without.value, placed.grades) == (1.0, ())
    named = prove(
        evidence, convention(evidence, "label_class", every, ("a", "b"), ("c", "d")), np.random.default_rng(1)
    )
    assert (named.within.value, named.across.value, named.n_marks) == (1.0, 0.0, 2 * N_IMAGES)


def test_whom_a_convention_explains_is_who_leaves_out_else_the_smaller_side() -> None:
    evidence = two_against_two()
    leaves = convention(evidence, "existence", evidence.box[:, 0] == 0, ("a", "b", "c"), ("d",))
    assert leaves.departing == ("a", "b", "c")
    assert replace(leaves, kind="one_apart").departing == ("d",)
    assert replace(leaves, part="geometry").departing == ("d",)
    assert replace(leaves, kind="spread", sides=()).departing == ()
