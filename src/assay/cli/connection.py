"""Connects commands to a running server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.errors import UsageError

if TYPE_CHECKING:
    from assay.client import Client

Server = Annotated[
    str, typer.Option("--server", envvar="ASSAY_SERVER", help="Address of the server, such as http://127.0.0.1:8000.")
]
Key = Annotated[str, typer.Option("--key", envvar="ASSAY_KEY", help="API key; without one you are asked to sign in.")]
ProjectName = Annotated[str, typer.Option("--project", "-p", envvar="ASSAY_PROJECT", help="The project's short name.")]

HERE = "http://127.0.0.1:8000"


@contextmanager
def connected(server: str, key: str) -> Iterator[Client]:
    """A client for the block; asks for login and password when there is no key and a person to ask.

    Raises:
        UsageError: an address that is none.
    """
    from assay.client import Client

    if not server.startswith(("http://", "https://")):
        raise UsageError(f"{server!r} is no address.", hint="It looks like https://assay.example.")
    with Client(server, key) as client:
        if not key:
            login = typer.prompt("Login", err=True)
            client.sign_in(login, typer.prompt("Password", hide_input=True, err=True))
        yield client
