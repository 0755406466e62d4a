"""Whether the server works."""

from __future__ import annotations

from assay.api.deps import Services
from assay.api.routing import make_router, public
from assay.api.services import version
from assay.wire.session import ConsumerLag, Health

router = make_router("health")


@router.get("/v1/health")
@public
def health(services: Services) -> Health:
    """Version, database, and how far the consumers of events lag behind."""
    lags = services.runner.lags()
    return Health(
        status="ok",
        version=version(),
        database="postgresql" if services.house.database.name == "postgresql" else "sqlite",
        consumers=[ConsumerLag(name=name, lag=lag) for name, lag in lags.items()],
    )
