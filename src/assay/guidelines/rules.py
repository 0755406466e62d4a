"""Reads numbered clauses out of Markdown and renders them safely; the only Markdown renderer in Assay."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import nh3
from markdown_it import MarkdownIt

from assay.guidelines.errors import GuidelineInvalidError
from assay.guidelines.model import Clause, Example

MAX_LENGTH = 400_000
MAX_CLAUSES = 500
DEEPEST_HEADING = 4
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,3}")
_CLASSES = re.compile(r"[a-z0-9_,\- ]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_EXAMPLE = re.compile(r"!\[([^\]\n]{0,300})\]\(example:([0-9a-f]{32})\)")
_TAGS = {"p", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "br", "hr", "h3", "h4", "h5", "del"} | {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_renderer = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])

Heading = tuple[str, str, tuple[str, ...]]
"""Number, title and class ids of a clause."""


def parse_clauses(markdown: str) -> tuple[Clause, ...]:
    """Split a guideline into its numbered clauses.

    A clause begins at a heading such as `## 4.2 Cells cut by the edge {rbc, wbc}`; the braces name the classes it
    speaks of. Text before the first numbered heading is an introduction and belongs to no clause; a heading inside a
    fenced code block is code.

    Raises:
        GuidelineInvalidError: too long, no clause at all, too many, or a number used twice.
    """
    if len(markdown) > MAX_LENGTH:
        raise GuidelineInvalidError(f"The guideline has {len(markdown)} characters; at most {MAX_LENGTH} are kept.")
    parts = list(_parts(markdown))
    if not parts:
        raise GuidelineInvalidError(
            "The guideline has no numbered clause.", hint="Begin each rule with a heading such as '## 1.1 Whole cells'."
        )
    if len(parts) > MAX_CLAUSES:
        raise GuidelineInvalidError(f"The guideline has {len(parts)} clauses; at most {MAX_CLAUSES} can be kept apart.")
    twice = next((number for number, n in Counter(head[0] for head, _ in parts).items() if n > 1), None)
    if twice:
        raise GuidelineInvalidError(f"Clause {twice} stands there twice.", hint="Give every clause its own number.")
    return tuple(_clause(head, text) for head, text in parts)


def put_clause(markdown: str, number: str, text: str) -> str:
    """Replace the clause of this number, or add it at the end when there is none.

    A clause that is replaced keeps its level, the classes it speaks of (unless the new title names some) and its
    example pictures.

    Args:
        markdown: the whole guideline.
        number: of the clause, such as "4.2".
        text: the title on the first line, the rule below.
    """
    title, _, body = text.strip().partition("\n")
    title, lines = title.strip(), markdown.splitlines()
    heads = list(_headings(lines))
    at = next((i for i, (_, found) in enumerate(heads) if found[0] == number), None)
    if at is None:
        return f"{markdown.rstrip()}\n\n## {number} {title}\n{_under(body)}"
    start = heads[at][0]
    end = heads[at + 1][0] if at + 1 < len(heads) else len(lines)
    old, head = "\n".join(lines[start + 1 : end]), lines[start]
    level = head[: len(head) - len(head.lstrip("#"))]
    classes = heads[at][1][2]
    if classes and heading(f"## {number} {title}") == (number, title, ()):
        title = f"{title} {{{', '.join(classes)}}}"
    pictures = [m.group() for m in _EXAMPLE.finditer(old) if m.group(2) not in text]
    new = f"{level} {number} {title}\n{_under(body)}" + "".join(f"\n{picture}\n" for picture in pictures)
    before, after = "\n".join(lines[:start]), "\n".join(lines[end:])
    return "\n".join(part for part in (before, new, after) if part).rstrip() + "\n"


def _under(body: str) -> str:
    return f"\n{body.strip()}\n" if body.strip() else ""


def _parts(markdown: str) -> Iterator[tuple[Heading, str]]:
    """Each numbered heading with the text under it."""
    lines = markdown.splitlines()
    heads = list(_headings(lines))
    ends = [*(place for place, _ in heads[1:]), len(lines)]
    for (place, head), end in zip(heads, ends, strict=False):  # no heading, no part
        yield head, "\n".join(lines[place + 1 : end])


def _headings(lines: list[str]) -> Iterator[tuple[int, Heading]]:
    """Each line that begins a clause, with its place; a heading inside a fenced code block is code."""
    fence = ""
    for place, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        found = None if fence else heading(line)
        if found is not None:
            yield place, found


def heading(line: str) -> Heading | None:
    """Number, title and classes of a line that begins a clause; None for any other line."""
    text = line.lstrip("#")
    if not 1 <= len(line) - len(text) <= DEEPEST_HEADING or text[:1] not in {" ", "\t"}:
        return None
    words = text.split(maxsplit=1)
    number = words[0].removesuffix(".") if words else ""
    if len(words) < 2 or not _NUMBER.fullmatch(number):  # noqa: PLR2004 - a number and a title
        return None
    title = words[1].strip()
    before, brace, inside = title.removesuffix("}").rpartition("{")
    if not (title.endswith("}") and brace and before.strip() and _CLASSES.fullmatch(inside)):
        return number, title, ()
    return number, before.strip(), tuple(c.strip() for c in inside.split(",") if c.strip())


def _clause(head: Heading, text: str) -> Clause:
    number, title, classes = head
    examples = tuple(_example(m.group(1), m.group(2)) for m in _EXAMPLE.finditer(text))
    return Clause(number, title, render(_EXAMPLE.sub("", text)), classes, examples)


def _example(caption: str, example_id: str) -> Example:
    lowered = caption.lower()
    for prefix, good in (("good:", True), ("bad:", False)):
        if lowered.startswith(prefix):
            return Example(example_id, caption[len(prefix) :].strip(), good)
    return Example(example_id, caption.strip(), None)


def render(markdown: str) -> str:
    """HTML with a short list of harmless tags and no attribute; links and images of others are left out."""
    return nh3.clean(_renderer.render(markdown.strip()), tags=_TAGS, attributes={}, link_rel=None)
