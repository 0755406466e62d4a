"""Commands on a real data folder, and against a real server."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from assay.access import cheap_passwords, create_account, find_account, found_project, make_key_for, redeem_link
from assay.bootstrap import Settings, build
from assay.cli.running import run
from assay.kernel.actor import system
from assay.server import running

PASSWORD = "zebra-lamp-42-volt"  # noqa: S105 - of nobody


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that commands find by themselves."""
    folder = tmp_path / "house"
    monkeypatch.setenv("ASSAY_DATA", str(folder))
    return folder


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    """What a command prints with `--json`."""
    assert run([*arguments, "--json"]) == code, capsys.readouterr().out
    told = capsys.readouterr()
    assert told.err == ""
    return json.loads(told.out)


def test_a_house_is_made_filled_and_looked_after(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = said(capsys, "init", "--project", "Blood cells")
    assert made == {"data": str(data), "administrator": "admin", "project": "blood-cells"}
    assert said(capsys, "init", "--project", "Blood cells") == made
    assert data.stat().st_mode & 0o077 == 0

    added = said(capsys, "user", "add", "mia", "--name", "Mia", "--project", "blood-cells", "--role", "lead")
    assert added["link"].startswith("http://127.0.0.1:8000/link#")
    users = said(capsys, "user", "list")["users"]
    assert [(u["login"], u["is_admin"], u["has_password"]) for u in users] == [
        ("admin", True, False),
        ("mia", False, False),
    ]
    assert said(capsys, "user", "reset", "mia")["link"] != added["link"]

    key = said(capsys, "key", "add", "mia", "script", "--project", "blood-cells", "--days", "30")
    listed = said(capsys, "key", "list", "mia")["keys"]
    assert [(k["id"], k["name"], key["key"].startswith(k["prefix"])) for k in listed] == [(key["id"], "script", True)]
    said(capsys, "key", "revoke", "mia", key["id"])
    assert said(capsys, "key", "list", "mia")["keys"] == []
    assert said(capsys, "user", "disable", "mia", "--why", "left")["state"] == "disabled"


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["user", "reset", "nobody"], 5, "access.user_not_found"),
        (["user", "add", "a b"], 2, "access.bad_name"),
        (["user", "add", "admin"], 6, "access.taken"),
        (["user", "add", "eva", "--project", "none", "--role", "lead"], 5, "access.project_not_found"),
        (["user", "add", "eva", "--project", "none"], 2, "cli.usage"),
        (["user", "add", "eva", "--project", "none", "--role", "boss"], 5, "access.project_not_found"),
        (["key", "add", "nobody", "x"], 5, "access.user_not_found"),
        (["key", "add", "admin", "x", "--days", "0"], 2, "access.bad_name"),
        (["key", "revoke", "admin", "none"], 5, "access.key_not_found"),
        (["audit", "verify", "--against", "x"], 2, "cli.usage"),
        (["user", "list", "--data", "/nonexistent/house"], 2, "cli.usage"),
        (["user", "list", "--database", "mysql://x"], 2, "storage.unknown_database"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_code_and_changes_nothing(
    arguments: list[str], code: int, error: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "init")
    before = said(capsys, "user", "list"), said(capsys, "audit", "head")
    told = said(capsys, *arguments, code=code)["error"]
    assert told["code"] == error
    assert told["message"]
    assert (said(capsys, "user", "list"), said(capsys, "audit", "head")) == before
    assert data.exists()


def test_a_user_with_an_unknown_role_is_not_made(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "init", "--project", "one")
    said(capsys, "user", "add", "eva", "--project", "one", "--role", "boss", code=2)
    assert [u["login"] for u in said(capsys, "user", "list")["users"]] == ["admin"]
    assert data.exists()


def test_the_audit_log_is_verified_exported_and_held_against_a_kept_head(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "init")
    head = said(capsys, "audit", "head")
    kept = f"{head['size']}:{head['root']}"
    said(capsys, "user", "add", "mia")
    verified = said(capsys, "audit", "verify", "--against", kept)
    assert (verified["verified"], verified["size"] > head["size"]) == (True, True)
    forged = f"{head['size']}:{'0' * 64}"
    assert said(capsys, "audit", "verify", "--against", forged, code=10)["error"]["code"] == "storage.log_damaged"
    file = tmp_path / "log.jsonl"
    assert said(capsys, "audit", "export", str(file))["n_events"] == verified["size"]
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["seq"] for row in rows] == list(range(verified["size"]))
    assert "mia" not in json.dumps(rows)
    assert data.exists()


