"""Everybody at work through the API: annotators who claim and submit, a reviewer, an expert who settles disputes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex
from time import monotonic, sleep
from typing import Any

from assay.demo.answers import Answer, answer, exact_counts, expert_answer, score
from assay.demo.api import Api
from assay.demo.errors import DemoStuckError
from assay.demo.memory import Tally
from assay.demo.person import SimulatedPerson
from assay.demo.scene_setting import Stage
from assay.quality.scores import Verdict

_EMPTY_WAIT_S = 0.6  # a task may come back; the queue looks from its front again every two seconds
_IDLE_S = 0.25
_REJECT_FROM = 0.7
_REASONS = {
    Verdict.MISSED: "missed",
    Verdict.SPURIOUS: "spurious",
    Verdict.MISCLASSIFIED: "class",
    Verdict.MISLOCALISED: "placement",
}


@dataclass
class Work:
    """The annotators' shared state.

    Attributes:
        tallies: by login.
        complete: set when every answer to ordinary work is in, so that whoever finds the queue empty may go.
        stop: set to make everybody leave.
        failed: what went wrong in any thread.
    """

    tallies: dict[str, Tally] = field(default_factory=dict)
    complete: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)
    failed: list[BaseException] = field(default_factory=list)

    @property
    def n_answers(self) -> int:
        """Answers handed in by everybody."""
        return sum(tally.n_answers for tally in self.tallies.values())

    def guarded(self, act: Callable[[], None]) -> Callable[[], None]:
        """The same act for a thread: what goes wrong is kept for the main thread, and everybody stops."""

        def run() -> None:
            try:
                act()
            except BaseException as error:  # noqa: BLE001 - a thread has nobody else to tell
                self.failed.append(error)
                self.stop.set()

        return run


class Annotator:
    """One simulated annotator, working until all is done, they are paused, or the work is stopped.

    Args:
        person: who.
        api: the API under their own key.
        stage: what is being played.
        work: shared with the others.
        n_expected: how many tasks they will get in all; the slip comes at half of it.
        pace_s: seconds to spend on a task; 0 works as fast as the server answers.
    """

    def __init__(
        self, person: SimulatedPerson, api: Api, stage: Stage, work: Work, *, n_expected: int, pace_s: float = 0.0
    ) -> None:
        self._person, self._api, self._stage, self._work = person, api, stage, work
        self._n_expected, self._pace_s = n_expected, pace_s
        self._tally = work.tallies.setdefault(person.login, Tally())

    def run(self) -> None:
        """Work until there is nothing left, or until stopped."""
        while not self._work.stop.is_set():
            start = monotonic()
            last_look = self._work.complete.is_set()
            claim = self._api.post("/claims", {})
            if claim["assignment"] is not None:
                self._do(claim["assignment"])
                self._work.stop.wait(max(0.0, self._pace_s - (monotonic() - start)))
            elif claim["reason"] == "paused" or last_look:
                self._tally.paused = claim["reason"] == "paused"
                return
            else:
                self._work.stop.wait(_EMPTY_WAIT_S)

    def _do(self, assignment: dict[str, Any]) -> None:
        item = self._stage.known(self._api.image(assignment["image_url"]))
        slipped = self._tally.n_answers >= self._n_expected / 2
        given = answer(self._person, item, self._stage.material.classes, seed=self._stage.seed, slipped=slipped)
        hand_in(self._api, self._stage, assignment, given)
        units, errors = exact_counts([item], [given.marks])
        self._tally.n_answers += 1
        self._tally.n_units += int(units[0])
        self._tally.n_errors += int(errors[0])


def hand_in(api: Api, stage: Stage, assignment: dict[str, Any], given: Answer) -> None:
    """Submit an answer to an assignment."""
    body = {
        "client_key": token_hex(16),
        "marks": stage.marks_in(given.marks),
        "seconds": given.seconds,
        "schema_version": assignment["schema_version"],
        "guideline_version": assignment["guideline_version"],
    }
    api.post(f"/assignments/{assignment['id']}/submission", body)


def review_all(
    api: Api,
    stage: Stage,
    *,
    until: Callable[[], bool],
    leave: Callable[[], bool],
    tell: Callable[[int], None],
    pace_s: float = 0.0,
) -> int:
    """Look at every answer that waits for review, with the truth at hand; returns how many were looked at.

    Args:
        api: the API under the reviewer's key.
        stage: what is being played.
        until: whether to stop when nothing waits.
        leave: whether to stop at once.
        tell: called with the number looked at.
        pace_s: seconds to rest after each.
    """
    n = 0
    while not leave():
        review = api.post("/reviews/claims", {})["review"]
        if review is None:
            if until():
                return n
            sleep(_IDLE_S)
            continue
        _review(api, stage, review)
        n += 1
        tell(n)
        sleep(pace_s)
    return n


def _review(api: Api, stage: Stage, review: dict[str, Any]) -> None:
    item = stage.known(api.image(review["image_url"]))
    scored = score([item], [stage.marks_out(review["marks"])])
    n_errors, n_units = int(scored.n_errors[0]), int(scored.n_units[0])
    right = expert_answer(item, seed=stage.seed, login="reviewer")
    body: dict[str, Any] = {"client_key": token_hex(16), "seconds": right.seconds, "verdict": "accept"}
    if n_errors:
        worst = max(_REASONS, key=lambda kind: int(scored.counts(kind)[0]))
        body |= {"reason_code": _REASONS[worst], "note": f"{n_errors} of {n_units} marks differ from the guideline"}
        if n_errors >= _REJECT_FROM * n_units and n_units > 1:
            body["verdict"] = "reject"
        else:
            body |= {"verdict": "fix", "marks": stage.marks_in(right.marks)}
    api.post(f"/reviews/{review['id']}/verdict", body)


def settle_all(api: Api, stage: Stage, tell: Callable[[int], None]) -> int:
    """Let the expert settle every open dispute; returns how many."""
    n = 0
    while (case := api.post("/adjudications/claims", {})["adjudication"]) is not None:
        item = stage.known(api.image(case["image_url"]))
        right = expert_answer(item, seed=stage.seed)
        body = {
            "marks": stage.marks_in(right.marks),
            "note": "drawn anew by the guideline",
            "client_key": token_hex(16),
            "seconds": right.seconds,
        }
        api.post(f"/adjudications/{case['id']}/settlement", body)
        n += 1
        tell(n)
    return n


def wait_until_followed(api: Api, *, most_s: float = 120.0) -> None:
    """Wait until every consumer of events has seen everything that happened."""
    end = monotonic() + most_s
    while behind := [c["name"] for c in api.get("/v1/health")["consumers"] if c["lag"]]:
        if monotonic() > end:
            raise DemoStuckError(f"After {most_s:.0f} s {', '.join(behind)} still lag behind.")
        sleep(0.1)
