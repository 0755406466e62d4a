"""Every router of the API, by name; a module here that has not been written yet is a mistake, not a gap."""

from __future__ import annotations

from importlib import import_module

from fastapi import APIRouter

# The queue stands first: routes are tried in this order, and its are asked for most.
MODULES = (
    "queue",
    "labels",
    "guidelines",
    "batches",
    "gold",
    "review",
    "items",
    "tiles",
    "browse",
    "imports",
    "insights",
    "releases",
    "session",
    "links",
    "keys",
    "projects",
    "members",
    "policy",
    "governance",
    "promotions",
    "models",
    "retraining",
    "suggestions",
    "escalations",
    "costs",
    "active",
    "drift",
    "diagnoses",
    "production",
    "readiness",
    "audit",
    "health",
)


def routers() -> list[APIRouter]:
    """The routers, in the order they are tried."""
    return [import_module(f"assay.api.routes.{name}").router for name in MODULES]
