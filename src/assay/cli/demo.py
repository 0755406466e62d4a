"""`assay demo`: simulated people take pictures to a signed release; the demonstration itself is `assay.demo`."""

from __future__ import annotations

from assay.demo.command import app

__all__ = ["app"]
