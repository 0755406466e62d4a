"""The parts of the house a server is made of, and its settings; `bootstrap` builds them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

from assay.access import Passwords, Throttle
from assay.api.rates import Rates
from assay.insights import Practices, Snapshots
from assay.jobs.describing import Describer
from assay.jobs.drifting import DriftWatch
from assay.jobs.importing import Importer, Places
from assay.jobs.running import ModelDesk
from assay.jobs.ticker import Ticker
from assay.jobs.tiles import Tiles
from assay.storage import Blobs, ConsumerRunner, House


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an administrator decides; `docs/configuration.md` describes each.

    Attributes:
        data: folder for everything Assay keeps.
        database_url: `sqlite:///file` or `postgresql://...`; empty for `<data>/assay.db`.
        blobs_url: where pictures are kept; empty for `<data>/blobs`.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        public_url: address people use, such as `https://assay.example`; empty for the one listened on.
        behind_proxy: a proxy on `trusted_proxies` ends TLS and tells the true peer address.
        trusted_proxies: addresses whose `X-Forwarded-*` headers are believed, when behind a proxy.
        tls_certificate: file with the server's certificate chain; empty for plain HTTP.
        tls_key: file with its private key.
        import_roots: folders that imports may read on the server.
        stores_allowed: prefixes of object-store addresses that imports may read.
        model_servers: prefixes of addresses of model servers that may be asked.
        trainers: programs that train, as NAME=COMMAND.
        open_projects: whether everybody may make projects, not only administrators.
        demo: whether this is a demonstration, and says so.
    """

    data: Path
    database_url: str = ""
    blobs_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    behind_proxy: bool = False
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    tls_certificate: str = ""
    tls_key: str = ""
    import_roots: tuple[Path, ...] = ()
    stores_allowed: tuple[str, ...] = ()
    model_servers: tuple[str, ...] = ()
    trainers: tuple[str, ...] = ()
    open_projects: bool = False
    demo: bool = False

    @property
    def database(self) -> str:
        """The database's URL, filled in."""
        return self.database_url or f"sqlite:///{self.data / 'assay.db'}"

    @property
    def blobs(self) -> str:
        """The blob store's URL, filled in."""
        return self.blobs_url or f"file://{self.data / 'blobs'}"

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach the server by TLS, so that cookies may insist on it."""
        return bool(self.tls_certificate) or self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Services:
    """What requests work with."""

    settings: Settings
    house: House
    blobs: Blobs
    runner: ConsumerRunner
    passwords: Passwords
    importer: Importer
    caches: Ticker
    ticker: Ticker
    snapshots: Snapshots
    practices: Practices
    tiles: Tiles
    describer: Describer
    drift: DriftWatch
    models: ModelDesk
    places: Places = field(default_factory=Places)
    on_close: tuple[Callable[[], object], ...] = ()
    throttle: Throttle = field(default_factory=Throttle)
    rates: Rates = field(default_factory=Rates)

    def start(self, *, work: bool = True) -> None:
        """Keep answers ready, and unless a process of its own does that: `work`.

        Items are described where requests are answered: what an encoder failed at is told from memory.
        """
        self.caches.start()
        self.describer.start()
        if work:
            self.work()

    def work(self) -> None:
        """Follow events, work through imports, end leases that run out, and what else goes on by itself."""
        self.runner.start()
        self.importer.start()
        self.models.start()
        self.ticker.start()

    def close(self) -> None:
        """Stop what goes on by itself and give the database back."""
        for part in (self.caches, self.ticker, self.describer, self.models, self.importer, self.runner):
            part.stop()
        for close in self.on_close:
            close()
        self.house.close()


@functools.cache
def version() -> str:
    """The installed version; the source's own when it runs without being installed."""
    try:
        return installed_version("assay")
    except PackageNotFoundError:
        from assay import __version__  # noqa: PLC0415 - only without installation

        return __version__
