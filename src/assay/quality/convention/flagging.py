"""Turns attributes of marks into yes-or-no questions: which of them are kinds of object that people may treat apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

MOST_VALUES: Final = 8  # an attribute with more different values is a name or a number, not a kind of object
MOST_FLAGS: Final = 24
USED_BY: Final = 0.5  # share of the people who use it at all
VALUE: Final = "="
"""Between attribute and value in the name of a flag for one of several values."""


def flags_of(attributes: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, dict[str, list[bool]]]:
    """Flags by name, each with a yes or no for every mark of every author.

    A yes-or-no attribute is one flag under its own name; one of a few values, or a list of such, is a flag for every
    value (`view=side`). Values that are numbers or texts of many kinds are left out, and so is what less than half of
    the people ever use: an object that only one of them marks so would seem to be drawn by them alone. Of more than 24
    the most frequent are taken.

    Args:
        attributes: author to the attributes of each of their marks.
    """
    given = {author: [set(_names(row)) for row in rows] for author, rows in attributes.items()}
    n_marks = Counter(name for rows in given.values() for row in rows for name in row)
    n_authors = Counter(name for rows in given.values() for name in {name for row in rows for name in row})
    n_drawing = sum(1 for rows in given.values() if rows)
    values = Counter(name.partition(VALUE)[0] for name in n_marks if VALUE in name)
    usual = [
        name
        for name in n_marks
        if n_authors[name] >= max(2, USED_BY * n_drawing) and values[name.partition(VALUE)[0]] <= MOST_VALUES
    ]
    chosen = sorted(usual, key=lambda name: (-n_marks[name], name))[:MOST_FLAGS]
    return {name: {author: [name in row for row in rows] for author, rows in given.items()} for name in sorted(chosen)}


def _names(attributes: Mapping[str, Any]) -> Iterator[str]:
    for key, value in attributes.items():
        if value is True:
            yield key
        elif isinstance(value, str) and value:
            yield f"{key}{VALUE}{value}"
        elif isinstance(value, list | tuple):
            yield from (f"{key}{VALUE}{one}" for one in value if isinstance(one, str) and one)
