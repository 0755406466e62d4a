"""Everything that has a name is documented: error codes, commands, options, settings, fields of the policy."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

from tools.write_reference import KINDS, commands, errors

from assay.api.errors import STATUS
from assay.cli.errors import EXIT
from assay.governance import Policy

DOCS = Path(__file__).resolve().parents[3] / "docs"
REWRITE = "run `python tools/write_reference.py` and commit the pages it writes"


def _page(name: str) -> str:
    return (DOCS / name).read_text()


def test_every_error_has_a_stable_code_of_its_own_and_says_what_it_means() -> None:
    found = list(errors())
    nameless = [e.where for e in found if not e.code or not e.says]
    assert nameless == []
    twice = [code for code, n in Counter(e.code for e in found).items() if n > 1]
    assert twice == []
    odd = [e.code for e in found if not re.fullmatch(r"[a-z]+\.[a-z0-9_]+", e.code)]
    assert odd == []


def test_every_error_code_is_documented_and_no_other() -> None:
    documented = set(re.findall(r"^\| `([^`]+)` \|", _page("errors.md"), re.MULTILINE))
    assert documented == {e.code for e in errors()}, REWRITE


def test_statuses_and_exit_codes_are_the_documented_ones() -> None:
    assert {kind.__name__: (STATUS[kind], EXIT[kind]) for kind in STATUS} == KINDS
    assert set(STATUS) == set(EXIT)


def test_every_command_and_option_is_documented_and_can_print_json() -> None:
    page = _page("commands.md")
    for name, command in commands():
        assert f"## `{name}`" in page, REWRITE
        part = page.split(f"## `{name}`")[1].split("\n## ")[0]
        options = [option for p in command.params for option in p.opts if option.startswith("--")]
        missing = [option for option in options if option != "--help" and f"`{option}`" not in part]
        assert missing == [], REWRITE
        assert "--json" in options, f"{name} lacks --json"
        assert command.help, name


def test_every_option_of_serve_is_a_documented_setting_with_a_variable() -> None:
    serve = dict(commands())["assay serve"]
    page = _page("configuration.md")
    for parameter in serve.params:
        if parameter.name in {"help", "as_json"}:
            continue
        assert parameter.envvar, parameter.name
        for name in (parameter.opts[0], parameter.envvar):
            assert f"`{name}`" in page, name


def test_every_field_of_the_policy_is_documented() -> None:
    page = _page("configuration.md")
    named = {field.name for field in fields(Policy)} - {"version", "preset"}
    assert [name for name in sorted(named) if f"`{name}`" not in page] == []
