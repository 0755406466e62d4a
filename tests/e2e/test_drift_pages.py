"""Drift, diagnosis, selection, policy file, costs and audit in a real browser, over real pictures that get darker."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from tests.support.browser import NARROW, Visitor, chromium, visiting
from tests.support.live_server import PASSWORD, live
from tests.support.watched import N_REFERENCE, WINDOW, Watched, answered, spoiled, tiles, watched

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PATIENCE_MS = 90_000
"""For what the server computes, and for a machine that does many other things."""
P = "/p/cells"
FIRST_FILE = "assay: policy/1\nnote: first\napprovals:\n  policy: {signatures: 1, by: [approver]}\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with live(tmp_path_factory.mktemp("watched") / "data") as server:
        yield watched(server)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        expect.set_options(timeout=PATIENCE_MS)
        yield opened


@pytest.fixture
def lead(browser: Browser, place: Watched) -> Iterator[Visitor]:
    with visiting(browser, place.server.address, size=NARROW) as visitor:
        visitor.context.set_default_timeout(PATIENCE_MS)
        enter(visitor, "lead")
        yield visitor


def enter(visitor: Visitor, login: str) -> None:
    visitor.open("/signin")
    visitor.field("Login").fill(login)
    visitor.field("Password").fill(PASSWORD)
    visitor.button("Sign in").click()
    visitor.page.wait_for_url(re.compile("/$|/p/"))


def look(visitor: Visitor) -> None:
    """Nothing on the page is out of reach of those who cannot see it well, in either theme; nothing is too wide."""
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two themes
        found = Axe().run(visitor.page, options={"resultTypes": ["violations"], **rules}).response["violations"]
        assert [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found] == [], (visitor.page.url, scheme)
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), visitor.page.url


def test_darker_pictures_are_noticed_experts_name_the_cause_and_the_next_pictures_are_chosen(
    lead: Visitor, place: Watched
) -> None:
    lead.open(f"{P}/drift")
    lead.sees("Nothing is watched yet")
    look(lead)
    lead.button("Watch what comes").click()
    lead.sees(f"{N_REFERENCE} of {N_REFERENCE} pictures are described", lead.dialog)
    lead.field("Pictures in a window", lead.dialog).fill("40")
    lead.dialog.get_by_label("Name").fill("Line 1")
    lead.button("Watch Line 1").click()
    lead.sees("windows of 40 need a reference of at least 200")  # refused, with what it needs
    lead.field("Pictures in a window", lead.dialog).fill(str(WINDOW))
    lead.button("Watch Line 1").click()
    lead.sees("Line 1 has its reference; no window has come yet")

    place.arrive(spoiled(tiles(WINDOW, begin=N_REFERENCE)), None)
    lead.button("Check now").click()
    expect(lead.page.get_by_role("heading", level=1)).to_contain_text("no loss of quality is shown")
    lead.sees("not measured: label a blind sample")
    place.arrive(spoiled(tiles(WINDOW, begin=N_REFERENCE + WINDOW)), 0.6)
    lead.button("Check now").click()
    expect(lead.page.get_by_role("heading", level=1)).to_contain_text("and quality fell")
    expect(lead.button(re.compile("^(notice|alarm), window of"))).to_have_count(2)
    lead.sees("Fine grain")
    before = lead.page.get_by_alt_text(re.compile("^before: smear-0"))
    expect(before).to_have_count(6)
    lead.until(lambda: before.first.evaluate("(each) => each.complete && each.naturalWidth > 0"), "no picture before")
    look(lead)
    lead.button(f"Open the {WINDOW} pictures").click()
    expect(lead.dialog.locator(f"a[href^='{P}/items/']")).to_have_count(WINDOW)
    lead.button("Since the change", lead.dialog).click()
    expect(lead.dialog.locator(f"a[href^='{P}/items/']")).to_have_count(48)
    lead.page.keyboard.press("Escape")

    ask_experts(lead, place)
    choose_next(lead, place)


def ask_experts(lead: Visitor, place: Watched) -> None:
    """Hand out a packet, first when nobody could answer it and when there is no archive; then name the cause."""
    lead.button("Ask the experts why").click()
    lead.sees("Nobody here is expert and annotator at once.")
    expect(lead.button(re.compile("^Hand out"))).to_be_disabled()
    lead.page.keyboard.press("Escape")
    roles = {"roles": ["expert", "annotator"]}
    assert place.server.lead.call("PATCH", f"/members/{place.server.expert.id}", json=roles).is_success
    lead.page.reload()
    lead.button("Ask the experts why").click()
    lead.sees("Expert Tester", lead.dialog)
    lead.field("Current pictures", lead.dialog).fill("60")
    lead.field("Archived pictures", lead.dialog).fill("40")
    lead.dialog.get_by_label("Known answers these experts got wrong").fill("1")
    lead.dialog.get_by_label("of known answers").fill("100")
    lead.button("Hand out 100 pictures").click()
    lead.sees("0 gold items have answers by annotators")  # refused: there is no archive yet
    answered(place)
    lead.button("Hand out 100 pictures").click()
    lead.sees("Experts have answered 0 of 100")
    expect(lead.button(re.compile("^Name the cause"))).to_be_disabled()
    assert place.label([], "expert") == 100
    lead.sees("Experts have answered 100 of 100")
    lead.button("Name the cause").click()
    expect(lead.page.get_by_role("heading", name="The labels got worse")).to_be_visible()
    lead.sees("This starts no retraining")
    lead.sees(re.compile("p < .001"))
    look(lead)


def choose_next(lead: Visitor, place: Watched) -> None:
    """Choose among new pictures by what the labels say, see the reasons, and put the choice into the queue."""
    place.arrive(tiles(30, begin=900), 0.9)
    lead.open(f"{P}/selection")
    lead.sees("Nothing has been chosen yet")
    lead.field("Pictures").fill("12")
    lead.field("Random share").fill("25")
    lead.button("Choose 12 pictures").click()
    expect(lead.page.get_by_role("heading", level=1)).to_contain_text("12 pictures chosen out of")
    shots = lead.page.get_by_role("listitem").filter(has=lead.page.get_by_role("img", name=re.compile("^smear-")))
    expect(shots).to_have_count(12)
    lead.button("by lot 3").click()
    expect(shots).to_have_count(3)
    lead.sees("drawn by lot")
    lead.sees("not measured yet")
    look(lead)
    lead.button("Make a batch of the 12").click()
    look(lead)
    lead.button("Make a batch of the 12", lead.dialog).click()
    lead.sees("12 chosen pictures are in the queue")
    assert [row["n_tasks"] for row in place.server.lead.all_rows("/batches")].count(12) == 1


def test_a_policy_is_refused_for_a_typo_proposed_and_signed_by_another(
    browser: Browser, lead: Visitor, place: Watched
) -> None:
    lead.open(f"{P}/policy-file")
    lead.sees("No policy file is in force yet")
    lead.button("Write the first version").click()
    file = lead.field("Policy file, YAML")
    file.fill(FIRST_FILE)
    lead.sees("It can be put in force")
    lead.button("Put version 1 in force").click()
    lead.sees("Policy version 1 is in force")
    lead.button("Write the next version").click()
    wrong = (
        FIRST_FILE.replace("first", "second") + "  relaese: {signatures: 1}\nclasses:\n  dust: {human_review: always}\n"
    )
    file.fill(wrong)
    lead.sees("did you mean 'release'?")
    expect(lead.button("Propose version 2")).to_be_disabled()
    lead.button("Go to line 5").click()
    place_of_caret = file.evaluate("(each) => each.value.slice(0, each.selectionStart).split('\\n').length")
    assert place_of_caret == 5
    look(lead)
    file.fill(wrong.replace("relaese: {signatures: 1}", "release: {signatures: 4}"))
    lead.sees(re.compile("needs 4 signatures, but"))
    file.fill(wrong.replace("relaese: {signatures: 1}", "release: {signatures: 1, author_may_sign: true}"))
    lead.sees(re.compile("nobody approves their own work"))
    file.fill(wrong.replace("relaese", "release"))
    lead.sees("It can be put in force")
    lead.sees("Class dust: a person sees every label.")
    lead.button("Propose version 2").click()
    lead.sees("Version 2 waits for its signatures.")
    with visiting(browser, place.server.address, size=NARROW) as approver:
        enter(approver, "approver")
        approver.open(f"{P}/policy-file")
        approver.page.get_by_role("link", name="Open the proposal").click()
        approver.sees("human_review: always")
        approver.field("Password again").fill(PASSWORD)
        approver.button(re.compile("^Sign")).click()
        approver.open(f"{P}/policy-file")
        approver.sees("Policy version 2 is in force")
        approver.sees("every label")
        look(approver)


def test_vendors_are_set_on_the_page_and_the_log_is_looked_through_and_checked(lead: Visitor, place: Watched) -> None:
    lead.open(f"{P}/costs")
    lead.button("Set a rate card").click()
    lead.button("Add a vendor", lead.dialog).click()
    vendor = lead.dialog.get_by_role("group", name="Contract 1")
    vendor.get_by_role("textbox", name="Vendor").fill("Tagworks")
    vendor.get_by_role("textbox", name="An image").fill("0.12")
    vendor.get_by_role("combobox", name="People").click()
    lead.page.get_by_role("option", name="Bob Tester").click()
    lead.button("Add a monthly line", lead.dialog).click()
    line = lead.dialog.get_by_role("group", name="Line 1")
    line.get_by_role("textbox", name="What for").fill("Watching")
    line.get_by_role("textbox", name="Fee").fill("120")
    look(lead)
    lead.button("Save as version 1", lead.dialog).click()
    expect(lead.button("Rate card v1")).to_be_visible()
    (card,) = place.server.lead.get("/costs/rates")["rows"]
    assert card["contracts"] == [{"name": "Tagworks", "people": [place.server.bob.id], "per_image": "0.12"}]
    assert (card["monthly"][0]["name"], card["monthly"][0]["fee"]) == ("Watching", "120.00")

    lead.open(f"{P}/audit")
    lead.page.get_by_role("combobox", name="Kind").click()
    lead.page.get_by_role("option", name="rate_card", exact=True).click()
    lead.button("rate_card.set").click()
    lead.sees("EUR", lead.dialog)
    look(lead)
    lead.button("Only this object", lead.dialog).click()
    expect(lead.field("Object")).to_have_value("rate_card/1")
    lead.field("Until").fill("2020-01-01T00:00")
    lead.sees("Nothing fits")
    lead.button("Check the whole log").click()
    lead.sees(re.compile(r"All [\d,]+ events are as they were sealed"))
    look(lead)
