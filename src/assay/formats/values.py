"""Single values as strangers write them: numbers, names, attributes; and how to write such values back safely."""

from __future__ import annotations

import html
import json
import math
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assay.formats.errors import shown
from assay.formats.limits import MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTE_DEPTH, MAX_NAME_CHARS, MAX_SIDE_PX
from assay.kernel.canonical import canonical_json

# float() and int() also take 1_0, digits of other scripts and no-break spaces; files may not.
_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{0,400})?([eE][+-]?[0-9]{1,4})?|-?\.[0-9]{1,400}([eE][+-]?[0-9]{1,4})?")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_BLANKS = " \t\r\n"
_NO_NAME = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, surrogates, line and paragraph separators
_XML_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets run them


class RowError(Exception):
    """A row that cannot be taken; never leaves this room, the collector turns it into a note.

    Attributes:
        reason: what is wrong, in plain words.
        place: where inside the row, such as `.bbox`.
    """

    def __init__(self, reason: str, *, place: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


@contextmanager
def at(place: str) -> Iterator[None]:
    """Say where inside the row the block looks, for a `RowError` that does not know it."""
    try:
        yield
    except RowError as error:
        raise RowError(error.reason, place=place + error.place) from None


def number(text: str, what: str) -> float:
    """A finite decimal number in ASCII, blanks around it allowed; `RowError` otherwise."""
    stripped = text.strip(_BLANKS)
    if not _NUMBER.fullmatch(stripped):
        raise RowError(f"{what} is {shown(text)}, not a number")
    value = float(stripped)
    if not math.isfinite(value):
        raise RowError(f"{what} is {shown(text)}, beyond any picture")
    return value


def integer(text: str, what: str) -> int:
    """A whole number in ASCII digits; `RowError` otherwise."""
    stripped = text.strip(_BLANKS)
    if not _INTEGER.fullmatch(stripped):
        raise RowError(f"{what} is {shown(text)}, not a whole number")
    return int(stripped)


def is_integer(text: str) -> bool:
    """Whether `integer` takes the text."""
    return _INTEGER.fullmatch(text.strip(_BLANKS)) is not None


def real(value: object, what: str) -> float:
    """A JSON number that is finite; text, booleans and null are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RowError(f"{what} is {kind(value)}, not a number")
    try:
        as_float = float(value)
    except OverflowError:
        as_float = math.inf
    if not math.isfinite(as_float):
        raise RowError(f"{what} is beyond any picture")
    return as_float


def reals(values: list[Any], what: str) -> list[float]:
    """A list of finite JSON numbers; as `real` for each, and quicker."""
    if not set(map(type, values)) <= {int, float}:
        return [real(value, what) for value in values]
    try:
        result = list(map(float, values))
    except OverflowError:
        return [real(value, what) for value in values]
    return result if math.isfinite(sum(result)) else [real(value, what) for value in result]


def whole(value: object, what: str) -> int:
    """A JSON number without a fraction, within 64 bits."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise RowError(f"{what} is {kind(value)}, not a whole number")
    if abs(value) >= 1 << 63:
        raise RowError(f"{what} has more than 63 bits")
    return value


def kind(value: object) -> str:
    """What a JSON value is, for a message."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return f"the text {shown(value, most=30)}"
    if isinstance(value, (int, float)):
        return f"the number {value!r:.30}"
    return "a list" if isinstance(value, list) else "an object"


def name(value: object, what: str) -> str:
    """A name of a class, author or attribute: text as it is, markup, formulas and all, without blanks around it.

    Refused are only what no table or file can hold: nothing but blanks, control characters and line breaks, halves of
    characters, and more than 500 characters.
    """
    if not isinstance(value, str):
        raise RowError(f"{what} is {kind(value)}, not text")
    value = value.strip()
    if not value:
        raise RowError(f"{what} is blank")
    if len(value) > MAX_NAME_CHARS:
        raise RowError(f"{what} has {len(value)} characters, over the limit of {MAX_NAME_CHARS}")
    if any(unicodedata.category(c) in _NO_NAME for c in value) or "\ufffe" in value or "\uffff" in value:
        raise RowError(f"{what} {shown(value)} holds control characters")
    return value


def looks_like(text: str) -> str:
    """A key under which names that a person cannot tell apart are equal: case, composition and hidden characters."""
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(visible.casefold().split())


def side(value: int, what: str) -> int:
    """A width or height in pixels, 1 to a million."""
    if not 1 <= value <= MAX_SIDE_PX:
        raise RowError(f"{what} is {value}, outside 1 to {MAX_SIDE_PX}")
    return value


def attributes_json(value: object) -> str | None:
    """Attributes as one canonical JSON object, or None when there are none."""
    if value is None or value == {}:
        return None
    if not isinstance(value, dict):
        raise RowError(f"attributes are {kind(value)}, not an object", place=".attributes")
    _check_plain(value, MAX_ATTRIBUTE_DEPTH)
    encoded = canonical_json(value)
    if len(encoded) > MAX_ATTRIBUTE_BYTES:
        raise RowError(f"attributes take {len(encoded)} bytes, over the limit of {MAX_ATTRIBUTE_BYTES}")
    return encoded.decode()


def _check_plain(value: Any, depth: int) -> None:  # noqa: ANN401 - any JSON value
    """Refuse what JSON text can say and no database can hold."""
    if depth < 0:
        raise RowError(f"attributes are nested deeper than {MAX_ATTRIBUTE_DEPTH} levels", place=".attributes")
    if isinstance(value, str):
        if "\x00" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):  # noqa: PLR2004 - the surrogates
            raise RowError("an attribute holds NUL or half a character", place=".attributes")
    elif isinstance(value, dict):
        for key, inner in value.items():
            name(key, "an attribute's name")
            _check_plain(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _check_plain(inner, depth - 1)
    elif isinstance(value, int) and not isinstance(value, bool):
        whole(value, "an attribute")
    elif isinstance(value, float):
        real(value, "an attribute")


def attributes_of(encoded: str | None) -> dict[str, Any]:
    """Attributes of a row of the marks table as a dictionary; empty when there are none."""
    if encoded is None:
        return {}
    decoded = json.loads(encoded)
    assert isinstance(decoded, dict), "the marks table holds attributes as an object"
    return decoded


def decimal(value: float) -> str:
    """The shortest text that reads back as the same number, without `.0`."""
    return str(int(value)) if value.is_integer() and abs(value) < 1 << 53 else repr(value)


def xml_text(text: str) -> str:
    """Text for an element or a quoted attribute; what XML cannot hold becomes the replacement character."""
    escaped = html.escape(_XML_FORBIDDEN.sub("\ufffd", text), quote=True)
    return escaped.replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#9;")


def is_xml_text(text: str) -> bool:
    """Whether XML can hold the text unchanged."""
    return not _XML_FORBIDDEN.search(text)


def yaml_text(text: str) -> str:
    """A double-quoted YAML scalar; line separators and marks that YAML would fold are escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", lambda match: f"\\u{ord(match[0]):04x}", quoted)


def disarmed(cell: str) -> str:
    """A CSV cell that no spreadsheet takes for a formula: one apostrophe before = + - @, tab and line breaks."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
