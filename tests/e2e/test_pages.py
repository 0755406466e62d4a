"""Every page: accessible in light and dark, reachable by keyboard, and no text of anybody's is ever run."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Route, expect
from tests.support.browser import NARROW, Visitor, chromium, visiting, wait_for_picture
from tests.support.demo_house import Printed, command, played_demo, rows
from tests.support.open_work import SLUG, found_open_project, play_open_project
from tests.support.roles import ROLES, role_links
from tests.support.sharp_text import OWN, fill_project

from assay.access import add_member, find_account, found_project, make_key_for
from assay.bootstrap import Settings, build
from assay.demo.api import Api
from assay.kernel.actor import system

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]

SHARP, SHARP_NAME = "sharp", f"Sharp {OWN[0]}"
ALWAYS = (
    "",
    "/items",
    "/people",
    "/findings",
    "/gold",
    "/guideline",
    "/schema",
    "/imports",
    "/batches",
    "/releases",
    "/audit",
    "/settings",
    "/inbox",
    "/drift",
    "/selection",
    "/policy-file",
    "/costs",
    "/readiness",
    "/production",
    "/doubts",
    "/agreement",
    "/classes/hex-nut",
)
SETTLED = "!!document.querySelector('h1, h2, [role=application]') && !/Loading .*…/.test(document.body.innerText)"
ANSWERED_NO = re.compile(r"^(401 GET /v1/session|404 GET /v1/projects/(\w+/gold/\w+|none))$")


@dataclass(frozen=True)
class Place:
    """The demonstration's server with a second project full of sharp texts, and ids to make addresses of."""

    printed: Printed
    home: Path
    key: str
    links: dict[str, str]

    def id(self, query: str) -> str:
        return str(next(iter(rows(self.home, query)[0].values())))

    def pages(self, slug: str = "demo") -> list[str]:
        """The addresses of every page for a lead."""
        person = self.id("SELECT id FROM users WHERE login = 'elif'")
        item = self.id("SELECT item_id FROM golds g JOIN projects p ON p.id = g.project_id WHERE p.slug = 'demo'")
        release = self.id("SELECT r.id FROM releases r JOIN projects p ON p.id = r.project_id WHERE p.slug = 'demo'")
        some = [
            f"/people/{person}",
            f"/items/{item}",
            f"/gold/{item}",
            f"/releases/{release}",
            "/review",
            "/adjudicate",
        ]
        return [*(f"/p/{slug}{path}" for path in (*ALWAYS, *some)), "/?all=1", "/account", "/nowhere", "/p/none"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = played_demo(tmp_path_factory, tmp_path_factory.mktemp("pages") / "house")
    key = found_sharp_project(home)
    tokens = role_links(home)
    keys = found_open_project(home, {f"only-{role}": role for role in ROLES})
    with command("demo", "--house", home, "--port", "0", until="Ctrl-C stops") as printed:
        play_open_project(printed.address, keys)
        yield Place(printed, home, key, {role: f"{printed.address}/link#{token}" for role, token in tokens.items()})


def found_sharp_project(home: Path) -> str:
    """A second project for the visitor who leads the first; returns a key for it."""
    actor, services = system("tests"), build(Settings(data=home, demo=True))
    try:
        house = services.house
        project = found_project(actor, SHARP_NAME, SHARP, house=house)
        lead = find_account(house, actor, "you-lead")
        assert lead is not None
        add_member(actor, project.id, lead.id, ["lead", "annotator", "reviewer", "expert"], house=house)
        return make_key_for(actor, lead.id, "tests", only_project=project.id, house=house).secret
    finally:
        services.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def lead(browser: Browser, place: Place) -> Iterator[Visitor]:
    """The visitor as lead, in a fresh profile of 1280 pixels width."""
    with visiting(browser, place.printed.address, size=NARROW) as visitor:
        enter(visitor, place, "lead")
        yield visitor


def enter(visitor: Visitor, place: Place, role: str) -> None:
    """By the printed link the first time, by password afterwards."""
    unused = rows(place.home, "SELECT 1 FROM users WHERE login = :login AND password_hash IS NULL", login=f"you-{role}")
    if unused:
        visitor.accept_link(place.printed.links[role])
        return
    visitor.open("/signin")
    visitor.sign_in(f"you-{role}")
    visitor.page.wait_for_url(re.compile("/$|/p/"))


def enter_as(visitor: Visitor, place: Place, role: str) -> None:
    """Somebody with this role alone, by the link the first time."""
    login = f"only-{role}"
    unused = rows(place.home, "SELECT 1 FROM users WHERE login = :login AND password_hash IS NULL", login=login)
    if unused:
        visitor.accept_link(place.links[role])
        return
    visitor.open("/signin")
    visitor.sign_in(login)
    visitor.page.wait_for_url(re.compile("/$|/p/"))


def see(visitor: Visitor, path: str) -> None:
    """Open a page and wait until it has its heading and loads nothing any more."""
    visitor.open(path)
    visitor.until(lambda: visitor.page.evaluate(SETTLED), f"{path} does not settle")


def test_no_page_has_an_accessibility_violation_in_light_or_dark(browser: Browser, place: Place, lead: Visitor) -> None:
    found: dict[str, list[str]] = {}
    for path in place.pages():
        see(lead, path)
        look(lead, path, found)
    with visiting(browser, place.printed.address, size=NARROW) as stranger:
        for path in ("/signin", "/link", "/link#nothing"):
            see(stranger, path)
            look(stranger, path, found)
        enter(stranger, place, "annotator")
        for path in ("/p/demo/me", "/p/demo/annotate", "/p/demo/practice"):
            see(stranger, path)
            look(stranger, path, found)
    assert found == {}
    assert [line for line in lead.refusals if not ANSWERED_NO.match(line)] == []


def look(visitor: Visitor, path: str, found: dict[str, list[str]]) -> None:
    """Note what is wrong with the page that is shown: violations by theme, and whether it is too wide."""
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):  # the theme changes colours only
        visitor.page.emulate_media(color_scheme=scheme)
        result = Axe().run(visitor.page, options={"resultTypes": ["violations"], **rules}).response["violations"]
        if result:
            found[f"{path} {scheme}"] = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in result]
    if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found[f"{path} width"] = ["wider than the window"]


