"""Numbered clauses out of Markdown, and nothing harmful out of any text."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from tests.support.shared import shared_path

from assay.guidelines import GuidelineInvalidError, parse_clauses, put_clause
from assay.guidelines.rules import MAX_CLAUSES, MAX_LENGTH, heading, render

HARMLESS = {
    *("p", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "br", "hr", "h3", "h4", "h5", "del"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "![x](https://evil.example/pixel.gif)",
    '[x](https://e.example "title onmouseover=alert(1)")',
    "<a href='vbscript:x'>x</a>",
    "<style>*{background:url(https://e.example)}</style>",
    "<iframe src=//e.example></iframe>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<!--<img src=--><img src=x onerror=alert(1)>",
    "<p style=position:fixed>",
    "&lt;script&gt;",
    "```html\n<script>alert(1)</script>\n```",
    "<div><h1 id=x>",
    "[ref]: javascript:alert(1)\n\n[ref]",
    "<https://e.example>",
    "|a|b|\n|-|-|\n|<b onclick=x>|<script>|",
    "\u202e<script>\u202c",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<details open ontoggle=alert(1)>",
]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))


def tags_of(html: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser.seen


def assert_harmless(html: str) -> None:
    seen = tags_of(html)
    assert {tag for tag, _ in seen} <= HARMLESS
    assert [attributes for _, attributes in seen if attributes] == []
    assert "<!--" not in html


def test_headings_with_numbers_begin_clauses_and_braces_name_their_classes() -> None:
    text = "# Guide\n\nHello.\n\n## 1.1 Whole cells {rbc}\n\nBox *it*.\n\n### 4.2. Cut by the edge {rbc, wbc}\n\nNo.\n"
    first, second = parse_clauses(text)
    assert (first.id, first.title, first.classes) == ("1.1", "Whole cells", ("rbc",))
    assert first.html == "<p>Box <em>it</em>.</p>\n"
    assert (second.id, second.title, second.classes) == ("4.2", "Cut by the edge", ("rbc", "wbc"))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("## 4.2 Title", ("4.2", "Title", ())),
        ("#\t7\tTitle", ("7", "Title", ())),
        ("#### 1.2.3.4 Deep {a}", ("1.2.3.4", "Deep", ("a",))),
        ("## 4.2 Title {rbc, wbc,}  ", ("4.2", "Title", ("rbc", "wbc"))),
        ("## 4.2 Sets {1, 2} of things", ("4.2", "Sets {1, 2} of things", ())),
        ("## 4.2 Braces {Not A Class!}", ("4.2", "Braces {Not A Class!}", ())),
        ("## 4.2 {rbc}", ("4.2", "{rbc}", ())),
        ("## 4.2 a } b {x}", ("4.2", "a } b", ("x",))),
        ("##4.2 Title", None),
        ("##### 4.2 Title", None),
        ("## Title", None),
        ("## 4.2", None),
        ("## 1.2.3.4.5 Title", None),
        ("## 4..2 Title", None),
        ("## 4.x Title", None),
        ("text ## 4.2 Title", None),
        (" ## 4.2 Title", None),
        ("", None),
        ("## ", None),
    ],
)
def test_a_line_is_a_heading_only_with_marks_number_and_title(line: str, found: object) -> None:
    assert heading(line) == found


def test_a_heading_inside_a_code_block_is_code() -> None:
    text = "## 1 One\n\n````\n```\n## 2 Not a clause\n```\n````\n\nafter\n\n~~~\n## 3 Nor this\n"
    (clause,) = parse_clauses(text)
    assert "## 2 Not a clause" in clause.html
    assert "## 3 Nor this" in clause.html


def test_examples_are_taken_out_of_the_text_and_say_whether_they_are_good() -> None:
    ids = [f"{n:032x}" for n in range(3)]
    text = f"## 1 One\n\nSee ![Good: whole](example:{ids[0]}) and ![bad:cut](example:{ids[1]}) ![so](example:{ids[2]})."
    (clause,) = parse_clauses(text)
    told = [(e.example_id, e.caption, e.good) for e in clause.examples]
    assert told == [(ids[0], "whole", True), (ids[1], "cut", False), (ids[2], "so", None)]
    assert "example:" not in clause.html


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("no heading at all", "no numbered clause"),
        ("## 1 A\n## 1 B\n", "Clause 1 stands there twice"),
        ("x" * (MAX_LENGTH + 1), str(MAX_LENGTH)),
        ("".join(f"# {n} a\n" for n in range(MAX_CLAUSES + 1)), str(MAX_CLAUSES)),
    ],
)
def test_a_text_that_makes_no_clauses_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(GuidelineInvalidError, match=named):
        parse_clauses(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_and_html_never_survive(text: str) -> None:
    (clause,) = parse_clauses(f"## 1.1 Title\n\n{text}\n\nafter\n")
    assert_harmless(clause.html)
    assert_harmless(render(text))


def test_the_big_list_of_naughty_strings_never_survives_as_markup() -> None:
    lines = shared_path("badinputs/strings/naughty_strings.jsonl").read_text().splitlines()
    assert len(lines) > 300
    for line in lines:
        text = json.loads(line)["value"]
        assert_harmless(render(text))
        for clause in parse_clauses(f"## 1.1 Before\n\n{text}\n\n## 1.2 {text or 'x'}\n\n> {text}\n\n- {text}\n"):
            assert_harmless(clause.html)


def test_a_title_is_text_and_is_not_rendered() -> None:
    (clause,) = parse_clauses("## 1.1 <b>Bold</b> & *starred*\n")
    assert clause.title == "<b>Bold</b> & *starred*"


def test_a_long_run_of_spaces_in_a_heading_is_read_in_one_go() -> None:
    """Once it took the cube of its length: hours for this line."""
    (clause,) = parse_clauses("## 1.1 a" + " " * 300_000 + "b\n")
    assert clause.title.split() == ["a", "b"]


TWO = (
    "Intro.\n\n### 4.1 Covered {cell}\nDraw both.\n\n![good: see](example:{id})\n\n"
    "## 4.2 Edge {cell, dust}\nMark what you see.\n"
)


def test_a_clause_that_is_replaced_keeps_its_level_classes_and_pictures() -> None:
    before = TWO.replace("{id}", "a" * 32)
    after = put_clause(before, "4.1", "Partly covered\n\nDraw every one.")
    clauses = parse_clauses(after)
    assert [(c.id, c.title, c.classes) for c in clauses] == [
        ("4.1", "Partly covered", ("cell",)),
        ("4.2", "Edge", ("cell", "dust")),
    ]
    assert after.startswith("Intro.\n\n### 4.1 Partly covered {cell}\n\nDraw every one.\n")
    assert [e.example_id for e in clauses[0].examples] == ["a" * 32]
    assert "Draw both." not in after
    assert put_clause(after, "4.1", "Partly covered\n\nDraw every one.") == after


def test_the_last_clause_may_be_replaced_and_may_name_other_classes() -> None:
    after = put_clause(TWO.replace("{id}", "b" * 32), "4.2", "Cut by the edge {dust}\n\nLeave out.")
    assert [(c.id, c.classes) for c in parse_clauses(after)] == [("4.1", ("cell",)), ("4.2", ("dust",))]
    assert after.endswith("## 4.2 Cut by the edge {dust}\n\nLeave out.\n")


def test_a_clause_of_a_new_number_is_added_at_the_end_also_to_an_empty_guideline() -> None:
    added = put_clause("## 1.1 Cells\nBox each.", "1.2", "Dust\n\nLeave it.")
    assert [c.id for c in parse_clauses(added)] == ["1.1", "1.2"]
    assert [c.title for c in parse_clauses(put_clause("", "1.1", "Only a title"))] == ["Only a title"]


def test_a_heading_in_a_code_block_is_not_taken_for_the_clause() -> None:
    text = "## 1.1 Cells\n```\n## 1.2 Not a clause\n```\n"
    after = put_clause(text, "1.2", "Dust\n\nLeave it.")
    assert [c.title for c in parse_clauses(after)] == ["Cells", "Dust"]
    assert "## 1.2 Not a clause" in after
