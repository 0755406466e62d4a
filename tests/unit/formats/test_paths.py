"""Paths from files never leave the folder."""

from __future__ import annotations

import pytest

from assay.formats import UnsafePathError, join_inside
from assay.formats.paths import folder_split_of, split_of, unique_stems


@pytest.mark.parametrize(
    "named",
    [
        "../x", "a/../../x", "..", "a/..", "", " ", ".", "/etc/hostname", "//host/share/a.png",
        "\\\\127.0.0.1\\s\\a.png",
        "..\\..\\x", "C:\\x", "c:/x", "file:///etc/hostname", "http://127.0.0.1:9/a.png",
        "a\x00.png", "a\nb.png", "\ud800.png",
        "\uff0e\uff0e/x", "a/b/../../..", "x" * 256, "/".join(["a"] * 65), "....//x", "a/ .. /b",
    ],
)  # fmt: skip
def test_a_name_that_leads_out_is_refused(named: str) -> None:
    with pytest.raises(UnsafePathError):
        join_inside("", named)


@pytest.mark.parametrize(
    ("base", "named", "path"),
    [
        ("", "a.png", "a.png"),
        ("labelme", "../images/a.png", "images/a.png"),
        ("labelme", "..\\images\\a.png", "images/a.png"),
        ("a/b", "./c//d.png", "a/b/c/d.png"),
        ("", "=HYPERLINK(1).png", "=HYPERLINK(1).png"),
        ("", "~/x.png", "~/x.png"),
        ("", "12:30 ö.png", "12:30 ö.png"),
        ("", "%2e%2e/x", "%2e%2e/x"),
        ("", "a..b/..c.png", "a..b/..c.png"),
    ],
)
def test_a_name_inside_is_put_in_its_shortest_form(base: str, named: str, path: str) -> None:
    assert join_inside(base, named) == path


def test_one_level_up_is_allowed_only_as_far_as_the_root() -> None:
    assert join_inside("a/b", "../../x") == "x"
    with pytest.raises(UnsafePathError):
        join_inside("a/b", "../../../x")


def test_the_split_is_read_from_folders_and_from_the_ends_of_label_files() -> None:
    assert split_of("annotations/instances_train2017.json") == "train"
    assert split_of("valid/_annotations.coco.json") == "val"
    assert split_of("instances_default.json") is None
    assert folder_split_of("images/testing/a.jpg") == "test"
    assert folder_split_of("images/train_picture.jpg") is None


def test_pictures_that_would_share_a_label_file_get_stems_of_their_own() -> None:
    given = ["a.jpg", "a.png", "A.gif", "a-2.jpg", "sub/a.jpg"]
    stems = unique_stems(given)
    assert stems["a.jpg"] == "a.jpg"
    assert stems["sub/a.jpg"] == "sub/a.jpg"
    assert len({path.rsplit(".", 1)[0].casefold() for path in stems.values()}) == len(given)
