"""Mixes real and synthetic pictures for training, by weight or by share; whatever measures holds real ones only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.datasets.errors import RecipeInvalidError, SyntheticOutsideTrainingError


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much synthetic pictures count in training; one of the two is given, or neither for real ones alone.

    Attributes:
        synthetic_weight: all synthetic pictures together weigh this share of the whole, 0 to below 1; all are used.
        synthetic_share: this share of the pictures is synthetic, drawn at random, each of weight 1; 0 to below 1.
        seed: of the draw.
    """

    synthetic_weight: float | None = None
    synthetic_share: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that may be trained on.

    Attributes:
        split: train, val or test.
        is_gold: its answer measures people or models.
    """

    item_id: str
    split: str
    origin: str
    is_gold: bool = False


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A picture in the mix with the weight of its loss; weights average 1 over the mix."""

    item_id: str
    origin: str
    weight: float


def check_real(candidates: Sequence[Candidate]) -> None:
    """Refuse synthetic pictures where something is measured.

    Raises:
        SyntheticOutsideTrainingError: names the first.
    """
    for one in candidates:
        if one.origin != "real" and (one.is_gold or one.split != "train"):
            raise SyntheticOutsideTrainingError(one.item_id, "gold" if one.is_gold else one.split)


def mix(candidates: Sequence[Candidate], recipe: Recipe) -> list[Ingredient]:
    """The training mix of a recipe, in the order of item ids; the same seed gives the same mix.

    By weight every synthetic picture is used and counts little: measured better than a fixed share of pictures where
    real labels are few. There is no share that is right everywhere: choose it on real validation pictures.

    Args:
        candidates: everything of the release, all splits; what is not in train is checked and left out.
        recipe: how much synthetic pictures count.

    Raises:
        SyntheticOutsideTrainingError: a synthetic picture outside train, or gold.
        RecipeInvalidError: both shares given, one outside [0, 1), or nothing to mix.
    """
    check_real(candidates)
    check_recipe(recipe)
    train = sorted((c for c in candidates if c.split == "train" and not c.is_gold), key=lambda c: c.item_id)
    real = [c for c in train if c.origin == "real"]
    made = [c for c in train if c.origin != "real"]
    wanted = recipe.synthetic_weight if recipe.synthetic_weight is not None else recipe.synthetic_share
    if not wanted:
        made = []
    elif not made or not real:
        lacking = "synthetic" if not made else "real"
        raise RecipeInvalidError(f"There is no {lacking} picture in train to mix.", hint="Train on what there is.")
    if recipe.synthetic_share:
        made = _draw(made, len(real), recipe)
    return _weigh(real, made, recipe.synthetic_weight)


def check_recipe(recipe: Recipe) -> None:
    """Refuse a recipe that cannot be.

    Raises:
        RecipeInvalidError: both shares given, or one outside [0, 1).
    """
    if recipe.synthetic_weight is not None and recipe.synthetic_share is not None:
        raise RecipeInvalidError("Both a weight and a share of synthetic pictures are given.", hint="Give one.")
    for name in ("synthetic_weight", "synthetic_share"):
        value = getattr(recipe, name)
        if value is not None and not 0.0 <= value < 1.0:
            raise RecipeInvalidError(f"{name} is {value:g}.", hint="It is 0 or more and below 1.")


def _draw(made: Sequence[Candidate], n_real: int, recipe: Recipe) -> list[Candidate]:
    """So many synthetic pictures that they are the wanted share; all of them where there are too few."""
    assert recipe.synthetic_share is not None, "asked for"
    wanted = round(n_real * recipe.synthetic_share / (1 - recipe.synthetic_share))
    if wanted >= len(made):
        return list(made)
    chosen = np.random.default_rng(recipe.seed).choice(len(made), wanted, replace=False)
    return [made[k] for k in sorted(chosen)]


def _weigh(real: Sequence[Candidate], made: Sequence[Candidate], weight: float | None) -> list[Ingredient]:
    n = len(real) + len(made)
    for_real = for_made = 1.0
    if weight and made:
        for_real, for_made = (1 - weight) * n / len(real), weight * n / len(made)
    mixed = [Ingredient(c.item_id, c.origin, for_real if c.origin == "real" else for_made) for c in (*real, *made)]
    return sorted(mixed, key=lambda one: one.item_id)
