"""A real Chromium for tests: fresh profiles whose missteps are all noted, and a hand that draws on the canvas."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

import assay
from tests.support.shared import SHARED

PASSWORD = "ninety-teal-lanterns-hum"  # noqa: S105 - of nobody
WIDE, NARROW = (1440, 900), (1280, 800)
_PATIENCE_MS = 1_000 * int(os.environ.get("ASSAY_PATIENCE_S", "20"))
"""How long a page may take to do anything; more on a machine that others hold up."""
_POLL_MS = 25
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The browser's own words about a call that was answered by "not signed in" or "there is none yet", or while offline.
_OWN_WORDS = re.compile(
    "Failed to load resource: (the server responded with a status of|net::ERR_INTERNET_DISCONNECTED)"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium; absent, a skip on machines that are not the team's, and built pages are a must."""
    ui = next(iter(assay.__path__)) + "/_ui/index.html"
    assert os.path.exists(ui), "The web pages are not built; run `make web`."  # noqa: PTH110 - one look
    binary = shutil.which("chromium")
    if binary is None and not SHARED.exists():
        pytest.skip("There is no chromium on this machine: apt-get install chromium.")
    assert binary is not None, "There is no chromium on this machine: apt-get install chromium."
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser profile of their own.

    Attributes:
        base: the server's address.
        wrongs: console errors, exceptions, dialogs, refused contents, requests to anywhere else.
        statuses: of answers that refused something, with method and path.
    """

    context: BrowserContext
    page: Page
    base: str
    wrongs: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to an address of the server."""
        self.page.goto(f"{self.base}{path}")

    def button(self, name: str | re.Pattern[str], inside: Locator | None = None) -> Locator:
        """A button by the words on it."""
        return (inside or self.page).get_by_role("button", name=name)

    def field(self, label: str, inside: Locator | None = None) -> Locator:
        """A field by its exact label."""
        return (inside or self.page).get_by_label(label, exact=True)

    @property
    def dialog(self) -> Locator:
        """The dialog over the page."""
        return self.page.get_by_role("dialog")

    def sees(self, text: str | re.Pattern[str], inside: Locator | None = None) -> None:
        """Wait until some words can be read."""
        expect((inside or self.page).get_by_text(text).first).to_be_visible()

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Wait until something holds; returns it."""
        waited = 0
        while not (found := holds()):
            assert waited < _PATIENCE_MS, f"{what}; the page says: {self.page.inner_text('body')[:600]}"
            self.page.wait_for_timeout(_POLL_MS)
            waited += _POLL_MS
        return found

    def accept_link(self, link: str) -> None:
        """Open a single-use link in this fresh profile, choose a password, and go on to where it leads."""
        self.page.goto(link)
        self.field("New password").fill(PASSWORD)
        self.button("Set password and sign in").click()
        self.page.wait_for_url(re.compile(r"/(p/.*)?$"))

    def sign_in(self, login: str) -> None:
        """Fill in the sign-in page that is shown."""
        self.field("Login").fill(login)
        self.field("Password").fill(PASSWORD)
        self.button("Sign in").click()

    def check(self) -> None:
        """Fail if anything went wrong on any page so far."""
        assert self.wrongs == []
        marks = self.page.evaluate("typeof ASSAY_XSS")
        assert marks == "undefined", "Text that somebody wrote was run as a script."


@contextmanager
def visiting(browser: Browser, base: str, *, size: tuple[int, int] = WIDE, **options: Any) -> Iterator[Visitor]:
    """Somebody with an empty profile; at the end nothing may have gone wrong."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    context.set_default_timeout(_PATIENCE_MS)
    visitor = Visitor(context, context.new_page(), base)
    _watch(visitor)
    try:
        yield visitor
        visitor.check()
    finally:
        context.close()


def another_tab(visitor: Visitor) -> Visitor:
    """A second tab in the same profile."""
    tab = Visitor(visitor.context, visitor.context.new_page(), visitor.base, visitor.wrongs, visitor.refusals)
    _watch(tab)
    return tab


def _watch(visitor: Visitor) -> None:
    wrongs, page = visitor.wrongs, visitor.page

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _OWN_WORDS.match(message.text):
            wrongs.append(f"{page.url}: console {message.type}: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((f"{visitor.base}/", "data:", "blob:")):
            wrongs.append(f"{page.url}: request to {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: wrongs.append(f"{page.url}: exception: {error}"))
    page.on("dialog", lambda dialog: (wrongs.append(f"{page.url}: dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", asked)
    page.on(
        "response",
        lambda reply: (
            visitor.refusals.append(f"{reply.status} {reply.request.method} {reply.url.removeprefix(visitor.base)}")
            if reply.status >= 400
            else None
        ),
    )
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('refused by policy: ' + e.violatedDirective))"
    )
    page.context.set_default_timeout(_PATIENCE_MS)


def drawn_marks(page: Page) -> list[tuple[str, float, float, float, float]]:
    """The marks on the canvas, sorted: class, then x_min y_min x_max y_max in pixels of the image."""
    shapes = page.evaluate("window.__assay ? window.__assay.shapes() : []")
    boxes = [(shape["classId"], shape["geometry"]) for shape in shapes]
    return sorted((name, *(box[side] for side in ("xMin", "yMin", "xMax", "yMax"))) for name, box in boxes)


def wait_for_picture(visitor: Visitor) -> None:
    """Wait until a picture is on the canvas and the canvas has the keys."""
    ready = "!!window.__assay && document.activeElement.getAttribute('role') === 'application'"
    visitor.until(lambda: visitor.page.evaluate(ready), "no picture is shown")


def drag_box(visitor: Visitor, box: tuple[float, float, float, float]) -> None:
    """Draw a box with the mouse, corner to corner; coordinates in pixels of the image."""
    page, n = visitor.page, len(drawn_marks(visitor.page))
    corners = page.evaluate(
        "([a, b, c, d]) => [window.__assay.toWindow({x: a, y: b}), window.__assay.toWindow({x: c, y: d})]", list(box)
    )
    page.mouse.move(corners[0]["x"], corners[0]["y"])
    page.mouse.down()
    page.mouse.move((corners[0]["x"] + corners[1]["x"]) / 2, (corners[0]["y"] + corners[1]["y"]) / 2)
    page.mouse.move(corners[1]["x"], corners[1]["y"])
    page.mouse.up()
    visitor.until(lambda: len(drawn_marks(page)) == n + 1, f"no box {box} appeared")


def type_box(visitor: Visitor, box: tuple[float, float, float, float]) -> None:
    """Draw a box with the keyboard alone: R, arrows to the corner, Enter, arrows to the other, Enter."""
    page, n = visitor.page, len(drawn_marks(visitor.page))
    page.keyboard.press("r")
    _walk_to(visitor, box[0], box[1])
    page.keyboard.press("Enter")
    _walk_to(visitor, box[2], box[3])
    page.keyboard.press("Enter")
    visitor.until(lambda: len(drawn_marks(page)) == n + 1, f"no box {box} appeared")


def _walk_to(visitor: Visitor, x: float, y: float) -> None:
    here = re.search(r"x (\d+) y (\d+)", visitor.page.inner_text("main"))
    assert here is not None, "the page does not say where the cross hair is"
    for way, name in ((round(x) - int(here[1]), "Left Right"), (round(y) - int(here[2]), "Up Down")):
        key = f"Arrow{name.split()[way > 0]}"
        for _ in range(abs(way) // 10):
            visitor.page.keyboard.press(f"Shift+{key}")
        for _ in range(abs(way) % 10):
            visitor.page.keyboard.press(key)
