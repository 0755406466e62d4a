"""Writes docs/errors.md and docs/commands.md from the code, so that neither can lag behind it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from assay.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "assay"
KINDS = {
    "InvalidInputError": (422, 2),
    "NotSignedInError": (401, 3),
    "NotAllowedError": (403, 4),
    "NotFoundError": (404, 5),
    "ConflictError": (409, 6),
    "UndefinedError": (422, 7),
    "LimitError": (429, 8),
    "UnavailableError": (503, 9),
    "CorruptError": (500, 10),
}
"""Status and exit code by kind; a test compares them with the two maps in the code."""

ERRORS_INTRO = """# Error codes

Every error has a stable code, a message that names the thing and its value, and a hint that says what to do next. Over
HTTP it is `{"error": {"code", "message", "hint", "details"?}}`; on the command line `error: ...` and `hint: ...` on
standard error (with `--json` the same object on standard output) and the exit code of its kind. Exit code 0 is success,
1 an error nobody foresaw, 130 an interruption.

This page is written by `python tools/write_reference.py`.

"""
COMMANDS_INTRO = """# Commands

`assay` alone lists them. Every command takes `--json` and then prints one JSON document on standard output. Exit codes
are those of the kinds of error in [errors.md](errors.md). Options that name an `ASSAY_...` variable may be given by it.

This page is written by `python tools/write_reference.py`.
"""


@dataclass(frozen=True)
class Documented:
    """An error as its class describes it."""

    code: str
    kind: str
    status: int
    exit: int
    says: str
    where: str


@dataclass(frozen=True)
class _Class:
    bases: list[str]
    code: str | None
    status: int | None
    says: str
    where: str


def _classes() -> dict[str, list[_Class]]:
    found: dict[str, list[_Class]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text()
        if "Error" not in text:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and path != SOURCE / "kernel" / "errors.py":
                found.setdefault(node.name, []).append(_read(node, path))
    return found


def _read(node: ast.ClassDef, path: Path) -> _Class:
    values: dict[str, Any] = {}
    for line in node.body:
        if isinstance(line, (ast.Assign, ast.AnnAssign)) and isinstance(line.value, ast.Constant):
            targets = line.targets if isinstance(line, ast.Assign) else [line.target]
            values |= {t.id: line.value.value for t in targets if isinstance(t, ast.Name)}
    says = (ast.get_docstring(node) or "").split("\n", 1)[0]
    bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
    return _Class(bases, values.get("code"), values.get("status"), says, str(path.relative_to(ROOT)))


def errors() -> Iterator[Documented]:
    """Every error the code can raise on purpose, in the order of the files."""
    classes = _classes()
    parents = {base for versions in classes.values() for one in versions for base in one.bases}

    def kind_of(bases: list[str]) -> str | None:
        for base in bases:
            if base in KINDS:
                return base
            for parent in classes.get(base, []):
                if (kind := kind_of(parent.bases)) is not None:
                    return kind
        return None

    for name, versions in classes.items():
        for one in versions:
            kind = kind_of(one.bases)
            # A class without a code of its own that others derive from is never raised itself.
            if kind is not None and (one.code or name not in parents):
                status, code = KINDS[kind]
                yield Documented(one.code or "", kind, one.status or status, code, one.says, one.where)


def errors_page() -> str:
    """The whole of docs/errors.md."""
    lines = ["| code | means | HTTP | exit |", "|---|---|---|---|"]
    lines += [f"| `{e.code}` | {e.says} | {e.status} | {e.exit} |" for e in sorted(errors(), key=lambda e: e.code)]
    return ERRORS_INTRO + "\n".join(lines) + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its full name, groups opened up."""
    for name, entry in COMMANDS.items():
        command = typer.main.get_command(import_module(f"assay.cli.{entry.module}").app)
        inner = getattr(command, "commands", None)
        if inner is None:
            yield f"assay {name}", command
        else:
            yield from ((f"assay {name} {sub}", one) for sub, one in inner.items())


def _parameter(parameter: Any) -> str:  # noqa: ANN401 - typer's own
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    if parameter.param_type_name == "argument":
        names = f"`{parameter.name.upper()}`"
    variables = parameter.envvar if isinstance(parameter.envvar, (list, tuple)) else [parameter.envvar]
    default = "" if parameter.default in {None, "", False} or callable(parameter.default) else f"`{parameter.default}`"
    shown = ", ".join(f"`{v}`" for v in variables if v)
    return f"| {names} | {getattr(parameter, 'help', '') or ''} | {shown} | {default} |"


def commands_page() -> str:
    """The whole of docs/commands.md."""
    parts = [COMMANDS_INTRO]
    for name, command in commands():
        parts.append(f"\n## `{name}`\n\n{(command.help or '').strip()}\n\n")
        parts.append("| option | meaning | variable | default |\n|---|---|---|---|\n")
        parts += [f"{_parameter(p)}\n" for p in command.params if p.name != "help"]
    return "".join(parts)


def main() -> None:
    """Write both pages."""
    (ROOT / "docs" / "errors.md").write_text(errors_page())
    (ROOT / "docs" / "commands.md").write_text(commands_page())


if __name__ == "__main__":
    main()
