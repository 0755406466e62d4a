"""Reads numbered clauses out of Markdown and renders them safely; the only Markdown renderer in Assay."""

from __future__ import annotations

import re

import nh3
from markdown_it import MarkdownIt

from assay.guidelines.errors import GuidelineInvalidError
from assay.guidelines.model import Clause, Example

MAX_LENGTH = 400_000
_HEADING = re.compile(
    r"^#{1,4}[ \t]+(\d+(?:\.\d+){0,3})\.?[ \t]+(.+?)[ \t]*(?:\{([a-z0-9_,\- ]*)\})?[ \t]*$", re.MULTILINE
)
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


def parse_clauses(markdown: str) -> tuple[Clause, ...]:
    """Split a guideline into its numbered clauses.

    A clause begins at a heading such as `## 4.2 Cells cut by the edge {rbc, wbc}`; the braces name the classes it
    speaks of. Text before the first numbered heading is an introduction and belongs to no clause.

    Raises:
        GuidelineInvalidError: too long, no clause at all, or a number used twice.
    """
    if len(markdown) > MAX_LENGTH:
        raise GuidelineInvalidError(f"The guideline has {len(markdown)} characters; at most {MAX_LENGTH} are kept.")
    heads = list(_HEADING.finditer(markdown))
    if not heads:
        raise GuidelineInvalidError(
            "The guideline has no numbered clause.", hint="Begin each rule with a heading such as '## 1.1 Whole cells'."
        )
    ends = [h.start() for h in heads[1:]] + [len(markdown)]
    clauses = tuple(_clause(head, markdown[head.end() : end]) for head, end in zip(heads, ends, strict=True))
    numbers = [c.id for c in clauses]
    twice = next((n for n in numbers if numbers.count(n) > 1), None)
    if twice:
        raise GuidelineInvalidError(f"Clause {twice} stands there twice.", hint="Give every clause its own number.")
    return clauses


def _clause(head: re.Match[str], text: str) -> Clause:
    examples = tuple(_example(m.group(1), m.group(2)) for m in _EXAMPLE.finditer(text))
    classes = tuple(c.strip() for c in (head.group(3) or "").split(",") if c.strip())
    return Clause(head.group(1), head.group(2).strip(), render(_EXAMPLE.sub("", text)), classes, examples)


def _example(caption: str, example_id: str) -> Example:
    lowered = caption.lower()
    for prefix, good in (("good:", True), ("bad:", False)):
        if lowered.startswith(prefix):
            return Example(example_id, caption[len(prefix) :].strip(), good)
    return Example(example_id, caption.strip(), None)


def render(markdown: str) -> str:
    """HTML with a short list of harmless tags and no attribute; links and images of others are left out."""
    return nh3.clean(_renderer.render(markdown.strip()), tags=_TAGS, attributes={}, link_rel=None)
