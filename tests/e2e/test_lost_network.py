"""Work survives what happens around it: the network goes, the session ends, the tab is closed, two tabs are open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect
from tests.support.browser import (
    PASSWORD,
    Visitor,
    another_tab,
    chromium,
    drag_box,
    drawn_marks,
    visiting,
    wait_for_picture,
)
from tests.support.demo_house import Printed, command, rows

from assay.access import add_member, create_account, found_project, make_key_for, make_link
from assay.bootstrap import Settings, build
from assay.demo.api import Api
from assay.demo.pictures import PictureMaker
from assay.kernel.actor import system

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ACTOR = system("tests")
WHO = ("ana", "bo", "cid", "dan", "eva", "fay")
N_PICTURES = 3
ANNOTATE = "/p/parts/annotate"
FIRST, SECOND = (10.0, 10.0, 80.0, 70.0), (200.0, 120.0, 300.0, 240.0)


@dataclass(frozen=True)
class Shop:
    """A server with one project and five annotators, each of whom may label every picture."""

    home: Path
    printed: Printed
    links: dict[str, str]

    def submitted(self, login: str) -> list[int]:
        """How many marks each answer of somebody has, oldest first."""
        query = """SELECT s.n_marks FROM submissions s JOIN users u ON u.id = s.author_id
                   WHERE u.login = :login ORDER BY s.received_at_us"""
        return [row["n_marks"] for row in rows(self.home, query, login=login)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("shop") / "house"
    links, key = found(home)
    with command("serve", "--data", home, "--port", "0", until="Ctrl-C stops") as printed:
        with Api(printed.address, "parts", key) as lead:
            bring_work(lead)
        yield Shop(home, printed, {login: f"{printed.address}/link#{secret}" for login, secret in links.items()})


def found(home: Path) -> tuple[dict[str, str], str]:
    """Project and people; returns a link for each annotator and a key of the lead."""
    services = build(Settings(data=home))
    try:
        house = services.house
        project = found_project(ACTOR, "Parts", "parts", house=house).id
        users = {login: create_account(ACTOR, login=login, name=login.title(), house=house) for login in (*WHO, "lea")}
        for login, user in users.items():
            add_member(ACTOR, project, user, ["lead" if login == "lea" else "annotator"], house=house)
        links = {login: make_link(ACTOR, users[login], "invite", house=house).secret for login in WHO}
        return links, make_key_for(ACTOR, users["lea"], "tests", only_project=project, house=house).secret
    finally:
        services.close()


def bring_work(lead: Api) -> None:
    made = lead.post("/imports", {"kind": "upload", "labels": "ignore", "origin": "real"})
    for picture in PictureMaker(5).draw(range(N_PICTURES)):
        lead.upload(f"/imports/{made['id']}/files", picture.jpeg, name=picture.truth.name)
    lead.post(f"/imports/{made['id']}/start", {})
    while lead.get(f"/imports/{made['id']}")["state"] != "finished":
        pass
    lead.post("/schemas", {"classes": [{"id": "part", "name": "part", "shapes": ["bbox"]}]})
    lead.post("/guidelines", {"markdown": "## 1.1 Parts {part}\n\nBox each.\n", "note": "first"})
    lead.put("/policy", lead.get("/policy") | {"overlap": len(WHO), "gold_rate": 0.0, "min_gold_lower": None})
    lead.post("/batches", {"name": "all", "items": "unbatched"})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def annotator(browser: Browser, shop: Shop, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody with the first picture before them."""
    with visiting(browser, shop.printed.address) as visitor:
        visitor.accept_link(shop.links[request.param])
        wait_for_picture(visitor)
        yield visitor


def saved(visitor: Visitor, n: int) -> None:
    """Wait until the page says that the server has so many marks."""
    visitor.until(
        lambda: visitor.page.get_by_role("status").first.inner_text().strip() == f"{n} saved", f"not {n} saved"
    )


@pytest.mark.parametrize("annotator", ["ana"], indirect=True)
def test_what_is_drawn_and_handed_in_without_a_network_is_sent_when_it_is_back(annotator: Visitor, shop: Shop) -> None:
    drag_box(annotator, FIRST)
    saved(annotator, 1)
    annotator.context.set_offline(True)
    drag_box(annotator, SECOND)
    annotator.sees("offline, 1 kept here")
    annotator.page.keyboard.press("Control+Enter")
    annotator.sees("1 answer is kept here and will be sent when the server can be reached.")
    assert shop.submitted("ana") == []
    annotator.context.set_offline(False)
    annotator.until(lambda: shop.submitted("ana") == [2], "the answer does not arrive")
    wait_for_picture(annotator)
    assert drawn_marks(annotator.page) == []