TABBED = """() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
  window.reachable = all.filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility());
  return window.reachable.length;
}"""
FOCUSED = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at), parent = getComputedStyle(at.parentElement ?? at);
  const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || parent.boxShadow !== 'none';
  return [window.reachable.indexOf(at), seen, at.outerHTML.slice(0, 90)];
}"""


def test_the_keyboard_reaches_everything_and_shows_where_it_is(lead: Visitor) -> None:
    paths = ["", "/people", "/findings", "/releases", "/settings", "/guideline"]
    for path in [*(f"/p/demo{each}" for each in paths), "/?all=1", "/account"]:
        see(lead, path)
        walk(lead, path)


def walk(visitor: Visitor, path: str) -> None:
    """Press Tab until every control has had the focus, each time visibly."""
    n = visitor.page.evaluate(TABBED)
    missing, unseen = set(range(n)), []
    for _ in range(n + 5):
        visitor.page.keyboard.press("Tab")
        at, seen, html = visitor.page.evaluate(FOCUSED)
        missing.discard(at)
        if at >= 0 and not seen:
            unseen.append(html)
    left = visitor.page.evaluate("(all) => all.map((at) => window.reachable[at].outerHTML.slice(0, 90))", list(missing))
    assert (left, unseen) == ([], []), path


def test_the_keyboard_leaves_the_canvas_after_escape(browser: Browser, place: Place) -> None:
    with visiting(browser, place.printed.address) as you:
        enter(you, place, "annotator")
        you.open("/p/demo/practice")
        wait_for_picture(you)
        you.page.keyboard.press("Escape")
        for _ in range(8):
            you.page.keyboard.press("Tab")
            if "Next clause" in you.page.evaluate("document.activeElement.innerText"):
                break
        expect(you.button("Next clause")).to_be_focused()


def test_text_that_somebody_wrote_is_shown_and_never_run(lead: Visitor, place: Place) -> None:
    with Api(place.printed.address, SHARP, place.key) as api:
        taken = fill_project(api)
        release = next(api.rows("/releases"))["id"]
        item = next(api.rows("/items"))["id"]
        user = next(row["user"]["id"] for row in api.rows("/members"))
    for path, field in {
        "/people": "members",
        "/schema": "classes",
        "/batches": "batches",
        "/items?q=.png": "files",
    }.items():
        see(lead, f"/p/{SHARP}{path}")
        assert SHARP_NAME in shown(lead)
        assert {text for text in taken[field] if words(text) not in shown(lead)} == set(), path
    for path in (
        "",
        "/guideline",
        f"/people/{user}",
        "/gold",
        "/releases",
        f"/releases/{release}",
        f"/items/{item}",
        "/audit",
        "/review",
        "/inbox",
        "/doubts",
        "/agreement",
        "/classes/c0",
        "/settings",
    ):
        see(lead, f"/p/{SHARP}{path}")
        lead.check()
    see(lead, f"/p/{SHARP}/imports")
    lead.button("Show the report").click()
    lead.sees(re.compile("onload=ASSAY_XSS=1"))
    lead.open(f"/p/{SHARP}/annotate")
    wait_for_picture(lead)
    expect(lead.page.get_by_role("radio").first).to_contain_text(OWN[0])
    lead.check()


@pytest.mark.parametrize("role", [role for role in ROLES if role != "lead"])
def test_no_entry_of_the_menu_leads_to_a_refusal(browser: Browser, place: Place, role: str) -> None:
    """The lead's pages are all looked at above."""
    with visiting(browser, place.printed.address, size=NARROW) as you:
        enter_as(you, place, role)
        see(you, "/p/demo/guideline")
        entries = you.page.locator("nav li a").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
        assert len(entries) >= (4 if role == "annotator" else 12)
        for path in entries:
            see(you, path)
            assert not you.page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
        assert [line for line in you.refusals if not line.startswith("401 GET /v1/session")] == []


