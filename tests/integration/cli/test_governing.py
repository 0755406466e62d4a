"""Policy, approvals, promotion, rollback, escalation and precedents by command, against a real server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.projects import SETUP, Project, a_project
from tests.support.promoting import a_version, evaluator

from assay.access import cheap_passwords, list_accounts, make_key_for, make_link, redeem_link
from assay.bootstrap import Settings, build
from assay.cli.running import run
from assay.jobs import promoting_tools
from assay.models import PRODUCTION, version_of_alias
from assay.server import running

SIGNED_WITH = "zebra-lamp-42-volt"
RULES = """
assay: policy/1
approvals:
  promotion: {signatures: 1, by: [approver]}
  guideline: {signatures: 1, by: [approver], evidence: [ruling]}
  policy: {signatures: 1, by: [approver]}
promotion:
  first_model: {floors: {f1: 0.5}}
"""


@dataclass
class Desk:
    """A running server, and people who type."""

    address: str
    project: Project
    keys: dict[str, str]

    def type(self, capsys: pytest.CaptureFixture[str], who: str, *words: str, code: int = 0) -> Any:
        """Somebody types a command; what it answers as JSON."""
        options = ["-p", self.project.id, "--server", self.address, "--key", self.keys[who], "--json"]
        assert run([*words, *options]) == code, capsys.readouterr()
        return json.loads(capsys.readouterr().out)

    def sign(self, capsys: pytest.CaptureFixture[str], login: str, proposal: str, digest: str, code: int = 0) -> Any:
        """Somebody signs with their password."""
        options = ["-p", self.project.id, "--server", self.address, "--login", login, "--json"]
        words = ["approvals", "sign", proposal, "--digest", digest, "--meaning", "approved", *options]
        assert run(words) == code, capsys.readouterr()
        return json.loads(capsys.readouterr().out)

    def login(self, name: str) -> str:
        """What somebody signs in with."""
        found = next(a for a in list_accounts(self.project.house, SETUP) if a.id == self.project.people[name])
        return found.login

    def until(self, what: Any) -> Any:
        """Wait for what consumers and workflows do."""
        end = time.monotonic() + 300
        while time.monotonic() < end:
            if (found := what()) is not None:
                return found
            time.sleep(0.1)
        raise AssertionError("it did not happen within five minutes")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(promoting_tools, "evaluate_by_run", lambda house, _wake: evaluator(house, {}))
    monkeypatch.setattr("typer.prompt", lambda *_args, **_options: SIGNED_WITH)
    passwords = cheap_passwords()
    services = build(Settings(data=tmp_path / "house", port=0), passwords=passwords)
    house = services.house
    project = a_project(house, n_items=1, annotators=("ann",))
    a_version(house, project.id, project.actor("expert"))
    for name in ("lead", "approver"):
        link = make_link(SETUP, project.people[name], "invite", house=house).secret
        redeem_link(link, SIGNED_WITH, loopback=True, house=house, passwords=passwords)
    keys = {n: make_key_for(SETUP, project.people[n], "k", house=house).secret for n in ("lead", "approver", "expert")}
    with running(services) as address:
        yield Desk(address, project, keys)
    services.close()


@pytest.mark.slow
def test_a_model_is_taken_into_use_by_somebody_else_and_rolled_back_by_one_command(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "policy.yaml"
    rules.write_text(RULES)
    assert desk.type(capsys, "lead", "policy", "publish", str(rules))["version"] == 1
    asked = desk.type(capsys, "lead", "promote", "finder@1", "--why", "finds more")
    assert asked["state"] in {"requested", "evaluated", "waiting"}

    def state(wanted: str) -> Any:
        [row] = desk.type(capsys, "lead", "promote", "--list")["promotions"]
        return row if row["state"] == wanted else None

    waiting = desk.until(lambda: state("waiting"))
    assert waiting["gate"]["passed"]
    assert waiting["title"].startswith("finder@1 passed the gate and waits for signatures: The first model passes")
    [row] = desk.type(capsys, "approver", "approvals", "inbox")["inbox"]
    assert (row["id"], row["why"]) == (
        waiting["proposal_id"],
        "You are approver here, and one more signature is needed.",
    )
    assert desk.type(capsys, "lead", "approvals", "inbox")["inbox"] == []
    shown = desk.type(capsys, "approver", "approvals", "show", row["id"])
    assert {e["kind"] for e in shown["evidence"]} == {"evaluation", "gate"}
    refusal = desk.sign(capsys, desk.login("lead"), row["id"], shown["digest"], code=4)
    assert "nobody approves their own work" in refusal["error"]["message"]
    desk.sign(capsys, desk.login("approver"), row["id"], "0" * 64, code=6)
    assert desk.sign(capsys, desk.login("approver"), row["id"], shown["digest"])["state"] == "approved"
    desk.until(lambda: state("watched"))
    back = desk.type(capsys, "lead", "rollback", "--reason", "stops good boards on line 4")
    assert (back["state"], back["reason"]) == ("rolled_back", "stops good boards on line 4")
    with desk.project.house.read(SETUP, desk.project.id) as rx:
        assert version_of_alias(rx, PRODUCTION) is None
    assert desk.type(capsys, "lead", "rollback", "--reason", "again", code=6)["error"]["code"] == (
        "promotions.nothing_to_roll_back"
    )


@pytest.mark.slow
def test_a_policy_that_guards_itself_and_the_guideline_changes_by_signatures_only(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "policy.yaml"
    rules.write_text(RULES)
    desk.type(capsys, "lead", "policy", "publish", str(rules))
    rules.write_text(RULES.replace("f1: 0.5", "f1: 0.7"))
    assert desk.type(capsys, "lead", "policy", "check", str(rules))["warnings"]
    made = desk.type(capsys, "lead", "policy", "publish", str(rules))
    assert made["version"] is None
    shown = desk.type(capsys, "lead", "approvals", "show", made["proposal_id"])
    desk.sign(capsys, desk.login("approver"), made["proposal_id"], shown["digest"])

    def published() -> Any:
        found = desk.type(capsys, "lead", "policy", "show")
        return found if found["version"] == 2 else None

    assert desk.until(published)["rules"]["promotion"]["floors"] == {"f1": 0.7}

    item = desk.project.items[0]
    asked = desk.type(capsys, "lead", "escalate", "Is a reflection a cell?", "--item", item, "--clause", "1.1")
    text = "Reflections\\n\\nNever box a reflection."
    ruled = desk.type(capsys, "expert", "rule", asked["id"], "No, never.", "--clause", "1.2", "--clause-text", text)
    assert ruled["new_guideline_version"] is None
    [waits] = ruled["proposals"]
    digest = desk.type(capsys, "lead", "approvals", "show", waits)["digest"]
    desk.sign(capsys, desk.login("approver"), waits, digest)
    desk.until(lambda: desk.type(capsys, "lead", "approvals", "show", waits)["state"] == "done" or None)
    [precedent] = desk.type(capsys, "lead", "precedents", "reflection")["precedents"]
    assert (precedent["ruling"], precedent["clause"]) == ("No, never.", "1.2")


def test_a_policy_file_is_checked_without_a_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("assay: policy/1\napprovals:\n  promotion: {signatres: 2}\n")
    assert run(["policy", "check", str(file)]) == 2
    assert "line 3: approvals.promotion has no key 'signatres'; did you mean 'signatures'?" in capsys.readouterr().err
    file.write_text(RULES)
    assert run(["policy", "check", str(file)]) == 0
    assert "A model taken into use needs 1 signature" in capsys.readouterr().out
