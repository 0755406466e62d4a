"""One run of the demonstration: from an empty project to a signed release, all of it through the public API."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from assay.demo.api import Api
from assay.demo.boards.model import Boards
from assay.demo.console import Console
from assay.demo.errors import DemoStuckError
from assay.demo.house import Opened
from assay.demo.labelling import Annotator, Work, review_all, settle_all, wait_until_followed
from assay.demo.material import N_PRACTICE, DrawnMaterial, boards_material, folder_material
from assay.demo.memory import Memory
from assay.demo.people import APPROVER, EXPERT, LEAD, REVIEWER, cast_for
from assay.demo.plan import DRAWN, Plan, sizes_of
from assay.demo.releasing import (
    Approver,
    fetch_release,
    freeze_release,
    released_marks,
    start_release,
    verify_offline,
    what_blocks,
)
from assay.demo.report import annotator_reports, full_report
from assay.demo.scene_setting import (
    N_ANNOTATORS,
    OVERLAP,
    Stage,
    draw_and_upload,
    gold_rate,
    import_folder,
    n_gold_to_sign,
    open_batches,
    recognise_items,
    set_policy,
    sign_gold,
    upload_boards,
    write_rules,
)
from assay.demo.second.ground import Ground
from assay.demo.second.round import SecondRound
from assay.demo.watching import Watcher

PACED_S = 110.0
_LOOK_S = 1.0
_REVIEW_S = 0.5  # paced, so that something is still open when the release is asked for
_READ_S = 8.0
_ROUNDS = 8


class Play:
    """One run against a server that answers.

    Args:
        plan: what to play.
        opened: where the server answers, and everybody's credentials.
        memory: what is kept beside the house.
        console: where progress is shown.
        stack: closes the connections.
        boards: makes what is labelled ready, where it is boards with templates.
    """

    def __init__(
        self,
        plan: Plan,
        opened: Opened,
        memory: Memory,
        console: Console,
        stack: ExitStack,
        boards: Callable[[], Boards | None] = lambda: None,
    ) -> None:
        self._plan, self._opened, self._memory, self._console, self._stack = plan, opened, memory, console, stack
        self._lead, self._expert, self._reviewer = (self._api(p.login) for p in (LEAD, EXPERT, REVIEWER))
        self._watcher = Watcher(self._lead, console, may_pause=plan.paced)
        self._began = monotonic()
        self._supply = boards
        self._boards: Boards | None = None
        self.approvers = {
            login: Approver(stack.enter_context(Api(opened["address"], opened["project"])), link)
            for login, link in opened["approver_links"].items()
        }
        self._stage: Stage | None = None
        self._signed: dict[str, Any] = {}

    def run(self) -> dict[str, Any]:
        """Play to the end; returns the report."""
        stage = self._stage = self._set_the_scene()
        self._label(stage)
        release = self._signed = self._release(stage)
        with self._console.step("Verifying it without a server") as step:
            folder = fetch_release(self._lead, release, self._plan.house)
            verified = verify_offline(folder)
            step.note("verified" if verified else "NOT verified")
        report = self._report(stage, release, folder, verified=verified)
        self._memory.finished = True
        self._memory.keep()
        return report

    def run_again(self) -> dict[str, Any]:
        """Play the second round behind the first; returns its part of the report.

        Raises:
            DemoStuckError: an earlier second round was broken off; what it left cannot be gone on with.
        """
        if self._memory.second_begun:
            raise DemoStuckError(
                "A second round was begun here and broken off.", hint="Begin afresh, with --fresh or another --house."
            )
        self._memory.second_begun = True
        self._memory.keep()
        if self._stage is None:  # the first round was played in an earlier start
            self._stage = self._set_the_scene()
            self._signed = next(r for r in self._lead.rows("/releases") if r["state"] == "signed")
        found = SecondRound(self._ground(self._stage), self._signed, self._plan.house).run()
        self._memory.second_finished = True
        self._memory.keep()
        return found

    def _ground(self, stage: Stage) -> Ground:
        assert self._boards is not None, "boards are played with"
        return Ground(
            apis={login: self._api(login) for login in self._opened["keys"]},
            approvers=self.approvers,
            users=self._opened["users"],
            stage=stage,
            boards=self._boards,
            sizes=sizes_of(self._plan),
            memory=self._memory,
            console=self._console,
            seed=self._memory.seed,
        )

    def _api(self, login: str) -> Api:
        return self._stack.enter_context(
            Api(self._opened["address"], self._opened["project"], self._opened["keys"][login])
        )

    def _set_the_scene(self) -> Stage:
        stage = self._bring_pictures()
        with self._console.step("Putting the work into the queue"):
            set_policy(stage, self._lead)
        with self._console.step("An expert signs gold", n_gold_to_sign(stage.material)) as step:
            sign_gold(stage, self._expert, step)
        open_batches(stage, self._lead)
        wait_until_followed(self._lead)
        return stage

    def _bring_pictures(self) -> Stage:
        empty = self._lead.get("")["n_items"] == 0
        self._boards = self._supply()
        if self._boards is not None:
            material, spare = boards_material(self._boards, sizes_of(self._plan)), []
            if empty:
                shots = (self._boards.shot(item.name) for item in material.work)
                origin = "synthetic" if material.source == DRAWN else "real"
                upload_boards(self._lead, shots, len(material.work), origin, self._console)
        elif self._plan.data is None:
            with self._console.step("Setting up the camera"):
                n_practice = N_PRACTICE if self._plan.paced else 0
                drawn = DrawnMaterial(self._memory.seed, self._plan.n_pictures, n_practice)
            material = draw_and_upload(self._lead, drawn, self._console) if empty else drawn.material()
            spare = drawn.spare()
        else:
            with self._console.step("Reading the folder's labels"):
                material, spare = folder_material(self._plan.data), []
            if empty:
                import_folder(self._lead, str(self._plan.data), len(material.work), self._console)
        stage = Stage(material, self._memory.seed)
        with self._console.step("Writing label schema and guideline"):
            recognise_items(stage, self._lead)
            write_rules(stage, self._lead, spare)
        return stage

    def _label(self, stage: Stage) -> None:
        work, looked_at = Work(tallies=self._memory.tallies), [0]
        n_each = stage.material.n_gold + (len(stage.material.work) - stage.material.n_gold) * OVERLAP // N_ANNOTATORS
        pace = PACED_S / n_each if self._plan.paced else 0.0
        people = [
            threading.Thread(
                target=work.guarded(Annotator(p, self._api(p.login), stage, work, n_expected=n_each, pace_s=pace).run)
            )
            for p in cast_for(stage.material.work)
        ]
        beside = threading.Thread(target=work.guarded(lambda: self._review_beside(stage, work, looked_at)))
        with self._console.step("Six simulated people label", n_each * N_ANNOTATORS) as step:
            for thread in (*people, beside):
                thread.start()
            try:
                while any(thread.is_alive() for thread in people):
                    self._look(work)
                    step.reached(work.n_answers, f"{looked_at[0]} answers looked at again")
                    sleep(_LOOK_S)
            finally:
                work.stop.set()
                for thread in (*people, beside):
                    thread.join()
                self._memory.keep()
            step.reached(work.n_answers, f"{looked_at[0]} answers looked at again")
        if work.failed:
            raise work.failed[0]

    def _look(self, work: Work) -> None:
        if self._plan.paced:
            self._watcher.look()
        if self._watcher.all_answers_are_in():
            work.complete.set()
        self._memory.keep()

    def _review_beside(self, stage: Stage, work: Work, looked_at: list[int]) -> None:
        def tell(n: int) -> None:
            looked_at[0] = n

        pace = _REVIEW_S if self._plan.paced else 0.0
        review_all(self._reviewer, stage, until=work.stop.is_set, leave=work.stop.is_set, tell=tell, pace_s=pace)

    def _release(self, stage: Stage) -> dict[str, Any]:
        with self._console.step("Asking for a release") as step:
            wait_until_followed(self._lead)
            release = start_release(self._lead)
            reasons = what_blocks(release)
            step.note(f"blocked by {len(reasons)}" if reasons else "nothing blocks it")
        for reason in reasons:
            self._console.say(f"    {reason}")
        if self._plan.paced and reasons:
            sleep(_READ_S)  # for the visitor to look at the blocked release
        self._close_everything(stage)
        self._watcher.look()
        with self._console.step("Freezing and signing the release") as step:
            release = freeze_release(self._lead, release["id"])
            release = self.approvers[APPROVER.login].sign_release(release)
            step.note(f"{release['name']}, {release['digest'][:16]}…")
        return release

    def _close_everything(self, stage: Stage) -> None:
        """Review and settle until nothing is open; what a rejection reopened is labelled again."""
        for _ in range(_ROUNDS):
            n_open = self._counted("A reviewer looks at what went back", self._review(stage))
            if not self._watcher.all_answers_are_in():
                self._label(stage)
                continue
            n_open += self._counted("An expert settles disputes", lambda tell: settle_all(self._expert, stage, tell))
            if n_open == 0:
                return
        raise DemoStuckError(f"After {_ROUNDS} rounds of review and adjudication something is still open.")

    def _review(self, stage: Stage) -> Callable[[Callable[[int], None]], int]:
        return lambda tell: review_all(self._reviewer, stage, until=lambda: True, leave=lambda: False, tell=tell)

    def _counted(self, name: str, act: Callable[[Callable[[int], None]], int]) -> int:
        """Do something counted, as a step that is shown only when there was anything to do."""
        with self._console.step(name, quiet=True) as step:
            n = act(lambda done: step.note(str(done)))
            wait_until_followed(self._lead)
            step.note(str(n) if n else "")
        return n

    def _report(self, stage: Stage, release: dict[str, Any], folder: Path, *, verified: bool) -> dict[str, Any]:
        overview, findings = self._watcher.look(), self._watcher.findings_by_now()
        return full_report(
            material=stage.material,
            annotators=annotator_reports(
                cast_for(stage.material.work),
                stage.material,
                self._memory.tallies,
                overview,
                findings,
                self._opened["users"],
            ),
            tallies=self._memory.tallies,
            released=stage.error_of(released_marks(folder)),
            overview=overview,
            findings=findings,
            release=release,
            verified=verified,
            seed=self._memory.seed,
            gold_share=gold_rate(stage.material),
            seconds=monotonic() - self._began,
            steps=self._console.seconds,
        )
