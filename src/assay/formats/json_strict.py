"""JSON as the standard has it and nothing more, whole or row by row in flat memory.

Refused: NaN and infinity, the same key twice, anything but UTF-8, comments, a second document, and nesting that would
exhaust the stack. A row may be large; a file of rows may be far larger than memory.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

from assay.formats.errors import FileRefusedError, TooLargeError, shown
from assay.formats.files import Files, check_cap
from assay.formats.limits import MAX_DATASET_BYTES, MAX_DOCUMENT_BYTES, MAX_ELEMENT_CHARS, MIB

_BLANKS = re.compile(r"[ \t\n\r]*")
_CHUNK_BYTES = 256 * 1024
_KEEP_CHARS = MIB  # what was read is dropped from the buffer once this long
_MAX_DIGITS = 400
_NEAR_END = 16  # an error this near the buffer's end may be only a cut token


class _NotJsonError(Exception):
    """A fault that the decoder's hooks found."""


@dataclass(frozen=True, slots=True)
class BadElement:
    """A row that is JSON but holds something no program can take.

    Attributes:
        reason: what, in plain words.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Member:
    """One value of the document: a member of the top object, or one element of a member that is streamed.

    Attributes:
        key: name of the member; empty for the elements of a top array.
        index: which element; None when the value is the member itself.
        value: decoded JSON, or a `BadElement`.
    """

    key: str
    index: int | None
    value: Any

    @property
    def place(self) -> str:
        """`annotations[3]`, as reports write it."""
        return self.key if self.index is None else f"{self.key}[{self.index}]"


class _HugeInt:
    """Stands where an integer of absurd length was."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twin = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _NotJsonError(f"the key {shown(twin)} appears twice in one object")
    return result


def _constant(text: str) -> NoReturn:
    raise _NotJsonError(f"{text} is not JSON")


def _short_int(text: str) -> int | _HugeInt:
    return int(text) if len(text) <= _MAX_DIGITS else _HugeInt()


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)
_PATIENT = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_short_int)


