"""Counts acts for boxes on 20 real pictures: ours by driving the canvas, others' by their documented way.

An act is a key press, a click or a drag. Ours are made with a real mouse and keyboard in Chromium and counted as they
are made; the marks that come out are held against the wanted ones. What the others would take for the same marks is
counted from their documentation:

CVAT ("Annotation with rectangles", "Shortcuts"): N begins a rectangle with the last label, two clicks place it; Ctrl
and a digit change the label of the next one; F goes to the next frame.
Label Studio ("Hotkeys", "Labeling guide"): a digit chooses the label, a drag draws the box, and the label is let go
again; Ctrl+Enter submits. With its setting "Keep label selected after creating a region" the digit is only needed when
the class changes.

    python -m tests.bench.acts --data ../shared/data/bccd/BCCD
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from playwright.sync_api import Page, sync_playwright
from tests.bench.web import PAGE, Handler, build, served
from tests.support.shared import SHARED

DIGITS = {"RBC": "1", "WBC": "2", "Platelets": "3"}
Box = tuple[str, float, float, float, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "bccd" / "BCCD")
    parser.add_argument("--pictures", type=int, default=20)
    chosen = parser.parse_args(arguments)
    pictures = read(chosen.data, chosen.pictures)
    build()
    ours = drive(pictures)
    n = sum(len(boxes) for _, _, boxes in pictures)
    counts = {
        "Assay": ours,
        "CVAT": cvat(pictures),
        "Label Studio": label_studio(pictures, keeps_label=False),
        "Label Studio, label kept": label_studio(pictures, keeps_label=True),
    }
    print(
        f"{n} boxes on {len(pictures)} pictures\n\n| tool | acts | acts a box | ours has fewer by |\n|---|---|---|---|"
    )
    for tool, acts in counts.items():
        print(f"| {tool} | {acts} | {acts / n:.2f} | {'' if tool == 'Assay' else f'{100 * (1 - ours / acts):.0f} %'} |")
    return 0


def read(data: Path, n: int) -> list[tuple[int, int, list[Box]]]:
    """Size and boxes of the first pictures, in the order of their names."""
    pictures = []
    for path in sorted((data / "Annotations").glob("*.xml"))[:n]:
        root = ET.parse(path).getroot()  # noqa: S314 - the team's own data
        size = [int(root.findtext(f"size/{side}") or 0) for side in ("width", "height")]
        boxes = []
        for found in root.iter("object"):
            sides = [float(found.findtext(f"bndbox/{side}") or 0) for side in ("xmin", "ymin", "xmax", "ymax")]
            boxes.append((DIGITS[found.findtext("name") or ""], *sides))
        pictures.append((size[0], size[1], [b for b in boxes if b[3] - b[1] >= 1 and b[4] - b[2] >= 1]))
    return pictures


def drive(pictures: Sequence[tuple[int, int, list[Box]]]) -> int:
    """Draw every box on our canvas and return how many acts that took, one submission a picture included."""
    Handler.pages["/acts"] = PAGE.replace("/page.js", "/acts.js")
    n = 0
    with served() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{base}/acts")
        page.wait_for_function("window.acts")
        for width, height, boxes in pictures:
            page.evaluate("([w, h]) => acts.open(w, h)", [width, height])
            # The class at hand first: a class needs its key once a picture at most.
            live = page.evaluate("acts.live()")
            for box in sorted(boxes, key=lambda b: (b[0] != live, b[0])):
                n += draw(page, box)
            compare(page, boxes)
            n += 1  # Ctrl+Enter: submit and next
        browser.close()
    return n


def draw(page: Page, box: Box) -> int:
    """One box: its class when that is not at hand, and a drag; returns the acts made."""
    acts = 1
    if page.evaluate("acts.live()") != box[0]:
        page.keyboard.press(box[0])
        acts += 1
    a, b = (page.evaluate("([x, y]) => acts.at(x, y)", [box[i], box[i + 1]]) for i in (1, 3))
    page.mouse.move(a["x"], a["y"])
    page.mouse.down()
    page.mouse.move((a["x"] + b["x"]) / 2, (a["y"] + b["y"]) / 2)
    page.mouse.move(b["x"], b["y"])
    page.mouse.up()
    return acts


def compare(page: Page, boxes: Sequence[Box]) -> None:
    """The marks drawn are the wanted ones, to half a pixel."""
    marks = page.evaluate("acts.marks()")
    drawn = sorted((m["classId"], m["xMin"], m["yMin"], m["xMax"], m["yMax"]) for m in marks)
    assert len(drawn) == len(boxes), (len(drawn), len(boxes))
    for got, wanted in zip(drawn, sorted(boxes), strict=True):
        assert got[0] == wanted[0]
        assert max(abs(a - b) for a, b in zip(got[1:], wanted[1:], strict=True)) < 1.0, (got, wanted)


def cvat(pictures: Sequence[tuple[int, int, list[Box]]]) -> int:
    """N and two clicks a box, Ctrl and a digit where the class changes, F a picture."""
    return sum(3 * len(boxes) + 1 for _, _, boxes in pictures) + changes(pictures)


def label_studio(pictures: Sequence[tuple[int, int, list[Box]]], *, keeps_label: bool) -> int:
    """A digit and a drag a box, Ctrl+Enter a picture; the digit only at a change of class where the label is kept."""
    drags = sum(len(boxes) + 1 for _, _, boxes in pictures)
    return drags + (changes(pictures) if keeps_label else sum(len(boxes) for _, _, boxes in pictures))


def changes(pictures: Sequence[tuple[int, int, list[Box]]]) -> int:
    """How often the class changes when the one at hand goes first, as for ours."""
    live, n = "1", 0
    for _, _, boxes in pictures:
        for box in sorted(boxes, key=lambda b: (b[0] != live, b[0])):
            n += box[0] != live
            live = box[0]
    return n


if __name__ == "__main__":
    sys.exit(main())
