"""The simulated lead, who follows the overview while others work, and pauses whoever is mostly wrong."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any

from assay.demo.api import Api
from assay.demo.console import Console
from assay.demo.errors import DemoCallError

_PAUSE_FROM_IMAGES = 12  # enough gold to be sure, and to show the figure
_PAUSE_ERROR = 0.4
_CONFLICT = 409
_COMPARING_S = 60.0


class Watcher:
    """Reads the overview as a lead would.

    Args:
        api: the API under the lead's key.
        console: where to say what happens.
        may_pause: whether to take somebody off the work whose marks are mostly wrong.
    """

    def __init__(self, api: Api, console: Console, *, may_pause: bool) -> None:
        self._api, self._console, self._may_pause = api, console, may_pause
        self._told: set[str] = set()

    def look(self) -> dict[str, Any]:
        """Look once; returns the overview."""
        overview: dict[str, Any] = self._api.get("/overview")
        for alarm in overview["alarms"]:
            self._tell_once(f"alarm/{alarm['id']}", _alarm_words(alarm))
        for finding in overview["findings"]:
            self._tell_once(f"finding/{finding['title']}", f"    Practice differs: {finding['title']}")
        for row in overview["people"]:
            if self._may_pause and self._must_pause(row):
                self._pause(row)
        return overview

    def findings_by_now(self) -> list[dict[str, Any]]:
        """Have practice compared on everything there is now, and read what was found."""
        before = self._api.post("/practice", {})["at"]
        give_up = monotonic() + _COMPARING_S
        while self._api.get("/practice")["at"] == before and monotonic() < give_up:
            sleep(0.2)
        return list(self._api.rows("/findings"))

    def all_answers_are_in(self) -> bool:
        """Whether every answer to ordinary work has come in."""
        return answers_are_in(self._api)

    def _must_pause(self, row: dict[str, Any]) -> bool:
        low = row["error"]["estimate"]["low"]
        sure = low is not None and low >= _PAUSE_ERROR and row["n_gold_images"] >= _PAUSE_FROM_IMAGES
        return row["state"] == "active" and row["user"]["simulated"] and sure

    def _pause(self, row: dict[str, Any]) -> None:
        user, estimate = row["user"], row["error"]["estimate"]
        if f"pause/{user['id']}" in self._told:  # the overview is a second old and does not know yet
            return
        why = f"error on hidden gold {estimate['value']:.2f}, n {estimate['n_items']} images"
        try:
            self._api.post(f"/members/{user['id']}/pause", {"why": why})
        except DemoCallError as error:
            if error.status != _CONFLICT:  # the visitor may have been quicker
                raise
        self._api.post(f"/members/{user['id']}/reassign", {"why": why})
        self._tell_once(f"pause/{user['id']}", f"    {user['name']} is paused: {why}")

    def _tell_once(self, what: str, words: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self._console.say(words)


def answers_are_in(lead: Api) -> bool:
    """Whether every answer to ordinary work has come in."""
    rows = [batch for batch in lead.rows("/batches") if not batch["practice"]]
    return all(batch["n_answers"] >= batch["n_answers_wanted"] for batch in rows)


def _alarm_words(alarm: dict[str, Any]) -> str:
    back = alarm["n_put_back"] + alarm["n_sampled"]
    then = f", {back} answers go back to review" if back else ""
    return f"    {alarm['user']['name']}: alarm at gold image {alarm['gold_image']}{then}"
