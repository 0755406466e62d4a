"""Takes the values of one section of a policy file and notes every fault with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from assay.governance.yaml_lines import Node

_DURATION = re.compile(r"([0-9]{1,6})\s*(seconds?|s|minutes?|min|hours?|h|days?|d|weeks?|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%")
_POINTS = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*points?")

Faults = list[str]
T = TypeVar("T")


class Section:
    """A mapping of the file whose keys are taken one by one; `done` complains about the rest.

    Args:
        node: the mapping; anything else is a fault.
        path: where it stands, such as `approvals.promotion`; empty for the whole file.
        faults: where faults are noted, so that one reading finds all of them.
    """

    def __init__(self, node: Node, path: str, faults: Faults) -> None:
        self.path = path
        self.line = node.line
        self._faults = faults
        self._asked: list[str] = []
        self._values: dict[str, Node] = node.value if isinstance(node.value, dict) else {}
        if not isinstance(node.value, dict):
            self.fault(node.line, f"{path or 'the file'} must be a section with keys, not {_shown(node.value)}")

    def fault(self, line: int, what: str) -> None:
        """Note a fault."""
        self._faults.append(f"line {line}: {what}")

    def line_of(self, key: str) -> int:
        """The line of a key; the section's own where it does not stand there."""
        return self._values[key].line if key in self._values else self.line

    def has(self, key: str) -> bool:
        """Whether the key stands there."""
        return key in self._values

    def keys(self) -> list[str]:
        """The keys that stand there, for sections whose keys are names."""
        return list(self._values)

    def take(self, key: str) -> Node | None:
        """A raw value; None when it does not stand there."""
        self._asked.append(key)
        return self._values.get(key)

    def section(self, key: str) -> Section | None:
        """A section below; None when it does not stand there."""
        node = self.take(key)
        return None if node is None else Section(node, self._name(key), self._faults)

    def rows(self, key: str) -> list[Section]:
        """A list of sections."""
        node = self.take(key)
        if node is None:
            return []
        if not isinstance(node.value, list):
            self.fault(node.line, f"{self._name(key)} must be a list, not {_shown(node.value)}")
            return []
        return [Section(child, f"{self._name(key)}[{n}]", self._faults) for n, child in enumerate(node.value)]

    def whole(self, key: str, default: int, *, low: int, high: int) -> int:
        """A whole number."""
        right = f"a whole number from {low} to {high}"
        return self._checked(key, default, right, lambda v: v if _is_int(v) and low <= v <= high else None)

    def share(self, key: str, default: float, *, low: float = 0.0, high: float = 1.0) -> float:
        """A share, as 0.05, 5 % or 5 points."""

        def read(value: Any) -> float | None:  # noqa: ANN401 - any value of the file
            found = _share(value)
            return found if found is not None and low <= found <= high else None

        return self._checked(key, default, f"a share from {low:g} to {high:g}, such as 0.05 or 5 %", read)

    def share_or_never(self, key: str, default: float | None) -> float | None:
        """A share, or `never`."""
        node = self._values.get(key)
        if node is not None and node.value == "never":
            self._asked.append(key)
            return None
        if node is None:
            self._asked.append(key)
            return default
        return self.share(key, 0.0)

    def duration(self, key: str, default: int, *, low: int = 1, high: int = 366 * 86_400) -> int:
        """A time such as `14 days`, in seconds."""

        def read(value: Any) -> int | None:  # noqa: ANN401 - any value of the file
            match = _DURATION.fullmatch(value) if isinstance(value, str) else None
            seconds = int(match[1]) * _SECONDS[match[2][0]] if match else -1
            return seconds if low <= seconds <= high else None

        return self._checked(key, default, "a time such as 30 minutes, 24 hours or 14 days, at most a year", read)

    def text(self, key: str, default: str, *, longest: int = 2000) -> str:
        """Some words."""
        right = f"text of at most {longest} characters"
        return self._checked(key, default, right, lambda v: v if isinstance(v, str) and len(v) <= longest else None)

    def choice(self, key: str, default: str, among: Sequence[str]) -> str:
        """One word of several."""
        node = self.take(key)
        if node is None:
            return default
        if node.value not in among:
            self.fault(node.line, f"{self._name(key)} is {_shown(node.value)}{suggestion(node.value, among)}")
            return default
        return str(node.value)

    def names(self, key: str, default: Sequence[str], among: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of words, of `among` when it is given; one word alone is a list of one."""
        node = self.take(key)
        if node is None:
            return tuple(default)
        values = [child.value for child in node.value] if isinstance(node.value, list) else [node.value]
        for value in values:
            if not isinstance(value, str) or (among is not None and value not in among):
                hint = suggestion(value, among) if among is not None else "; write a list of names"
                self.fault(node.line, f"{self._name(key)} holds {_shown(value)}{hint}")
                return tuple(default)
        if len(set(values)) != len(values):
            self.fault(node.line, f"{self._name(key)} names something twice")
        return tuple(values)

    def done(self) -> None:
        """Complain about every key that nobody asked for, with the nearest that there is."""
        for key, node in self._values.items():
            if key not in self._asked:
                where = f"{self.path} has" if self.path else "a policy has"
                self.fault(node.line, f"{where} no key {key[:64]!r}{suggestion(key, self._asked)}")

    def _checked(self, key: str, default: T, right: str, read: Callable[[Any], T | None]) -> T:
        node = self.take(key)
        if node is None:
            return default
        found = read(node.value)
        if found is None:
            self.fault(node.line, f"{self._name(key)} is {_shown(node.value)}; it must be {right}")
            return default
        return found

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def suggestion(given: Any, among: Iterable[str]) -> str:  # noqa: ANN401 - any value of the file
    """How to go on after a word that is none of `among`."""
    known = list(dict.fromkeys(among))
    near = get_close_matches(str(given), known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"


def _is_int(value: Any) -> bool:  # noqa: ANN401 - any value of the file
    return isinstance(value, int) and not isinstance(value, bool)


def _share(value: Any) -> float | None:  # noqa: ANN401 - any value of the file
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    match = (_PERCENT.fullmatch(value) or _POINTS.fullmatch(value)) if isinstance(value, str) else None
    return float(match[1]) / 100 if match else None


def _shown(value: Any) -> str:  # noqa: ANN401 - any value of the file
    """A value as the message names it; never more than a few words of it."""
    if isinstance(value, dict):
        return "a section"
    return "a list" if isinstance(value, list) else repr(value)[:64]
