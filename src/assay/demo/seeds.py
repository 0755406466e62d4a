"""Generators of chance that depend on names only, so that the same question always gets the same answer."""

from __future__ import annotations

from hashlib import sha256

from numpy.random import Generator, default_rng


def rng_for(seed: int, *names: str | int) -> Generator:
    """A generator for the thing called by `names` under `seed`; independent of every other thing's."""
    digest = sha256("\x1f".join([str(seed), *map(str, names)]).encode()).digest()
    return default_rng(int.from_bytes(digest[:16], "big"))
