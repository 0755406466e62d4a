"""`assay demo`: the command line of the demonstration."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from assay.demo.console import Console
from assay.demo.errors import DemoDataError
from assay.demo.memory import FILE

app = typer.Typer(rich_markup_mode=None, add_completion=False)

HOUSES = Path("assay-data")
_PORT = 8000


@app.command()
def demo(
    *,
    data: Annotated[
        Path | None, typer.Option(help="Folder of labelled images; their labels become the hidden truth.")
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Play to the end without a visitor, then stop.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Go round twice: a model goes into use, and the world changes.")
    ] = False,
    continued: Annotated[
        bool, typer.Option("--continue", help="Behind the first round the world changes, without asking.")
    ] = False,
    report: Annotated[Path | None, typer.Option("--json", help="Write the report to this file, as JSON.")] = None,
    house: Annotated[
        Path | None,
        typer.Option(
            envvar="ASSAY_DEMO_HOUSE", help="Folder for the demo's data; by default a passing one if headless."
        ),
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; by default 8000 if it is free.")] = None,
    seed: Annotated[int, typer.Option(help="Of everything simulated.")] = 7,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo left in the house.")] = False,
) -> None:
    """Watch simulated people take pictures to a signed release, then try it yourself."""
    folder = None if data is None else _data_folder(data)
    with tempfile.TemporaryDirectory(prefix="assay-demo-") as passing:
        home = (house or (Path(passing) if headless else _usual_house(folder))).absolute()
        if fresh:
            _forget(home)
        found = _run(home, folder, headless=headless, port=port, seed=seed, full=full, continued=continued)
        if report is not None and found is not None:
            report.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    signed = [] if found is None else [found.get("release"), found.get("second_round", {}).get("release")]
    if not all(release["verified"] for release in signed if release is not None):
        raise typer.Exit(10)


def _run(
    home: Path, folder: Path | None, *, headless: bool, port: int | None, seed: int, full: bool, continued: bool
) -> dict[str, Any] | None:
    from assay.demo.plan import Plan  # noqa: PLC0415 - `--help` needs none of it
    from assay.demo.run import run_for_a_visitor, run_headless  # noqa: PLC0415 - as above

    console = Console(sys.stderr if headless else sys.stdout)
    chosen = port if port is not None else 0 if headless else _usual_port()
    plan = Plan(
        house=home, data=folder, seed=seed, port=chosen, paced=not headless, full=full, continued=continued or full
    )
    return run_headless(plan, console) if headless else run_for_a_visitor(plan, console)


def _usual_port() -> int:
    """8000, or 0 for any free one when something listens there."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", _PORT))
        except OSError:
            return 0
    return _PORT


def _data_folder(data: Path) -> Path:
    folder = data.expanduser().absolute()
    if not folder.is_dir():
        raise DemoDataError(f"There is no folder {folder}.", hint="Give the folder that holds images and labels.")
    return folder


def _usual_house(folder: Path | None) -> Path:
    return HOUSES / ("demo" if folder is None else f"demo-{folder.name}")


def _forget(home: Path) -> None:
    """Remove an earlier demo's house, and nothing that is not one.

    Raises:
        DemoDataError: the folder is something else.
    """
    if not home.exists():
        return
    if not (home / FILE).exists() and any(home.iterdir()):
        raise DemoDataError(
            f"{home} is not a demo's house.", hint="--fresh removes only what a demo made; choose --house."
        )
    shutil.rmtree(home)
