"""Releases: what the labels are at a named moment, whether they may be frozen, and who signed them."""

from assay.datasets.actions import (
    all_releases,
    create_release,
    freeze_release,
    keep_gates,
    refuse_release,
    release_in,
    sign_release,
    signing_of,
)
from assay.datasets.errors import (
    RecipeInvalidError,
    ReleaseNameTakenError,
    ReleaseNotFoundError,
    ReleaseStateError,
    SyntheticOutsideTrainingError,
)
from assay.datasets.facts import Work, count_leaks, facts_of, gather_work, people_gold, split_items
from assay.datasets.gates import blocks, check_gates, headline
from assay.datasets.model import Facts, Gate, PersonGold, Release, ReleaseState
from assay.datasets.recipe import Candidate, Ingredient, Recipe, check_real, check_recipe, mix

__all__ = [
    "Candidate",
    "Facts",
    "Gate",
    "Ingredient",
    "PersonGold",
    "Recipe",
    "RecipeInvalidError",
    "Release",
    "ReleaseNameTakenError",
    "ReleaseNotFoundError",
    "ReleaseState",
    "ReleaseStateError",
    "SyntheticOutsideTrainingError",
    "Work",
    "all_releases",
    "blocks",
    "check_gates",
    "check_real",
    "check_recipe",
    "count_leaks",
    "create_release",
    "facts_of",
    "freeze_release",
    "gather_work",
    "headline",
    "keep_gates",
    "mix",
    "people_gold",
    "refuse_release",
    "release_in",
    "sign_release",
    "signing_of",
    "split_items",
]