def test_a_dispute_is_looked_at_side_by_side_and_commented(browser: Browser, place: Place) -> None:
    notes = "SELECT text FROM review_notes n JOIN adjudications a ON a.id = n.review_id WHERE a.state = 'settled'"
    before = rows(place.home, notes)
    with visiting(browser, place.printed.address) as you:
        enter_as(you, place, "expert")
        see_picture(you, f"/p/{SLUG}/adjudicate")
        canvases = you.page.get_by_role("application")
        expect(canvases).to_have_count(1)
        you.page.keyboard.press("s")
        expect(canvases).to_have_count(4)
        you.page.keyboard.press("z")
        you.until(lambda: len(set(views(you))) == 1 and len(views(you)) == 4, "the panes do not move as one")
        found: dict[str, list[str]] = {}
        look(you, "side by side", found)
        assert found == {}
        you.page.get_by_role("button", name="Marks of B").click()
        expect(canvases).to_have_count(3)
        you.page.keyboard.press("c")
        you.field("What should the lead and the reviewers know?", you.dialog).fill("A reflection, no part.")
        you.button("Keep the note", you.dialog).click()
        expect(you.dialog).to_have_count(0)
        settle = you.button(re.compile("^Settle image"))
        while not settle.is_enabled():
            you.page.keyboard.press("m")
        settle.click()
        kept = [*before, {"text": "A reflection, no part."}]
        you.until(lambda: rows(place.home, notes) == kept, "the comment is not kept")


def test_the_guideline_is_searched_by_key_and_gives_the_keys_back(browser: Browser, place: Place) -> None:
    with visiting(browser, place.printed.address) as you:
        enter(you, place, "annotator")
        see_picture(you, "/p/demo/practice")
        panel = you.page.get_by_role("complementary")
        you.page.keyboard.press("Shift+G")
        you.page.keyboard.type("edge of the")
        hits = you.page.get_by_role("option")
        expect(hits).to_have_count(1)
        found: dict[str, list[str]] = {}
        look(you, "search", found)
        assert found == {}
        you.page.keyboard.press("Enter")
        you.sees(re.compile(r"^Clause 4\.2"), panel)
        assert you.page.evaluate("document.activeElement.getAttribute('role')") == "application"
        you.page.keyboard.press(".")
        you.sees(re.compile(r"clause \d\.\d$"), panel)


