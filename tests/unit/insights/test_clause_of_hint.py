"""Which clause a finding concerns, and which number a new one gets."""

from __future__ import annotations

from assay.api.views.practice import clause_of_hint, next_clause
from assay.guidelines import parse_clauses
from assay.insights.kept import LONGEST_KEY, key_of

RULES = parse_clauses(
    "## 1.1 What to draw\nx\n## 4.1 Partly covered by others\nx\n## 4.2 Cut by the edge of the picture\nx\n"
    "## 4.3 Reflections and shadows\nx\n"
)


def test_the_clause_sharing_most_words_of_its_title_is_meant_whatever_their_number() -> None:
    assert clause_of_hint(RULES, "edge cut truncated border") == "4.2"
    assert clause_of_hint(RULES, "occlusion occluded covered hidden overlap partly visible") == "4.1"
    assert clause_of_hint(RULES, "reflection shadow lower bottom ground") == "4.3"
    assert clause_of_hint(RULES, "tight loose box margin") is None
    assert clause_of_hint((), "edge") is None


def test_a_new_clause_gets_the_number_after_the_last() -> None:
    assert next_clause(["1.1", "4.9", "4.10"]) == "4.11"
    assert next_clause(["3"]) == "4"
    assert next_clause([]) == "1.1"


def test_a_feature_too_long_for_its_column_is_found_by_a_hash_of_it() -> None:
    assert key_of("edge") == "edge"
    long = "class:" + "x" * 40
    assert len(key_of(long)) == LONGEST_KEY
    assert key_of(long) == key_of(long) != key_of(long + "y")
