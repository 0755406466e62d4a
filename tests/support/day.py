"""A person's day in the browser, act by act; after each act the server is asked by a client of the test's own."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, expect

from assay.annotations import Mark
from tests.support.browser import Visitor, drag_box, drawn_marks, visiting, wait_for_picture
from tests.support.day_pictures import (
    DIGITS,
    Picture,
    blood,
    found_project,
    import_predictions,
    screws,
    sign_gold,
)
from tests.support.live_server import PASSWORD, SLUG, Live, live

QUIZ, SUGGESTED, N_DISPUTED = 2, 3, 4
CLOSE_PX = 250
"""How large a damage is on the screen when its edge is followed."""
QUESTION = "Two cells touch along a whole side: one box or two?"
REASON = "the edge of the damage is cut off"
Marks = list[dict[str, Any]]


@dataclass(frozen=True)
class Size:
    """How many pictures of each kind are labelled; at least three of `boxes` come with suggestions."""

    boxes: int = 20
    polygons: int = 5
    brush: int = 3


@dataclass
class Day:
    """The server, everybody's browser, and what has been done so far.

    Attributes:
        acts: what was done and compared, in words.
    """

    server: Live
    browser: Browser
    stack: ExitStack
    size: Size
    pictures: list[Picture]
    at: dict[str, Visitor] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)

    def arrive(self, login: str) -> Visitor:
        """Somebody opens the address of the server in a fresh profile and signs in."""
        you = self.stack.enter_context(visiting(self.browser, self.server.address))
        you.open("/")
        you.field("Login").fill(login)
        you.field("Password").fill(PASSWORD)
        you.button("Sign in").click()
        you.page.wait_for_url(re.compile(f"/p/{SLUG}"))
        self.at[login] = you
        self.did(f"{login} signed in")
        return you

    def did(self, what: str) -> None:
        """Note an act whose outcome was compared."""
        self.acts.append(what)

    def open_batch(self, name: str, pictures: Sequence[Picture], **options: Any) -> list[str]:
        """The lead puts pictures into the queue; returns their items."""
        known = self.server.items()
        items = [str(known[p.name]["id"]) for p in pictures]
        self.server.lead.post("/batches", {"name": name, "items": items, "seed": 1, **options})
        return items

    def on_the_desk(self, login: str = "ann") -> tuple[str, Picture]:
        """The item that somebody holds, and its picture; the page names neither."""
        query = """SELECT i.id, i.name FROM assignments a JOIN items i ON i.id = a.item_id
                   JOIN users u ON u.id = a.user_id WHERE u.login = :login AND a.state = 'leased'"""
        (row,) = self.server.look(query, login=login)
        return row["id"], next(p for p in self.pictures if p.name == row["name"])

    def answer(self, item: str, login: str = "ann") -> Marks:
        """The marks that the server holds of somebody's answer to an item, as an auditor reads them."""
        why = self.server.auditor.get(f"/items/{item}/why")
        return [m for m in why["marks"] if m["author"]["id"] == self.server.people[login].id]

    def draft(self) -> Marks:
        """The marks that the server keeps of the work in hand."""
        (held,) = (a for a in self.server.ann.all_rows("/me/assignments") if a["state"] == "leased")
        kept = self.server.ann.get(f"/assignments/{held['id']}")["draft"]
        return [] if kept is None else list(kept["marks"])


@contextmanager
def a_day(folder: Path, browser: Browser, size: Size) -> Iterator[Day]:
    """A server with the day's pictures, before anybody has come."""
    pictures = [*blood(QUIZ + size.boxes + 1), *screws(size.polygons + size.brush)]
    with live(folder / "data") as server, ExitStack() as stack:
        found_project(server, pictures)
        yield Day(server, browser, stack, size, pictures)


