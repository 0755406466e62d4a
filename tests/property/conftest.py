"""Laws are not judged by the clock: a busy machine must not fail a test."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("assay", deadline=None)
settings.load_profile("assay")
