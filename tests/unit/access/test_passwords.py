"""Password hashes."""

from __future__ import annotations

import threading

import pytest
from argon2 import PasswordHasher, extract_parameters

from assay.access.errors import SignInBusyError
from assay.access.passwords import AT_ONCE, NOBODY, WAITING, Passwords, cheap_passwords


def test_a_password_fits_its_own_hash_only() -> None:
    passwords = cheap_passwords()
    kept = passwords.hash("zebra-lamp-42-volt")
    assert passwords.fits(kept, "zebra-lamp-42-volt")
    assert not passwords.fits(kept, "zebra-lamp-42-vol")
    assert not passwords.fits(None, "nobody")
    assert not passwords.fits("not a hash", "x")
    assert "zebra" not in kept


def test_the_product_hashes_with_argon2id_64_mib_and_three_passes() -> None:
    parameters = extract_parameters(Passwords().hash("x"))
    assert (parameters.type.name, parameters.memory_cost, parameters.time_cost) == ("ID", 65536, 3)
    assert extract_parameters(NOBODY) == parameters  # so that an unknown login takes as long as a known one


def test_a_weaker_hash_is_known_to_be_outdated() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    strong = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert strong.outdated(weak.hash("x"))
    assert not strong.outdated(strong.hash("x"))


class _StuckHasher:
    """Stands for a hash that takes long."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.running = 0
        self.most = 0
        self._lock = threading.Lock()

    def hash(self, password: str) -> str:
        if password.startswith("nobody"):
            return "x"
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.go.wait(10)
        with self._lock:
            self.running -= 1
        return "x"


def test_few_hashes_run_at_once_and_a_crowd_is_told_to_come_back() -> None:
    hasher = _StuckHasher()
    passwords = Passwords(hasher)  # type: ignore[arg-type]
    refused = []

    def one() -> None:
        try:
            passwords.hash("x")
        except SignInBusyError:
            refused.append(1)

    threads = [threading.Thread(target=one) for _ in range(AT_ONCE + WAITING + 5)]
    for thread in threads:
        thread.start()
    while len(refused) < 5:
        threading.Event().wait(0.001)
    hasher.go.set()
    for thread in threads:
        thread.join()
    assert (len(refused), hasher.most) == (5, AT_ONCE)
    passwords.hash("y")  # and every place was given back


def test_a_hash_that_fails_gives_its_place_back() -> None:
    class Broken:
        def hash(self, password: str) -> str:
            if password.startswith("nobody"):
                return "x"
            raise ValueError(password)

    passwords = Passwords(Broken())  # type: ignore[arg-type]
    for _ in range(AT_ONCE + WAITING + 1):
        with pytest.raises(ValueError, match="x"):
            passwords.hash("x")
