"""Around the play: console, memory, the caller of the API, the lead who watches, the report."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.demo import CLASSES, true_items

from assay.demo import api as api_module
from assay.demo.api import Api
from assay.demo.command import _forget
from assay.demo.console import Console
from assay.demo.errors import DemoCallError, DemoDataError, DemoServerError
from assay.demo.material import Material
from assay.demo.memory import Memory, Tally
from assay.demo.people import cast_for
from assay.demo.releasing import what_blocks
from assay.demo.report import annotator_reports, as_lines, full_report
from assay.demo.watching import Watcher


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_away_from_a_terminal_each_step_is_one_line_when_it_is_done() -> None:
    out = io.StringIO()
    console = Console(out)
    with console.step("Counting", 3) as step:
        step.reached(2)
        step.reached(3, "all there")
    with console.step("Nothing to do", quiet=True):
        pass
    assert out.getvalue().count("\n") == 1
    assert "3 of 3  all there" in out.getvalue()
    assert "\x1b" not in out.getvalue()
    assert set(console.seconds) == {"Counting", "Nothing to do"}


def test_on_a_terminal_what_is_said_stands_above_the_step_under_way() -> None:
    out = Terminal()
    console = Console(out)
    with console.step("Counting", 3):
        console.say("something happened")
    before, after = out.getvalue().split("something happened")
    assert before.endswith("\x1b[2K")
    assert after.startswith("\n  Counting")


def test_a_silent_console_prints_nothing() -> None:
    console = Console(None)
    with console.step("x") as step:
        step.note("y")
    console.say("z")
    assert console.seconds


def test_memory_goes_on_where_it_was_left(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "drawn", 7)
    memory.tallies["ana"] = Tally(3, 30, 1)
    memory.finished = True
    memory.keep()
    again = Memory(tmp_path, "drawn", 99)
    assert (again.seed, again.finished, again.tallies) == (7, True, {"ana": Tally(3, 30, 1)})
    assert [p.name for p in tmp_path.iterdir()] == ["demo.json"]


def test_fresh_removes_a_demo_and_refuses_anything_else(tmp_path: Path) -> None:
    Memory(tmp_path / "demo", "drawn", 7).keep()
    _forget(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()
    _forget(tmp_path / "absent")
    (tmp_path / "thesis.txt").write_text("five years of work")
    with pytest.raises(DemoDataError, match="not a demo's house"):
        _forget(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def an_api(monkeypatch: pytest.MonkeyPatch, answer: Any) -> Api:
    monkeypatch.setattr(api_module, "sleep", lambda _: None)
    api = Api("http://demo", "demo", "key")
    api._http = httpx.Client(base_url="http://demo", transport=httpx.MockTransport(answer))
    return api


def test_a_refusal_names_the_call_and_the_servers_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(409, json={"error": {"code": "queue.lease_lapsed", "message": "Too late.", "hint": ""}})

    with (
        an_api(monkeypatch, refuse) as api,
        pytest.raises(DemoCallError, match=r"POST .*/claims answered 409.*Too late"),
    ):
        api.post("/claims", {})


def test_a_busy_server_is_asked_again_and_an_absent_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def busy_once(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return httpx.Response(503 if len(seen) == 1 else 200, json={"rows": [1], "next": None})

    with an_api(monkeypatch, busy_once) as api:
        assert list(api.rows("/items")) == [1]
    assert seen == ["/v1/projects/demo/items"] * 2

    def gone(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with an_api(monkeypatch, gone) as api, pytest.raises(DemoServerError, match="does not answer"):
        api.get("/v1/health")


def test_tables_are_read_to_their_last_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def paged(request: httpx.Request) -> httpx.Response:
        second = "cursor" in request.url.params
        return httpx.Response(200, json={"rows": [2] if second else [1], "next": None if second else "n"})

    with an_api(monkeypatch, paged) as api:
        assert list(api.rows("/items")) == [1, 2]


def an_estimate(value: float | None, low: float | None, high: float | None, n: int = 300) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, "n": n, "n_items": n // 12, "method": "wilson-pooled-rho"}


def a_row(user: str, value: float, *, n_gold: int = 36, alarm: bool = False) -> dict[str, Any]:
    return {
        "user": {"id": user, "name": user.title(), "simulated": True},
        "state": "active",
        "error": {"estimate": an_estimate(value, max(0.0, value - 0.03), value + 0.05)},
        "n_gold_images": n_gold,
        "alarm": {"id": f"alarm-{user}"} if alarm else None,
    }


class FakeApi:
    """Answers with what it was given and remembers what was posted."""

    def __init__(self, overview: dict[str, Any]) -> None:
        self._overview = overview
        self.posted: list[str] = []

    def get(self, path: str) -> dict[str, Any]:
        assert path == "/overview"
        return self._overview

    def post(self, path: str, _body: dict[str, Any]) -> None:
        self.posted.append(path)


def an_overview() -> dict[str, Any]:
    return {
        "people": [a_row("farid", 0.55, alarm=True), a_row("ana", 0.03), a_row("elif", 0.6, n_gold=5)],
        "alarms": [
            {"id": "1", "user": {"id": "farid", "name": "Farid"}, "gold_image": 4, "n_put_back": 9, "n_sampled": 2}
        ],
        "findings": [{"feature": "touches_edge", "title": "Two people leave out parts cut by the edge", "people": []}],
    }


def test_the_watcher_pauses_only_whom_enough_gold_shows_to_be_mostly_wrong() -> None:
    api, out = FakeApi(an_overview()), io.StringIO()
    watcher = Watcher(api, Console(out), may_pause=True)  # type: ignore[arg-type]  # what it needs of an Api
    watcher.look()
    watcher.look()
    assert api.posted[:2] == ["/members/farid/pause", "/members/farid/reassign"]
    assert not any("ana" in path or "elif" in path for path in api.posted)
    assert out.getvalue().count("alarm at gold image 4, 11 answers go back") == 1
    assert out.getvalue().count("Two people leave out parts") == 1


def test_without_leave_the_watcher_pauses_nobody() -> None:
    api = FakeApi(an_overview())
    Watcher(api, Console(None), may_pause=False).look()  # type: ignore[arg-type]  # as above
    assert api.posted == []


def test_what_blocks_a_release_is_told_in_words() -> None:
    gates = [
        {"name": "Coverage", "state": "wait", "reason": "3 images are not complete", "rule": "all"},
        {"name": "Splits", "state": "pass", "reason": "", "rule": ""},
        {"name": "Agreement", "state": "block", "reason": "", "rule": "at least .7"},
    ]
    assert what_blocks({"gates": gates}) == ["Coverage: 3 images are not complete", "Agreement: at least .7"]


def a_report() -> dict[str, Any]:
    items = tuple(true_items(80))
    material = Material("M", "folder", "objects", CLASSES, items, (), "Real labels have misses.")
    cast = cast_for(items)
    rows = [
        a_row(p.login, {"ana": 0.02, "farid": 0.5}.get(p.login, 0.2), alarm=p.login in {"farid", "elif", "chidi"})
        for p in cast
    ]
    people = [{"id": login, "name": login} for login in ("bo", "dewi")]
    finding = {
        "feature": "edge",
        "form": "split",
        "part": "existence",
        "title": "Objects cut by the image edge: two people leave them out, three draw them",
        "sides": [
            {"does": "leave them out", "people": people, "value": an_estimate(0.6, 0.5, 0.7)},
            {"does": "draw them", "people": [], "value": an_estimate(0.05, 0.03, 0.08)},
        ],
        "clause_id": "4.2",
    }
    overview = {
        "people": rows,
        "agreement": {"estimate": an_estimate(0.8, 0.78, 0.83)},
        "mean_iou": {"estimate": an_estimate(0.7, 0.68, 0.73)},
    }
    tallies = {p.login: Tally(10, 100, 20 if p.login != "ana" else 2) for p in cast}
    release = {k: k for k in ("id", "name", "merkle_root", "digest", "verify_command")} | {
        "n_items": 80,
        "n_marks": 300,
    }
    return full_report(
        material=material,
        annotators=annotator_reports(cast, material, tallies, overview, [finding], {p.login: p.login for p in cast}),
        tallies=tallies,
        released={"true": 0.004, "n": 300, "n_items": 60},
        overview=overview,
        findings=[finding],
        release=release,
        verified=True,
        seed=7,
        gold_share=0.18,
        seconds=61.26,
        steps={"x": 1.0},
    )


def test_the_report_sets_the_measured_beside_the_true() -> None:
    report = json.loads(json.dumps(a_report()))
    assert report["release"] | {"verified": True, "merkle_root": "merkle_root"} == report["release"]
    assert [a["name"] for a in report["annotators"]] == [p.name for p in cast_for(true_items(80))]
    by_login = {a["login"]: a for a in report["annotators"]}
    assert (
        by_login["ana"] | {"true": 0.02, "covered": True, "expected_flag": False, "flagged": False} == by_login["ana"]
    )
    assert by_login["bo"]["flagged_by"] == ["finding:edge"]
    assert by_login["farid"]["flagged_by"] == ["alarm"]
    assert not by_login["farid"]["covered"]
    assert all(a["flagged"] == a["expected_flag"] for a in report["annotators"])
    assert set(report["agreement"]["agreement"]) == {"value", "low", "high", "n", "n_items", "method"}
    assert report["seconds"] == 61.3
    assert report["handed_in"] == {"true": pytest.approx(0.17), "n": 600, "n_items": 60}


def test_the_reports_lines_hold_value_interval_and_n_and_say_what_real_labels_are() -> None:
    text = "\n".join(as_lines(a_report()))
    assert "Ana Duarte" in text
    assert ".02  .00–.07" in text
    assert "300 marks, 25 images" in text
    assert "Real labels have misses." in text
    assert "not as expected" not in text
