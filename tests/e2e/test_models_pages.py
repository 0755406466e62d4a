"""Models in a real browser: trained, measured, promoted by two people with their passwords, and rolled back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from tests.support.browser import NARROW, Visitor, chromium, visiting
from tests.support.live_server import PASSWORD, SLUG, Live, live
from tests.support.model_pages import add_approver, fill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

AT = f"/p/{SLUG}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("models") / "data") as running:
        add_approver(running, "amara", "Amara Okonkwo")
        fill(running)
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@contextmanager
def signed_in(browser: Browser, server: Live, login: str) -> Iterator[Visitor]:
    with visiting(browser, server.address, size=NARROW) as visitor:
        visitor.open("/signin")
        visitor.field("Login").fill(login)
        visitor.field("Password").fill(PASSWORD)
        visitor.button("Sign in").click()
        visitor.page.wait_for_url(re.compile(r"/p/"))
        yield visitor


def test_a_model_is_trained_measured_approved_by_two_taken_into_use_and_rolled_back(
    browser: Browser, server: Live
) -> None:
    with signed_in(browser, server, "lead") as lead:
        sees_no_model_yet(lead)
        trains(lead)
        measures(lead)
        opens_what_is_behind_a_number(lead)
        promotion = asks_for_promotion(lead)
        expect(lead.page.get_by_text("You made or proposed it; nobody approves their own work.")).to_be_visible()
        expect(lead.page.get_by_label("Password again")).to_have_count(0)
        assert_accessible(lead)
        for login in ("approver", "amara"):
            with signed_in(browser, server, login) as visitor:
                approves(visitor)
        rolls_back(lead, promotion, server)


def sees_no_model_yet(lead: Visitor) -> None:
    lead.open(f"{AT}/models")
    lead.sees("No model yet")
    lead.sees("Train one on r1, or register a file.")
    assert_accessible(lead)
    lead.open(f"{AT}/promotions")
    lead.sees("There is no model yet. Train or register one first.")


def trains(lead: Visitor) -> None:
    """By the form with its defaults; the run is followed in its dialog to its result."""
    lead.open(f"{AT}/models")
    lead.button("Train a model").click()
    lead.field("Name of the model", lead.dialog).fill("shade")
    lead.field("What it is for", lead.dialog).fill("Tells light from dark.")
    assert_accessible(lead)
    lead.button("Train shade", lead.dialog).click()
    lead.sees(re.compile("gold is not among them"), lead.dialog)
    lead.dialog.get_by_role("link", name="Result: shade@1").click()
    lead.sees("shade@1 is not measured yet")


def measures(lead: Visitor) -> None:
    lead.button("Measure on the gold").click()
    expect(lead.page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"F1 (1\.00|\.\d\d) \((1\.00|\.\d+)–1?\.\d+\) on 16 gold images")
    )
    table = lead.page.get_by_role("table", name="Quality on frozen gold, Overall")
    expect(table.get_by_role("row").filter(has_text="Images without an error")).to_contain_text("16")
    assert_accessible(lead)


def opens_what_is_behind_a_number(lead: Visitor) -> None:
    lead.button("By slice").click()
    lead.button("with Dark: open the images behind it").click()
    links = lead.dialog.get_by_role("link", name=re.compile(r"^Open \d+-dark.png"))
    expect(links).to_have_count(8)
    lead.page.keyboard.press("Escape")
    lead.button("By class").click()
    expect(lead.button("Dark: open the images behind it")).to_be_visible()


def asks_for_promotion(lead: Visitor) -> str:
    """The gate judges by itself; what it said is there before anybody signs."""
    lead.button("Ask for promotion").click()
    lead.field("Why", lead.dialog).fill("the first")
    lead.button("Ask for shade@1", lead.dialog).click()
    lead.page.wait_for_url(re.compile(r"/promotions/\w+$"))
    expect(lead.page.get_by_role("heading", level=1)).to_have_text("shade@1 may go into use, once approved")
    expect(lead.page.get_by_role("row").filter(has_text="Images without an error")).to_contain_text(".50")
    lead.sees("3 of 3 gates pass")
    lead.sees("2 signatures missing")
    lead.sees("May sign: Amara Okonkwo, Approver Tester.")
    return lead.page.url.rsplit("/", 1)[1]


def approves(visitor: Visitor) -> None:
    """From the inbox, with the password again; a wrong one signs nothing."""
    visitor.open(f"{AT}/inbox")
    row = visitor.page.get_by_role("listitem").filter(has_text="Take shade@1 into use")
    row.get_by_role("link", name="Read and sign").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("shade@1 may go into use, if you approve")
    approve = visitor.button("Approve shade@1")
    visitor.field("Password again").fill("not-my-password-at-all")
    approve.click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    expect(visitor.page.get_by_text("“I approve shade@1 for production.”").first).to_be_visible()
    visitor.field("Password again").fill(PASSWORD)
    approve.click()
    expect(visitor.page.get_by_label("Password again")).to_have_count(0)


def rolls_back(lead: Visitor, promotion: str, server: Live) -> None:
    heading = lead.page.get_by_role("heading", level=1)
    lead.open(f"{AT}/promotions/{promotion}")
    expect(heading).to_have_text(re.compile("^shade@1 is in use, watched until "))
    assert server.lead.get("/models/production")["title"] == "shade@1"
    steps = lead.page.get_by_role("list", name="Steps").get_by_role("listitem")
    expect(steps).to_have_text([re.compile(f"^{name}") for name in ("Evaluate", "Gate", "Approvals", "Prod", "Watch")])
    expect(steps.nth(2)).to_contain_text("2 of 2")
    lead.sees("No judged prediction of production yet.")
    lead.open(f"{AT}/models")
    expect(heading).to_have_text("shade@1 is in use")
    assert_accessible(lead)
    lead.open(f"{AT}/promotions/{promotion}")
    lead.button("Roll back").click()
    lead.field("Why it must go back", lead.dialog).fill("a drill")
    lead.button("Take it out of use", lead.dialog).click()
    expect(heading).to_have_text("shade@1 was taken out of use")
    lead.sees("a drill")
    assert server.lead.call("GET", "/models/production").status_code == 404
    lead.open(f"{AT}/promotions")
    expect(heading).to_have_text("No model is in use")
    assert_accessible(lead)


def assert_accessible(visitor: Visitor) -> None:
    """No violation in light; none of contrast in dark; nothing wider than the window."""
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):  # the theme changes colours only
        visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(visitor.page, options={"resultTypes": ["violations"], **rules}).response["violations"]
        assert [(v["id"], [n["html"][:120] for n in v["nodes"][:2]]) for v in found] == [], scheme
    assert not visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"), visitor.page.url
