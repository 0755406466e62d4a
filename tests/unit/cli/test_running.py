"""The command line itself: help, errors, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import typer

from assay import cli
from assay.cli import COMMANDS, Command
from assay.cli.errors import EXIT, exit_code
from assay.cli.output import clean, table
from assay.cli.running import overview, run
from assay.kernel import errors as kinds


def test_assay_alone_helps_and_names_every_command_under_its_heading(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    said = capsys.readouterr().out
    for name, entry in COMMANDS.items():
        assert f"  {name} " in said
        assert entry.help in said
        assert f"{entry.panel}:" in said
    assert run(["--help"]) == 0
    assert capsys.readouterr().out == said == "\n".join(overview()) + "\n"


def test_the_help_imports_no_command() -> None:
    code = "import sys; from assay.cli.running import run; run([]); print(sorted(m for m in sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not any(name in modules for name in ("'sqlalchemy'", "'numpy'", "'fastapi'", "'assay.cli.serve'"))


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["srve"]) == 2
    assert capsys.readouterr().err == "error: There is no command 'srve'.\nhint: Did you mean `assay serve`?\n"


def test_a_wrong_option_is_told_on_standard_error_or_as_the_one_json_document(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["serve", "--port", "many"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: Invalid value for '--port'")
    assert "hint: See `assay serve --help`." in told.err
    assert run(["serve", "--port", "many", "--json"]) == 2
    told = capsys.readouterr()
    assert told.err == ""
    assert json.loads(told.out)["error"]["code"] == "cli.usage"


def test_a_group_alone_helps(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["user"]) == 0
    assert "reset" in capsys.readouterr().out


@pytest.mark.parametrize("kind", sorted(EXIT, key=lambda kind: EXIT[kind]))
def test_each_kind_of_error_has_its_exit_code(
    kind: type[kinds.AssayError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _command_that_raises(kind("The thing 'x' is wrong.", hint="Do y."), monkeypatch)
    assert run(["break"]) == EXIT[kind]
    assert capsys.readouterr().err == "error: The thing 'x' is wrong.\nhint: Do y.\n"


def test_exit_codes_are_those_of_the_style_guide() -> None:
    assert sorted(EXIT.values()) == list(range(2, 11))
    assert exit_code(kinds.AssayError("odd")) == 1


def test_an_interrupted_command_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    _command_that_raises(KeyboardInterrupt(), monkeypatch)
    assert run(["break"]) == 130


def _command_that_raises(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    class Module:
        app = typer.Typer()

    @Module.app.command()
    def break_() -> None:
        raise error

    monkeypatch.setitem(cli.COMMANDS, "break", Command("broken", "Break.", "X"))
    monkeypatch.setitem(sys.modules, "assay.cli.broken", Module)  # type: ignore[arg-type]


def test_no_name_steers_the_terminal() -> None:
    assert clean("a\x1b[31mb\nc\u202ed") == "a\ufffd[31mb\ufffdc\ufffdd"
    assert table([["\x1b]0;x\x07", "1"]], ["name", "n"])[1].startswith("\ufffd]0;x\ufffd")
