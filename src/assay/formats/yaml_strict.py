"""The part of YAML that data files need: plain mappings, lists and text. No tags, anchors, aliases or merges.

Every scalar stays text, so that the class `no` is not false and `012` is not ten; a note tells which ones other
programs would read differently.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from assay.formats.errors import FileRefusedError, PackageMissingError, shown
from assay.formats.files import Files
from assay.formats.limits import MAX_DEPTH, MAX_YAML_BYTES

# What YAML 1.1 or 1.2 would not take for text when it stands without quotes.
_NOT_TEXT = re.compile(
    r"(?i)y|n|yes|no|on|off|true|false|null|~|"
    r"[-+]?(0x[0-9a-f_]+|0o?[0-7_]+|0b[01_]+|[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?|\.[0-9_]+|\.inf)|\.nan|"
    r"[0-9]+(:[0-9]{1,2})+(\.[0-9]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"
)


@dataclass(frozen=True, slots=True)
class YamlText:
    """A decoded document: dictionaries, lists and text.

    Attributes:
        value: the top value.
        doubtful: plain scalars that other readers take for something else than text.
    """

    value: Any
    doubtful: frozenset[str]


@dataclass(slots=True)
class _Frame:
    """One open collection; of a mapping, the key that waits for its value."""

    value: Any
    key: str | None = None


@dataclass(slots=True)
class _State:
    frames: list[_Frame] = field(default_factory=list)
    top: list[Any] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)


def read_yaml(files: Files, file: str) -> YamlText:
    """Decode one YAML file of at most a MiB; `FileRefusedError` for all it must not hold."""
    try:
        yaml = import_module("yaml")
    except ImportError:
        raise PackageMissingError("pyyaml", "YAML files") from None
    data = files.read(file, cap_bytes=MAX_YAML_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefusedError(file, "it is not UTF-8 text") from None
    state = _State()
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            _take(state, type(event).__name__, event, file)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark is not None else ""
        raise FileRefusedError(file, "it is not well-formed YAML", place=place) from None
    except (ValueError, OverflowError, RecursionError):  # an escape beyond Unicode
        raise FileRefusedError(file, "it is not well-formed YAML") from None
    return YamlText(state.top[0] if state.top else None, frozenset(state.doubtful))


def _take(state: _State, kind: str, event: Any, file: str) -> None:  # noqa: ANN401 - pyyaml's events
    place = f"line {event.start_mark.line + 1}"
    if kind == "AliasEvent" or getattr(event, "anchor", None) is not None:
        raise FileRefusedError(file, "it uses anchors or aliases, which are not read", place=place)
    if kind in {"MappingStartEvent", "SequenceStartEvent", "ScalarEvent"} and event.tag is not None:
        raise FileRefusedError(file, "it uses tags, which are never run", place=place)
    if kind == "DocumentStartEvent" and state.top:
        raise FileRefusedError(file, "it holds more than one document", place=place)
    if kind in {"MappingStartEvent", "SequenceStartEvent"}:
        if len(state.frames) >= MAX_DEPTH:
            raise FileRefusedError(file, f"it is nested deeper than {MAX_DEPTH} levels", place=place)
        collection: Any = {} if kind == "MappingStartEvent" else []
        _put(state, collection, file, place)
        state.frames.append(_Frame(collection))
    elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
        state.frames.pop()
    elif kind == "ScalarEvent":
        if event.style is None and _NOT_TEXT.fullmatch(event.value):
            state.doubtful.add(event.value)
        _put(state, event.value, file, place)


def _put(state: _State, value: Any, file: str, place: str) -> None:  # noqa: ANN401 - any YAML value
    if not state.frames:
        state.top.append(value)
        return
    frame = state.frames[-1]
    if isinstance(frame.value, list):
        frame.value.append(value)
    elif frame.key is None:
        if not isinstance(value, str):
            raise FileRefusedError(file, "a key is a list or a mapping", place=place)
        if value in frame.value:
            raise FileRefusedError(file, f"the key {shown(value)} appears twice", place=place)
        frame.key = value
    else:
        frame.value[frame.key] = value
        frame.key = None
