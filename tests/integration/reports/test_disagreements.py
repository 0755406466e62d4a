"""The page of agreement shows the pictures on which people agree least, with both people's marks."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PIL import Image
from tests.support.label_files import grid, write_coco

import assay
from assay.reports.page.verb_pages import agree_page

N = 12
ITEMS = [f"{number:03}.png" for number in range(N)]


def page_of(folder: Path, skip: list[int]) -> str:
    rng = np.random.default_rng(0)
    for item in ITEMS:
        folder.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (80, 100, 3), np.uint8)).save(folder / item)
    main = write_coco(folder / "main.json", ITEMS, grid(N))
    other = write_coco(folder.parent / "other.json", ITEMS, grid(N, shift=0.5, skip=skip))
    return agree_page(assay.agree(main, who={"bo": other}, name="ann"), command="assay agree", meta=[])


def test_the_worst_pictures_come_first_with_the_marks_of_both(tmp_path: Path) -> None:
    page = page_of(tmp_path / "set", skip=[15, 16, 17, 30, 31, 3])  # all of picture 5, two of 10, one of 1
    card = page[page.index("Where people agree least") :]
    assert re.findall(r"<b>(\d{3})</b><span>ann, bo: (\d) differ", card) == [("005", "3"), ("010", "2")]
    first = card[: card.index("</figure>")]
    assert first.count('stroke-width="') >= 6  # three marks of one person, with their casings
    assert "data:image" in first


def test_people_who_agree_have_no_such_card(tmp_path: Path) -> None:
    assert "Where people agree least" not in page_of(tmp_path / "set", skip=[])
