"""A folder is read without ever leaving it."""

from __future__ import annotations

import os
import socket
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.jobs.intake.making import encoded, picture

from assay.jobs.intake import Accepted, DecodePool, Entry, Limits, Refusal, SourceNotFoundError, intake, open_path
from assay.jobs.intake.errors import UnreadableFileError
from assay.jobs.intake.folder import open_inside
from assay.jobs.intake.run import nothing_known
from assay.jobs.intake.source import Skip, Source

PNG = encoded(picture(), "PNG")


class Listed(Source):
    """A source of entries that are known already."""

    def __init__(self, listed: list[Entry | Refusal]) -> None:
        super().__init__("listed", len(listed))
        self._listed = listed

    def entries(self, skip: Skip) -> Iterator[Entry | Refusal]:
        return (e for e in self._listed if not skip(e.name))


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(PNG)


def answers(pool: DecodePool, root: Path) -> dict[str, str]:
    with open_path(root, Limits()) as source:
        return {o.name: "accepted" if isinstance(o, Accepted) else o.code for o in intake(source, pool)}


def test_files_come_in_the_order_of_names_those_of_a_folder_before_its_folders(
    pool: DecodePool, tmp_path: Path
) -> None:
    put(tmp_path, "b.png", "a/z.png", "a/b/c.png", "B.png", "c/a.png")
    with open_path(tmp_path, Limits()) as source:
        assert [o.name for o in intake(source, pool)] == ["B.png", "b.png", "a/z.png", "a/b/c.png", "c/a.png"]


def test_hidden_files_are_passed_over_and_counted(pool: DecodePool, tmp_path: Path) -> None:
    put(tmp_path, "a.png", ".b.png", ".git/c.png", "__MACOSX/d.png", "Thumbs.db")
    with open_path(tmp_path, Limits()) as source:
        assert [o.name for o in intake(source, pool)] == ["a.png"]
        assert source.n_hidden == 2


def test_links_inside_are_followed_and_links_that_leave_are_refused(pool: DecodePool, tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(root, "a.png", "d/b.png")
    put(outside, "secret.png")
    (root / "in.png").symlink_to("d/b.png")
    (root / "absolute_in.png").symlink_to(root / "a.png")
    (root / "out.png").symlink_to("../outside/secret.png")
    (root / "absolute_out.png").symlink_to(outside / "secret.png")
    (root / "folder_out").symlink_to(outside)
    (root / "through.png").symlink_to("folder_out/secret.png")
    (root / "loop.png").symlink_to("loop.png")
    (root / "gone.png").symlink_to("nothing.png")
    (root / "d" / "up").symlink_to("..")
    found = answers(pool, root)
    assert {name for name, answer in found.items() if answer == "accepted"} == {
        *("a.png", "d/b.png", "in.png", "absolute_in.png"),
    }
    assert {name for name, answer in found.items() if answer == "intake.unsafe_link"} == {
        *("out.png", "absolute_out.png", "through.png", "folder_out"),
    }
    assert set(found) - {n for n, a in found.items() if a in ("accepted", "intake.unsafe_link")} == {
        *("loop.png", "gone.png", "d/up"),
    }


def test_a_folder_swapped_for_a_link_after_it_was_listed_is_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(root, "d/a.png")
    put(outside, "a.png")
    with open_path(root, Limits()) as source:
        (entry,) = source.entries(nothing_known)
        assert isinstance(entry, Entry)
        (root / "d").rename(root / "e")
        (root / "d").symlink_to(outside)
        with pytest.raises(UnreadableFileError):
            entry.read(1000)


def test_devices_pipes_and_sockets_are_refused_without_waiting(pool: DecodePool, tmp_path: Path) -> None:
    put(tmp_path, "a.png")
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.png"))
        found = answers(pool, tmp_path)
    assert found == {
        "a.png": "accepted",
        "pipe.png": "intake.special_file",
        "s.png": "intake.unreadable_file",
        "zero.png": "intake.unsafe_link",
    }


def test_odd_names_are_refused_and_said(pool: DecodePool, tmp_path: Path) -> None:
    put(tmp_path, "caf\u00e9.png", unicodedata.normalize("NFD", "caf\u00e9.png"))
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.png"))).write_bytes(PNG)
    deep = "/".join(["d"] * 40)
    put(tmp_path, f"{deep}/a.png")
    found = answers(pool, tmp_path)
    assert sorted(found.values()) == ["accepted", "intake.bad_name", "intake.bad_name"] or sorted(found.values()) == [
        *("intake.bad_name", "intake.bad_name", "intake.duplicate_name"),
    ]


def test_a_single_file_is_judged_by_content_whatever_its_name(pool: DecodePool, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(PNG)
    (tmp_path / "list.json").write_bytes(b"[1, 2, 3, 4, 5]")
    assert answers(pool, tmp_path / "notes.txt") == {"notes.txt": "accepted"}
    assert answers(pool, tmp_path / "list.json") == {"list.json": "intake.format_not_allowed"}
    assert answers(pool, tmp_path) == {"list.json": "intake.other_file", "notes.txt": "accepted"}


def test_what_is_not_there_is_said_without_its_place(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="nothing: no such file") as caught:
        open_path(tmp_path / "nothing", Limits())
    assert str(tmp_path) not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused_and_the_others_go_on(pool: DecodePool, tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png", "c.png")
    with open_path(tmp_path, Limits()) as source:
        entries = source.entries(nothing_known)
        first = next(entries)
        (tmp_path / "a.png").unlink()
        outcomes = list(intake(Listed([first, *entries]), pool))
    assert [o.code if isinstance(o, Refusal) else "accepted" for o in outcomes] == [
        *("intake.unreadable_file", "accepted", "accepted"),
    ]


def test_no_step_of_a_path_may_be_a_link(tmp_path: Path) -> None:
    put(tmp_path, "real/a.png")
    (tmp_path / "link").symlink_to("real")
    root = os.open(tmp_path, os.O_RDONLY)
    try:
        os.close(open_inside(root, ("real", "a.png"), os.O_RDONLY | os.O_NOFOLLOW))
        with pytest.raises(OSError):  # noqa: PT011 - which one differs between systems
            open_inside(root, ("link", "a.png"), os.O_RDONLY | os.O_NOFOLLOW)
    finally:
        os.close(root)
