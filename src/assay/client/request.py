"""A call to the server as a value: what is sent, and how the answer is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request.

    Attributes:
        path: from `/v1` on.
        body: JSON, already serialised, or raw bytes; None for none.
        is_json: whether `body` is JSON.
        read: turns the answer's bytes into its value.
        repeatable: sending it twice does no harm, so it is tried again when the connection breaks.
    """

    method: str
    path: str
    read: Callable[[bytes], T]
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_json: bool = True
    repeatable: bool = False


def reader(model: type[M]) -> Callable[[bytes], M]:
    """Reads a wire model."""
    return model.model_validate_json


def nothing(_: bytes) -> None:
    """Reads an empty answer."""


def raw(data: bytes) -> bytes:
    """Reads bytes as they are."""
    return data


def get(path: str, read: Callable[[bytes], T], **params: Any) -> Call[T]:  # noqa: ANN401 - anything with a text form
    """A call that only reads."""
    return Call("GET", path, read, {k: str(v) for k, v in params.items() if v is not None}, repeatable=True)


def send(
    method: str, path: str, read: Callable[[bytes], T], body: BaseModel | None = None, *, repeatable: bool = False
) -> Call[T]:
    """A call that changes something."""
    data = None if body is None else body.model_dump_json(exclude_none=False).encode()
    return Call(method, path, read, body=data, repeatable=repeatable)