class JsonReader:
    """Walks a JSON text value by value."""

    def __init__(self, stream: BinaryIO, file: str, *, cap_bytes: int) -> None:
        self._stream, self._file, self._cap = stream, file, cap_bytes
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._text, self._at, self._dropped, self._lines = "", 0, 0, 1
        self._n_bytes = 0
        self._ended = False

    def _fill(self, at_least: int = _CHUNK_BYTES) -> None:
        if self._at > _KEEP_CHARS:
            self._lines += self._text.count("\n", 0, self._at)
            self._text, self._at = self._text[self._at :], 0
        data = self._stream.read(at_least)
        self._n_bytes += len(data)
        check_cap(self._file, self._n_bytes, self._cap)
        self._ended = not data
        try:
            self._text += self._decode.decode(data, final=self._ended)
        except UnicodeDecodeError:
            self.refuse("it is not UTF-8 text")

    def refuse(self, reason: str, *, at: int | None = None) -> NoReturn:
        """Refuse the file, naming the line."""
        line = self._lines + self._text.count("\n", 0, self._at if at is None else at)
        raise FileRefusedError(self._file, reason, place=f"line {line}")

    def peek(self) -> str:
        """The next character that is not blank, or an empty text at the end."""
        while True:
            match = _BLANKS.match(self._text, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._fill()

    def take(self, character: str) -> None:
        """Step over one expected character."""
        found = self.peek()
        if found != character:
            self.refuse(f"expected {character} and found {shown(found) if found else 'the end'}")
        self._at += 1

    def value(self) -> Any:  # noqa: ANN401 - any JSON value
        """Decode the next value, reading on until it is complete."""
        self.peek()
        while True:
            done, value = self._attempt()
            if done:
                return value
            room = len(self._text) - self._at
            if room > MAX_ELEMENT_CHARS:
                raise TooLargeError(f"One value in {self._file}", limit=f"{MAX_ELEMENT_CHARS // MIB} MiB")
            self._fill(max(_CHUNK_BYTES, room))

    def _attempt(self) -> tuple[bool, Any]:
        """One try to decode at the current place; not done when the text may only be cut."""
        try:
            value, end = self._raw()
        except RecursionError:
            self.refuse("it is nested too deeply")
        except _NotJsonError as error:
            self.refuse(str(error))
        except json.JSONDecodeError as error:
            cut = error.pos >= len(self._text) - _NEAR_END or error.msg.startswith("Unterminated")
            if self._ended or not cut:
                self.refuse(f"it is not JSON: {error.msg.lower()}", at=min(error.pos, len(self._text)))
            return False, None
        if not self._ended and not self._text[end : end + _NEAR_END].strip(".eE+-0123456789"):
            return False, None  # a number may go on: 1 may become 1.5 or 1e5
        self._at = end
        return True, value

    def _raw(self) -> tuple[Any, int]:
        try:
            return _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer of more digits than Python converts
            _, end = _PATIENT.raw_decode(self._text, self._at)
            return BadElement("a number has thousands of digits"), end

    def members(self, streamed: frozenset[str]) -> Iterator[Member]:
        """Each member of a top object; of those in `streamed`, each element of their arrays."""
        self.take("{")
        seen: set[str] = set()
        while self.peek() != "}":
            if seen:
                self.take(",")
            key = self._key()
            if key in seen:
                self.refuse(f"the key {shown(key)} appears twice in one object")
            seen.add(key)
            self.take(":")
            if key in streamed and self.peek() == "[":
                yield from self.elements(key)
            else:
                yield Member(key, None, self.value())
        self.take("}")
        self.end()

    def _key(self) -> str:
        if self.peek() != '"':
            self.refuse("expected a key in double quotes")
        key = self.value()
        assert isinstance(key, str), "a value that starts with a quote is text"
        return key

    def elements(self, key: str = "") -> Iterator[Member]:
        """Each element of an array."""
        self.take("[")
        index = 0
        while self.peek() != "]":
            if index:
                self.take(",")
            yield Member(key, index, self.value())
            index += 1
        self.take("]")

    def end(self) -> None:
        """Make sure that nothing follows."""
        if self.peek():
            self.refuse("something follows the end of the document")


def stream_object(files: Files, file: str, streamed: frozenset[str]) -> Iterator[Member]:
    """Walk a top object of any size; `FileRefusedError` at the first place that is not JSON."""
    with files.open(file) as stream:
        reader = JsonReader(stream, file, cap_bytes=MAX_DATASET_BYTES)
        if reader.peek() != "{":
            reader.refuse("expected an object at the top")
        yield from reader.members(streamed)


def stream_array(files: Files, file: str) -> Iterator[Member]:
    """Walk a top array of any size; `FileRefusedError` at the first place that is not JSON."""
    with files.open(file) as stream:
        reader = JsonReader(stream, file, cap_bytes=MAX_DATASET_BYTES)
        if reader.peek() != "[":
            reader.refuse("expected a list at the top")
        yield from reader.elements()
        reader.end()


def whole_document(files: Files, file: str, *, cap_bytes: int = MAX_DOCUMENT_BYTES) -> Any:  # noqa: ANN401 - JSON
    """Decode one document."""
    with files.open(file) as stream:
        return decode_stream(stream, file, cap_bytes=cap_bytes)


def decode_stream(stream: BinaryIO, file: str, *, cap_bytes: int) -> Any:  # noqa: ANN401 - JSON
    """Decode one document from a stream."""
    reader = JsonReader(stream, file, cap_bytes=cap_bytes)
    if not reader.peek():
        raise FileRefusedError(file, "it is empty")
    value = reader.value()
    if isinstance(value, BadElement):
        raise FileRefusedError(file, value.reason)
    reader.end()
    return value
