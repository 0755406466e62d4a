"""From a policy file to a rulebook: keys known, values in range, quorums reachable, nobody their own judge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assay.governance.errors import PolicyFileError, PolicyInvalidError
from assay.governance.model import Policy
from assay.governance.rulebook import (
    BreakGlass,
    ClassRule,
    Guard,
    Guarded,
    PromotionRules,
    Retrain,
    Rulebook,
    Serving,
    guard_of_releases,
)
from assay.governance.rules import policy_from, preset
from assay.governance.section import Faults, Section, suggestion
from assay.governance.yaml_lines import Node, read_yaml

FORMAT = "policy/1"
SIGNING_ROLES = ("reviewer", "expert", "lead", "approver", "admin")
MAX_SIGNATURES = 10
MAX_RELEASE_SIGNATURES = 5
EVIDENCE: dict[Guarded, tuple[str, ...]] = {
    Guarded.RELEASE: (),
    Guarded.PROMOTION: ("evaluation", "gate"),
    Guarded.GUIDELINE: ("ruling", "measurement"),
    Guarded.GOLD: ("ruling", "measurement"),
    Guarded.THRESHOLD: ("certificate", "measurement"),
    Guarded.POLICY: ("measurement",),
}
"""Kinds of evidence that there are; one that nobody can give would lock what it guards for good."""
CAUSES = ("covariate", "concept")
_SELF = {"self_approval", "allow_self_approval", "author_may_sign", "own_work"}


def read_rulebook(text: str, *, settings: Policy | None = None) -> Rulebook:
    """Read a policy file; `settings` are those of the project that it is for, where the file names none.

    Raises:
        PolicyFileError: lists everything that is wrong with it, each with its line.
    """
    faults: Faults = []
    root = Section(read_yaml(text), "", faults)
    if root.has("assay") and (node := root.take("assay")) is not None and node.value != FORMAT:
        root.fault(node.line, f"assay is {node.value!r}; this version reads {FORMAT}")
    elif not root.has("assay"):
        root.fault(root.line, f"it must begin with 'assay: {FORMAT}'")
    note = root.text("note", "")
    work = _work(root)
    guards = _guards(root, policy_from(work, version=0) if work else settings or preset("standard"))
    promotion = _promotion(root.section("promotion"))
    classes = _classes(root.section("classes"))
    serving = _serving(root.section("serving"))
    retrain = tuple(_retrain(row) for row in root.rows("retrain"))
    root.take("assay")
    root.done()
    if faults:
        raise PolicyFileError(sorted(faults, key=_line))
    return Rulebook(0, note, guards, promotion, classes, serving, retrain, work)


def _line(fault: str) -> int:
    return int(fault.split(":", maxsplit=1)[0].removeprefix("line "))


def _plain(node: Node) -> Any:  # noqa: ANN401 - any value of the file
    if isinstance(node.value, list):
        return [_plain(child) for child in node.value]
    return {key: _plain(child) for key, child in node.value.items()} if isinstance(node.value, dict) else node.value


def _work(root: Section) -> dict[str, Any] | None:
    """The settings of the queue and the release gates, checked by the rules they have always had."""
    node = root.take("work")
    if node is None:
        return None
    body = _plain(node)
    if not isinstance(body, dict):
        root.fault(node.line, "work must be a section with keys")
        return None
    try:
        checked = policy_from(body, version=0)
    except PolicyInvalidError as error:
        root.fault(node.line, f"work: {error.message} {error.hint}")
        return None
    return {key: value for key, value in checked.to_json().items() if key != "version"}


def _guards(root: Section, settings: Policy) -> dict[Guarded, Guard]:
    """The guards of the file; releases and promotions have one even when the file names none."""
    section = root.section("approvals")
    found: dict[Guarded, Guard] = {}
    for what in Guarded:
        if section is None or not section.has(what.value):
            continue
        node = section.take(what.value)
        assert node is not None
        found[what] = Guard(0) if node.value == "none" else _guard(section, what)
    if section is not None:
        for what in Guarded:
            section.take(what.value)
        section.done()
    asked = guard_of_releases(signatures=settings.signatures_needed, leads_may_sign=settings.leads_may_sign)
    found.setdefault(Guarded.RELEASE, asked)
    found.setdefault(
        Guarded.PROMOTION,
        Guard(asked.signatures, asked.by, not_by=("author", "reviewer"), evidence=EVIDENCE[Guarded.PROMOTION]),
    )
    for what in (Guarded.RELEASE, Guarded.PROMOTION):
        if found[what].signatures == 0:
            line = section.line_of(what.value) if section is not None else root.line
            root.fault(line, f"approvals.{what.value} asks for no signature; a {what.value} always needs at least one")
    return found


def _guard(parent: Section, what: Guarded) -> Guard:
    section = parent.section(what.value)
    assert section is not None
    for key in section.keys():  # noqa: SIM118 - a method, not a mapping
        if key in _SELF:
            section.take(key)
            section.fault(section.line_of(key), f"{section.path}.{key}: nobody approves their own work; leave it out")
    most = MAX_RELEASE_SIGNATURES if what is Guarded.RELEASE else MAX_SIGNATURES
    signatures = section.whole("signatures", 1, low=0, high=most)
    people = section.names("people", ())
    by = section.names("by", ("approver",), ("approver", "lead") if what is Guarded.RELEASE else SIGNING_ROLES)
    not_by = section.names("not_by", ("author", "reviewer"), ("author", "reviewer"))
    guard = Guard(
        signatures,
        by,
        people,
        tuple(sorted(not_by)),
        section.names("evidence", EVIDENCE[what] if what is Guarded.PROMOTION else (), EVIDENCE[what]),
        section.duration("expires", Guard(0).expires_s, low=60),
        _break_glass(section),
    )
    section.done()
    _reachable(section, guard)
    return guard


def _break_glass(section: Section) -> BreakGlass | None:
    node = section.take("break_glass")
    if node is None or node.value == "never":
        return None
    glass = section.section("break_glass")
    assert glass is not None
    found = BreakGlass(
        glass.names("by", ("admin",), SIGNING_ROLES),
        glass.whole("reason_chars", 30, low=10, high=500),
        glass.duration("second_signature", 24 * 3600, low=60, high=7 * 86_400),
    )
    glass.done()
    return found


def _reachable(section: Section, guard: Guard) -> None:
    """Refuse what can never be agreed to, and what would let somebody agree to their own work."""
    line = section.line_of("signatures")
    if guard.people and len(guard.people) < guard.signatures:
        who = f"{len(guard.people)} people ({', '.join(guard.people)})"
        section.fault(line, f"{section.path} asks for {guard.signatures} signatures of {who}: nobody can reach that")
    if guard.signatures and not guard.by:
        section.fault(line, f"{section.path}.by names no role: nobody could sign")
    if "author" not in guard.not_by:
        section.fault(
            section.line_of("not_by"),
            f"{section.path}.not_by leaves the author out: nobody approves their own work; write [author] or more",
        )


def _promotion(section: Section | None) -> PromotionRules:
    if section is None:
        return PromotionRules()
    usual = PromotionRules()
    margin = section.share("margin", usual.margin, low=0.0001, high=0.2)
    level = section.share("level", usual.level, low=0.0001, high=0.2)
    slice_level = section.share("slice_level", usual.slice_level, low=0.0001, high=0.2)
    min_items = section.whole("min_items", usual.min_items, low=10, high=1_000_000)
    min_slice_items = section.whole("min_slice_items", usual.min_slice_items, low=10, high=1_000_000)
    open_findings = section.whole("open_findings", usual.open_findings, low=0, high=1_000_000)
    floors = _floors(section.section("first_model"))
    watch = section.section("watch")
    watch_s, below, watch_items = usual.watch_s, usual.roll_back_below, usual.watch_items
    if watch is not None:
        watch_s = watch.duration("for", watch_s)
        below = watch.share_or_never("roll_back_below", below)
        watch_items = watch.whole("min_items", watch_items, low=10, high=1_000_000)
        watch.done()
    section.done()
    return PromotionRules(
        margin,
        level,
        slice_level,
        min_items,
        min_slice_items,
        open_findings,
        floors,
        watch_s,
        below,
        watch_items,
    )


def _floors(section: Section | None) -> dict[str, float]:
    """Measure to floor; the names of measures are those of an evaluation's report."""
    if section is None:
        return {}
    floors = section.section("floors")
    section.done()
    if floors is None:
        return {}
    found = {name: floors.share(name, 0.0) for name in floors.keys()}  # noqa: SIM118 - a method, not a mapping
    floors.done()
    return found


