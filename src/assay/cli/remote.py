"""The options that lead a command to a running server instead of the data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.errors import UsageError

if TYPE_CHECKING:
    from assay.client import Client

ServerUrl = Annotated[
    str, typer.Option("--server", envvar="ASSAY_SERVER", help="Address of a running server to talk to.")
]
ServerKey = Annotated[str, typer.Option("--key", envvar="ASSAY_KEY", help="API key for that server.")]


def connected(server: str, key: str = "") -> Client:
    """A client of the server at this address.

    Raises:
        UsageError: it is no address.
    """
    from assay.client import Client

    if not server.startswith(("http://", "https://")):
        raise UsageError(f"{server!r} is no address.", hint="It looks like https://assay.example.")
    return Client(server, key)
