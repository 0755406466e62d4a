"""A person alone: from the address that `assay demo` prints to six labelled pictures and an honest figure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.support.browser import Visitor, chromium, drag_box, drawn_marks, type_box, visiting, wait_for_picture
from tests.support.demo_house import Printed, command, played_demo, practice_truth, rows

from assay.demo.truth import Box, TruthItem

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

LOGIN = "you-annotator"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration that has been played."""
    return played_demo(tmp_path_factory, tmp_path_factory.mktemp("newcomer") / "house")


@pytest.fixture(scope="module")
def printed(home: Path) -> Iterator[Printed]:
    """What `assay demo` prints, while its server runs."""
    with command("demo", "--house", home, "--port", "0", until="Ctrl-C stops") as said:
        yield said


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def test_a_newcomer_labels_six_pictures_by_key_and_mouse_and_reads_an_honest_figure(
    browser: Browser, printed: Printed, home: Path
) -> None:
    truth = practice_truth()
    with visiting(browser, printed.address) as you:
        arrive(you, printed)
        done, n_gold = set[str](), 0
        for number in range(6):
            wait_for_picture(you)
            item = truth[on_the_desk(home)]
            done.add(item.name)
            label(you, home, item, by_key=number == 0)
            n_gold += hand_in(you, home, item)
        assert done == set(truth)
        assert n_gold == 2
        read_the_figure(you)
    with visiting(browser, printed.address) as another:
        another.page.goto(printed.links["annotator"])
        another.sees("This link cannot be used")


def arrive(you: Visitor, printed: Printed) -> None:
    """From the printed link to the first practice picture, by what the pages say."""
    you.page.goto(printed.links["annotator"])
    you.sees("Welcome, You, as annotator")
    you.sees("This link works on this computer only. Set a password first.")
    expect(you.button("Set password and sign in")).to_be_disabled()
    you.accept_link(printed.links["annotator"])
    you.page.get_by_role("link", name="Back to Machined parts").click()
    you.sees(re.compile("Not enough evidence yet: 0 gold images, needs 10"))
    you.page.get_by_role("link", name="Practice", exact=True).click()


def on_the_desk(home: Path) -> str:
    """The name of the picture that was given out last; the page never says it."""
    query = """SELECT items.name FROM assignments JOIN items ON items.id = assignments.item_id
               JOIN users ON users.id = assignments.user_id
               WHERE users.login = :login AND assignments.state = 'leased' AND assignments.kind = 'practice'"""
    (row,) = rows(home, query, login=LOGIN)
    return str(row["name"])


def label(you: Visitor, home: Path, item: TruthItem, *, by_key: bool) -> None:
    """Draw every part but the last, the first one by keyboard alone when asked to; the server has each mark soon."""
    for number, part in enumerate(item.objects[:-1]):
        you.page.keyboard.press(class_key(you, part.label_class))
        box = whole(part.box)
        type_box(you, box) if by_key and number == 0 else drag_box(you, box)
    n = len(item.objects) - 1
    if n:
        you.sees(f"{n} saved")
        query = """SELECT d.marks FROM drafts d JOIN assignments a ON a.id = d.assignment_id
                   JOIN users u ON u.id = a.user_id
                   WHERE u.login = :login AND a.state = 'leased' AND a.kind = 'practice'"""
        drafted = rows(home, query, login=LOGIN)
        assert len(json.loads(drafted[0]["marks"])) == n


def class_key(you: Visitor, name: str) -> str:
    """The key that stands on the chip of a class."""
    return you.page.get_by_role("radio", name=name).locator("kbd").inner_text()


def whole(box: Box) -> Box:
    """The box to whole pixels, as a hand draws it."""
    return (round(box[0]), round(box[1]), round(box[2]), round(box[3]))


def hand_in(you: Visitor, home: Path, item: TruthItem) -> bool:
    """Submit with the key on the button, compare with the server, read the verdict; returns whether it was gold."""
    drawn = drawn_marks(you.page)
    assert len(drawn) == len(item.objects) - 1
    caps = you.button("Submit and next").locator("kbd").inner_text()
    assert caps == "Ctrl ↵"
    for _ in range(1 if drawn else 2):
        you.page.keyboard.press("Control+Enter")
    next_picture = you.button("Next picture")
    expect(next_picture).to_be_visible()
    assert stored(home, item.name) == drawn
    is_gold = you.page.get_by_text("differ from the signed answer").is_visible()
    if is_gold:
        you.sees(f"1 of {len(item.objects)} marks differ from the signed answer")
        expect(you.page.get_by_text("Missed", exact=True)).to_have_count(1)
    else:
        you.sees("This picture has no known answer")
    you.page.keyboard.press("Enter")
    return is_gold


def stored(home: Path, name: str) -> list[tuple[Any, ...]]:
    """The marks that the server holds of the newcomer's answer to a picture."""
    query = """SELECT a.label_class, a.x_min_px, a.y_min_px, a.x_max_px, a.y_max_px FROM annotations a
               JOIN submissions s ON s.id = a.submission_id JOIN users u ON u.id = s.author_id
               JOIN items i ON i.id = s.item_id WHERE u.login = :login AND i.name = :name"""
    return sorted(tuple(row.values()) for row in rows(home, query, login=LOGIN, name=name))


def read_the_figure(you: Visitor) -> None:
    you.sees("2 marks differ, and it is too little to judge")
    you.sees("6 of 6 practice pictures done, 2 of them gold.")
    you.sees("not enough evidence, 2 gold images, needs 10")
    expect(you.page.get_by_text("Missed", exact=True)).to_have_count(2)