def live_a_day(day: Day) -> None:
    """All of it, in order."""
    n = QUIZ + day.size.boxes
    cells, damage = day.pictures[QUIZ:n], day.pictures[n + 1 :]
    ann = day.arrive("ann")
    read_the_guideline(day, ann)
    pass_the_quiz(day, ann, day.pictures[:QUIZ])
    label_cells(day, ann, cells[: -SUGGESTED or None])
    correct_suggestions(day, ann, cells[-SUGGESTED:])
    follow_damage(day, ann, damage[: day.size.polygons])
    brush_smears(day, ann, damage[day.size.polygons :])
    disagree(day, ann, day.pictures[n])
    assert all(a["state"] in {"submitted", "skipped"} for a in day.server.ann.all_rows("/me/assignments"))
    day.did("all is handed in")
    review(day)
    adjudicate(day)
    read_the_verdict(day, ann)
    see_it_all(day)


def read_the_guideline(day: Day, ann: Visitor) -> None:
    """By the page of the guideline, every clause of it."""
    ann.page.get_by_role("link", name="How am I doing").first.click()
    ann.page.get_by_role("link", name=re.compile("^Guideline")).click()
    for clause in day.server.auditor.get("/guidelines/current")["clauses"]:
        ann.sees(re.compile(re.escape(clause["title"])))
    day.did("the guideline was read")


def pass_the_quiz(day: Day, ann: Visitor, pictures: Sequence[Picture]) -> None:
    """Every picture of the practice round, rightly; each gold one says so at once."""
    known = day.server.items()
    sign_gold(day.server, known[pictures[0].name], pictures[0])
    day.open_batch("Entry quiz", pictures, practice=True)
    ann.page.get_by_role("link", name="Practice", exact=True).click()
    for _ in pictures:
        item, picture = start(day, ann)
        draw_cells(ann, picture)
        hand_in(day, ann, item, waits_for=lambda: ann.button("Next picture").is_visible())
        is_gold = picture is pictures[0]
        ann.sees(f"All {len(picture.cells)} marks right" if is_gold else "This picture has no known answer")
        ann.page.keyboard.press("Enter")
    ann.sees(f"{QUIZ} of {QUIZ} practice pictures done, 1 of them gold.")
    practice = day.server.ann.get("/me/figures")["practice"]
    met = practice["accuracy"]["estimate"]
    assert (practice["n_done"], practice["n_total"], met["n_items"], met["value"]) == (QUIZ, QUIZ, 1, 1.0)
    day.did("the quiz is passed")


def label_cells(day: Day, ann: Visitor, pictures: Sequence[Picture]) -> None:
    """Boxes by mouse; a question and both losses of the network fall into the first pictures."""
    day.open_batch("Blood", pictures)
    ann.page.get_by_role("link", name="Go to work").click()
    happens: list[Callable[[Day, Visitor], None]] = [escalate, lose_the_network_while_drawing]
    for at in range(len(pictures)):
        item, picture = start(day, ann)
        draw_cells(ann, picture)
        if at < len(happens):
            happens[at](day, ann)
        hand_in(day, ann, item, offline=at == len(happens))
    done(ann)


def done(ann: Visitor) -> None:
    """The queue is empty, and the page says so."""
    ann.sees("No image waits for you.")


def start(day: Day, ann: Visitor) -> tuple[str, Picture]:
    """Wait for a fresh picture on the desk."""
    wait_for_picture(ann)
    ann.until(lambda: not shapes(ann) or ann.page.get_by_text("Suggestions").count(), "the last picture stays")
    return day.on_the_desk()


def draw_cells(ann: Visitor, picture: Picture, *, skip: int = 0) -> None:
    """Box each cell with the mouse, the class by its key."""
    before = len(drawn_marks(ann.page))
    for name, box in picture.cells[skip:]:
        ann.page.keyboard.press(DIGITS[name])
        drag_box(ann, box)
    drawn = drawn_marks(ann.page)
    assert len(drawn) == before + len(picture.cells) - skip
    if skip == 0:
        for got, (name, box) in zip(drawn, sorted(picture.cells), strict=True):
            assert got[0] == name
            assert max(abs(a - b) for a, b in zip(got[1:], box, strict=True)) < 1.5, (got, box)


