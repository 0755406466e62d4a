"""Wires the parts together; the only place that picks database, blobs, clock and keys."""

from __future__ import annotations

from importlib import import_module

from assay.access import Passwords
from assay.api.services import Services, Settings
from assay.costs import BookKeeper
from assay.insights import Practices, Snapshots
from assay.jobs.describing import Describer
from assay.jobs.drifting import DriftWatch
from assay.jobs.followers import followers
from assay.jobs.importing import Importer, Places
from assay.jobs.model_desk import steps_of
from assay.jobs.pictures import decoder, tiler
from assay.jobs.retraining import look
from assay.jobs.running import ModelDesk, Tools
from assay.jobs.suggesting import Servers
from assay.jobs.ticker import Tick, Ticker
from assay.jobs.tiles import Tiles
from assay.jobs.training.command import trainers_of
from assay.kernel.clock import Clock
from assay.queue import lapse_leases
from assay.storage import Blobs, ConsumerRunner, open_house

__all__ = ["Services", "Settings", "build", "load_tables"]

ROOMS_WITH_TABLES = (
    "access",
    "governance",
    "items",
    "labels",
    "guidelines",
    "annotations",
    "gold",
    "reliability",
    "queue",
    "review",
    "datasets",
    "models",
    "models.retraining",
    "promotions",
    "escalations",
    "serving",
    "costs",
    "drift",
    "active",
    "insights",
)


def load_tables() -> None:
    """Let every room declare its tables, so that opening a house makes all of them."""
    for room in ROOMS_WITH_TABLES:
        import_module(f"assay.{room}.store")


def build(settings: Settings, *, clock: Clock | None = None, passwords: Passwords | None = None) -> Services:
    """Open the house that `settings` describe; nothing follows its events until `services.start()`."""
    # The library that drives workflows takes half a second, which other commands need not pay.
    from assay.jobs.durable import Flows, flows_url  # noqa: PLC0415 - slow to import
    from assay.jobs.promoting_flow import Promoter  # noqa: PLC0415 - slow to import
    from assay.jobs.promoting_tools import server_tools  # noqa: PLC0415 - slow to import

    load_tables()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    house = open_house(settings.database, clock=clock)
    blobs = Blobs(settings.blobs)
    flows = Flows(flows_url(settings.database, settings.data))
    places = Places(roots=settings.import_roots, stores=settings.stores_allowed)
    servers, trainers = Servers(settings.model_servers), trainers_of(settings.trainers)
    models = ModelDesk(Tools(house, blobs, places, servers, trainers), steps_of)
    promoter = Promoter(server_tools(house, models.wake), flows)
    runner = ConsumerRunner(house, [*followers(), *promoter.consumers()])
    snapshots = Snapshots(house)
    practices = Practices(house, snapshots.projects)
    drift = DriftWatch(house, blobs)
    caches = Ticker([Tick("overviews", 0.5, snapshots.refresh), Tick("practice", 1.0, practices.refresh)])
    ticker = Ticker(
        [
            Tick("leases", 2.0, lambda: lapse_leases(house=house)),
            Tick("ledger", 1.0, BookKeeper(house).book_all),
            Tick("drift", 30.0, drift.run_due),
            Tick("promotions", 5.0, promoter.tend),
            Tick("retraining", 5.0, lambda: look(house)),
        ]
    )
    importer = Importer(house, blobs, places, decoder())
    tiles = Tiles(settings.data / "tiles", tiler)
    return Services(
        settings,
        house,
        blobs,
        runner,
        passwords or Passwords(),
        importer,
        caches,
        ticker,
        snapshots,
        practices,
        tiles,
        Describer(house, blobs, places),
        drift,
        models,
        places,
        on_close=(flows.close,),
    )