def _classes(section: Section | None) -> dict[str, ClassRule]:
    found: dict[str, ClassRule] = {}
    for name in section.keys() if section is not None else []:
        assert section is not None
        rule = section.section(name)
        assert rule is not None
        review = rule.choice("human_review", "always", ("always", "sampled"))
        above = rule.share_or_never("automatic_above", None)
        found[name] = ClassRule(review, above, rule.share("max_error", 0.05, low=0.0001, high=0.5))
        rule.done()
        if review == "always" and above is not None:
            rule.fault(
                rule.line_of("automatic_above"),
                f"classes.{name}: human_review is always, so automatic_above could never act; write never or sampled",
            )
        if review == "sampled" and above is None:
            rule.fault(rule.line_of("human_review"), f"classes.{name}: sampled needs automatic_above, such as 0.9")
    return found


def _serving(section: Section | None) -> Serving:
    if section is None:
        return Serving()
    usual = Serving()
    found = Serving(section.share("ask_below", usual.ask_below), section.share("random_share", usual.random_share))
    if found.random_share == 0:
        section.fault(
            section.line_of("random_share"),
            "serving.random_share is 0: production quality could never be measured; give at least 0.1 %",
        )
    section.done()
    return found


def _retrain(row: Section) -> Retrain:
    node = row.take("cause")
    cause = row.choice("cause", CAUSES[0], (*CAUSES, "labels"))
    if cause == "labels":
        row.fault(
            row.line_of("cause"),
            f"{row.path}.cause: worse labels never start a training; mend the labels first (covariate, concept)",
        )
    elif node is None:
        row.fault(row.line, f"{row.path} names no cause{suggestion('', CAUSES)}")
    found = Retrain(cause, row.share("drop", 0.03, low=0.0001), row.choice("act", "propose", ("propose", "start")))
    row.done()
    return found