def hand_in(
    day: Day, ann: Visitor, item: str, *, offline: bool = False, waits_for: Callable[[], bool] | None = None
) -> Marks:
    """Submit by key; the server then holds what was on the canvas, one answer of it."""
    wanted = content(seen(ann) if {s["geometry"]["kind"] for s in shapes(ann)} == {"bbox"} else until_drafted(day, ann))
    name = ann.page.get_by_text(re.compile("^Item ")).first.inner_text()
    if offline:
        ann.context.set_offline(True)
    ann.page.keyboard.press("Control+Enter")
    if offline:
        ann.sees("1 answer is kept here and will be sent when the server can be reached.")
        assert day.answer(item) == []
        ann.context.set_offline(False)
    gone = waits_for or (lambda: ann.page.get_by_text(name).count() == 0)
    ann.until(lambda: gone() and len(day.answer(item)) == len(wanted), "the answer does not arrive")
    kept = day.answer(item)
    assert content(kept) == wanted
    assert len({m["submission_id"] for m in kept}) == 1
    day.did(f"{len(kept)} marks handed in{' without a network' if offline else ''}")
    return kept


def shapes(you: Visitor) -> list[dict[str, Any]]:
    """The marks on the canvas."""
    found: list[dict[str, Any]] = you.page.evaluate("window.__assay ? window.__assay.shapes() : []")
    return found


def seen(you: Visitor) -> Marks:
    """The boxes on the canvas, as marks."""
    return [{"label_class": name, "shape": "bbox", "bbox": list(box)} for name, *box in drawn_marks(you.page)]


def content(marks: Marks) -> list[str]:
    """What marks say, whatever they are called and in whichever order they come."""
    told = [[m["label_class"], m["shape"], m["bbox"], m.get("geometry")] for m in marks]
    return sorted(map(json.dumps, json.loads(json.dumps(told), parse_int=float)))


def until_drafted(day: Day, ann: Visitor) -> Marks:
    """Wait until the server keeps the marks that are on the canvas."""

    def kept() -> bool:
        return sorted(m["client_id"] for m in day.draft()) == sorted(shape["id"] for shape in shapes(ann))

    ann.until(kept, "the draft does not arrive")
    return day.draft()


def escalate(day: Day, ann: Visitor) -> None:
    """One key, a clause from the list, a question, all from the keyboard; the work goes on."""
    press = ann.page.keyboard.press
    press("Tab")
    press("g")
    question = ann.field("What is not decided?", ann.dialog)
    expect(question).to_be_focused()
    ann.page.keyboard.type(QUESTION)
    press("Shift+Tab")
    expect(ann.dialog.get_by_role("combobox", name="Clause that does not decide it")).to_be_focused()
    press("ArrowDown")
    ann.until(lambda: ann.page.get_by_role("option").count() > 0, "no clauses are offered")
    while "1.2" not in str(ann.page.locator("[role=option][data-combobox-selected]").first.text_content()):
        press("ArrowDown")
    press("Enter")
    press("Tab")
    press("Control+Enter")
    ann.sees("Your question is with the experts.")
    expect(ann.dialog).to_have_count(0)
    (asked,) = day.server.lead.get("/escalations")["rows"]
    assert (asked["question"], asked["clause"], asked["raised_by"]["id"]) == (QUESTION, "1.2", day.server.ann.id)
    assert asked["item_id"] == day.on_the_desk()[0]
    assert asked["bbox"] is not None, "a mark was selected"
    day.did("a question was asked")


def lose_the_network_while_drawing(day: Day, ann: Visitor) -> None:
    """What is drawn meanwhile is kept here, and at the server once the network is back."""
    before = until_drafted(day, ann)
    ann.context.set_offline(True)
    ann.page.keyboard.press(DIGITS["platelet"])
    drag_box(ann, (3, 3, 33, 33))
    ann.sees("offline, 1 kept here")
    assert day.draft() == before
    ann.context.set_offline(False)
    assert len(until_drafted(day, ann)) == len(before) + 1
    day.did("the network was away while a mark was drawn")


