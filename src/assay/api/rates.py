"""How often one person may ask for what is dear: exports, imports, searches over a whole project."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from assay.access import Bucket
from assay.kernel.clock import SECOND_US
from assay.kernel.errors import LimitError

Kind = Literal["export", "import", "search"]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, then one each `every_s`."""

    burst: int
    every_s: float
    what: str


RATES: dict[Kind, Rate] = {
    "export": Rate(30, 2.0, "downloads and exports"),
    "import": Rate(60, 2.0, "imports begun"),
    "search": Rate(120, 0.25, "searches"),
}
"""Far above what a person does by hand; a script that goes on without pause is told to wait."""


class TooManyCallsError(LimitError):
    """One person asks for something dear too often."""

    code = "api.too_many_calls"

    def __init__(self, rate: Rate, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(
            f"Too many {rate.what}: {rate.burst} at once, then one each {rate.every_s:g} s.",
            hint=f"Try again in {max(1, round(wait_s))} s.",
        )


class Rates:
    """Counts per person and kind, in memory; several server processes count apart."""

    def __init__(self, rates: dict[Kind, Rate] | None = None) -> None:
        self._rates = rates or RATES
        self._buckets = {
            kind: Bucket(burst=r.burst, every_us=int(r.every_s * SECOND_US)) for kind, r in self._rates.items()
        }
        self._lock = threading.Lock()

    def spend(self, kind: Kind, user_id: str, now_us: int) -> None:
        """Let a call through and count it.

        Raises:
            TooManyCallsError: says how long to wait.
        """
        bucket = self._buckets[kind]
        with self._lock:
            wait = bucket.wait_us(user_id, now_us)
            if wait > 0:
                raise TooManyCallsError(self._rates[kind], wait / SECOND_US)
            bucket.spend(user_id, now_us)
