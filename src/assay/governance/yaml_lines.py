"""Reads YAML as plain values that remember their lines, and refuses what hides meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from assay.governance.errors import PolicyFileError

MAX_CHARS = 50_000
MAX_DEPTH = 12
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,15})\.[0-9]{1,17}")
_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line it stands in, from 1."""

    value: Any
    line: int


def read_yaml(text: str) -> Node:
    """Parse one YAML document; mappings hold `Node` values, lists hold `Node`s.

    Booleans are `true` and `false` only (YAML 1.2), so that `no` and `off` stay words. JSON is YAML too.

    Raises:
        PolicyFileError: no YAML, too long or too deep, more than one document, an anchor, an alias, a tag, or a key
            that stands there twice.
    """
    if len(text) > MAX_CHARS:
        raise PolicyFileError([f"it has {len(text)} characters; at most {MAX_CHARS} are read"])
    try:
        _look_over(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f"line {mark.line + 1}: "
        raise PolicyFileError(
            [f"{where}it is no YAML: {getattr(error, 'problem', None) or 'nested too deep'}"]
        ) from None
    if root is None:
        raise PolicyFileError(["it is empty"])
    return _plain(root, 0)


def _look_over(text: str) -> None:
    """Refuse what hides meaning before anything is built; reading on below a deep nest takes quadratic time."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        line = token.start_mark.line + 1
        if isinstance(token, (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)):
            raise PolicyFileError([f"line {line}: anchors, aliases and tags are not read; write the value out"])
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > MAX_DEPTH:
            raise PolicyFileError([f"line {line}: nested deeper than {MAX_DEPTH}"])


def _plain(node: Any, depth: int) -> Node:  # noqa: ANN401 - PyYAML's nodes
    line = node.start_mark.line + 1
    if depth > MAX_DEPTH:
        raise PolicyFileError([f"line {line}: nested deeper than {MAX_DEPTH}"])
    if isinstance(node, yaml.SequenceNode):
        return Node([_plain(child, depth + 1) for child in node.value], line)
    if isinstance(node, yaml.MappingNode):
        return Node(_mapping(node, depth), line)
    plain = node.style is None
    return Node(_scalar(node.value) if plain else node.value, line)


def _mapping(node: Any, depth: int) -> dict[str, Node]:  # noqa: ANN401 - PyYAML's nodes
    found: dict[str, Node] = {}
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise PolicyFileError([f"line {line}: a key must be a word"])
        if key.value in found:
            raise PolicyFileError([f"line {line}: {key.value[:64]!r} stands there twice"])
        found[key.value] = _plain(child, depth + 1)
    return found


def _scalar(text: str) -> Any:  # noqa: ANN401 - any plain value
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
