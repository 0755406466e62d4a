"""Reads the answers of the decoding child as those of a stranger: lengths first, then every fact by type and range."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assay.jobs.intake import protocol
from assay.jobs.intake.errors import FROM_CHILD
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.outcome import Note, Scalar
from assay.jobs.intake.sniff import MEDIA_TYPES, Allowed, sniff

_SERVED_FORMATS = {MEDIA_TYPES[kind]: kind for kind in (Allowed.JPEG, Allowed.PNG, Allowed.WEBP)}
_MAX_TEXT = 300
_MAX_FIELDS = 64
_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class Facts:
    """What the child says of an accepted picture; the fields mean what they mean in `Picture`."""

    width: int = 0
    height: int = 0
    orientation: int = 1
    exact: bool = False
    same: bool = False
    original_media_type: str = ""
    media_type: str = ""
    n_channels: int = 0
    bits: int = 0
    n_frames: int = 0
    capture: dict[str, Scalar] = field(default_factory=dict)
    private: dict[str, Scalar] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal by code and reason, or facts and bytes."""

    refused: str = ""
    reason: str = ""
    facts: Facts = field(default_factory=Facts)
    luma: bytes = b""
    thumbnail: bytes = b""
    served: bytes = b""


def read_answer(header: tuple[Any, ...], token: bytes, receive: Callable[[int], bytes], limits: Limits) -> Answer:
    """Read what follows a header.

    Args:
        header: unpacked `protocol.REPLY`.
        token: what the answer must repeat.
        receive: gives exactly so many bytes.
        limits: the bounds that the child was given.

    Raises:
        ValueError: it breaks the protocol; the child is not to be trusted any more.
    """
    mark, told, n_facts, n_luma, n_thumbnail, n_served = header
    n_most = limits.memory_bytes
    if mark != protocol.ANSWER or told != token or n_facts > protocol.MAX_FACTS_BYTES or n_served > n_most:
        raise ValueError("not an answer to this question")
    if n_luma not in (0, protocol.LUMA_PX**2) or n_thumbnail > protocol.MAX_THUMBNAIL_BYTES:
        raise ValueError("parts of the wrong length")
    raw = json.loads(receive(n_facts))
    luma, thumbnail, served = receive(n_luma), receive(n_thumbnail), receive(n_served)
    if not isinstance(raw, dict):
        raise ValueError("facts are no table")  # noqa: TRY004 - one kind of error means "breach of protocol" here
    if "refused" in raw:
        return _refusal(raw)
    facts = _facts(raw, limits)
    _check_parts(facts, luma, thumbnail, served)
    return Answer("", "", facts, luma, thumbnail, served)


def read_tiles(header: tuple[Any, ...], token: bytes, receive: Callable[[int], bytes], limits: Limits) -> Answer:
    """Read the answer to a question for tiles: a refusal, or an archive as `served`; nothing in it is believed yet.

    Raises:
        ValueError: it breaks the protocol; the child is not to be trusted any more.
    """
    mark, told, n_facts, n_luma, n_thumbnail, n_served = header
    if mark != protocol.ANSWER or told != token or n_facts > protocol.MAX_FACTS_BYTES or n_luma or n_thumbnail:
        raise ValueError("not an answer to this question")
    if n_served > limits.memory_bytes:
        raise ValueError("parts of the wrong length")
    raw = json.loads(receive(n_facts))
    served = receive(n_served)
    if not isinstance(raw, dict):
        raise ValueError("facts are no table")  # noqa: TRY004 - one kind of error means "breach of protocol" here
    if "refused" in raw:
        return _refusal(raw)
    if not served.startswith(b"PK"):
        raise ValueError("no archive")
    return Answer(served=served)


def _refusal(raw: dict[str, Any]) -> Answer:
    code, reason = raw["refused"], raw.get("reason")
    if code not in FROM_CHILD or not isinstance(reason, str) or not reason:
        raise ValueError("a refusal of an unknown kind")
    return Answer(code, _clean(reason))


def _check_parts(facts: Facts, luma: bytes, thumbnail: bytes, served: bytes) -> None:
    if not luma or sniff(thumbnail[:64]).allowed is not Allowed.JPEG or facts.same != (not served):
        raise ValueError("a part is missing")
    if served and sniff(served[:64]).allowed is not _SERVED_FORMATS[facts.media_type]:
        raise ValueError("the copy is not of the type that it claims")


def _facts(raw: dict[str, Any], limits: Limits) -> Facts:
    width, height = _whole(raw, "width", limits.max_edge_px), _whole(raw, "height", limits.max_edge_px)
    types = raw["media_type"], raw["original_media_type"]
    if width * height > limits.max_pixels or types[0] not in _SERVED_FORMATS or types[1] not in MEDIA_TYPES.values():
        raise ValueError("a size or type that cannot be")
    return Facts(
        width,
        height,
        _whole(raw, "orientation", 8),
        raw["exact"] is True,
        raw["same"] is True,
        types[1],
        types[0],
        _whole(raw, "n_channels", 4),
        _whole(raw, "bits", 16),
        _whole(raw, "n_frames", 1 << 31),
        _fields(raw["capture"]),
        _fields(raw["private"]),
        tuple(Note(_clean(str(code)), _clean(str(text))) for code, text in raw["notes"][:_MAX_FIELDS]),
    )


def _whole(raw: dict[str, Any], name: str, most: int) -> int:
    value = raw[name]
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError(f"{name} is out of range")
    return value


def _fields(raw: object) -> dict[str, Scalar]:
    if not isinstance(raw, dict) or len(raw) > _MAX_FIELDS:
        raise ValueError("fields are no table")
    return {
        _clean(str(name)): _clean(value) if isinstance(value, str) else _number(value) for name, value in raw.items()
    }


def _number(value: object) -> int | float:
    if type(value) not in (int, float) or not abs(value) < _LARGEST:  # type: ignore[arg-type]  # its type was just asked
        raise ValueError("a number that is none")
    return value  # type: ignore[return-value]  # its type was just asked


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:_MAX_TEXT])