def correct_suggestions(day: Day, ann: Visitor, pictures: Sequence[Picture]) -> None:
    """The first is moved, the second kept, the third dropped, the rest drawn; withheld ones are drawn whole."""
    known = day.server.items()
    said = import_predictions(day.server, {known[p.name]["id"]: p for p in pictures})
    day.open_batch("Blood with suggestions", pictures)
    ann.button("Look again").click()
    n_shown = 0
    for _ in pictures:
        item, picture = start(day, ann)
        if arm_of(day, item) == "withheld":
            draw_cells(ann, picture)
            hand_in(day, ann, item)
            continue
        n_shown += 1
        correct(day, ann, said[item], picture)
        draw_cells(ann, picture, skip=2)
        sources = [m["source"] for m in hand_in(day, ann, item) if m["source"]]
        assert sorted(len(s["edits"]) for s in sources) == [0, 1]
        day.did("suggestions were corrected")
    done(ann)
    assert n_shown > 0
    day.server.settle()
    figures = day.server.lead.get("/suggestion-figures")
    kept, moved, gone = (figures[name]["value"] for name in ("kept", "changed", "removed"))
    # A small cell that was pushed as far as it is wide counts as gone and drawn anew.
    assert math.isclose(kept, 1 / 3)
    assert math.isclose(moved + gone, 2 / 3)


def arm_of(day: Day, item: str) -> str:
    """Whether the policy's draw shows what a model says of the item in hand."""
    query = "SELECT arm FROM suggestions WHERE item_id = :item"
    return str(day.server.look(query, item=item)[0]["arm"])


def correct(day: Day, ann: Visitor, said: Sequence[Mark], picture: Picture) -> None:
    """All by key: the first is picked and pushed where it belongs, the second kept, the third dropped."""
    press = ann.page.keyboard.press
    ann.sees(re.compile("3 left$"))
    press("v")
    press("y")
    press("Shift+ArrowRight")
    press("ArrowRight")
    press("ArrowRight")
    ann.until(lambda: len(day.draft()) == 1, "the moved suggestion is not kept")
    (moved,) = day.draft()
    assert moved["source"]["edits"] == ["place"]
    assert max(abs(a - b) for a, b in zip(moved["bbox"], picture.cells[0][1], strict=True)) < 1e-6
    press("y")
    press("y")
    ann.sees(re.compile("1 left$"))
    press("n")
    kept = until_drafted(day, ann)
    assert [m["source"]["edits"] for m in kept] == [["place"], []]
    assert kept[1]["bbox"] == list(said[1].bbox)
    press("r")


def follow_damage(day: Day, ann: Visitor, pictures: Sequence[Picture]) -> None:
    """Polygons, corner by corner; all of these answers are reviewed."""
    day.open_batch("Screws", pictures, policy={"review_share": 1.0})
    ann.button("Look again").click()
    for _ in pictures:
        item, picture = start(day, ann)
        ann.page.keyboard.press(DIGITS["pitting"])
        ann.page.keyboard.press("p")
        for ring in picture.rings:
            look_closer(ann, ring)
            click(ann, *ring)
            ann.page.keyboard.press("Enter")
            ann.page.keyboard.press("0")
        kept = until_drafted(day, ann)
        assert len(kept) == len(picture.rings)
        for mark, ring in zip(kept, picture.rings, strict=True):
            ((outer,),) = mark["geometry"]["polygon"]
            corners = [side for corner in ring for side in corner]
            assert len(outer) == len(corners)
            assert max(abs(a - b) for a, b in zip(outer, corners, strict=True)) < 1.5
        hand_in(day, ann, item)
    done(ann)


