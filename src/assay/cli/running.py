"""Runs a command: finds its module late, and turns what went wrong into words and an exit code."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from importlib import import_module

from assay.cli import COMMANDS, Command
from assay.cli.errors import INTERRUPTED, UNFORESEEN, UsageError, exit_code
from assay.cli.output import clean, print_json
from assay.kernel.errors import AssayError

INTRO = """Usage: assay COMMAND [OPTIONS]

Image annotation whose quality, origin and price are known.
Start with `assay demo` to watch it work, or `assay serve` to use it.
"""


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code. With `--json` an error is the one JSON document."""
    try:
        return _dispatch(arguments)
    except AssayError as error:
        _tell(error, as_json="--json" in arguments)
        return exit_code(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return UNFORESEEN


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"--help", "-h", "help"}:
        print("\n".join(overview()))
        return 0
    if arguments[0] == "--version":
        from assay import __version__

        print(__version__)
        return 0
    return _run_command(arguments[0], arguments[1:])


def _run_command(name: str, arguments: list[str]) -> int:
    import typer

    entry = COMMANDS.get(name) or _unknown(name)
    app: typer.Typer = import_module(f"assay.cli.{entry.module}").app
    # Usage errors have a base class without a public name, which is another one in each version of typer.
    usage_error: type[Exception] = typer.BadParameter.__mro__[2]
    if not arguments and len(app.registered_commands) > 1:
        arguments = ["--help"]
    try:
        result = typer.main.get_command(app).main(arguments, prog_name=f"assay {name}", standalone_mode=False)
    except typer.Abort:
        return INTERRUPTED
    except usage_error as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else f"assay {name}"
        raise UsageError(getattr(error, "format_message", str)(), hint=f"See `{path} --help`.") from None
    return result if isinstance(result, int) else 0


def _unknown(name: str) -> Command:
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"Did you mean `assay {near[0]}`?" if near else "`assay --help` lists all commands."
    raise UsageError(f"There is no command {name!r}.", hint=hint)


def overview() -> Iterator[str]:
    """The help of `assay` itself: every command with its line, under its heading."""
    yield INTRO
    width = max(map(len, COMMANDS)) + 2
    for panel in dict.fromkeys(entry.panel for entry in COMMANDS.values()):
        yield f"{panel}:"
        yield from (f"  {name:<{width}}{entry.help}" for name, entry in COMMANDS.items() if entry.panel == panel)
        yield ""
    yield "`assay COMMAND --help` says more; `--json` makes any command print one JSON document."


def _tell(error: AssayError, *, as_json: bool) -> None:
    if as_json:
        print_json({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
        return
    print(f"error: {clean(error.message)}", file=sys.stderr)
    if error.hint:
        print(f"hint: {clean(error.hint)}", file=sys.stderr)
