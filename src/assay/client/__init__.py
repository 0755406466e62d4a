"""Talks to an Assay server from Python: every call is built once, and sent synchronously or asynchronously."""

from assay.client.asynchronous import AsyncClient
from assay.client.errors import ServerAwayError
from assay.client.request import Call
from assay.client.synchronous import Client

__all__ = ["AsyncClient", "Call", "Client", "ServerAwayError"]
