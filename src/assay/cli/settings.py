"""The options that say where the data lies and how to serve it, read from the command line or `ASSAY_*` variables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from assay.bootstrap import Services, Settings

Data = Annotated[Path, typer.Option(envvar="ASSAY_DATA", help="Folder for everything Assay keeps.")]
Database = Annotated[
    str,
    typer.Option(
        "--database", envvar="ASSAY_DATABASE", help="sqlite:///file or postgresql://...; default <data>/assay.db."
    ),
]
BlobStore = Annotated[
    str, typer.Option("--blobs", envvar="ASSAY_BLOBS", help="Where pictures are kept: file://, s3://, gs:// or az://.")
]

DATA = Path("assay-data")


def folder(path: Path) -> Path:
    """The data folder as an absolute path."""
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() would follow a link the administrator set


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """The house, opened by this process alone for as long as the block lasts; its consumers do not run."""
    from assay.bootstrap import build

    services = build(settings)
    try:
        yield services
    finally:
        services.close()
