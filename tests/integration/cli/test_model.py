"""`assay model` against a real server: train, evaluate, register, suggest, certify; files that are wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.model_shop import ModelShop
from tests.support.onnx_files import brightness_tagger
from tests.support.projects import SETUP

from assay.access import cheap_passwords, make_key_for
from assay.bootstrap import Settings, build
from assay.cli.running import run
from assay.client import Client, calls, model_calls
from assay.jobs.intake import DecodePool
from assay.server import running
from assay.wire.models import ClassSuggestion, SuggestionPolicyIn

CONFIG = {"classes": ["light", "dark"], "size_px": [8, 8]}

pytestmark = pytest.mark.slow


@dataclass
class Site:
    """A running server with light and dark pictures, a release and gold."""

    address: str
    shop: ModelShop
    keys: dict[str, str]

    def said(self, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0, as_json: bool = True) -> Any:
        options = ["-p", self.shop.project.id, "--server", self.address, "--key", self.keys["lead"]]
        answer = run(["model", *arguments, *options, *(["--json"] if as_json else [])])
        out, err = capsys.readouterr()
        assert answer == code, out + err
        return json.loads(out) if as_json and code == 0 else out + err


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    services = build(Settings(data=tmp_path / "house", port=0), passwords=cheap_passwords())
    with DecodePool(n_children=1) as pool:
        shop = ModelShop(services.house, tmp_path / "house", pool)
    shop.gold(shop.project.items[:6])
    shop.label(shop.project.items[6:18])
    shop.release()
    shop.batch(shop.project.items[18:])
    keys = {
        who: make_key_for(SETUP, shop.project.people[who], "test", house=services.house).secret
        for who in ("lead", "ann")
    }
    with running(services) as address:
        yield Site(address, shop, keys)
    services.close()


def test_a_model_is_trained_measured_shown_and_suggests(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    made = site.said(capsys, "train", "tags", "shade", "--release", "r1", "--intended-use", "Sorts by light.")
    assert (made["state"], made["model"], made["steps_done"]) == ("finished", "shade@1", 3)
    measured = site.said(capsys, "evaluate", "shade@1")
    assert measured["n_items"] == 6
    assert measured["measures"]["right_items"]["value"] == 1.0
    (listed,) = site.said(capsys, "list")["models"]
    assert listed["title"] == "shade@1"
    assert listed["release"] == "r1"
    card = site.said(capsys, "show", "shade", "--card", as_json=False)
    assert "# shade@1" in card
    assert "Sorts by light." in card
    assert "6 gold images" in card

    with Client(site.address, site.keys["lead"]) as lead:
        wanted = {"*": ClassSuggestion(mode="loop")}
        body = SuggestionPolicyIn(version=0, why="try", model="shade", withheld_share=0.01, classes=wanted)
        lead.send(model_calls.set_suggestion_policy(site.shop.project.id, body))
    done = site.said(capsys, "suggest", "shade@1")
    assert done["log"][0].startswith("shade@1 answered")
    with Client(site.address, site.keys["ann"]) as ann:
        work = ann.send(calls.claim(site.shop.project.id)).assignment
        assert work is not None
        offered = ann.send(model_calls.suggestion(site.shop.project.id, work.id)).marks
    assert [m.model for m in offered] in ([], ["shade@1"])
    assert "at least one class with mode automatic" in site.said(capsys, "certify", "shade", code=2, as_json=False)
    assert {r["state"] for r in site.said(capsys, "runs")["runs"]} == {"finished", "failed"}


def test_an_onnx_file_is_tried_out_before_it_is_registered(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, picture = tmp_path / "good.onnx", tmp_path / "picture.png"
    good.write_bytes(brightness_tagger())
    picture.write_bytes(b"\x89PNG\r\n\x1a\nnot a model")
    said = ["--task", "tags", "--config", json.dumps(CONFIG)]
    assert site.said(capsys, "register", "light", str(good), *said)["title"] == "light@1"
    wrong = site.said(capsys, "register", "light", str(picture), *said, code=2, as_json=False)
    assert "The model file cannot be used" in wrong
    shape = ["--task", "tags", "--config", json.dumps({**CONFIG, "size_px": [9, 9]})]
    wrong = site.said(capsys, "register", "light", str(good), *shape, code=2, as_json=False)
    assert "'picture' has the shape [1, 3, 8, 8], wanted is [1, 3, 9, 9]" in wrong
    server = [
        "--task",
        "boxes",
        "--runner",
        "http",
        "--config",
        '{"address": "http://10.0.0.1:1", "classes": ["light"]}',
    ]
    assert "is not allowed here" in site.said(capsys, "register", "far", *server, code=4, as_json=False)
    assert "is no JSON" in site.said(capsys, "register", "x", *said[:2], "--config", "{", code=2, as_json=False)
    assert "There is no model 'light@9'" in site.said(capsys, "show", "light@9", code=2, as_json=False)
    assert "There is no trainer 'magic'" in site.said(
        capsys, "train", "magic", "m", "--release", "r1", code=2, as_json=False
    )
