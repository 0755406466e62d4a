"""A lead's first day in the browser, from an empty house to a signed release that is verified without the server.

Nobody here calls the API: everything is read and pressed, and after each act the database is looked at.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.support.browser import (
    PASSWORD,
    Visitor,
    chromium,
    drag_box,
    drawn_marks,
    visiting,
    wait_for_picture,
)
from tests.support.demo_house import Printed, command, rows

from assay.demo.pictures import CLASSES, PictureMaker
from assay.demo.truth import TruthItem
from assay.formats.release import verify_release

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

N_PICTURES, N_PARTS = 8, 3
PEOPLE = {
    "ana": ("Ana Duarte", "annotator"),
    "bo": ("Bo Lindqvist", "annotator"),
    "marek": ("Marek Nowak", "reviewer"),
    "ines": ("Ines Ferrari", "expert"),
    "amara": ("Amara Okonkwo", "approver"),
}
# Typed into every text field of the day: must be shown as it stands and never be run.
SHARP = "<img src=x onerror=ASSAY_XSS=1>"


@dataclass
class Day:
    """The house, everybody's browser, and what is true of the pictures by their names."""

    home: Path
    printed: Printed
    browser: Browser
    stack: ExitStack
    truth: dict[str, TruthItem]
    at: dict[str, Visitor] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def arrive(self, login: str, link: str) -> Visitor:
        """Somebody opens their link in a fresh profile."""
        self.at[login] = self.stack.enter_context(visiting(self.browser, self.printed.address))
        self.at[login].accept_link(link)
        return self.at[login]

    def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        return rows(self.home, query, **values)

    def one(self, query: str, **values: Any) -> Any:
        """The only value of the only row."""
        ((value,),) = (row.values() for row in self.rows(query, **values))
        return value

    def until_counted(self, who: Visitor, table: str, where: str, n: int) -> None:
        """Wait until the database has so many rows of a kind."""
        query = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608 - words of these tests
        who.until(lambda: self.one(query) == n, f"not {n} {table} where {where}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[list[Path], dict[str, TruthItem]]:
    """Drawn pictures of at least three parts, as files on somebody's computer."""
    files, truth = [], {}
    rich = [picture for picture in PictureMaker(3).draw(range(N_PICTURES + 4)) if len(picture.truth.objects) >= N_PARTS]
    for picture in rich[:N_PICTURES]:
        files.append(tmp_path / picture.truth.name)
        files[-1].write_bytes(picture.jpeg)
        truth[files[-1].name] = picture.truth
    return files, truth


def test_a_lead_takes_pictures_and_people_to_a_signed_release_in_one_day(
    browser: Browser, tmp_path: Path, pictures: tuple[list[Path], dict[str, TruthItem]]
) -> None:
    home = tmp_path / "house"
    with command("serve", "--data", home, "--port", "0", until="Ctrl-C stops") as printed, ExitStack() as stack:
        day = Day(home, printed, browser, stack, pictures[1])
        lead = day.arrive("lead", printed.links["First administrator"])
        found_the_project(day, lead, pictures[0])
        set_the_rules(day, lead)
        invite_everybody(day, lead)
        label_until_nothing_is_left(day, lead)
        steer_people(day, lead)
        read_what_blocks(day, lead)
        review(day)
        settle(day)
        release(day, lead, tmp_path)


N_ALONE = 20
TWO = "Ana Duarte, ana, annotator\nBo Lindqvist;bo;annotator\nAmara Okonkwo\tamara\tapprover"


def test_a_lead_with_two_people_releases_twenty_pictures_without_gold(browser: Browser, tmp_path: Path) -> None:
    """From the printed address in fresh profiles: the preset without a gold gate, people from a list, one signature."""
    files, truth = [], {}
    drawn = [picture for picture in PictureMaker(5).draw(range(N_ALONE + 8)) if len(picture.truth.objects) >= 1]
    for picture in drawn[:N_ALONE]:
        files.append(tmp_path / picture.truth.name)
        files[-1].write_bytes(picture.jpeg)
        truth[files[-1].name] = picture.truth
    home = tmp_path / "house"
    with command("serve", "--data", home, "--port", "0", until="Ctrl-C stops") as printed, ExitStack() as stack:
        day = Day(home, printed, browser, stack, truth)
        lead = day.arrive("lead", printed.links["First administrator"])
        lead.field("Name").fill("Small parts")
        lead.button("Create project").click()
        lead.page.get_by_label("Choose files").set_input_files(files)
        lead.button(re.compile("^Import$")).click()
        lead.sees(f"{N_ALONE} images are in")
        set_up_from_the_preset(day, lead)
        for login in ("ana", "bo"):
            who = day.arrive(login, day.links[login])
            for _ in range(N_ALONE):
                label_next(day, who, login, keep=1)
            who.sees("No image waits for you.")
        accept_what_is_drawn(day, lead)
        inner = release_unmeasured(day, lead, tmp_path)
    assert len(list((inner / "images").rglob("*.jpg"))) == N_ALONE


def set_up_from_the_preset(day: Day, lead: Visitor) -> None:
    """Classes with an attribute, a guideline, the policy, three people from a pasted list, and a batch."""
    go(lead, "Schema")
    lead.button("Define the classes").click()
    for number, name in enumerate(CLASSES):
        lead.button("Add a class").click()
        lead.field("Name").nth(number).fill(name)
    lead.button("Add an attribute").first.click()
    lead.field("Attribute").fill("scratched")
    lead.button("Publish version 1").click()
    lead.sees(f"{len(CLASSES)} classes")
    go(lead, "Guideline")
    lead.button("Write the guideline").click()
    lead.field("Guideline in Markdown").fill("## 1.1 Every part\n\nBox what can be seen.\n")
    lead.field("What changes, and why").fill("first")
    lead.button("Publish version 1").click()
    lead.sees("1 clause to follow")
    go(lead, "Policy")
    lead.button(re.compile("^Without a gold gate")).click()
    lead.field("Answers an image").fill("2")
    lead.button(re.compile("Save as version")).click()
    lead.sees("The policy is saved.")
    policy = json.loads(day.one("SELECT body FROM policies ORDER BY version DESC LIMIT 1"))
    assert {name: policy[name] for name in ("preset", "gold_rate", "min_gold_lower", "overlap")} == {
        "preset": "no-gold",
        "gold_rate": 0.0,
        "min_gold_lower": None,
        "overlap": 2,
    }
    invite_from_a_list(day, lead)
    go(lead, "Batches")
    lead.button("New batch").click()
    lead.field("Name", lead.dialog).fill("All")
    lead.button("Open the batch").click()
    lead.until(lambda: day.one("SELECT count(*) FROM tasks") == N_ALONE, "the batch is not open")


def invite_from_a_list(day: Day, lead: Visitor) -> None:
    go(lead, "People")
    lead.button("Invite from a list").click()
    box = lead.page.get_by_label("One person a line: name, login, role")
    box.fill(f"{TWO}\nEve,eve,boss")
    lead.sees("Line 4: there is no role “boss”.")
    expect(lead.button(re.compile("^Invite 3 people$"))).to_be_disabled()
    box.fill(TWO)
    lead.button(re.compile("^Invite 3 people$")).click()
    lead.sees("3 links to hand over")
    links = lead.dialog.locator("code").all_inner_texts()
    day.links |= dict(zip(("ana", "bo", "amara"), links, strict=True))
    with lead.page.expect_download() as download:
        lead.button("Download as CSV").click()
    assert [row["link"] for row in csv.DictReader(download.value.path().read_text().splitlines())] == links
    lead.button("Close").last.click()


def accept_what_is_drawn(day: Day, lead: Visitor) -> None:
    """The share of answers that the preset has reviewed; the lead may, having labelled nothing."""
    settled = "SELECT count(*) FROM consensus WHERE state IN ('agreed', 'in_review')"
    lead.until(lambda: day.one(settled) == N_ALONE, "not everything is compared")
    open_ones = "SELECT count(*) FROM reviews WHERE state = 'open'"
    n = day.one(open_ones)
    if n:
        go(lead, "Review")
    for left in range(n, 0, -1):
        lead.sees(re.compile(f"^{left} answers? to go"))
        wait_for_picture(lead)
        lead.page.keyboard.press("a")
        day.until_counted(lead, "reviews", "state = 'open'", left - 1)
    if n:
        lead.page.get_by_role("link", name="Overview").click()


def release_unmeasured(day: Day, lead: Visitor, folder: Path) -> Path:
    """The lead freezes, the approver finds it in the inbox, reads that gold was not measured, signs, downloads."""
    go(lead, "Releases")
    lead.button("New release").click()
    lead.button("Check the gates", lead.dialog).click()
    lead.sees("waits for signatures")
    amara = day.arrive("amara", day.links["amara"])
    go(amara, "Inbox")
    amara.sees("1 thing waits for you")
    amara.page.get_by_role("link", name="Read and sign").click()
    amara.sees("gold not measured")
    amara.field("Password again").fill(PASSWORD)
    amara.button("Sign r1").click()
    amara.sees("released")
    amara.button("Download").click()
    with amara.page.expect_download() as download:
        amara.page.get_by_role("menuitem", name="Release folder with images").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(folder / "release")
    (inner,) = (folder / "release").iterdir()
    report = verify_release(inner)
    assert report.ok
    assert json.loads((inner / "quality.json").read_text())["gold"] == "not measured"
    return inner


def found_the_project(day: Day, lead: Visitor, files: list[Path]) -> None:
    lead.field("Name").fill(f"Machined parts {SHARP}")
    lead.button("Create project").click()
    lead.sees("No images yet")
    lead.page.get_by_label("Choose files").set_input_files(files)
    lead.sees(f"{N_PICTURES} files chosen")
    lead.button(re.compile("^Import$")).click()
    lead.sees(f"{N_PICTURES} accepted · 0 refused")
    lead.sees(f"{N_PICTURES} images are in")
    assert {row["name"] for row in day.rows("SELECT name FROM items WHERE state = 'ready'")} == set(day.truth)


def set_the_rules(day: Day, lead: Visitor) -> None:
    """Classes, guideline, the policy without hidden gold, and one batch."""
    go(lead, "Schema")
    lead.button("Define the classes").click()
    for number, name in enumerate(CLASSES):
        lead.button("Add a class").click()
        lead.field("Name").nth(number).fill(name)
    lead.button("Publish version 1").click()
    lead.sees(f"{len(CLASSES)} classes")
    go(lead, "Guideline")
    lead.button("Write the guideline").click()
    lead.field("Guideline in Markdown").fill(
        f"## 1.1 Every part {SHARP} {{hex-nut}}\n\nBox what can be seen. {SHARP}\n"
    )
    lead.field("What changes, and why").fill(f"first {SHARP}")
    lead.button("Publish version 1").click()
    lead.sees("1 clause to follow")
    go(lead, "Policy")
    for name, value in {"Answers an image": "2", "Gold rate": "0", "Review share": "0"}.items():
        lead.field(name).fill(value)
    for name in ("Gold, lower end at least", "Agreement, lower end at least"):
        lead.field(name).fill("")
    lead.button(re.compile("Save as version")).click()
    lead.sees("The policy is saved.")
    go(lead, "Batches")
    lead.button("New batch").click()
    lead.field("Name", lead.dialog).fill(f"Monday {SHARP}")
    lead.button("Open the batch").click()
    lead.sees(f"Monday {SHARP}")
    assert day.one("SELECT count(*) FROM tasks") == N_PICTURES
    assert day.one("SELECT body FROM policies ORDER BY version DESC LIMIT 1")


def go(visitor: Visitor, place: str) -> None:
    """Open a page by the side bar."""
    link = visitor.page.get_by_role("navigation").get_by_role("link", name=re.compile(rf"^{place}( v?[\d,]+)?$"))
    to = str(link.get_attribute("href"))
    link.click()
    visitor.page.wait_for_url(f"{visitor.base}{to}")


def invite_everybody(day: Day, lead: Visitor) -> None:
    go(lead, "People")
    for login, (name, role) in PEOPLE.items():
        lead.button("Invite somebody").click()
        lead.field("Name", lead.dialog).fill(f"{name} {SHARP}")
        lead.field("Login", lead.dialog).fill(login)
        for each in {"annotator", role}:
            lead.dialog.get_by_role("checkbox", name=each).set_checked(each == role)
        lead.button("Make the link").click()
        day.links[login] = lead.dialog.locator("code").inner_text()
        lead.page.keyboard.press("Escape")
        lead.sees(f"{name} {SHARP}")
        (row,) = day.rows(
            "SELECT u.name, m.roles, u.state FROM users u JOIN memberships m ON m.user_id = u.id WHERE login = :login",
            login=login,
        )
        assert (row["name"], row["roles"]) == (f"{name} {SHARP}", f'["{role}"]')


def label_until_nothing_is_left(day: Day, lead: Visitor) -> None:
    """Ana draws three parts each, Bo only one on one picture; meanwhile the lead watches, pauses and resumes."""
    ana, bo = (day.arrive(login, day.links[login]) for login in ("ana", "bo"))
    for _ in range(N_PICTURES):
        label_next(day, ana, "ana")
    ana.sees("No image waits for you.")
    sloppy = label_next(day, bo, "bo", keep=1)
    for _ in range(2):
        label_next(day, bo, "bo")
    go(lead, "Overview")
    lead.sees(f"{N_PICTURES + 3} of {2 * N_PICTURES}")
    expect(lead.page.get_by_text(re.compile(r"Done .*\d\d:\d\d.*\(\d\d:\d\d–\d\d:\d\d\)"))).to_be_visible()
    pause_and_reassign(day, lead, bo)
    for _ in range(N_PICTURES - 4):
        label_next(day, bo, "bo")
    bo.sees("No image waits for you.")
    assert day.one("SELECT count(*) FROM submissions WHERE origin = 'person'") == 2 * N_PICTURES - 1
    query = "SELECT name FROM items JOIN adjudications a ON a.item_id = items.id"
    lead.until(lambda: sloppy in [row["name"] for row in day.rows(query)], "the dispute is not open")


def on_the_desk(day: Day, login: str) -> TruthItem:
    """What is true of the picture that somebody holds; the page names it by the end of the assignment's id."""
    query = """SELECT i.name FROM assignments a JOIN items i ON i.id = a.item_id JOIN users u ON u.id = a.user_id
               WHERE u.login = :login AND a.state = 'leased'"""
    return day.truth[str(day.one(query, login=login))]


def label_next(day: Day, who: Visitor, login: str, keep: int = N_PARTS) -> str:
    """Draw `keep` parts of the next picture with the mouse and hand it in by key; returns its name."""
    wait_for_picture(who)
    item = on_the_desk(day, login)
    for part in item.objects[:keep]:
        who.page.keyboard.press(str(CLASSES.index(part.label_class) + 1))
        drag_box(who, part.box)
    drawn = drawn_marks(who.page)
    before = who.page.get_by_text(re.compile("^Item ")).inner_text()
    who.page.keyboard.press("Control+Enter")
    who.until(lambda: before not in who.page.inner_text("body"), "the picture stays on the desk")
    query = """SELECT m.label_class, m.x_min_px, m.y_min_px, m.x_max_px, m.y_max_px FROM annotations m
               JOIN submissions s ON s.id = m.submission_id JOIN items i ON i.id = s.item_id
               JOIN users u ON u.id = s.author_id WHERE u.login = :login AND i.name = :name"""
    assert sorted(tuple(row.values()) for row in day.rows(query, login=login, name=item.name)) == drawn
    return item.name


def pause_and_reassign(day: Day, lead: Visitor, bo: Visitor) -> None:
    """Bo is paused while a picture is on his desk; it goes back to the queue, for others, before he is resumed."""
    state = "SELECT m.state FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.login = 'bo'"
    held = """SELECT count(*) FROM assignments a JOIN users u ON u.id = a.user_id
              WHERE u.login = 'bo' AND a.state = 'leased'"""
    lead.page.get_by_role("link", name=re.compile("Bo Lindqvist")).first.click()
    deed(lead, "Pause", f"not sure about the rule {SHARP}")
    lead.until(lambda: day.one(state) == "paused", "Bo is not paused")
    assert day.one(held) == 1
    deed(lead, "Reassign open work", "somebody else is quicker")
    lead.sees("1 images went back to the queue.")
    lead.page.keyboard.press("Escape")
    assert day.one(held) == 0
    bo.page.reload()
    bo.sees("Your work is paused.")
    deed(lead, "Resume", "we have talked")
    lead.until(lambda: day.one(state) == "active", "Bo is still paused")
    bo.button("Look again").click()
    go(lead, "Overview")


def deed(lead: Visitor, name: str, why: str) -> None:
    """Do something about the person whose page is open, from a button or from the menu behind "More"."""
    if name not in {"Pause", "Resume"}:
        lead.button("More").click()
        lead.page.get_by_role("menuitem", name=name).click()
    else:
        lead.button(name).click()
    lead.field("Why (kept in the audit log)", lead.dialog).fill(why)
    lead.button(name, lead.dialog).click()


def steer_people(day: Day, lead: Visitor) -> None:
    """Ana gets a new password, and her work since yesterday goes back to review."""
    go(lead, "People")
    lead.page.get_by_role("link", name=re.compile("Ana Duarte")).first.click()
    lead.button("More").click()
    lead.page.get_by_role("menuitem", name="Reset password").click()
    lead.button("Reset password", lead.dialog).click()
    link = lead.dialog.locator("code").inner_text()
    lead.page.keyboard.press("Escape")
    day.arrive("ana again", link)
    day.at["ana again"].sees("No image waits for you.")
    deed(lead, "Put work back", f"before the rule was clear {SHARP}")
    lead.sees(f"{N_PICTURES} answers are back in review")
    lead.page.keyboard.press("Escape")
    assert day.one("SELECT count(*) FROM reviews WHERE state = 'open'") == N_PICTURES
    lead.sees(f"before the rule was clear {SHARP}")


def read_what_blocks(day: Day, lead: Visitor) -> None:
    """The release is blocked with reasons; a table comes as CSV."""
    go(lead, "Releases")
    lead.button("New release").click()
    lead.field("Name", lead.dialog).fill("r1")
    lead.field("Note", lead.dialog).fill(f"the first {SHARP}")
    lead.button("Check the gates", lead.dialog).click()
    lead.sees(re.compile(rf"1 dispute\w*, {N_PICTURES} reviews open"))
    assert day.one("SELECT state FROM releases") == "blocked"
    go(lead, "People")
    with lead.page.expect_download() as download:
        lead.page.get_by_role("link", name="Export CSV").last.click()
    table = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert {row["login"] for row in table} >= set(PEOPLE)


def review(day: Day) -> None:
    """One answer is sent back with its reason, one is mended, the rest is accepted; all by key."""
    marek = day.arrive("marek", day.links["marek"])
    go(marek, "Review")
    for number in range(N_PICTURES):
        marek.sees(re.compile(f"^{N_PICTURES - number} answers? to go"))
        wait_for_picture(marek)
        if number == 0:
            marek.page.keyboard.press("x")
            expect(marek.dialog.get_by_role("radio").first).to_be_focused()
            marek.page.keyboard.press("3")
            expect(marek.dialog.get_by_role("radio", name="Wrong class")).to_be_checked()
            marek.field("Note (the annotator reads it)", marek.dialog).fill(f"the nut is a bushing {SHARP}")
            marek.button("Send back", marek.dialog).click()
        elif number == 1:
            marek.page.keyboard.press("e")
            drag_box(marek, (4, 4, 34, 34))
            marek.sees("marks changed")
            marek.page.keyboard.press("a")
            marek.button("Save the mended marks", marek.dialog).click()
        else:
            marek.page.keyboard.press("a")
        day.until_counted(marek, "reviews", "verdict IS NOT NULL", number + 1)
    marek.sees("Nothing waits for review.")
    found = day.rows("SELECT verdict, reason_code, note FROM reviews ORDER BY closed_at_us")
    assert [row["verdict"] for row in found] == ["reject", "fix"] + ["accept"] * (N_PICTURES - 2)
    assert (found[0]["reason_code"], found[0]["note"]) == ("class", f"the nut is a bushing {SHARP}")


def settle(day: Day) -> None:
    """An expert takes a side in each dispute, by key."""
    ines = day.arrive("ines", day.links["ines"])
    go(ines, "Adjudicate")
    for left in range(day.one("SELECT count(*) FROM adjudications WHERE state = 'open'"), 0, -1):
        ines.sees(re.compile(f"^{left} images? in dispute"))
        wait_for_picture(ines)
        while ines.button(re.compile("Settle image")).is_disabled():
            ines.page.keyboard.press("1")
        ines.page.keyboard.press("Control+Enter")
        day.until_counted(ines, "adjudications", "state = 'open'", left - 1)
    ines.sees("No dispute is open.")


def release(day: Day, lead: Visitor, folder: Path) -> None:
    """All gates pass, the approver signs with the password again, and the folder is verified without a server."""
    amara = day.arrive("amara", day.links["amara"])
    for who in (lead, amara):
        go(who, "Releases")
        who.page.get_by_role("link", name="r1").click()
        if who is lead:
            lead.button("Check the gates again").click()
            lead.sees("waits for signatures")
    amara.sees("r1 is ready for your signature")
    amara.sees("gold not measured")
    amara.field("Password again").fill("not the password")
    amara.button("Sign r1").click()
    amara.sees(re.compile("password", re.IGNORECASE))
    assert day.one("SELECT count(*) FROM signatures") == 0
    amara.field("Password again").fill(PASSWORD)
    amara.button("Sign r1").click()
    amara.sees("released")
    (signature,) = day.rows("SELECT name, role, digest FROM signatures")
    assert signature == {
        "name": f"Amara Okonkwo {SHARP}",
        "role": "approver",
        "digest": day.one("SELECT digest FROM releases"),
    }
    amara.button("Download").click()
    with amara.page.expect_download() as download:
        amara.page.get_by_role("menuitem", name="Release folder with images").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(folder / "release")
    (inner,) = (folder / "release").iterdir()
    report = verify_release(inner)
    assert report.ok
    assert report.with_images
    assert report.digest == signature["digest"]