def look_closer(you: Visitor, ring: Sequence[tuple[float, float]]) -> None:
    """Turn the wheel over a damage until its corners lie far enough apart for a hand."""
    xs, ys = zip(*ring, strict=True)
    for _ in range(30):
        low, high = (place(you, x, y) for x, y in ((min(xs), min(ys)), (max(xs), max(ys))))
        if max(b - a for a, b in zip(low, high, strict=True)) > CLOSE_PX:
            break
        you.page.mouse.move((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
        before = low, high
        you.page.mouse.wheel(0, -120)
        you.until(lambda before=before: place(you, min(xs), min(ys)) != before[0], "the wheel does nothing")


def place(you: Visitor, x: float, y: float) -> tuple[float, float]:
    """Where a point of the picture is in the window."""
    at = you.page.evaluate("p => window.__assay.toWindow(p)", {"x": x, "y": y})
    return at["x"], at["y"]


def click(you: Visitor, *points: tuple[float, float]) -> None:
    for point in points:
        at = place(you, *point)
        you.page.mouse.move(*at)
        you.page.mouse.click(*at)


def brush_smears(day: Day, ann: Visitor, pictures: Sequence[Picture]) -> None:
    """A stroke of the brush through the middle of each damage, part of it wiped out again."""
    day.open_batch("Smears", pictures)
    ann.button("Look again").click()
    for _ in pictures:
        item, picture = start(day, ann)
        ann.page.keyboard.press(DIGITS["smear"])
        ann.page.keyboard.press("b")
        xs, ys = zip(*picture.rings[0], strict=True)
        x, y = sum(xs) / len(xs), sum(ys) / len(ys)
        stroke(ann, (x - 40, y), (x, y + 6), (x + 40, y))
        ann.page.keyboard.press("e")
        stroke(ann, (x + 40, y - 30), (x + 40, y + 30))
        (mark,) = until_drafted(day, ann)
        pixels = pixels_of(mark, item, day)
        assert pixels[round(y), round(x - 30)]
        assert pixels[round(y + 6), round(x)]
        assert not pixels[round(y), round(x + 40)], "the eraser took this"
        left, top, right, bottom = mark["bbox"]
        assert int(pixels[:, : math.floor(left)].sum()) + int(pixels[:, math.ceil(right) :].sum()) == 0
        assert int(pixels[: math.floor(top)].sum()) + int(pixels[math.ceil(bottom) :].sum()) == 0
        hand_in(day, ann, item)
    done(ann)


def stroke(you: Visitor, *points: tuple[float, float]) -> None:
    you.page.mouse.move(*place(you, *points[0]))
    you.page.mouse.down()
    for point in points[1:]:
        you.page.mouse.move(*place(you, *point), steps=4)
    you.page.mouse.up()


def pixels_of(mark: dict[str, Any], item: str, day: Day) -> NDArray[np.bool_]:
    """The mask over the whole picture: runs of its columns, in the text that COCO packs them into."""
    picture = next(each for each in day.server.items().values() if each["id"] == item)
    runs: list[int] = []
    value = shift = 0
    for character in mark["geometry"]["rle"]:
        part = ord(character) - 48
        value |= (part & 0x1F) << shift
        shift += 5
        if part & 0x20:
            continue
        if part & 0x10:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    columns = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return columns.reshape(picture["width_px"], picture["height_px"]).T


def disagree(day: Day, ann: Visitor, picture: Picture) -> None:
    """Two people see one picture differently: a dispute."""
    (item,) = day.open_batch("Twice", [picture], policy={"overlap": 2})
    bob = day.server.bob.post("/claims", {"practice": False})["assignment"]
    marks = [
        {"client_id": f"m{at}", "label_class": name, "shape": "bbox", "bbox": [b[0], b[1], (b[0] + b[2]) / 2, b[3]]}
        for at, (name, b) in enumerate(picture.cells[:N_DISPUTED])
    ]
    versions = {name: bob[name] for name in ("schema_version", "guideline_version")}
    body = {"client_key": "key-of-bob", "marks": marks, "seconds": 9.0, **versions}
    day.server.bob.post(f"/assignments/{bob['id']}/submission", body)
    ann.button("Look again").click()
    start(day, ann)
    for name, box in picture.cells[:N_DISPUTED]:
        ann.page.keyboard.press(DIGITS[name])
        drag_box(ann, box)
    hand_in(day, ann, item)
    done(ann)
    day.server.settle()
    state = day.server.auditor.get(f"/items/{item}/why")["consensus"][0]["state"]
    assert state == "disputed"


def go(you: Visitor, place: str) -> None:
    """Open a page by the side bar, if it is not open."""
    you.page.get_by_role("navigation").get_by_role("link", name=re.compile(f"^{place}")).click()


def review(day: Day) -> None:
    """The reviewer sends one answer back with a reason code and accepts the others, by key."""
    day.server.settle()
    person = day.server.reviewer
    day.server.lead.call("PATCH", f"/members/{person.id}", json={"roles": ["reviewer", "expert"]}).raise_for_status()
    you = day.arrive("reviewer")
    go(you, "Review")
    n = day.size.polygons
    for left in range(n, 0, -1):
        you.sees(re.compile(f"^{left} answers? to go"))
        wait_for_picture(you)
        if left == n:
            you.page.keyboard.press("x")
            you.page.keyboard.press("4")
            expect(you.dialog.get_by_role("radio", name="Badly placed")).to_be_checked()
            you.field("Note (the annotator reads it)", you.dialog).fill(REASON)
            you.button("Send back", you.dialog).click()
        else:
            you.page.keyboard.press("a")
        closed = n - left + 1
        you.until(lambda closed=closed: len(reviews(day, "closed")) == closed, "the verdict does not arrive")
        day.did("a verdict was given")
    you.sees("Nothing waits for review.")
    verdicts = reviews(day, "closed")
    assert sorted(r["verdict"] for r in verdicts) == ["accept"] * (n - 1) + ["reject"]
    (sent_back,) = (r for r in verdicts if r["verdict"] == "reject")
    assert sent_back["reason_code"] == "placement"


def reviews(day: Day, state: str) -> list[dict[str, Any]]:
    return day.server.lead.all_rows("/reviews", state=state)


def adjudicate(day: Day) -> None:
    """The only dispute is settled: a side is taken on each disagreement, by key."""
    you = day.at["reviewer"]
    you.page.get_by_role("link", name="Overview").first.click()
    go(you, "Adjudicate")
    you.sees(re.compile("^1 image in dispute"))
    wait_for_picture(you)
    settle = you.button(re.compile("Settle image"))
    for _ in range(2 * N_DISPUTED + 2):
        if settle.is_enabled():
            break
        you.page.keyboard.press("1")
    you.page.keyboard.press("Control+Enter")
    you.sees("No dispute is open.")
    assert day.server.lead.all_rows("/adjudications", state="open") == []
    day.did("a dispute was settled")


def read_the_verdict(day: Day, ann: Visitor) -> None:
    """Whoever was sent back reads the reason on their own page, beside the question that was asked."""
    ann.page.get_by_role("link", name="How am I doing").first.click()
    ann.sees("sent back")
    ann.sees(QUESTION)
    told = [a for a in day.server.ann.all_rows("/me/assignments") if a["verdict"] == "rejected"]
    assert len(told) == 1
    day.did("the verdict was read")


def see_it_all(day: Day) -> None:
    """The lead: overview, people, a class, the batches; each number is the server's."""
    lead = day.arrive("lead")
    progress = day.server.lead.get("/overview")["progress"]
    lead.sees(f"{progress['n_answers']} of {progress['n_answers_wanted']}")
    go(lead, "People")
    lead.page.get_by_role("link", name=re.compile("Ann Tester")).first.click()
    lead.sees(re.compile("Ann Tester"))
    lead.open(f"/p/{SLUG}/classes/rbc")
    seen = day.server.lead.get("/classes/rbc")
    lead.sees(re.compile(rf"\b{seen['n_marks']:,}\b"))
    go(lead, "Batches")
    for batch in day.server.lead.all_rows("/batches"):
        row = lead.page.get_by_role("row").filter(has=lead.page.get_by_text(batch["name"], exact=True))
        expect(row).to_contain_text(f"{batch['n_answers']} of {batch['n_answers_wanted']}")
    go(lead, "Questions")
    lead.sees(QUESTION)
    day.did("the lead saw it all")
