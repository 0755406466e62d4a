"""Words about practice describe the work, blame nobody, and draft two opposite rules."""

from __future__ import annotations

import re

import pytest

from assay.quality.convention import words

KINDS = ("edge", "small", "large", "covered", "elongated", "crowded", "class", "flag")
PLACES = ("all", "left", "top", "right", "bottom", "width", "height", "shift_x", "shift_y")
BLAME = re.compile(r"wrong|careless|fault|blame|mistake|fail|bad", re.IGNORECASE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_object_has_words_with_its_numbers_in_them(kind: str) -> None:
    said = words.kind_words(kind, things="cells", cut=0.25, name="torn")
    text = f"{said.whom} {said.hint} {said.keep} {said.leave}"
    assert "cells" in said.whom
    assert "{" not in text
    assert not BLAME.search(text)
    assert said.keep != said.leave
    assert said.hint == said.hint.lower()


@pytest.mark.parametrize("pattern", PLACES)
def test_every_way_of_placing_sides_has_two_opposites_and_two_rules(pattern: str) -> None:
    further, nearer, hint = words.place_words(pattern)
    clause, other = words.place_clauses(pattern, 0.08)
    assert further != nearer
    assert clause != other
    assert hint
    assert words.place_title(pattern)
    assert not BLAME.search(f"{further} {nearer} {clause} {other}")


def test_a_boundary_between_classes_is_drafted_either_way() -> None:
    one, other = words.boundary_clauses("red", "white")
    assert one.startswith("When in doubt between red and white, call it red.")
    assert other.startswith("When in doubt between red and white, call it white.")


def test_small_numbers_are_words_and_large_ones_are_not() -> None:
    assert (words.people(1), words.people(3), words.people(12)) == ("one person", "three people", "12 people")
    assert (words.others(1), words.others(2)) == ("one other", "two others")
