"""Mixing real and synthetic pictures: shares and weights come out exactly, and nothing that measures is made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.datasets import Candidate, Recipe, RecipeInvalidError, SyntheticOutsideTrainingError, check_real, mix


def some(n_real: int, n_made: int) -> list[Candidate]:
    return [
        *(Candidate(f"r{k:03}", "train", "real") for k in range(n_real)),
        *(Candidate(f"s{k:03}", "train", "synthetic") for k in range(n_made)),
        Candidate("t1", "test", "real"),
        Candidate("g1", "train", "real", is_gold=True),
    ]


@given(n_real=st.integers(1, 60), n_made=st.integers(1, 200), weight=st.floats(0.01, 0.99))
def test_by_weight_all_are_used_and_the_synthetic_ones_weigh_what_is_asked(
    n_real: int, n_made: int, weight: float
) -> None:
    found = mix(some(n_real, n_made), Recipe(synthetic_weight=weight))
    assert len(found) == n_real + n_made
    total = sum(i.weight for i in found)
    assert total == pytest.approx(len(found))
    assert sum(i.weight for i in found if i.origin == "synthetic") / total == pytest.approx(weight)


@given(n_real=st.integers(1, 60), share=st.floats(0.05, 0.9), seed=st.integers(0, 9))
def test_by_share_so_many_are_drawn_and_each_weighs_one(n_real: int, share: float, seed: int) -> None:
    found = mix(some(n_real, 1000), Recipe(synthetic_share=share, seed=seed))
    n_made = sum(i.origin == "synthetic" for i in found)
    assert abs(n_made - share * len(found)) <= 1
    assert {i.weight for i in found} == {1.0}
    assert found == mix(some(n_real, 1000), Recipe(synthetic_share=share, seed=seed))


def test_without_a_share_only_real_pictures_train_and_gold_and_test_never_do() -> None:
    assert [i.item_id for i in mix(some(2, 5), Recipe())] == ["r000", "r001"]


@pytest.mark.parametrize(
    ("candidate", "where"),
    [
        (Candidate("s1", "val", "synthetic"), "val"),
        (Candidate("s1", "test", "synthetic"), "test"),
        (Candidate("s1", "train", "synthetic", is_gold=True), "gold"),
    ],
)
def test_a_synthetic_picture_that_would_measure_is_refused_by_name(candidate: Candidate, where: str) -> None:
    with pytest.raises(SyntheticOutsideTrainingError, match=f"s1 is in {where}"):
        check_real([candidate])
    with pytest.raises(SyntheticOutsideTrainingError):
        mix([*some(2, 2), candidate], Recipe(synthetic_weight=0.1))


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (Recipe(synthetic_weight=0.1, synthetic_share=0.1), "Both"),
        (Recipe(synthetic_weight=1.0), "synthetic_weight is 1"),
        (Recipe(synthetic_share=-0.1), "synthetic_share is"),
    ],
)
def test_a_recipe_that_cannot_be_made_is_named(recipe: Recipe, said: str) -> None:
    with pytest.raises(RecipeInvalidError, match=said):
        mix(some(2, 2), recipe)


def test_a_mix_without_synthetic_pictures_says_so() -> None:
    with pytest.raises(RecipeInvalidError, match="no synthetic picture"):
        mix(some(2, 0), Recipe(synthetic_weight=0.5))
