"""What a browser loads before somebody can label: small enough for a slow line."""

from __future__ import annotations

import gzip
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

UI = Path(str(files("assay"))) / "_ui"
MOST_BYTES = 350_000
PAGE = "src/pages/annotate/AnnotatePage.tsx"


def test_the_annotate_page_loads_at_most_350_kilobytes_of_script_and_style() -> None:
    manifest = UI / ".vite" / "manifest.json"
    if not manifest.exists():
        pytest.skip("The web pages are not built here; run `make web`.")
    chunks: dict[str, Any] = json.loads(manifest.read_text())
    needed: set[str] = set()

    def take(name: str) -> None:
        chunk = chunks[name]
        if chunk["file"] not in needed:
            needed.update([chunk["file"], *chunk.get("css", [])])
            for other in chunk.get("imports", []):
                take(other)

    for entry in ("index.html", PAGE):
        take(entry)
    size = sum(len(gzip.compress((UI / name).read_bytes(), 9)) for name in needed)
    assert 50_000 < size <= MOST_BYTES, sorted(needed)
