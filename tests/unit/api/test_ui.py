"""The web app's files."""

from __future__ import annotations

import os
from pathlib import Path

from assay.api.ui import IMMUTABLE, Pages


def _built(folder: Path) -> Path:
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "assets" / "app-1a2b.js").write_text("1")
    (folder / "secret.key").write_text("no")
    return folder


def test_files_are_found_by_name_and_any_other_path_is_a_page_of_the_app(tmp_path: Path) -> None:
    pages = Pages(_built(tmp_path / "ui"))
    script = pages.answer("GET", "/assets/app-1a2b.js")
    assert (script.body, script.headers["content-type"]) == (b"1", "text/javascript; charset=utf-8")
    assert script.headers["cache-control"] == IMMUTABLE
    for path in ("/", "/p/cells/annotate", "/secret.key", "/../pyproject.toml", "//etc/passwd"):
        page = pages.answer("GET", path)
        assert (page.status_code, page.body, page.headers["cache-control"]) == (200, b"<!doctype html>", "no-cache")


def test_pages_are_only_read(tmp_path: Path) -> None:
    pages = Pages(_built(tmp_path / "ui"))
    assert pages.answer("POST", "/").status_code == 405
    assert pages.answer("HEAD", "/").body == b""


def test_a_file_that_was_not_built_is_no_page(tmp_path: Path) -> None:
    pages = Pages(_built(tmp_path / "ui"))
    assert pages.answer("GET", "/assets/old-9f.js").status_code == 404
    assert pages.answer("GET", "/favicon.ico").status_code == 404


def test_a_new_build_is_noticed(tmp_path: Path) -> None:
    folder = _built(tmp_path / "ui")
    pages = Pages(folder)
    assert pages.answer("GET", "/").body == b"<!doctype html>"
    (folder / "index.html").write_text("new")
    os.utime(folder / "index.html", ns=(1, 1))
    assert pages.answer("GET", "/").body == b"new"


def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    answer = Pages(tmp_path / "none").answer("GET", "/p/cells")
    assert answer.status_code == 503
    assert b"make web" in answer.body
    assert answer.headers["content-type"].startswith("text/plain")
