"""XML without the parts that harm: no DTD, no entities, no inclusion, capped depth and size; element by element.

Elements are kept in a tree of our own, so that 60,000 nested levels meet a limit and not the end of the stack, and a
file of a whole set is read one picture at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from assay.formats.errors import FileRefusedError, PackageMissingError, TooLargeError, shown
from assay.formats.files import Files, check_cap
from assay.formats.limits import MAX_DEPTH, MAX_XML_ATTRIBUTES, MAX_XML_ELEMENTS, MAX_XML_SILENCE_BYTES, MIB
from assay.formats.values import RowError

_CHUNK_BYTES = 64 * 1024


@dataclass(slots=True)
class Node:
    """One element: its name, attributes, children and the text directly inside."""

    tag: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> list[Node]:
        """Children of that name, in order."""
        return [child for child in self.children if child.tag == tag]

    def one(self, tag: str) -> Node | None:
        """The only child of that name, or None; two are refused."""
        found = self.all(tag)
        if len(found) > 1:
            raise RowError(f"<{tag}> appears {len(found)} times in <{self.tag}>")
        return found[0] if found else None

    def need(self, tag: str) -> Node:
        """The only child of that name; none or two are refused."""
        found = self.one(tag)
        if found is None:
            raise RowError(f"<{self.tag}> has no <{tag}>")
        return found

    def text_of(self, tag: str, default: str = "") -> str:
        """Text of the only child of that name, without blanks around it."""
        found = self.one(tag)
        return default if found is None else found.text.strip()


class _LimitError(Exception):
    """A limit of this reader was met."""


class _Builder:
    """Receives the parser's events; keeps only the elements asked for, whole."""

    def __init__(self, wanted: frozenset[str] | None) -> None:
        self._wanted = wanted  # None keeps the root itself
        self._depth = 0
        self._open: list[Node] = []
        self._n_elements = 0
        self.n_events = 0
        self.root_tag: str | None = None
        self.done: list[Node] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.n_events += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _LimitError(f"it is nested deeper than {MAX_DEPTH} levels")
        if len(attributes) > MAX_XML_ATTRIBUTES:
            raise _LimitError(f"<{tag:.40}> has more than {MAX_XML_ATTRIBUTES} attributes")
        if self.root_tag is None:
            self.root_tag = tag
        if not self._open and self._wanted is not None and tag not in self._wanted:
            return
        self._n_elements += 1
        if self._n_elements > MAX_XML_ELEMENTS:
            raise _LimitError(f"<{self._open[0].tag if self._open else tag}> has more than {MAX_XML_ELEMENTS} elements")
        node = Node(tag, dict(attributes))
        if self._open:
            self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, tag: str) -> None:
        self.n_events += 1
        self._depth -= 1
        if self._open:
            node = self._open.pop()
            assert node.tag == tag, "the parser pairs tags"
            if not self._open:
                self.done.append(node)
                self._n_elements = 0

    def data(self, data: str) -> None:
        self.n_events += 1
        if self._open:
            self._open[-1].text += data

    def comment(self, data: str) -> None:
        """Comments are passed over, but they show that the parser goes on."""
        del data
        self.n_events += 1

    def close(self) -> str | None:
        return self.root_tag


def _parser(builder: _Builder) -> tuple[Any, type[Exception]]:
    try:
        tree, common = import_module("defusedxml.ElementTree"), import_module("defusedxml.common")
    except ImportError:
        raise PackageMissingError("defusedxml", "XML files") from None
    return tree.XMLParser(target=builder, forbid_dtd=True), common.DefusedXmlException


def stream_elements(
    files: Files, file: str, *, root: str, wanted: frozenset[str] | None, cap_bytes: int
) -> Iterator[Node]:
    """Walk a document and give each wanted element once it is complete.

    Args:
        files: where the file lies.
        file: its name.
        root: the name the outermost element must have.
        wanted: names of elements to give, wherever they stand; None gives the root itself, whole.
        cap_bytes: largest file.

    Raises:
        FileRefusedError: not well-formed, with a DTD or entities, over a limit, or another root.
    """
    with files.open(file) as stream:
        yield from _events(stream, file, root=root, wanted=wanted, cap_bytes=cap_bytes)


def _events(stream: BinaryIO, file: str, *, root: str, wanted: frozenset[str] | None, cap_bytes: int) -> Iterator[Node]:
    builder = _Builder(wanted)
    parser, forbidden = _parser(builder)
    n_bytes = silent_bytes = 0
    ended = False
    while not ended:
        data = stream.read(_CHUNK_BYTES)
        ended = not data
        n_bytes += len(data)
        check_cap(file, n_bytes, cap_bytes)
        before = builder.n_events
        try:
            parser.close() if ended else parser.feed(data)
        except ParseError as error:
            line, column = error.position
            raise FileRefusedError(file, "it is not well-formed XML", place=f"line {line}, column {column}") from None
        except forbidden:
            raise FileRefusedError(file, "it holds a DTD or entities, which are never read") from None
        except _LimitError as error:
            raise FileRefusedError(file, str(error)) from None
        except (ValueError, LookupError, UnicodeError):  # an encoding nobody knows, or one that lies
            raise FileRefusedError(file, "its text is not in the encoding it names") from None
        silent_bytes = silent_bytes + len(data) if builder.n_events == before else 0
        if silent_bytes > MAX_XML_SILENCE_BYTES:
            raise TooLargeError(f"One element in {file}", limit=f"{MAX_XML_SILENCE_BYTES // MIB} MiB")
        if builder.root_tag is not None and builder.root_tag != root:
            raise FileRefusedError(file, f"its outermost element is {shown(builder.root_tag)}, not <{root}>")
        yield from builder.done
        builder.done.clear()


def whole_tree(files: Files, file: str, *, root: str, cap_bytes: int) -> Node:
    """Read one document whole."""
    nodes = list(stream_elements(files, file, root=root, wanted=None, cap_bytes=cap_bytes))
    assert len(nodes) == 1, "a well-formed document has one root"
    return nodes[0]
