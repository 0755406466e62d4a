"""Practice that differs, in a real browser: from the overview to the pictures, and the clause published."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from tests.support import edge_practice
from tests.support.browser import Visitor, chromium, visiting
from tests.support.importing import jpeg
from tests.support.live_server import PASSWORD, SETUP, SLUG, Live, live

from assay.access import add_member, create_account

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

N = 32
PEOPLE = ("Ada", "Ben", "Cleo", "Dev", "Eve")
TITLE = "Cells cut by the image edge: two people leave them out, three draw them"
GUIDELINE = "## 1.1 Cells {cell}\n\nBox each.\n\n## 4.2 Cut by the edge {cell}\n\nUse your judgement.\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("findings") / "data") as running:
        size = {"width_px": edge_practice.WIDTH_PX, "height_px": edge_practice.HEIGHT_PX}
        running.imported(files={f"{n:02}.jpg": jpeg(n, **size) for n in range(N)}, labels="ignore")
        running.lead.post("/schemas", {"classes": [{"id": "cell", "name": "Cell"}]})
        running.lead.post("/guidelines", {"markdown": GUIDELINE, "note": "first"})
        running.lead.post("/batches", {"name": "all", "items": "unbatched", "seed": 1})
        house, people = running.services.house, {}
        for name in PEOPLE:
            people[name] = create_account(SETUP, login=name.lower(), name=name, house=house)
            add_member(SETUP, running.project, people[name], ["annotator"], house=house)
        items = [item["id"] for _, item in sorted(running.items().items())]
        edge_practice.draw(house, running.project, people, items, leaves={"Ada": 0.9, "Ben": 0.9})
        running.services.practices.look(running.project)
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def lead(browser: Browser, server: Live) -> Iterator[Visitor]:
    with visiting(browser, server.address) as visitor:
        visitor.open("/")
        visitor.field("Login").fill("lead")
        visitor.field("Password").fill(PASSWORD)
        visitor.button("Sign in").click()
        visitor.page.wait_for_url(re.compile(r"/p/"))
        yield visitor


def test_a_lead_sees_where_people_part_and_publishes_the_clause_in_the_editor(lead: Visitor, server: Live) -> None:
    page = lead.page
    lead.open(f"/p/{SLUG}")
    lead.sees(TITLE)
    page.get_by_role("link", name="Read drafted clause").click()
    lead.sees("Each side is steady in what it does, so the rule is open, not the care.")
    places = page.get_by_role("img", name=re.compile(r"^Place \d: "))
    expect(places).to_have_count(6)
    images = places.locator("image")
    assert all(page.request.get(f"{lead.base}{images.nth(n).get_attribute('href')}").ok for n in range(6))
    for name in PEOPLE:
        lead.sees(name)
    lead.sees("alike inside a side")
    lead.sees("Use your judgement.")  # what clause 4.2 says now
    assert_accessible(lead)

    page.get_by_role("link", name="Open in the guideline editor").click()
    text = lead.field("Guideline in Markdown")
    wanted = r"## 4\.2 Cells cut by the image edge \{cell\}\s+Draw every one of the cells"
    expect(text).to_have_value(re.compile(wanted))
    expect(text).not_to_have_value(re.compile("Use your judgement"))
    lead.field("What changes, and why").fill("Two read it otherwise.")
    lead.button("Publish version 2").click()
    lead.sees("4.2 Cells cut by the image edge")
    lead.until(
        lambda: [f["state"] for f in server.lead.all_rows("/findings")] == ["published"], "the finding stays open"
    )
    assert server.lead.get("/guidelines/2")["clauses"][1]["title"] == "Cells cut by the image edge"
    lead.open(f"/p/{SLUG}/findings")
    lead.sees("This is settled; the pictures stay as evidence.")
    lead.sees("1 finding, settled")


def test_what_could_be_judged_is_said_and_may_be_asked_for_anew(lead: Visitor, server: Live) -> None:
    before = server.lead.get("/practice")["at"]
    lead.open(f"/p/{SLUG}/findings")
    lead.sees("What could be judged")
    lead.sees("there is one class only")
    few = r"not enough evidence to exclude practices about cells smaller than \d+ pixels \(about \d+ images would"
    lead.sees(re.compile(few))
    lead.button("Compare again").click()
    lead.until(lambda: server.lead.get("/practice")["at"] != before, "practice was not compared again")
    lead.sees("What could be judged")


def assert_accessible(visitor: Visitor) -> None:
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(visitor.page).response["violations"]
        assert [(v["id"], [n["html"][:120] for n in v["nodes"][:2]]) for v in found] == [], scheme
