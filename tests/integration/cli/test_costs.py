"""`assay cost` against a real server: a card is set, work is priced, and the figures add up to the cent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.projects import SETUP, a_project

from assay.access import cheap_passwords, make_key_for
from assay.bootstrap import Settings, build
from assay.cli.costs import EXAMPLE
from assay.cli.running import run
from assay.costs import book
from assay.server import running
from assay.storage import House, seal


@dataclass
class Site:
    """A running server with a project in which some work was done."""

    address: str
    slug: str
    key: str
    house: House

    def book(self) -> None:
        """Do what the server does every second."""
        while seal(self.house):
            pass
        book(self.slug, house=self.house)

    def said(self, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
        options = ["-p", self.slug, "--server", self.address, "--key", self.key, "--json"]
        assert run([*arguments, *options]) == code, capsys.readouterr().out
        return json.loads(capsys.readouterr().out)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    services = build(Settings(data=tmp_path / "house", port=0), passwords=cheap_passwords())
    house = services.house
    project = a_project(house, n_items=12, annotators=("ann", "bob"))
    project.batch(overlap=2)
    project.work("ann")
    project.work("bob")
    project.follow()
    seal(house)
    key = make_key_for(SETUP, project.people["lead"], "test", house=house).secret
    with running(services) as address:
        yield Site(address, project.id, key, house)
    services.close()


def test_work_is_priced_and_every_sum_adds_up(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.book()
    before = site.said(capsys, "cost", "show")
    assert before["currency"] is None
    assert before["title"] == "Nothing has a price yet: set a rate card"
    assert site.said(capsys, "cost", "forecast", code=2)["error"]["code"] == "costs.no_history"

    card = json.loads(EXAMPLE) | {"contracts": [], "valid_from": "2020-01-01T00:00:00Z"}
    file = tmp_path / "rates.json"
    file.write_text(json.dumps(card))
    assert site.said(capsys, "cost", "set-rates", str(file))["version"] == 1
    assert site.said(capsys, "cost", "set-rates", str(file), code=6)["error"]["code"] == "costs.rate_card_stale"

    site.book()
    found = site.said(capsys, "cost", "show")
    stages = {s["stage"]: Decimal(s["amount"]) for s in found["stages"]}
    assert stages["annotate"] == Decimal("0.30")  # 24 answers of 3 s at 15 an hour
    assert sum(stages.values()) == Decimal(found["total"])
    assert sum(Decimal(b["amount"]) for b in found["batches"]) == Decimal(found["total"])
    assert sum(Decimal(c["amount"]) for c in found["by_class"]) == Decimal(found["total"])
    assert found["n_accepted_items"] == found["n_accepted_marks"] == 12
    assert found["per_mark"]["value"] == pytest.approx(float(found["total"]) / 12, abs=0.001)

    ahead = site.said(capsys, "cost", "forecast", "--scale", "10", "--overlap", "1", "--gold-rate", "0.02")
    assert ahead["items_then"] == 10 * ahead["items_now"] == 120
    assert ahead["then"]["money"]["low"] < ahead["then"]["money"]["value"] < ahead["then"]["money"]["high"]
    assert ahead["changed"]["money"]["value"] < ahead["then"]["money"]["value"]
    assert {c["name"] for c in ahead["changes"]} == {"overlap", "gold_rate"}
    assert ahead["then"]["hours"]["value"] == pytest.approx(10 * ahead["now"]["hours"]["value"], rel=0.02)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "rates.json: the file:"),
        ('{"version": 0, "currency": "EUR", "per_hour": {"cook": "1"}}', "per_hour.cook"),
        ('{"version": 0, "currency": "EUR", "per_hour": {"annotator": 1.5}}', "per_hour.annotator"),
        ('{"version": 0, "currency": "EUR", "per_hour": {"annotator": "-2"}}', "per_hour.annotator"),
    ],
)
def test_a_file_that_is_no_rate_card_is_named_with_the_place(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rates.json"
    file.write_text(text)
    assert run(["cost", "set-rates", str(file), "-p", "x", "--key", "y"]) == 2
    assert said in capsys.readouterr().err
