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
from assay.datasets.errors import ReleaseNameTakenError, ReleaseNotFoundError, ReleaseStateError
from assay.datasets.facts import Work, count_leaks, facts_of, gather_work, people_gold, split_items
from assay.datasets.gates import blocks, check_gates, headline
from assay.datasets.model import Facts, Gate, PersonGold, Release, ReleaseState

__all__ = [
    "Facts",
    "Gate",
    "PersonGold",
    "Release",
    "ReleaseNameTakenError",
    "ReleaseNotFoundError",
    "ReleaseState",
    "ReleaseStateError",
    "Work",
    "all_releases",
    "blocks",
    "check_gates",
    "count_leaks",
    "create_release",
    "facts_of",
    "freeze_release",
    "gather_work",
    "headline",
    "keep_gates",
    "people_gold",
    "refuse_release",
    "release_in",
    "sign_release",
    "signing_of",
    "split_items",
]
