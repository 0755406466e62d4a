"""Runs the demonstration: server, play, report; goes on where Ctrl-C stopped it, and round a second time."""

from __future__ import annotations

import shlex
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assay.demo.console import Console
from assay.demo.errors import DemoDataError
from assay.demo.memory import Memory
from assay.demo.plan import DRAWN
from assay.demo.server_process import ServerProcess
from assay.demo.visitors import SLUG, VISITORS

if TYPE_CHECKING:
    from assay.demo.house import Opened
    from assay.demo.plan import Plan
    from assay.demo.play import Play

_LOOKS_S = 0.5
BOARDS = "boards"
"""Short name of the project of printed boards, where the first round played with something else."""


def run_headless(plan: Plan, console: Console) -> dict[str, Any]:
    """Play to the end and stop; returns the report."""
    if plan.full and not _has_boards(plan):
        hint = "Leave --data out, and boards are drawn; or give a folder in the layout of DeepPCB."
        raise DemoDataError(f"{plan.data} holds no printed boards with templates: no second round there.", hint=hint)
    with ExitStack() as stack:
        play = _play(plan, _serve(plan, stack, console), console, stack)
        report = play.run()
        if plan.full:
            report["second_round"] = play.run_again()
    _say(_lines(report), console)
    return report


def run_for_a_visitor(
    plan: Plan, console: Console, *, keep_serving: Callable[[], bool] = lambda: True
) -> dict[str, Any] | None:
    """Serve, show the links, play while the visitor watches, then serve until Ctrl-C; returns the report if it played.

    Behind the first round the second one is offered: the visitor presses Enter, or started with `--continue`.

    Args:
        plan: what to play.
        console: where to speak.
        keep_serving: asked twice a second whether to go on serving.
    """
    report, again = None, _second_plan(plan)
    try:
        with ExitStack() as stack:
            play, report = _first_round(plan, console, stack)
            asked = _serve_on(again, console, keep_serving)
            if asked and again.slug == plan.slug:
                report = _second_round(play, report, console)
                _serve_on(again, console, keep_serving)
        if asked and again.slug != plan.slug:
            with ExitStack() as stack:
                play, _ = _first_round(again, console, stack)
                report = _second_round(play, report, console)
                _serve_on(again, console, keep_serving)
    except KeyboardInterrupt:
        console.say()
        console.say("  Stopping.")
    _say_where(plan, console)
    return report


def _first_round(plan: Plan, console: Console, stack: ExitStack) -> tuple[Play, dict[str, Any] | None]:
    """Serve and show the links; play, unless that was done before. Returns the play, and its report if it played."""
    opened = _serve(plan, stack, console)
    _say_links(opened, console)
    play = _play(plan, opened, console, stack)
    if _memory(plan).finished:
        console.say("  This demonstration was played to its end before; its data is as you left it.")
        return play, None
    if plan.paced:
        console.say("  Now watch: it takes about two minutes. Everybody in it is simulated and named so.")
        console.say()
    report = play.run()
    _say(_lines(report), console)
    _say_now_you(opened, report, console)
    return play, report


def _second_plan(plan: Plan) -> Plan:
    """The plan of the second round: of the same project where boards are played with, else of one of its own.

    Only boards with their templates have a trainer that runs here; a project of parts or cells stays as it is, and
    drawn boards go round twice beside it, unpaced.
    """
    if _has_boards(plan):
        return plan
    return replace(plan, data=None, full=True, paced=False, slug=BOARDS)


def _second_round(play: Play, report: dict[str, Any] | None, console: Console) -> dict[str, Any]:
    """Let the world change; returns the report with what came of it."""
    found = play.run_again()
    from assay.demo.second.reporting import as_lines  # noqa: PLC0415 - a start that only serves need not wait for it

    _say(["", *as_lines(found), ""], console)
    return {**(report or {}), "second_round": found}