def check_people(rulebook: Rulebook, members: Mapping[str, frozenset[str]]) -> tuple[list[str], list[str]]:
    """Hold the guards against the people there are.

    Args:
        rulebook: what is to be published.
        members: login to roles of everybody in the project who is not paused.

    Returns:
        What can never be agreed to (refuses the rulebook), and what one absence would block (a warning).
    """
    stops, warnings = [], []
    for what, guard in rulebook.guards.items():
        if guard.signatures == 0:
            continue
        able = [login for login, roles in members.items() if _able(guard, login, roles)]
        strangers = [login for login in guard.people if login not in members]
        who = f"{len(able)} of this project's people may sign ({', '.join(sorted(able)) or 'nobody'})"
        if strangers:
            stops.append(f"approvals.{what.value}.people names {strangers[0]!r}, who is not in this project")
        if len(able) < guard.signatures:
            stops.append(f"approvals.{what.value} needs {guard.signatures} signatures, but {who}")
        elif len(able) == guard.signatures:
            warnings.append(f"approvals.{what.value}: {who}; if one of them is the author or away, it waits")
    return stops, warnings


def _able(guard: Guard, login: str, roles: frozenset[str]) -> bool:
    return not roles.isdisjoint(guard.by) and (not guard.people or login in guard.people)


def require_reachable(rulebook: Rulebook, members: Mapping[str, frozenset[str]], text: str = "") -> None:
    """Refuse a rulebook that the people there are could never satisfy; one that guards itself could not be mended.

    Args:
        rulebook: as it was read.
        members: login to roles.
        text: the file, so that the lines can be named.
    """
    stops, _ = check_people(rulebook, members)
    if stops:
        lines = _lines_of_guards(text)
        raise PolicyFileError(
            [f"line {lines[key]}: {stop}" if (key := _guard_of(stop)) in lines else stop for stop in stops]
        )


def _guard_of(stop: str) -> str:
    return re.split(r"[. ]", stop.removeprefix("approvals."), maxsplit=1)[0]


def _lines_of_guards(text: str) -> dict[str, int]:
    """Where the file names each guard; nothing for a file without any."""
    if not text:
        return {}
    approvals = read_yaml(text).value.get("approvals")
    return {} if approvals is None else {what: node.line for what, node in approvals.value.items()}
