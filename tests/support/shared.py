"""Finds the shared research data beside the checkout; the product itself never needs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("ASSAY_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def shared_path(relative: str) -> Path:
    """The file or folder below the shared data, or a skip that says what is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"The shared data has no {relative}; it is only there on the team's machines.")
    return path