def _serve_on(again: Plan, console: Console, keep_serving: Callable[[], bool]) -> bool:
    """Serve until Ctrl-C, or until the visitor wants the world to change; returns whether they do."""
    begun = _memory(again).second_begun
    if not begun and again.continued:
        return True
    enter = threading.Event()
    if not begun:
        console.say("  Continue: the world changes. Press Enter here, or start again with --continue.")
        if sys.stdin.isatty():
            threading.Thread(target=_wait_for_enter, args=(enter,), daemon=True).start()
    console.say("  Ctrl-C stops the server.")
    while keep_serving():
        if enter.wait(_LOOKS_S):
            return True
    return False


def _wait_for_enter(enter: threading.Event) -> None:
    if sys.stdin.readline():
        enter.set()


def _has_boards(plan: Plan) -> bool:
    """Whether the plan's own project has boards to go round twice with."""
    from assay.demo.boards.real import is_boards  # noqa: PLC0415 - a start that only serves need not wait for it

    return plan.full if plan.data is None else is_boards(plan.data)


def _memory(plan: Plan) -> Memory:
    source = DRAWN if plan.data is None else str(plan.data)
    return Memory(plan.house, source, plan.seed, "" if plan.slug == SLUG else plan.slug)


def _serve(plan: Plan, stack: ExitStack, console: Console) -> Opened:
    with console.step("Starting the server") as step:
        server = ServerProcess(
            {
                "data": str(plan.house),
                "host": "127.0.0.1",
                "port": plan.port,
                "import_roots": [] if plan.data is None else [str(plan.data)],
                "project_name": _name(plan),
                "project": plan.slug,
            }
        )
        opened = stack.enter_context(server).opened
        step.note(opened["address"])
    return opened


def _name(plan: Plan) -> str:
    if plan.data is not None:
        return plan.data.name
    return "Printed boards" if plan.full else "Machined parts"


def _play(plan: Plan, opened: Opened, console: Console, stack: ExitStack) -> Play:
    from assay.demo.play import Play  # noqa: PLC0415 - a second start that only serves need not wait for it
    from assay.demo.supply import boards_of  # noqa: PLC0415 - as above

    memory = _memory(plan)
    memory.keep()
    return Play(plan, opened, memory, console, stack, lambda: boards_of(plan))


def _lines(report: dict[str, Any]) -> list[str]:
    from assay.demo.report import as_lines  # noqa: PLC0415 - as above
    from assay.demo.second.reporting import as_lines as second_lines  # noqa: PLC0415 - as above

    second = ["", *second_lines(report["second_round"])] if "second_round" in report else []
    return ["", *as_lines(report), *second, ""]


def _say(lines: list[str], console: Console) -> None:
    for line in lines:
        console.say(line)


def _say_links(opened: Opened, console: Console) -> None:
    address = opened["address"]
    console.say()
    console.say(f"  Assay answers at {address}")
    console.say("  Your own links; each works once, from this machine only, and lets you choose a password first:")
    for visitor in VISITORS:
        console.say(f"    {visitor.role:<10} {address}/link#{opened['links'][visitor.login]}")
    console.say()


def _say_now_you(opened: Opened, report: dict[str, Any], console: Console) -> None:
    address, slug = opened["address"], opened["project"]
    console.say(f"  The release is signed: {address}/p/{slug}/releases/{report['release']['id']}")
    if report["data"]["practice"]:
        console.say("  Now you: open the annotator's link and label six practice pictures, two of them gold:")
        console.say(f"    {address}/p/{slug}/practice")
    else:
        console.say(f"  Now you: open the annotator's link and label a picture: {address}/p/{slug}/annotate")
    console.say()


def _say_where(plan: Plan, console: Console) -> None:
    again = "assay demo" + (f" --data {shlex.quote(str(plan.data))}" if plan.data is not None else "")
    again += f" --house {shlex.quote(str(plan.house))}"
    console.say(f"  The data lies in {plan.house}.")
    console.say(f"  Go on: {again}")
    console.say(f"  Start afresh: {again} --fresh")
