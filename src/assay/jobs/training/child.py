"""The process in which an administrator's trainer runs: it ends with the server, and says how much it used.

    python -m assay.jobs.training.child USED program WORDS...
    python -m assay.jobs.training.child USED call MODULE:FUNCTION WORDS...
    python -m assay.jobs.training.child USED entry NAME WORDS...

`USED` is the file that gets the processor seconds. A function is called with the words, of which the last two are the
folders; it is looked up here and nowhere in the server, so that what it imports never runs beside requests.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

GROUP: Final = "assay.trainers"
"""The group of entry points under which packages offer trainers."""
_PR_SET_PDEATHSIG: Final = 1


def end_with_parent() -> None:
    """Let the kernel kill this process when the one that started it is gone; only Linux can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def function_of(kind: str, name: str) -> Callable[..., Any]:
    """The function that a setting names: `module:function`, or an entry point of `GROUP`."""
    if kind == "entry":
        found = next(iter(entry_points(group=GROUP, name=name)), None)
        if found is None:
            raise LookupError(f"no installed package offers the entry point {name!r} in {GROUP}")
        loaded: Callable[..., Any] = found.load()
        return loaded
    module, _, attribute = name.partition(":")
    function: Callable[..., Any] = getattr(import_module(module), attribute)
    return function


def run(kind: str, words: Sequence[str]) -> int:
    """Run the program or the function; returns the exit status."""
    if kind == "program":
        return subprocess.run(words, check=False, preexec_fn=end_with_parent).returncode  # noqa: S603 - one thread
    *given, source, target = words[1:]
    function_of(kind, words[0])(Path(source), Path(target), *given)
    return 0


def main() -> int:
    """Run from the command line."""
    end_with_parent()
    used, kind, *words = sys.argv[1:]
    if os.getppid() == 1:  # the server was gone before the kernel was told
        return 1
    try:
        status = run(kind, words)
    finally:
        spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        Path(used).write_text(f"{sum(each.ru_utime + each.ru_stime for each in spent):.3f}")
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
