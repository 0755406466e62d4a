"""The written rules and the label schema of the demonstration.

Two clauses are left open on purpose: people read them differently, and the demonstration shows how that is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.demo.truth import TruthObject

EDGE_CLAUSE, COVERED_CLAUSE, ECHO_CLAUSE, SMALL_CLAUSE = "4.2", "4.1", "4.3", "5.1"


def schema_classes(class_ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """The label schema: boxes only, one key a class."""
    return [
        {"id": ident, "name": name, "shapes": ["bbox"], "key": str(number) if number <= 9 else None}  # noqa: PLR2004 - digits on a keyboard
        for number, (name, ident) in enumerate(class_ids.items(), 1)
    ]


def guideline_text(class_ids: Mapping[str, str], things: str, examples: Mapping[str, str]) -> str:
    """The guideline in Markdown with numbered clauses.

    Args:
        class_ids: class names and their ids.
        things: what the objects are called, plural.
        examples: ids of example pictures by what they show: `tight`, `loose`, `covered`; may be empty.
    """
    every = ", ".join(class_ids.values())
    listed = "\n".join(f"- **{name}**, key {number}" for number, name in enumerate(class_ids, 1))
    tight = _picture(examples, "tight", "good: the box touches the object on all four sides")
    loose = _picture(examples, "loose", "bad: room on two sides")
    covered = _picture(examples, "covered", "good: the box goes around what can be seen")
    return f"""# How to label

## 1.1 What to draw {{{every}}}
Draw one box around every one of the {things}. There are these classes:

{listed}

## 2.1 Tight boxes {{{every}}}
Each side of the box touches the object. Two pixels of air are fine, more are not.

{tight}
{loose}

## {COVERED_CLAUSE} Partly covered by others {{{every}}}
Where one of the {things} covers another, draw both. The box of the covered one goes around what can be seen of it.

{covered}

## {EDGE_CLAUSE} Cut by the edge of the picture {{{every}}}
Mark {things} that are sufficiently visible.

## {ECHO_CLAUSE} Reflections and shadows {{{every}}}
Box the object.

## {SMALL_CLAUSE} Small {things} {{{every}}}
Size is no reason to leave something out, as long as its class can be told.
"""


def clauses_tested(found: TruthObject) -> list[str]:
    """The clauses that a gold mark of this object tests."""
    tested = [
        (found.touches_edge, EDGE_CLAUSE),
        (found.partly_covered, COVERED_CLAUSE),
        (found.echo_box is not None, ECHO_CLAUSE),
        (found.small, SMALL_CLAUSE),
    ]
    return [clause for applies, clause in tested if applies] or ["2.1"]


def _picture(examples: Mapping[str, str], what: str, caption: str) -> str:
    return f"![{caption}](example:{examples[what]})\n" if what in examples else ""
