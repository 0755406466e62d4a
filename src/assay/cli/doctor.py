"""`assay doctor`: says what runs here, and what would keep it from running well."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assay.cli.output import AsJson, make_app, show, table
from assay.cli.settings import DATA, Data, Database, folder
from assay.kernel.errors import AssayError

if TYPE_CHECKING:
    from assay.bootstrap import Services

app = make_app()
LOW_DISK_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `state` is ok, warn or fail."""

    name: str
    state: str
    found: str


@app.command()
def doctor(*, data: Data = DATA, database: Database = "", as_json: AsJson = False) -> None:
    """Check this installation, its data folder and its database; ends with 1 when something fails."""
    checks = [*_installation(), *_disk(folder(data)), *_database(folder(data), database)]
    rows = [[check.state, check.name, check.found] for check in checks]
    value = {"ok": all(c.state != "fail" for c in checks), "checks": [asdict(c) for c in checks]}
    show(value, table(rows, ["state", "what", "found"]), as_json=as_json)
    if not value["ok"]:
        raise typer.Exit(1)


def _installation() -> Iterator[Check]:
    from assay import __version__
    from assay.api.ui import Pages
    from assay.kernel.native import BACKEND

    yield Check("assay", "ok", __version__)
    yield Check("python", "ok", platform.python_version())
    compiled = BACKEND == "compiled"
    yield Check("quality kernel", "ok" if compiled else "warn", BACKEND if compiled else f"{BACKEND}: right, but slow")
    for package in ("pysqlite3", "psycopg", "pillow", "pyvips"):
        try:
            yield Check(package, "ok", version(package))
        except PackageNotFoundError:
            needed = package != "psycopg"
            yield Check(package, "fail" if needed else "ok", "not installed" if needed else "not installed (an extra)")
    built = Pages().built
    yield Check("web pages", "ok" if built else "warn", "built" if built else "not built; `make web` builds them")


def _disk(data: Path) -> Iterator[Check]:
    place = next(p for p in (data, *data.parents) if p.exists())
    free = shutil.disk_usage(place).free
    yield Check("disk", "ok" if free > LOW_DISK_BYTES else "warn", f"{free / 1024**3:.1f} GiB free at {place}")
    if data.exists() and data.stat().st_mode & 0o077:
        yield Check("data folder", "warn", f"others on this machine may look into {data}; `chmod 700` it")


def _database(data: Path, url: str) -> Iterator[Check]:
    from assay.bootstrap import Settings, build
    from assay.storage import HouseInUseError, check_log

    if not url and not (data / "assay.db").exists():
        yield Check("database", "ok", f"none yet in {data}; `assay init` makes one")
        return
    try:
        services = build(Settings(data=data, database_url=url))
    except HouseInUseError:
        yield Check("database", "ok", "a server is using it; /v1/health answers for it")
        return
    except AssayError as error:
        yield Check("database", "fail", error.message)
        return
    try:
        yield Check("database", "ok", _engine(services))
        lag = max(services.runner.lags().values(), default=0)
        yield Check("consumers", "ok", f"{lag} events behind")
        try:
            head = check_log(services.house)
            yield Check("audit log", "ok", f"{head.size} events, all as they were sealed")
        except AssayError as error:
            yield Check("audit log", "fail", error.message)
    finally:
        services.close()


def _engine(services: Services) -> str:
    dialect = services.house.database.engine.dialect
    if services.house.database.name == "sqlite":
        return f"SQLite {getattr(dialect.dbapi, 'sqlite_version', '')}"
    numbers = getattr(dialect, "server_version_info", None) or ()
    return f"PostgreSQL {'.'.join(map(str, numbers))}"
