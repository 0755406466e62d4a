"""Runs the demonstration: server, play, report; goes on where Ctrl-C stopped it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import ExitStack
from time import sleep
from typing import TYPE_CHECKING, Any

from assay.demo.console import Console
from assay.demo.memory import Memory
from assay.demo.plan import DRAWN
from assay.demo.server_process import ServerProcess
from assay.demo.visitors import VISITORS

if TYPE_CHECKING:
    from assay.demo.house import Opened
    from assay.demo.plan import Plan
    from assay.demo.play import Play

_LOOKS_S = 0.5


def run_headless(plan: Plan, console: Console) -> dict[str, Any]:
    """Play to the end and stop; returns the report."""
    with ExitStack() as stack:
        opened = _serve(plan, stack, console)
        play = _play(plan, opened, console, stack)
        report = play.run()
        if plan.full:
            report["second_round"] = play.run_again()
    for line in _lines(report):
        console.say(line)
    return report


def run_for_a_visitor(
    plan: Plan, console: Console, *, keep_serving: Callable[[], bool] = lambda: True
) -> dict[str, Any] | None:
    """Serve, show the links, play while the visitor watches, then serve until Ctrl-C; returns the report if it played.

    Args:
        plan: what to play.
        console: where to speak.
        keep_serving: asked twice a second whether to go on serving.
    """
    report = None
    with ExitStack() as stack:
        try:
            opened = _serve(plan, stack, console)
            _say_links(opened, console)
            if _memory(plan).finished:
                console.say("  This demonstration was played to its end before; its data is as you left it.")
            else:
                console.say("  Now watch: it takes about two minutes. Everybody in it is simulated and named so.")
                console.say()
                report = _play(plan, opened, console, stack).run()
                for line in _lines(report):
                    console.say(line)
                _say_now_you(opened, report, console)
            console.say("  Ctrl-C stops the server.")
            while keep_serving():
                sleep(_LOOKS_S)
        except KeyboardInterrupt:
            console.say()
            console.say("  Stopping.")
    _say_where(plan, console)
    return report


def _memory(plan: Plan) -> Memory:
    return Memory(plan.house, DRAWN if plan.data is None else str(plan.data), plan.seed)


def _serve(plan: Plan, stack: ExitStack, console: Console) -> Opened:
    with console.step("Starting the server") as step:
        server = ServerProcess(
            {
                "data": str(plan.house),
                "host": "127.0.0.1",
                "port": plan.port,
                "import_roots": [] if plan.data is None else [str(plan.data)],
                "project_name": _name(plan),
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
    return Play(plan, opened, memory, console, stack, boards_of(plan))


def _lines(report: dict[str, Any]) -> list[str]:
    from assay.demo.report import as_lines  # noqa: PLC0415 - as above

    return ["", *as_lines(report), ""]


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
    if report["data"]["source"] == DRAWN:
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