@pytest.mark.parametrize("annotator", ["bo"], indirect=True)
def test_marks_drawn_before_the_network_went_and_the_tab_was_closed_are_there_again(
    annotator: Visitor, shop: Shop
) -> None:
    annotator.context.set_offline(True)
    drag_box(annotator, FIRST)
    annotator.sees("offline, 1 kept here")
    drawn = drawn_marks(annotator.page)
    later = another_tab(annotator)
    annotator.page.close()
    annotator.context.set_offline(False)
    later.open(ANNOTATE)
    wait_for_picture(later)
    assert drawn_marks(later.page) == drawn
    later.until(lambda: drafted(shop, "bo") == [1], "the draft does not arrive")
    later.page.keyboard.press("Control+Enter")
    later.until(lambda: shop.submitted("bo") == [1], "the answer does not arrive")
    later.check()
    annotator.page = later.page


def drafted(shop: Shop, login: str) -> list[int]:
    """How many marks the server keeps of each open work of somebody."""
    query = """SELECT json_array_length(d.marks) AS n FROM drafts d JOIN assignments a ON a.id = d.assignment_id
               JOIN users u ON u.id = a.user_id WHERE u.login = :login AND a.state = 'leased'"""
    return [row["n"] for row in rows(shop.home, query, login=login)]


@pytest.mark.parametrize("annotator", ["cid"], indirect=True)
def test_a_session_that_ends_while_somebody_draws_or_hands_in_loses_no_mark(annotator: Visitor, shop: Shop) -> None:
    end_session(annotator)
    drag_box(annotator, FIRST)
    annotator.sees("Your session has ended")
    annotator.sees("signed out, kept here")
    sign_in_again(annotator)
    saved(annotator, 1)
    assert drafted(shop, "cid") == [1]
    end_session(annotator)
    annotator.page.keyboard.press("Control+Enter")
    sign_in_again(annotator)
    annotator.until(lambda: shop.submitted("cid") == [1], "the answer does not arrive")


def end_session(visitor: Visitor) -> None:
    """Sign out in another tab of the same profile."""
    other = another_tab(visitor)
    other.open("/account")
    other.open("/p/parts/me")
    other.button(re.compile("annotator")).click()
    other.page.get_by_role("menuitem", name="Sign out").click()
    other.sees("Sign in")
    other.page.close()


def sign_in_again(visitor: Visitor) -> None:
    visitor.field("Password", visitor.dialog).fill(PASSWORD)
    visitor.button("Sign in", visitor.dialog).click()
    expect(visitor.dialog).to_have_count(0)


@pytest.mark.parametrize("annotator", ["fay"], indirect=True)
def test_a_sign_in_in_another_tab_counts_in_this_one(annotator: Visitor, shop: Shop) -> None:
    """The cookie is new and the token of this tab old: nothing is refused for good, nothing is asked."""
    other = another_tab(annotator)
    other.open("/p/parts/me")
    other.button(re.compile("annotator")).click()
    other.page.get_by_role("menuitem", name="Sign out").click()
    other.sees("Sign in")
    other.sign_in("fay")
    other.page.wait_for_url(re.compile("/p/parts"))
    other.page.close()
    drag_box(annotator, FIRST)
    saved(annotator, 1)
    expect(annotator.dialog).to_have_count(0)
    annotator.page.keyboard.press("Control+Enter")
    annotator.until(lambda: shop.submitted("fay") == [1], "the answer does not arrive")


@pytest.mark.parametrize("annotator", ["dan"], indirect=True)
def test_two_tabs_of_one_person_have_two_pictures_and_both_answers_arrive(annotator: Visitor, shop: Shop) -> None:
    other = another_tab(annotator)
    other.open(ANNOTATE)
    wait_for_picture(other)
    assert item(other) != item(annotator)
    drag_box(annotator, FIRST)
    for box in (FIRST, SECOND):
        drag_box(other, box)
    saved(annotator, 1)
    saved(other, 2)
    annotator.page.keyboard.press("Control+Enter")
    annotator.until(lambda: shop.submitted("dan") == [1], "the first answer does not arrive")
    other.page.keyboard.press("Control+Enter")
    annotator.until(lambda: shop.submitted("dan") == [1, 2], "the second answer does not arrive")


@pytest.mark.parametrize("annotator", ["eva"], indirect=True)
def test_an_answer_whose_receipt_was_lost_is_one_answer(annotator: Visitor, shop: Shop) -> None:
    cut: list[str] = []

    def cut_once(route: Route) -> None:
        reply = route.fetch()
        if cut:
            route.fulfill(response=reply)
        else:
            cut.append(route.request.url)
            route.abort("internetdisconnected")

    annotator.page.route(re.compile("/submission$|/draft$"), cut_once)
    drag_box(annotator, FIRST)
    saved(annotator, 1)
    cut.clear()
    before = item(annotator)
    annotator.page.keyboard.press("Control+Enter")
    annotator.until(lambda: shop.submitted("eva") == [1], "the answer does not arrive")
    wait_for_picture(annotator)
    annotator.until(lambda: item(annotator) != before, "the next picture does not come")
    assert len(cut) == 1
    assert shop.submitted("eva") == [1]


def item(visitor: Visitor) -> Any:
    return visitor.page.get_by_text(re.compile("^Item ")).inner_text()
