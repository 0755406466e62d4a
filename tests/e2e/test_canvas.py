"""Every tool of the canvas under a real hand: the server holds what is drawn, and every gesture can be undone."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Route, expect
from tests.support.browser import Visitor, chromium, visiting, wait_for_picture
from tests.support.live_server import PASSWORD, SLUG, Live, live

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

WIDTH, HEIGHT = 480, 360
N_SMALL = 5
ALL = ["bbox", "rotated_bbox", "polygon", "mask", "polyline", "point", "tag"]
CLASSES = [
    {
        "id": "cell",
        "name": "Cell",
        "shapes": ALL,
        "attributes": [
            {"name": "cut", "kind": "bool"},
            {"name": "side", "kind": "enum", "values": ["left", "right"], "required": False},
        ],
    },
    {"id": "dust", "name": "Dust", "shapes": ["bbox"]},
]


def picture(seed: int, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """Dark discs on light ground; the one to segment lies at (240, 180) with radius 40."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    grain = rng.normal(205, 4, (HEIGHT, WIDTH))
    grey = np.tile(grain, (-(-height // HEIGHT), -(-width // WIDTH)))[:height, :width]
    for cx, cy, r in ((240, 180, 40), (90, 80, 25), (380, 290, 30)):
        grey[(x - cx) ** 2 + (y - cy) ** 2 < r**2] -= 90
    out = io.BytesIO()
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("canvas") / "data") as running:
        files = {f"s{n}.jpg": picture(n) for n in range(N_SMALL)} | {"large.jpg": picture(99, 4700, 3500)}
        assert running.imported(files=files, labels="ignore")["n_accepted"] == N_SMALL + 1
        running.lead.post("/schemas", {"classes": CLASSES})
        running.lead.post("/guidelines", {"markdown": "## 2.1 Cells {cell}\n\nThe whole cell.\n", "note": ""})
        change = {"preset": "no-gold", "gold_rate": 0.0, "min_gold_lower": None, "min_agreement_lower": None}
        policy = running.lead.get("/policy")
        running.lead.put("/policy", {**policy, **change, "overlap": 1, "review_share": 0.0})
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def desk(server: Live, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """An annotator at their canvas, with one picture of a batch of its own."""
    name = "large.jpg" if "large" in request.node.name else f"s{next(_small)}.jpg"
    server.lead.post("/batches", {"name": request.node.name, "items": [server.items()[name]["id"]], "seed": 1})
    with visiting(browser, server.address) as visitor:
        prepare = getattr(request, "param", None)
        if prepare is not None:
            visitor.page.route("**/suggestion", prepare)
        visitor.open("/signin")
        visitor.field("Login").fill("ann")
        visitor.field("Password").fill(PASSWORD)
        visitor.button("Sign in").click()
        visitor.page.wait_for_url(re.compile(f"/p/{SLUG}"))
        wait_for_picture(visitor)
        yield visitor
        hand_in(visitor)


_small = iter(range(N_SMALL))


def hand_in(you: Visitor) -> None:
    """Leave the task done, so that the next test meets its own."""
    you.page.keyboard.press("Escape")
    for _ in range(2):
        you.page.keyboard.press("Control+Enter")
    you.sees("No image waits for you.")


def spot(you: Visitor, x: float, y: float) -> tuple[float, float]:
    at = you.page.evaluate("p => window.__assay.toWindow(p)", {"x": x, "y": y})
    return at["x"], at["y"]


def click(you: Visitor, *points: tuple[float, float], keys: tuple[str, ...] = ()) -> None:
    for key in keys:
        you.page.keyboard.down(key)
    for x, y in points:
        at = spot(you, x, y)
        you.page.mouse.move(*at)
        you.page.mouse.click(*at)
    for key in keys:
        you.page.keyboard.up(key)


def drag(you: Visitor, *points: tuple[float, float]) -> None:
    you.page.mouse.move(*spot(you, *points[0]))
    you.page.mouse.down()
    for point in points[1:]:
        you.page.mouse.move(*spot(you, *point), steps=4)
    you.page.mouse.up()


def shapes(you: Visitor) -> list[dict[str, Any]]:
    """The marks on the canvas, without the pixels of masks."""
    found: list[dict[str, Any]] = you.page.evaluate("window.__assay.shapes()")
    return found


def kinds(you: Visitor) -> list[str]:
    return [shape["geometry"]["kind"] for shape in shapes(you)]


def drafted(server: Live, you: Visitor, n: int) -> list[dict[str, Any]]:
    """The marks that the server holds of the open task, once there are `n`."""

    def held() -> list[dict[str, Any]] | None:
        mine = [a for a in server.ann.all_rows("/me/assignments") if a["state"] == "leased"]
        draft = server.ann.get(f"/assignments/{mine[0]['id']}")["draft"]
        marks = [] if draft is None else draft["marks"]
        same = len(marks) == n and [m["client_id"] for m in marks] == [s["id"] for s in shapes(you)]
        return [{"ok": True}, *marks] if same else None

    return list(you.until(held, f"the server does not hold {n} marks"))[1:]


def near(values: list[float], wanted: list[float], by: float = 1.0) -> bool:
    return len(values) == len(wanted) and all(abs(a - b) <= by for a, b in zip(values, wanted, strict=True))


def test_each_tool_draws_over_others_and_the_server_holds_what_is_seen(server: Live, desk: Visitor) -> None:
    you, press = desk, desk.page.keyboard.press
    press("r")
    drag(you, (200, 140), (280, 220))
    press("Shift+R")
    click(you, (60, 40), (120, 40), (100, 70))
    press("p")
    click(you, (210, 150), (270, 150), (270, 210), (210, 210))
    press("Enter")
    click(you, (230, 170), (250, 170), (250, 190))
    press("Shift+Enter")
    press("b")
    drag(you, (330, 60), (380, 60), (380, 100))
    press("e")
    press("[")
    drag(you, (380, 80), (380, 90))
    press("Shift+P")
    click(you, (300, 300), (340, 320))
    press("Enter")
    press("k")
    click(you, (30, 300))
    press("t")
    assert kinds(you) == ["bbox", "rotated_bbox", "polygon", "mask", "polyline", "point", "tag"]
    box, turned, ring, mask, line, point, tag = drafted(server, you, 7)
    assert near(box["bbox"], [200, 140, 280, 220])
    assert near(turned["geometry"]["rotated"], [90, 55, 60, 30, 0], 1.5)
    ((outer, hole),) = ring["geometry"]["polygon"]
    assert near(outer, [210, 150, 270, 150, 270, 210, 210, 210])
    assert near(hole, [230, 170, 250, 170, 250, 190])
    assert near(mask["bbox"], [318, 48, 392, 112], 2)
    assert mask["geometry"]["rle"]
    assert near(line["geometry"]["points"], [300, 300, 340, 320])
    assert near(point["geometry"]["points"], [30, 300])
    assert tag["bbox"] == [0, 0, WIDTH, HEIGHT]
    undo_all_and_redo_all(server, you)


def undo_all_and_redo_all(server: Live, you: Visitor) -> None:
    """Every gesture goes back, one by one, and comes again; the server follows."""
    before = json.dumps(shapes(you), sort_keys=True)
    steps = 0
    while shapes(you):
        you.page.keyboard.press("Control+z")
        steps += 1
        assert steps < 20
    assert steps == 9, "seven marks, a hole, and a stroke of the eraser"
    drafted(server, you, 0)
    for _ in range(steps):
        you.page.keyboard.press("Control+Shift+Z")
    assert json.dumps(shapes(you), sort_keys=True) == before
    drafted(server, you, 7)


def test_unfinished_vertices_are_steps_and_are_never_thrown_away(server: Live, desk: Visitor) -> None:
    you, press = desk, desk.page.keyboard.press
    press("p")
    click(you, (100, 100), (200, 100), (200, 200), (120, 220))
    press("Control+z")
    press("Backspace")
    press("v")
    press("p")
    press("Escape")
    press("Control+z")
    click(you, (180, 240))
    press("Enter")
    (mark,) = drafted(server, you, 1)
    assert near(mark["geometry"]["polygon"][0][0], [100, 100, 200, 100, 180, 240])
    press("v")
    drag(you, (180, 240), (150, 260))
    click(you, (150, 100))
    drag(you, (150, 100), (150, 60))
    click(you, (200, 100), keys=("Alt",))
    wanted = [100, 100, 150, 60, 150, 260]
    you.until(lambda: near(drafted(server, you, 1)[0]["geometry"]["polygon"][0][0], wanted), "the vertices differ")


def test_a_click_segments_and_turning_locking_grouping_copying_and_attributes_work_by_key(
    server: Live, desk: Visitor
) -> None:
    you, press = desk, desk.page.keyboard.press
    press("m")
    click(you, (240, 180))
    you.until(lambda: kinds(you) == ["polygon"], "nothing was segmented")
    (mark,) = drafted(server, you, 1)
    assert near(mark["bbox"], [200, 140, 280, 220], 4)
    assert mark["source"] == {"model": "watershed-1", "confidence": None, "edits": []}
    press("Shift+R")
    click(you, (60, 40), (120, 40), (100, 70))
    press("v")
    press("Shift+W")
    press("w")
    press("Control+c")
    press("Control+v")
    angle = math.radians(11)
    turned = [m for m in drafted(server, you, 3) if m["shape"] == "rotated_bbox"]
    assert [m["geometry"]["rotated"][4] for m in turned] == [pytest.approx(angle)] * 2
    press("i")
    expect(you.page.get_by_role("checkbox", name="cut")).to_be_focused()
    press("Space")
    press("Escape")
    press("Shift+Tab")
    press("l")
    press("Delete")
    assert len(shapes(you)) == 3, "a locked mark is not deleted"
    press("l")

    def is_kept() -> bool:
        return [m["attributes"] for m in drafted(server, you, 3)].count({"cut": True}) == 1

    you.until(is_kept, "the attribute is not kept")
    press("Tab")
    click(you, (240, 180), keys=("Shift",))
    press("Control+g")
    groups = you.until(lambda: [m["group"] for m in drafted(server, you, 3) if m.get("group")], "nothing is grouped")
    assert groups == [1, 1]


def suggest(route: Route) -> None:
    """Answer for a model that is in use."""
    marks = [
        {
            "label_class": "cell",
            "shape": "bbox",
            "bbox": [20 + 80 * n, 20, 80 + 80 * n, 80],
            "model": "cells-0.3",
            "confidence": confidence,
        }
        for n, confidence in enumerate([0.97, 0.9, 0.62, 0.4])
    ]
    route.fulfill(json={"marks": marks})


@pytest.mark.parametrize("desk", [suggest], indirect=True)
def test_suggestions_stand_apart_and_are_taken_dropped_and_mended(server: Live, desk: Visitor) -> None:
    you, press = desk, desk.page.keyboard.press
    you.sees("cells-0.3 · 4 left")
    assert len(shapes(you)) == 4
    press("y")
    press("n")
    press("y")
    (kept,) = drafted_of(server, you, 1)
    assert kept["source"] == {"model": "cells-0.3", "confidence": 0.9, "edits": []}
    you.page.get_by_label("Least confidence shown").fill("0.5")
    you.button(re.compile("Accept 1 above")).click()
    assert len(drafted_of(server, you, 2)) == 2
    press("v")
    drag(you, (290, 50), (295, 60))
    mended = drafted_of(server, you, 3)
    assert [m["source"]["edits"] for m in mended] == [[], [], ["place"]]


def drafted_of(server: Live, you: Visitor, n: int) -> list[dict[str, Any]]:
    def held() -> list[dict[str, Any]] | None:
        mine = [a for a in server.ann.all_rows("/me/assignments") if a["state"] == "leased"]
        draft = server.ann.get(f"/assignments/{mine[0]['id']}")["draft"]
        return draft["marks"] if draft is not None and len(draft["marks"]) == n else None

    return list(you.until(held, f"the server does not hold {n} marks"))


def test_keys_follow_a_preset_and_a_taken_key_is_refused(desk: Visitor) -> None:
    you, press = desk, desk.page.keyboard.press
    press("v")
    press("?")
    you.page.get_by_role("combobox", name="Keys of").click()
    you.page.get_by_role("option", name="CVAT").click()
    you.button("Change the key of Draw boxes", you.dialog).click()
    press("p")
    you.sees("P is taken by Draw polygons; nothing was changed.")
    press("Escape")
    expect(you.dialog).to_have_count(0)
    press("n")
    assert you.page.evaluate("window.__assay.tool()") == "box"
    press("?")
    you.page.get_by_role("combobox", name="Keys of").click()
    you.page.get_by_role("option", name="Assay").click()
    press("Escape")
    expect(you.dialog).to_have_count(0)
    for key, tool in (("v", "select"), ("r", "box")):
        you.page.evaluate("document.activeElement.blur()")
        press(key)
        assert you.page.evaluate("window.__assay.tool()") == tool, "with nothing focused, keys are the canvas's"
    press("2")
    press("Shift+R")
    assert you.page.evaluate("window.__assay.tool()") == "box", "dust is drawn in boxes only"


def test_a_large_picture_comes_in_tiles(server: Live, desk: Visitor) -> None:
    you = desk
    tiles = "performance.getEntriesByType('resource').map(e => e.name).filter(n => n.includes('/image/tiles/'))"
    names = you.until(lambda: you.page.evaluate(tiles), "no tile was asked for")
    assert not you.page.evaluate("performance.getEntriesByType('resource').some(e => e.name.endsWith('/image'))")
    assert all(re.search(r"/tiles/\d+-\d+-\d+$", name) for name in names)
    painted = "document.querySelector('.assay-tiles').getContext('2d').getImageData(400, 300, 1, 1).data[3]"
    you.until(lambda: you.page.evaluate(painted) == 255, "no tile was painted")
    drag(you, (1000, 1000), (2500, 2000))
    (mark,) = drafted(server, you, 1)
    assert near(mark["bbox"], [1000, 1000, 2500, 2000], 8)
