"""Somebody labels picture after picture in a browser while connection or login is cut; the marks are counted."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Route
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.support.browser import Visitor, drag_box, drawn_marks, visiting
from tests.support.live_server import PASSWORD, SLUG, Live, live

WIDTH, HEIGHT = 400, 300
OFFLINE = "internetdisconnected"
Way = Literal["before", "after", "both"]
WAYS: tuple[Way, ...] = ("before", "after", "both")
Mark = tuple[str, float, float, float, float]


@contextmanager
def pictures_to_label(data: Path, n: int, *, overlap: int = 1) -> Iterator[Live]:
    """A server with `n` small pictures in one open batch, each for `overlap` annotators."""
    with live(data) as server:
        assert server.imported(files={f"{i}.png": _picture(i) for i in range(n)}, labels="ignore")["n_accepted"] == n
        server.lead.post("/schemas", {"classes": [{"id": "cell", "name": "Cell", "shapes": ["bbox"]}]})
        server.lead.post("/guidelines", {"markdown": "## 1.1 Cells {cell}\n\nBox each.\n", "note": "first"})
        change = {"preset": "no-gold", "gold_rate": 0.0, "min_gold_lower": None, "min_agreement_lower": None}
        server.lead.put("/policy", {**server.lead.get("/policy"), **change, "overlap": overlap, "review_share": 0.0})
        server.lead.post("/batches", {"name": "all", "items": "unbatched", "seed": 1})
        yield server


def _picture(seed: int) -> bytes:
    out = io.BytesIO()
    grey = np.random.default_rng(seed).integers(0, 255, (HEIGHT // 10, WIDTH // 10)).astype(np.uint8)
    Image.fromarray(np.kron(grey, np.ones((10, 10), np.uint8))).save(out, "PNG")
    return out.getvalue()


@dataclass
class Cutter:
    """Cuts every request of a page once: before it reaches the server, after the server has acted, or by turns.

    Attributes:
        n_requests: requests that were asked for, tries after a cut not counted.
        n_cut: those cut, by way.
    """

    way: Way
    n_requests: int = 0
    n_cut: dict[str, int] = field(default_factory=lambda: {"before": 0, "after": 0})
    _down: set[str] = field(default_factory=set)

    def __call__(self, route: Route) -> None:
        """Cut the first try of each request, and let the second through."""
        request = route.request
        name = f"{request.method} {request.url}"
        if name in self._down:
            self._down.remove(name)
            route.continue_()
            return
        self._down.add(name)
        turn = ("before", "after")[self.n_requests % 2] if self.way == "both" else self.way
        self.n_requests += 1
        self.n_cut[turn] += 1
        if turn == "after":
            route.fetch()
        route.abort(OFFLINE)


@dataclass
class Run:
    """One annotator's run over all pictures.

    Attributes:
        n: how many pictures.
        n_marks: how many marks are drawn on each.
        handed_in: the marks on the canvas when each picture was handed in, by the end of the assignment's id.
    """

    server: Live
    you: Visitor
    login: str
    n: int
    n_marks: int = 1
    handed_in: dict[str, list[Mark]] = field(default_factory=dict)

    def all(self, *, before_save: Callable[[], None] = lambda: None) -> None:
        """Label every picture; `before_save` is called before each save of a mark and of an answer."""
        for at in range(self.n):
            name = self._next_picture()
            for box in _boxes(at, self.n_marks):
                self._clear()
                before_save()
                drag_box(self.you, box)
                self._until_kept()
            self._clear()
            before_save()
            self.handed_in[name] = drawn_marks(self.you.page)
            self.you.page.keyboard.press("Control+Enter")
        self._wait(lambda: self._says("No image waits for you."), "there is no end")

    def _next_picture(self) -> str:
        """Wait until another picture is on the desk; returns the end of its assignment's id."""

        def another() -> str | None:
            name = self._name()
            ready = "!!window.__assay && document.activeElement.getAttribute('role') === 'application'"
            fresh = name is not None and name not in self.handed_in and not drawn_marks(self.you.page)
            return name if fresh and self.you.page.evaluate(ready) else None

        return str(self._wait(another, "no next picture comes"))

    def _name(self) -> str | None:
        # In one look: between two the page may have moved on.
        return next(iter(self.you.page.get_by_text(re.compile("^Item ")).all_inner_texts()), None)

    def _until_kept(self) -> None:
        """Wait until the page says that the server has all marks."""
        wanted = f"{len(drawn_marks(self.you.page))} saved"
        status = self.you.page.get_by_role("status")
        self._wait(lambda: wanted in [text.strip() for text in status.all_inner_texts()], f"not {wanted}")

    def _says(self, words: str) -> bool:
        return self.you.page.get_by_text(words).count() > 0

    def _wait(self, holds: Callable[[], Any], what: str) -> Any:
        """Do what a person does while waiting: sign in again when asked, try again where the page offers it."""

        def seen() -> Any:
            self._clear()
            return holds()

        return self.you.until(seen, what)

    def _clear(self) -> None:
        you = self.you
        if you.dialog.count() and you.field("Password", you.dialog).count():
            sign_in_again(you)
        for words in ("Try again", "Look again"):
            button = you.button(words)
            if button.count() and not self._says("No image waits for you."):
                with suppress(PlaywrightTimeout):  # the page was quicker, and the button is gone
                    button.first.click(timeout=1_000)

    def compare(self) -> int:
        """Hold the server's marks against the drawn ones, picture by picture; returns how many there are."""
        query = """SELECT a.id, s.id AS answer, m.label_class, m.x_min_px, m.y_min_px, m.x_max_px, m.y_max_px
                   FROM assignments a JOIN submissions s ON s.assignment_id = a.id
                   JOIN users u ON u.id = s.author_id LEFT JOIN annotations m ON m.submission_id = s.id
                   WHERE u.login = :login"""
        found: dict[str, list[Mark]] = {}
        answers: dict[str, set[str]] = {}
        for row in self.server.look(query, login=self.login):
            name = f"Item {row['id'][-8:]}"
            answers.setdefault(name, set()).add(row["answer"])
            found.setdefault(name, []).append(tuple(row.values())[2:])
        assert {name: len(each) for name, each in answers.items()} == dict.fromkeys(self.handed_in, 1)
        assert {name: sorted(marks) for name, marks in found.items()} == self.handed_in
        assert len(self.handed_in) == self.n
        return sum(map(len, found.values()))