def test_a_key_of_a_class_that_a_tool_has_is_refused_before_it_is_sent(lead: Visitor) -> None:
    see(lead, "/p/demo/schema")
    lead.button(re.compile("^Change$")).click()
    key, publish = lead.page.get_by_label("Key", exact=True).nth(1), lead.button(re.compile("^Publish version"))
    for text, said in (("r", "R is the key of Draw boxes"), ("1", "1 is the key of hex nut")):
        key.fill(text)
        lead.sees(said)
        expect(publish).to_be_disabled()
    key.fill("7")
    expect(publish).to_be_enabled()


def views(visitor: Visitor) -> list[str]:
    """How each canvas looks at its picture."""
    return list(
        visitor.page.evaluate("[...document.querySelectorAll('img.assay-picture')].map((each) => each.style.transform)")
    )


def see_picture(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    wait_for_picture(visitor)


def test_every_number_leads_to_the_pictures_behind_it(browser: Browser, place: Place) -> None:
    """Browse, save as a batch, decide doubtful labels by key, open pairs, classes, squares and versions."""
    with visiting(browser, place.printed.address) as lead:
        enter(lead, place, "lead")
        browse_and_save(lead, place)
        decide_by_key(lead, place)
        see(lead, "/p/demo/agreement")
        lead.page.get_by_role("table", name="Pairs of people").get_by_role("link").first.click()
        lead.sees(re.compile(r"^\d+ of \d+ images fit"))
        assert "order=worst" in lead.page.url
        somebody_with_clauses(lead, place).click()
        expect(lead.page.get_by_role("tab", name=re.compile("^Clause"))).to_have_attribute("aria-selected", "true")
        lead.sees(re.compile("on [0-9]+ shared images"))
        see(lead, "/p/demo/classes/hex-nut")
        lead.page.locator("figure button").first.click()
        lead.page.wait_for_url(re.compile("/items/"))
        lead.button("Side by side").click()
        expect(lead.page.locator("figcaption")).to_have_count(3)
        see(lead, "/p/demo")
        lead.page.get_by_role("img", name=re.compile("images complete")).click(position={"x": 5, "y": 5})
        lead.page.wait_for_url(re.compile("/items/"))
        compare_versions(lead)


def somebody_with_clauses(lead: Visitor, place: Place) -> Locator:
    """The button of a clause on the first page of a person whose gold spoke of one; who met which gold is chance."""
    button = lead.button(re.compile("^Pictures of clause")).first
    people = "SELECT id FROM users WHERE login IN ('farid', 'chidi', 'bo', 'dewi', 'elif') ORDER BY login DESC"
    for person in rows(place.home, people):
        see(lead, f"/p/demo/people/{person['id']}")
        with contextlib.suppress(AssertionError):
            expect(button).to_be_visible(timeout=8000)
            return button
    raise AssertionError("Nobody's page names a clause.")


def browse_and_save(lead: Visitor, place: Place) -> None:
    """The filters are one with the database, and what fits becomes a batch."""
    author = place.id("""SELECT s.author_id FROM submissions s JOIN consensus c ON c.item_id = s.item_id
                         WHERE c.mean_iou < 0.9 GROUP BY 1 ORDER BY count(DISTINCT s.item_id) DESC LIMIT 1""")
    query = f"""SELECT count(DISTINCT s.item_id) FROM submissions s JOIN consensus c ON c.item_id = s.item_id
                WHERE s.author_id = '{author}' AND c.mean_iou < 0.9"""  # noqa: S608 - an id of our own
    n = int(place.id(query))
    assert n > 0
    see(lead, f"/p/demo/items?by={author}&below=0.9")
    lead.sees(re.compile(rf"^{n} of \d+ images fit"))
    lead.button("Save as batch").click()
    lead.field("Name", lead.dialog).fill("Least alike")
    lead.button(f"Open the batch of {n} images").click()
    lead.sees("Least alike")
    made = "SELECT count(*) FROM tasks t JOIN batches b ON b.id = t.batch_id WHERE b.name = 'Least alike'"
    assert int(place.id(made)) == n


def decide_by_key(lead: Visitor, place: Place) -> None:
    """X confirms and asks for a review of the image, A sets aside, U takes back; the focus goes on by itself."""
    see(lead, "/p/demo/doubts")
    cards = lead.page.locator("[data-doubt]")
    first = str(cards.nth(0).get_attribute("data-doubt"))
    cards.nth(0).focus()
    state = f"SELECT coalesce((SELECT state FROM doubts WHERE id = '{first}'), 'none')"  # noqa: S608 - an id of our own
    for key, expected in (("a", "dismissed"), ("u", "open"), ("x", "confirmed")):
        cards.nth(0).focus()
        lead.page.keyboard.press(key)
        lead.until(lambda expected=expected: place.id(state) == expected, f"{key} does not make it {expected}")
    expect(cards.nth(1)).to_be_focused()
    asked = f"""SELECT count(*) FROM reviews r JOIN doubts d ON d.item_id = r.item_id
                WHERE d.id = '{first}'"""  # noqa: S608 - an id of our own
    assert int(place.id(asked)) > 0


def compare_versions(lead: Visitor) -> None:
    """The editor shows what the draft changes, and the history what a version changed."""
    see(lead, "/p/demo/guideline")
    lead.button(re.compile("^Change$")).click()
    area = lead.page.get_by_label("Guideline in Markdown")
    area.fill(f"{area.input_value()}\n## 9.9 Shadows\n\nA shadow is no part.\n")
    expect(lead.page.locator("ins").filter(has_text="A shadow is no part.")).to_be_visible()
    lead.field("What changes, and why").fill("shadows")
    lead.button(re.compile("^Publish version")).click()
    lead.button(re.compile("^Compare with version")).first.click()
    expect(lead.dialog.locator("ins").filter(has_text="Shadows")).to_be_visible()


def shown(visitor: Visitor) -> str:
    """All text of the page with its white space collapsed."""
    return words(str(visitor.page.evaluate("document.body.textContent")))


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_address_of_the_sign_in_page_does_not_grow_while_that_page_still_loads(
    browser: Browser, place: Place
) -> None:
    """On a slow line the page that asks for a sign-in is drawn again and again before the sign-in page is there."""
    with visiting(browser, place.printed.address) as before:
        enter(before, place, "lead")
    with visiting(browser, place.printed.address) as visitor:
        held: list[Route] = []
        visitor.page.route(re.compile("/assets/SignIn-.*[.]js"), lambda route: held.append(route))  # noqa: PLW0108 - a built-in cannot be a handler
        visitor.open("/p/demo/items?q=tray&order=worst")
        visitor.until(lambda: held, "the sign-in page is not asked for")
        for _ in range(20):
            visitor.page.wait_for_timeout(50)
            assert len(visitor.page.url) < 200
        for route in held:
            route.continue_()
        expect(visitor.field("Login")).to_be_visible()
        visitor.sign_in("you-lead")
        visitor.page.wait_for_url(re.compile(r"/p/demo/items[?]q=tray&order=worst$"))


def test_the_watch_over_a_page_notices_what_must_not_happen(browser: Browser, place: Place) -> None:
    with visiting(browser, place.printed.address) as visitor:
        visitor.open("/signin")
        visitor.page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/beacon'}))")
        visitor.page.evaluate("void setTimeout(() => alert('here'))")
        visitor.page.evaluate("void setTimeout(() => { throw new Error('thrown') })")
        for wrong in (
            "request to http://127.0.0.1:9/",
            "refused by policy: img-src",
            "dialog here",
            "exception: thrown",
        ):
            visitor.until(lambda wrong=wrong: any(wrong in each for each in visitor.wrongs), f"{wrong} is not noticed")
        visitor.wrongs.clear()
        visitor.page.evaluate("window.ASSAY_XSS = 1")
        with pytest.raises(AssertionError, match="run as a script"):
            visitor.check()
        visitor.page.evaluate("delete window.ASSAY_XSS")
