"""Starts the server: uvicorn on uvloop and httptools, with the consumers of events beside it."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn

from assay.api.app import create_app
from assay.api.protocol import BoundedProtocol
from assay.bootstrap import Services, Settings, build
from assay.child import ChildProcess, own_settings, say_ready, wait_for_the_end
from assay.kernel.errors import InvalidInputError, UnavailableError

_MOST_BY_DEFAULT = 4
_READY_S = 30.0
_ANSWERING = "from assay.server import main_of_child; main_of_child()"
_FOLLOWING = "from assay.worker import main; main()"


class UnsafeBindError(InvalidInputError):
    """Listening beyond this machine without TLS."""

    code = "server.unsafe_bind"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Listening on {host} would send passwords over the network in the clear.",
            hint="Give --tls-certificate and --tls-key, or --behind-proxy when a proxy in front ends TLS.",
        )


class PortTakenError(UnavailableError):
    """Another program listens on this port."""

    code = "server.port_taken"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"Port {port} on {host} is taken.", hint="Choose another with --port, or 0 for a free one.")


class OneProcessError(InvalidInputError):
    """Several processes over a database that only one may use."""

    code = "server.one_process"

    def __init__(self, processes: int) -> None:
        super().__init__(
            f"{processes} processes cannot share an SQLite database.",
            hint="Leave --processes out, or use PostgreSQL (--database postgresql://…).",
        )


def processes_for(database: str, wanted: int) -> int:
    """How many processes answer: as wanted; by default one on SQLite, one for each of up to four cores on PostgreSQL.

    Raises:
        OneProcessError: more than one is wanted on SQLite.
    """
    if database != "postgresql":
        if wanted > 1:
            raise OneProcessError(wanted)
        return 1
    return wanted or min(_MOST_BY_DEFAULT, os.cpu_count() or 1)


def check_bind(settings: Settings) -> None:
    """Refuse to listen beyond this machine without TLS.

    Raises:
        UnsafeBindError: neither a certificate nor a proxy that ends TLS is named.
    """
    if settings.tls_certificate or settings.behind_proxy or _is_local(settings.host):
        return
    raise UnsafeBindError(settings.host)


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Server(uvicorn.Server):
    """A server that tells when it answers.

    Args:
        started: called once with the address, from the server's own thread.
        processes: how many answer, this one among them; with more than one, another one follows events. More than
            one needs a database that several processes can use.
        follows: whether this process follows events, when it is the only one.
    """

    def __init__(
        self,
        services: Services,
        *,
        started: Callable[[str], None] | None = None,
        processes: int = 1,
        follows: bool = True,
    ) -> None:
        settings = services.settings
        check_bind(settings)
        self._services = services
        self._follows = follows and processes == 1
        self._tell = started
        self._socket = _listen(settings.host, settings.port, shared=processes > 1 or not follows, first=follows)
        port = self._socket.getsockname()[1]
        self._children = _children(replace(settings, port=port), processes)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.address = f"{'https' if settings.tls_certificate else 'http'}://{host}:{port}"
        super().__init__(
            uvicorn.Config(
                create_app(services),
                loop="uvloop",
                http=BoundedProtocol,
                ws="none",
                access_log=False,
                log_level="warning",
                server_header=False,
                proxy_headers=settings.behind_proxy,
                forwarded_allow_ips=list(settings.trusted_proxies),
                ssl_certfile=settings.tls_certificate or None,
                ssl_keyfile=settings.tls_key or None,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=15,
                backlog=1024,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer and to follow events."""
        for child in self._children:
            child.start()
        for child in self._children:  # before this one listens, or all first connections would be its own
            await asyncio.to_thread(child.ready.wait, _READY_S)
        await super().startup(sockets)
        self._services.start(work=self._follows)
        if self._tell is not None:
            self._tell(self._services.settings.public_url or self.address)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop answering, then end the processes beside this one; a signal takes this one right afterwards."""
        for child in self._children:
            child.tell_to_end()
        await super().shutdown(sockets)
        for child in self._children:
            await asyncio.to_thread(child.stop)

    def serve_until_stopped(self) -> None:
        """Answer until a signal or `should_exit`; the house stays open, it belongs to whoever built it."""
        self.run(sockets=[self._socket])


def main_of_child() -> None:
    """Answer beside another process, on the same port, until that one says it is enough."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the first one ends this in order
    services = build(own_settings())
    try:
        server = Server(services, started=lambda _: say_ready(), follows=False)

        def end() -> None:
            wait_for_the_end()
            server.should_exit = True

        threading.Thread(target=end, name="end", daemon=True).start()
        server.serve_until_stopped()
    finally:
        services.close()


def _children(settings: Settings, processes: int) -> list[ChildProcess]:
    if processes == 1:
        return []
    answering = [ChildProcess(f"server-{n}", _ANSWERING, settings) for n in range(2, processes + 1)]
    return [ChildProcess("worker", _FOLLOWING, settings), *answering]


def _listen(host: str, port: int, *, shared: bool, first: bool) -> socket.socket:
    """A socket to listen on; a port that processes of one server share must be free before the first of them."""
    if shared and first:
        with _bound(host, port, shared=False) as probe:
            port = probe.getsockname()[1]
    return _bound(host, port, shared=shared)


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortTakenError(host, port) from error
    return listening


@contextmanager
def running(services: Services) -> Iterator[str]:
    """Serve from a thread of this process for as long as the block lasts; yields the address."""
    ready = threading.Event()
    server = Server(services, started=lambda _: ready.set())
    thread = threading.Thread(target=server.serve_until_stopped, name="server", daemon=True)
    thread.start()
    while not ready.wait(0.05):
        if not thread.is_alive():
            raise UnavailableError("The server did not start.", hint="See the log above.")
    try:
        yield server.address
    finally:
        server.should_exit = True
        thread.join(timeout=30)
