"""What the commands on files share: several people's labels, the page they write, how long it took."""

from __future__ import annotations

import shlex
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

Who = Annotated[
    list[str] | None,
    typer.Option(
        "--who", metavar="NAME=PATH", help="Another person's labels of the same pictures; repeat for several."
    ),
]
Html = Annotated[Path | None, typer.Option("--html", help="Write one self-contained page; an older one is replaced.")]
Seed = Annotated[int, typer.Option(help="Of intervals and random draws.")]
Iou = Annotated[float, typer.Option("--iou", help="From which overlap two marks may be the same thing.")]

HERE: Final = "."


class Clock:
    """Measures how long a command takes."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def meta(self, *more: str) -> list[str]:
        """Lines for the top of a page: day, kernel, seconds."""
        from assay.kernel.native import BACKEND

        day = datetime.now(UTC).strftime("%d %b %Y").lstrip("0")
        seconds = time.monotonic() - self._began
        return [*more, f"{day} · {BACKEND} kernel · {seconds:.1f} s · nothing was changed"]


def split_who(pairs: list[str] | None, name: str) -> tuple[str, dict[str, Path]]:
    """The name of the main set, which `NAME=.` gives, and the others."""
    from assay.reports.work import parse_who

    named = parse_who(pairs or [])
    own = next((who for who, path in named.items() if str(path) == HERE), None)
    return own or name, {who: path for who, path in named.items() if who != own}


def command_line() -> str:
    """The command as it was typed."""
    return "assay " + " ".join(shlex.quote(argument) for argument in sys.argv[1:])


def write_page(target: Path | None, page: str) -> list[str]:
    """Write a page and say where it is; nothing without a target."""
    if target is None:
        return []
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return [f"Written to {target} ({len(page.encode()) / 1000:,.0f} kB)."]
