"""Calls to the API in this process, as one of the world's people."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from tests.integration.api.world import Person, World, open_world

from assay.api.app import create_app
from assay.api.services import Services
from assay.api.ui import Pages
from assay.storage.events import events

NOTED = {"session.seen", "key.seen"}
"""Events that note a use and are no change."""


@contextmanager
def copy_of(world: World, folder: Path) -> Iterator[Services]:
    """A copy of the world's house, open; what is done there touches no other copy."""
    shutil.copytree(world.folder, folder, dirs_exist_ok=True)
    services = open_world(folder)
    try:
        yield services
    finally:
        services.close()


def client_of(
    services: Services, *, host: str = "localhost", peer: str = "127.0.0.1", pages: Pages | None = None
) -> httpx.AsyncClient:
    """A client that calls the application without a socket; what the application raises comes through."""
    transport = httpx.ASGITransport(create_app(services, pages=pages), client=(peer, 50000))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")


def by_session(person: Person, *, csrf: bool = True) -> dict[str, str]:
    """The headers of a browser that somebody signed in with."""
    headers = {"cookie": f"assay_session={person.session}"}
    return headers | {"x-csrf-token": person.csrf} if csrf else headers


def by_key(person: Person) -> dict[str, str]:
    """The headers of a program with somebody's key."""
    return {"authorization": f"Bearer {person.key}"}


def fill(template: Any, things: dict[str, str]) -> Any:
    """A body or path with `{name}` replaced by the thing of that name."""
    text = json.dumps(template)
    return json.loads(re.sub(r"\{(\w+)\}", lambda m: things.get(m[1], m[0]), text))


def trace(services: Services) -> list[tuple[str, str]]:
    """The actions and subjects of all events that are a change."""
    with services.house.database.reading() as connection:
        rows = connection.execute(sa.select(events.c.action, events.c.subject).order_by(events.c.id))
        return [(row.action, row.subject) for row in rows if row.action not in NOTED]
