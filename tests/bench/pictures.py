"""Takes a picture of every page, as each role meets it, from a played demonstration.

    python -m tests.bench.pictures /tmp/pictures [--house DIR] [--only annotate items] [--roles lead] [--narrow]

Pictures are named `<role>-<page>[-dark].png`; a played house is copied first, and nothing in it changes. Beside
them `walk.txt` names every answer that refused something and every page wider than its window.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser
from tests.support.browser import NARROW, WIDE, Visitor, chromium, visiting
from tests.support.demo_house import Printed, command, play_demo, rows
from tests.support.open_work import SLUG, found_open_project, play_open_project
from tests.support.roles import ROLES, role_links

OFF_THE_MENU = ("item", "person", "gold-item", "release", "class", "account", "projects", "nowhere")
"""Pages that only links within others lead to."""
READY = "!!document.querySelector('h1, h2, [role=application]') && !/Loading .*…/.test(document.body.innerText)"


@contextmanager
def served(house: Path | None) -> Iterator[tuple[Printed, Path, dict[str, str]]]:
    """A server on a copy of a played demonstration, and a link for each role."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "house"
        if house is None:
            play_demo(home)
        else:
            shutil.copytree(house, home, ignore=shutil.ignore_patterns("*.lock"))
        links = role_links(home)
        keys = found_open_project(home, {f"only-{role}": role for role in ROLES})
        with command("demo", "--house", home, "--port", "0", until="Ctrl-C stops") as printed:
            play_open_project(printed.address, keys)
            yield printed, home, {role: f"{printed.address}/link#{token}" for role, token in links.items()}


def other_pages(home: Path) -> dict[str, str]:
    """Addresses of the pages that are on no menu."""

    demo = rows(home, "SELECT id FROM projects WHERE slug = 'demo'")[0]["id"]

    def first(query: str) -> str:
        return str(next(iter(rows(home, query, demo=demo)[0].values())))

    item = first("SELECT item_id FROM consensus WHERE project_id = :demo ORDER BY mean_iou LIMIT 1")
    person = first("SELECT id FROM users WHERE login = 'elif'")
    gold = first("SELECT item_id FROM golds WHERE project_id = :demo")
    release = first("SELECT id FROM releases WHERE project_id = :demo")
    found = [f"/items/{item}", f"/people/{person}", f"/gold/{gold}", f"/releases/{release}", "/classes/hex-nut"]
    return dict(
        zip(OFF_THE_MENU, [*(f"/p/demo{path}" for path in found), "/account", "/?all=1", "/nowhere"], strict=True)
    )


def open_pages(role: str) -> dict[str, str]:
    """The pages that look different while work is going on."""
    shown = {
        "lead": ["", "/inbox", "/items"],
        "reviewer": ["/review"],
        "expert": ["/adjudicate"],
        "annotator": ["/annotate"],
    }
    return {f"open{path.replace('/', '-')}": f"/p/{SLUG}{path}" for path in shown.get(role, [])}


def menu_of(visitor: Visitor) -> dict[str, str]:
    """Name and address of every entry of the menu."""
    hrefs = visitor.page.locator("nav a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    return {
        (href.rstrip("/").rpartition("/")[2] if href.rstrip("/") != "/p/demo" else "overview"): href for href in hrefs
    }


def take(visitor: Visitor, name: str, path: str, out: Path, *, dark: bool = True) -> list[str]:
    """Open a page, picture it in light and dark, and say what is wrong with it."""
    del visitor.refusals[:]
    visitor.open(path)
    visitor.until(lambda: visitor.page.evaluate(READY), f"{path} does not settle")
    visitor.page.wait_for_load_state("networkidle")
    wrong = [f"{name}: {line}" for line in visitor.refusals if not re.match("401 GET /v1/session", line)]
    if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append(f"{name}: wider than the window")
    for scheme in ("light", "dark") if dark else ("light",):
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.page.screenshot(path=out / f"{name}{'-dark' if scheme == 'dark' else ''}.png")
    visitor.page.emulate_media(color_scheme="light")
    return wrong


def walk(
    browser: Browser,
    base: str,
    link: str,
    role: str,
    *,
    pages: dict[str, str],
    out: Path,
    size: tuple[int, int],
    only: Sequence[str],
) -> list[str]:
    """Everything one role meets."""
    wrong: list[str] = []
    with visiting(browser, base, size=size) as visitor:
        visitor.accept_link(link)
        visitor.open("/p/demo")
        visitor.until(lambda: visitor.page.evaluate(READY), "no project page")
        for name, path in {**menu_of(visitor), **open_pages(role), **pages}.items():
            if not only or name in only:
                wrong += take(visitor, f"{role}-{name}", path, out)
        wrong += visitor.wrongs
        visitor.wrongs.clear()
    return wrong


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--house", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--roles", nargs="*", default=list(ROLES))
    parser.add_argument("--narrow", action="store_true", help="1280 x 800 instead of 1440 x 900")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    size = NARROW if asked.narrow else WIDE
    with served(asked.house) as (printed, home, links), chromium() as browser:
        wrong = []
        for role in asked.roles:
            pages = other_pages(home) if role == "lead" else {}
            wrong += walk(
                browser, printed.address, links[role], role, pages=pages, out=asked.out, size=size, only=asked.only
            )
    (asked.out / "walk.txt").write_text("\n".join(wrong) + "\n")
    print("\n".join(wrong) or "nothing was refused, no page is too wide")


if __name__ == "__main__":
    main()
