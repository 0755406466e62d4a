"""A real server in this process, with one person of each role who speaks to it over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from pysqlite3 import dbapi2 as sqlite3

from assay.access import (
    add_member,
    cheap_passwords,
    create_account,
    found_project,
    make_key_for,
    make_link,
    redeem_link,
)
from assay.api.rates import RATES, Rates
from assay.api.services import Services
from assay.bootstrap import Settings, build
from assay.kernel.actor import system
from assay.server import running

SETUP = system("test")
SLUG = "cells"
P = f"/v1/projects/{SLUG}"
PASSWORD = "zebra-lamp-42-volt"  # noqa: S105 - of nobody
ROLES = {
    "lead": ["lead"],
    "expert": ["expert"],
    "reviewer": ["reviewer"],
    "approver": ["approver"],
    "auditor": ["auditor"],
    "ann": ["annotator"],
    "bob": ["annotator"],
}


class Person:
    """Somebody who speaks to the server by API key; a path without `/v1` lies in the project."""

    def __init__(self, base: str, user_id: str, key: str) -> None:
        self.id = user_id
        self.http = httpx.Client(base_url=base, timeout=60, headers={"authorization": f"Bearer {key}"}, trust_env=False)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request."""
        return self.http.request(method, path if path.startswith("/v1") else f"{P}{path}", **options)

    def get(self, path: str, **params: Any) -> Any:
        """JSON of a successful GET."""
        return self._json(self.call("GET", path, params=params))

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """JSON of a successful POST."""
        return self._json(self.call("POST", path, json=body, **options))

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        """JSON of a successful PUT; bytes are sent raw."""
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self._json(self.call("PUT", path, **sent, **options))

    def all_rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every row of a table, page by page."""
        rows: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.get(path, cursor=cursor, limit=200, **params)
            rows += page["rows"]
            if page["next"] is None:
                return rows
            cursor = page["next"]

    @staticmethod
    def _json(reply: httpx.Response) -> Any:
        assert reply.is_success, f"{reply.request.method} {reply.request.url}: {reply.status_code} {reply.text[:600]}"
        return reply.json() if reply.content else None


@dataclass
class Live:
    """A server and its people.

    Attributes:
        data: its data folder.
        people: by role or name.
    """

    services: Services
    address: str
    data: Path
    project: str
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    def settle(self) -> None:
        """Wait until every consumer has seen every event."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not any(c["lag"] for c in self.lead.get("/v1/health")["consumers"]):
                return
            time.sleep(0.05)
        raise AssertionError("consumers did not keep up")

    def imported(self, kind: str = "upload", files: dict[str, bytes] | None = None, **options: Any) -> dict[str, Any]:
        """Run an import to its end."""
        made = self.lead.post("/imports", {"kind": kind, **options})
        for name, data in (files or {}).items():
            self.lead.put(f"/imports/{made['id']}/files", data, params={"name": name})
        self.lead.post(f"/imports/{made['id']}/start")
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.lead.get(f"/imports/{made['id']}")
            if found["state"] in {"finished", "failed"}:
                return found
            time.sleep(0.05)
        raise AssertionError("the import did not end")

    def rows(self, made: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """What became of each file of an import."""
        return {row["name"]: row for row in self.lead.all_rows(f"/imports/{made['id']}/rows", state="all")}

    def look(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """What the database holds where the API has no answer.

        By the server's own copy of SQLite: another copy in the same process drops its locks on the file.
        """
        with closing(sqlite3.connect(f"file:{self.data / 'assay.db'}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def items(self) -> dict[str, dict[str, Any]]:
        """Items by name."""
        return {item["name"]: item for item in self.lead.all_rows("/items")}


@contextmanager
def live(data: Path, *, n_imports: int = RATES["import"].burst, **settings: Any) -> Iterator[Live]:
    """A running server with a project and its people, who may begin so many imports at once."""
    services = build(Settings(data=data, port=0, **settings), passwords=cheap_passwords())
    services = replace(services, rates=Rates({**RATES, "import": replace(RATES["import"], burst=n_imports)}))
    try:
        house = services.house
        project = found_project(SETUP, "Cells", SLUG, house=house).id
        keys = {}
        for name, roles in ROLES.items():
            user = create_account(SETUP, login=name, name=f"{name.title()} Tester", house=house)
            add_member(SETUP, project, user, roles, house=house)
            link = make_link(SETUP, user, "invite", house=house)
            redeem_link(link.secret, PASSWORD, loopback=True, house=house, passwords=services.passwords)
            keys[name] = (user, make_key_for(SETUP, user, "test", house=house).secret)
        with running(services) as address:
            people = {name: Person(address, user, key) for name, (user, key) in keys.items()}
            yield Live(services, address, data, project, people)
            for person in people.values():
                person.http.close()
    finally:
        services.close()