def test_a_changed_event_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "init")
    said(capsys, "audit", "verify")
    services = build(Settings(data=data))
    with services.house.bookkeeping() as connection:
        connection.exec_driver_sql("DROP TRIGGER events_no_update")
        connection.exec_driver_sql("UPDATE events SET why = 'nothing' WHERE seq = 0")
    services.close()
    told = said(capsys, "audit", "verify", code=10)["error"]
    assert "entry 0" in told["message"]
    doctor = said(capsys, "doctor", code=1)
    assert {c["name"]: c["state"] for c in doctor["checks"]}["audit log"] == "fail"


def test_the_doctor_says_what_runs_here(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = {c["name"]: c for c in said(capsys, "doctor")["checks"]}
    assert "none yet" in empty["database"]["found"]
    assert not data.exists()
    said(capsys, "init")
    checks = {c["name"]: c for c in said(capsys, "doctor")["checks"]}
    assert checks["database"]["found"].startswith("SQLite 3.")
    assert {"assay", "python", "quality kernel", "disk", "audit log", "web pages"} <= set(checks)
    data.chmod(0o755)
    assert {c["name"]: c["state"] for c in said(capsys, "doctor")["checks"]}["data folder"] == "warn"


def test_while_a_server_runs_its_folder_is_taken_and_commands_go_through_it(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said(capsys, "init", "--project", "one")
    services = build(Settings(data=data, port=0), passwords=cheap_passwords())
    house = services.house
    mia = create_account(system("test"), login="mia", name="Mia", is_admin=True, house=house)
    found_project(system("test"), "Two", lead=mia, house=house)
    key = make_key_for(system("test"), mia, "k", house=house).secret
    with running(services) as address:
        told = said(capsys, "user", "list", code=6)["error"]
        assert (told["code"], "--server" in told["hint"]) == ("storage.in_use", True)
        database = {c["name"]: c for c in said(capsys, "doctor")["checks"]}["database"]
        assert (database["state"], "server is using it" in database["found"]) == ("ok", True)

        there = ["--server", address, "--key", key]
        added = said(capsys, "user", "add", "ben", "--project", "two", "--role", "annotator", *there)
        assert added["link"].startswith(f"{address}/link#")
        assert said(capsys, "user", "reset", "Ben", "--project", "two", *there)["link"].startswith(address)
        assert said(capsys, "user", "reset", "eva", "--project", "two", *there, code=5)["error"]["code"] == (
            "access.user_not_found"
        )
        wrong = ["--server", address, "--key", "assay_no"]
        refused = said(capsys, "user", "add", "tom", "--project", "two", "--role", "annotator", *wrong, code=3)
        assert refused["error"]["code"] == "access.not_signed_in"

        link = said(capsys, "user", "reset", "ben", "--project", "two", *there)["link"].partition("#")[2]
        redeem_link(link, PASSWORD, loopback=True, house=house, passwords=services.passwords)
        monkeypatch.setattr("typer.prompt", lambda *_args, **_kwargs: PASSWORD)
        made = said(capsys, "key", "add", "ben", "script", "--server", address)
        answer = httpx.get(f"{address}/v1/session", headers={"authorization": f"Bearer {made['key']}"})
        ben = find_account(house, system("test"), "ben")
        assert ben is not None
        assert answer.json()["user"]["id"] == ben.id
    services.close()
    away = said(capsys, "user", "add", "x", "--project", "two", "--role", "lead", "--server", address, code=9)
    assert away["error"]["code"] == "client.server_away"


@contextmanager
def _serving(data: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """`assay serve` as its own process, and what it says once it answers."""
    command = [
        sys.executable,
        "-c",
        "from assay.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--data",
        str(data),
        "--json",
        *options,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    text = ""
    while not text.endswith("}\n"):
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        text += line
    try:
        yield process, json.loads(text)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_a_fresh_server_lets_its_first_administrator_in_and_stops_cleanly(data: Path) -> None:
    with _serving(data) as (process, first):
        address, token = first["address"], first["first_administrator"].partition("#")[2]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        redeemed = httpx.post(f"{address}/v1/links/redeem", json={"token": token, "password": PASSWORD})
        assert redeemed.json()["user"]["is_admin"] is True
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    with _serving(data) as (process, second):
        assert second["first_administrator"] is None  # somebody can sign in by now
        body = {"login": "admin", "password": PASSWORD}
        assert httpx.post(f"{second['address']}/v1/session", json=body).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in {0, 128 + signal.SIGTERM, -signal.SIGTERM}


def test_a_server_refuses_to_listen_beyond_this_machine_in_the_clear(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "serve", "--host", "0.0.0.0", code=2)["error"]  # noqa: S104 - refused
    assert told["code"] == "server.unsafe_bind"
    assert not data.exists()
