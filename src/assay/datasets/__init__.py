"""Releases: what the labels are at a named moment, whether they may be frozen, and who signed them."""

from assay.datasets.facts import Work, agreement_of, count_leaks, facts_of, gather_work, people_gold, split_items
from assay.datasets.gates import blocks, check_gates, headline
from assay.datasets.model import Facts, Gate, PersonGold, Release, ReleaseState

__all__ = [
    "Facts",
    "Gate",
    "PersonGold",
    "Release",
    "ReleaseState",
    "Work",
    "agreement_of",
    "blocks",
    "check_gates",
    "count_leaks",
    "facts_of",
    "gather_work",
    "headline",
    "people_gold",
    "split_items",
]