def _boxes(at: int, n: int) -> list[tuple[float, float, float, float]]:
    """Where to draw on the picture whose turn it is; no two of a run are alike."""
    rng = np.random.default_rng(1000 + at)
    corners = rng.uniform([10, 10], [WIDTH - 160, HEIGHT - 130], (n, 2))
    return [(float(x), float(y), float(x) + 60 + at, float(y) + 40 + at) for x, y in corners]


def sign_in_again(you: Visitor) -> None:
    """Fill in the dialog that says the session has ended."""
    you.field("Password", you.dialog).fill(PASSWORD)
    you.button("Sign in", you.dialog).click()
    you.until(lambda: you.dialog.count() == 0, "the dialog stays")


def end_session(you: Visitor) -> None:
    """Sign the browser's session out at the server; the browser keeps its cookie and is told nothing."""
    cookies = {each["name"]: each["value"] for each in you.context.cookies()}
    with httpx.Client(base_url=you.base, cookies=cookies, trust_env=False) as http:
        token = http.get("/v1/session").raise_for_status().json()["csrf_token"]
        http.delete("/v1/session", headers={"x-csrf-token": token}).raise_for_status()


@contextmanager
def labelling(
    browser: Browser, server: Live, login: str, n: int, *, n_marks: int = 1, cutter: Cutter | None = None
) -> Iterator[Run]:
    """An annotator who has signed in and opens the desk; from then on the cutter is at work."""
    with visiting(browser, server.address) as you:
        you.open("/signin")
        you.field("Login").fill(login)
        you.field("Password").fill(PASSWORD)
        you.button("Sign in").click()
        you.page.wait_for_url(re.compile(f"/p/{SLUG}"))
        you.sees(re.compile("^Item "))
        if cutter is not None:
            you.page.route(re.compile("/v1/"), cutter)
            you.page.reload()
        yield Run(server, you, login, n, n_marks)
