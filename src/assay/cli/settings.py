"""The options that say where the data lies, read from the command line or `ASSAY_*` variables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.errors import UsageError

if TYPE_CHECKING:
    from assay.access import Project, User
    from assay.bootstrap import Services

Data = Annotated[Path, typer.Option(envvar="ASSAY_DATA", help="Folder for everything Assay keeps.")]
Database = Annotated[
    str,
    typer.Option(
        "--database", envvar="ASSAY_DATABASE", help="sqlite:///file or postgresql://...; default <data>/assay.db."
    ),
]
BlobStore = Annotated[
    str,
    typer.Option(
        "--blobs",
        envvar="ASSAY_BLOBS",
        help="Where pictures are kept: file://, s3://, gs:// or az://; default <data>/blobs.",
    ),
]

DATA = Path("assay-data")


def folder(path: Path) -> Path:
    """The data folder as an absolute path."""
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() would follow a link the administrator set


@contextmanager
def opened(data: Path, database: str = "", blobs: str = "", *, make: bool = False) -> Iterator[Services]:
    """The house, opened by this process for as long as the block lasts; its consumers do not run.

    Raises:
        UsageError: there is nothing in the folder and `make` is False.
    """
    from assay.bootstrap import Settings, build

    settings = Settings(data=folder(data), database_url=database, blobs_url=blobs)
    if not make and not database and not (settings.data / "assay.db").exists():
        raise UsageError(f"There is no house in {settings.data}.", hint="`assay init` makes one; --data names another.")
    services = build(settings)
    try:
        yield services
    finally:
        services.close()


def account(services: Services, login: str) -> User:
    """The account with this login.

    Raises:
        UserNotFoundError: there is none.
    """
    from assay.access import UserNotFoundError, find_account
    from assay.kernel.actor import system

    found = find_account(services.house, system("command line"), login)
    if found is None:
        raise UserNotFoundError(login)
    return found


def project(services: Services, name: str) -> Project:
    """The project with this id or short name.

    Raises:
        ProjectNotFoundError: there is none.
    """
    from assay.access import ProjectNotFoundError, find_project_by
    from assay.kernel.actor import system

    found = find_project_by(services.house, system("command line"), name)
    if found is None:
        raise ProjectNotFoundError(name)
    return found
