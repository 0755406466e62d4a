"""Rate cards for tests."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from assay.costs import Contract, RateCard


def a_card(
    *, valid_from_us: int = 0, annotator: int = 15_000_000, vendor: Collection[str] = (), **fields: Any
) -> RateCard:
    """A card in euros; people in `vendor` are paid 12 cents for each image."""
    values: dict[str, Any] = {
        "version": 0,
        "currency": "EUR",
        "valid_from_us": valid_from_us,
        "per_hour": {"annotator": annotator, "reviewer": 22_000_000, "expert": 35_000_000, "engineer": 60_000_000},
        "contracts": (Contract("vendor", frozenset(vendor), 120_000),) if vendor else (),
        "compute_minute": 4_000,
        "stored_gb_month": 23_000,
        "gold_minutes": 3,
    }
    return RateCard(**{**values, **fields})
