"""How often a sign-in may be tried: by account and place, so that nobody can lock somebody else out."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict

from assay.access.errors import TooManyTriesError
from assay.kernel.clock import SECOND_US

KEPT = 50_000


class Bucket:
    """The generic cell rate algorithm: `burst` at once, then one each `every_us`.

    Reference: ITU-T I.371 (2004), annex A, virtual scheduling.
    """

    def __init__(self, *, burst: int, every_us: int) -> None:
        self._every, self._tolerance = every_us, (burst - 1) * every_us
        self._due: OrderedDict[str, int] = OrderedDict()

    def wait_us(self, key: str, now_us: int) -> int:
        """How long until `key` may try; 0 for now."""
        return max(0, self._due.get(key, now_us) - self._tolerance - now_us)

    def spend(self, key: str, now_us: int) -> None:
        """Count one try."""
        self._due[key] = max(self._due.pop(key, now_us), now_us) + self._every
        while len(self._due) > KEPT:
            self._due.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Forget the tries of `key`."""
        self._due.pop(key, None)

    def refund(self, key: str) -> None:
        """Take one try of `key` back."""
        if key in self._due:
            self._due[key] -= self._every


class Throttle:
    """Slows down guessing.

    Three buckets: a login from one place (10, then one in 30 s), a place (60, then one a second), a login from all
    places that never signed in as it (100, then one a minute). The last one never stops a place that has.
    """

    def __init__(self) -> None:
        self._pair = Bucket(burst=10, every_us=30 * SECOND_US)
        self._peer = Bucket(burst=60, every_us=SECOND_US)
        self._login = Bucket(burst=100, every_us=60 * SECOND_US)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, login: str, peer: str, now_us: int) -> None:
        """Let a try through, and count it until it turns out right.

        Raises:
            TooManyTriesError: says how long to wait.
        """
        place = place_of(peer)
        pair = f"{login}\n{place}"
        with self._lock:
            known = pair in self._known
            waits = [self._pair.wait_us(pair, now_us), self._peer.wait_us(place, now_us)]
            if not known:
                waits.append(self._login.wait_us(login, now_us))
            if max(waits) > 0:
                raise TooManyTriesError(max(waits) / SECOND_US)
            self._pair.spend(pair, now_us)
            self._peer.spend(place, now_us)
            if not known:
                self._login.spend(login, now_us)

    def succeeded(self, login: str, peer: str) -> None:
        """Forget what was counted against this login from this place, and know the place from now on."""
        place = place_of(peer)
        pair = f"{login}\n{place}"
        with self._lock:
            self._pair.forgive(pair)
            self._peer.refund(place)
            self._known[pair] = None
            while len(self._known) > KEPT:
                self._known.popitem(last=False)


def place_of(peer: str) -> str:
    """Where a request comes from, as coarse as one household: an IPv4 address, or an IPv6 /64."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)
