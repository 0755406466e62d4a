"""The server takes nothing from the child on trust."""

import json
from typing import Any

import pytest

from assay.jobs.intake import protocol
from assay.jobs.intake.answer import Answer, read_answer
from assay.jobs.intake.limits import Limits

TOKEN = b"t" * 16
GOOD: dict[str, Any] = {
    "width": 4,
    "height": 3,
    "orientation": 1,
    "exact": True,
    "same": True,
    "n_channels": 3,
    "bits": 8,
    "original_media_type": "image/jpeg",
    "media_type": "image/jpeg",
    "n_frames": 1,
    "capture": {"model": "X"},
    "private": {"latitude": 1.5},
    "notes": [["stray_bytes", "2 stray bytes."]],
}
JPEG, PNG = b"\xff\xd8\xff\xe0rest", b"\x89PNG\r\n\x1a\nrest"


def told(
    facts: object, luma: bytes = bytes(1024), thumbnail: bytes = JPEG, served: bytes = b"", **change: Any
) -> Answer:
    parts = [facts if isinstance(facts, bytes) else json.dumps(facts).encode(), luma, thumbnail, served]
    header = [change.get("mark", protocol.ANSWER), change.get("token", TOKEN), *change.get("lengths", map(len, parts))]
    body = b"".join(parts)
    at = 0

    def receive(n_bytes: int) -> bytes:
        nonlocal at
        at += n_bytes
        return body[at - n_bytes : at]

    return read_answer(tuple(header), TOKEN, receive, Limits())


def test_a_good_answer_is_read_whole() -> None:
    answer = told(GOOD)
    assert (answer.facts.width, answer.facts.height, answer.facts.capture) == (4, 3, {"model": "X"})
    assert [note.code for note in answer.facts.notes] == ["stray_bytes"]
    assert told({**GOOD, "same": False, "media_type": "image/png"}, served=PNG).served == PNG


def test_a_refusal_is_read_and_its_words_are_disarmed() -> None:
    answer = told({"refused": "intake.corrupt_image", "reason": "a\x1b[31m\u202eb"}, b"", b"")
    assert (answer.refused, answer.reason) == ("intake.corrupt_image", "a [31m b")


@pytest.mark.parametrize(
    "change",
    [
        {"mark": b"HEY1"},
        {"token": b"u" * 16},
        {"lengths": (1 << 20, 0, 0, 0)},
        {"lengths": (2, 1024, 1 << 21, 0)},
        {"lengths": (2, 1024, 8, (1 << 31))},
        {"lengths": (2, 77, 8, 0)},
    ],
)
def test_a_header_that_breaks_the_protocol_is_refused_before_anything_is_read(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not an answer|wrong length"):
        told(GOOD, **change)


@pytest.mark.parametrize(
    "facts",
    [
        b"not json",
        [],
        {"refused": "intake.unsafe_archive", "reason": "x"},
        {"refused": "made.up", "reason": "x"},
        {"refused": "intake.corrupt_image"},
        {**GOOD, "width": 0},
        {**GOOD, "width": 10**9},
        {**GOOD, "width": 65_000, "height": 65_000},
        {**GOOD, "width": True},
        {**GOOD, "orientation": 9},
        {**GOOD, "media_type": "text/html"},
        {**GOOD, "original_media_type": "image/svg+xml"},
        {**GOOD, "capture": []},
        {**GOOD, "capture": {"x": None}},
        {**GOOD, "private": {"x": float("inf")}},
        {**GOOD, "capture": {str(i): 1 for i in range(100)}},
        {**GOOD, "same": False},
    ],
)
def test_facts_that_cannot_be_are_refused(facts: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any breach has this one kind
        told(facts)


def test_a_copy_of_another_type_than_claimed_is_refused() -> None:
    with pytest.raises(ValueError, match="type that it claims"):
        told({**GOOD, "same": False, "media_type": "image/png"}, served=b"<html><script>")
    with pytest.raises(ValueError, match="part is missing"):
        told(GOOD, thumbnail=b"<html>")
