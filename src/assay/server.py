"""Starts the server: uvicorn on uvloop and httptools, with the consumers of events beside it."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from assay.api.app import create_app
from assay.api.protocol import BoundedProtocol
from assay.bootstrap import Services, Settings
from assay.kernel.errors import InvalidInputError, UnavailableError
from assay.worker import WorkerProcess


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
        apart: whether a process of its own follows events, where the database lets several processes use it.
    """

    def __init__(
        self, services: Services, *, started: Callable[[str], None] | None = None, apart: bool = False
    ) -> None:
        settings = services.settings
        check_bind(settings)
        self._services = services
        apart = apart and services.house.database.name == "postgresql"
        self._worker = WorkerProcess(settings) if apart else None
        self._tell = started
        self._socket = _listen(settings.host, settings.port)
        port = self._socket.getsockname()[1]
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
        await super().startup(sockets)
        self._services.start(work=self._worker is None)
        if self._worker is not None:
            self._worker.start()
        if self._tell is not None:
            self._tell(self._services.settings.public_url or self.address)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop answering, then end the worker; a signal takes this process right afterwards."""
        await super().shutdown(sockets)
        if self._worker is not None:
            await asyncio.to_thread(self._worker.stop)

    def serve_until_stopped(self) -> None:
        """Answer until a signal or `should_exit`; the house stays open, it belongs to whoever built it."""
        self.run(sockets=[self._socket])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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
