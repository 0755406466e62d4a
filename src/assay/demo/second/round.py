"""The second round from the signed release on: model, gate, production, change, cause, labels, better model, price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from assay.demo.boards.model import CLASSES
from assay.demo.errors import DemoStuckError
from assay.demo.labelling import wait_until_followed
from assay.demo.people import BLIND_EXPERT
from assay.demo.releasing import (
    fetch_release,
    freeze_release,
    released_marks,
    start_release,
    verify_offline,
)
from assay.demo.scene_setting import gold_of
from assay.demo.second import accounts, drifting
from assay.demo.second.comparing import precision_of, selected_against_random
from assay.demo.second.crew import answer_blind, keep_the_best, label_all
from assay.demo.second.ground import Ground
from assay.demo.second.models import Promotion, fetch_model, promote, register_damaged, train
from assay.demo.second.production import deliver, predict
from assay.demo.second.reporting import model_json, promotion_json
from assay.demo.truth import TruthItem

RULES = """
assay: policy/1
note: two people take a model into use
approvals:
  release: {signatures: 1, by: [approver]}
  promotion: {signatures: 2, by: [approver], not_by: [author, reviewer], evidence: [evaluation, gate]}
promotion:
  margin: 2 points
  first_model: {floors: {f1: 0.4, map33: 0.4}}
  watch: {for: 7 days, roll_back_below: 0.3, min_items: 50}
serving: {ask_below: 0.55, random_share: %(share)s}
retrain:
  - {cause: covariate, drop: 3 points, act: propose}
"""
USUAL_SHARE, RAISED_SHARE = "15 %", "45 %"
OVERLAP = 2
GOLD_RATE = 0.05
_STARTS = 3  # of a training, before the demonstration gives up
_IN_USE = {"watched", "kept"}


class SecondRound:
    """One second round; `report` is filled as it goes.

    Args:
        ground: what it works with, round one behind it.
        release: the signed release of round one.
        house: folder for what is downloaded.
    """

    def __init__(self, ground: Ground, release: Mapping[str, Any], house: Path) -> None:
        self._ground, self._first_release, self._house = ground, dict(release), house
        self.report: dict[str, Any] = {}
        self._fresh = iter(ground.boards.before[ground.sizes.work :])
        self._coming = iter(ground.boards.after)

    def run(self) -> dict[str, Any]:
        """Play to the end; returns the report's part of the second round."""
        ground, began = self._ground, monotonic()
        self._govern()
        self._grow_the_frozen_test()
        first = self._model(self._first_release, "the first model: everything was looked at by hand so far")
        self._clean_production()
        new = self._the_world_changes()
        self._sign(new)  # before anything is chosen, so that nothing of the frozen test can be
        diagnosis = drifting.diagnose(ground, self._monitor)
        self.report["diagnosis"] = _diagnosis_json(diagnosis)
        selection = drifting.select(ground)
        label_all(ground, "The chosen boards are labelled")
        second_release, folder = self._release()
        second = self._model(second_release, "it has learned the new kind of board")
        self._damaged(second)
        self._drill(second)
        self._compare(selection, folder)
        self._both_models(first, second)
        self.report["costs"] = accounts.costs(ground)
        self.report["forecast"] = accounts.forecast(ground)
        self.report["seconds"] = round(monotonic() - began, 1)
        return self.report

    def _govern(self) -> None:
        """Prices, the policy file, and who labels on."""
        ground = self._ground
        with ground.console.step("Policy, prices and who labels on") as step:
            accounts.set_rates(ground)
            self._publish(USUAL_SHARE)
            policy = ground.lead.get("/policy")
            changes = {"overlap": OVERLAP, "gold_rate": GOLD_RATE, "gold_everyone": False}
            ground.lead.put("/policy", policy | changes)
            kept = keep_the_best(ground)
            blind = ground.users[BLIND_EXPERT.login]
            ground.lead.patch(f"/members/{blind}", {"roles": ["expert", "annotator"]})
            step.note(", ".join(row["user"]["name"] for row in kept))
        with ground.console.step("An expert is measured on gold, to be asked later") as step:
            ground.gold = list(ground.stage.gold)
            step.note(f"{answer_blind(ground)} boards")
            ground.lead.post(f"/batches/{ground.stage.batch}/close", {})  # its people shall not be shown the new gold

    def _publish(self, share: str) -> None:
        rules = self._ground.lead.get("/rulebook")
        body = {"source": RULES % {"share": share}, "based_on": rules["version"]}
        self._ground.lead.post("/rulebook", body)

    def _take(self, n: int) -> list[TruthItem]:
        return [next(self._fresh) for _ in range(n)]

    def _grow_the_frozen_test(self) -> None:
        """Boards that nobody learns from: labelled by people once, then signed by the expert."""
        ground = self._ground
        boards = self._take(ground.sizes.frozen)
        deliver(ground, boards)
        items = [ground.stage.item_of[board.name] for board in boards]
        policy = {"overlap": 1, "gold_rate": 0.0, "gold_everyone": False, "review_share": 0.0}
        batch = ground.lead.post(
            "/batches", {"name": "Frozen test", "items": items, "policy": policy, "seed": ground.seed}
        )
        label_all(ground, "Boards of the frozen test are labelled")
        ground.lead.post(f"/batches/{batch['id']}/close", {})
        self._sign(boards)

    def _sign(self, boards: Sequence[TruthItem]) -> None:
        ground = self._ground
        with ground.console.step("An expert signs them for the frozen test", len(boards)) as step:
            for number, board in enumerate(boards, 1):
                ground.expert.post("/gold", gold_of(ground.stage, board))
                step.reached(number)
        ground.gold += [board.name for board in boards]
        wait_until_followed(ground.lead)

    def _model(self, release: Mapping[str, Any], why: str) -> Promotion:
        """Train and promote; what the gate refuses is trained again from another start, and stays in the report.

        Raises:
            DemoStuckError: the gate refused every start.
        """
        for start in range(_STARTS):
            run = train(self._ground, dict(release), start=start)
            done = promote(self._ground, run["model"], why)
            entry = promotion_json(done) | {"trained_on": release["name"], "cpu_s": run["cpu_s"]}
            self.report.setdefault("promotions", []).append(entry)
            if done.state in _IN_USE:
                return done
            self._ground.console.say(f"    {run['model']}: {done.reason}")
        raise DemoStuckError(f"No model of {release['name']} got into use. {done.reason}")

    def _clean_production(self) -> None:
        """The world as it was: boards arrive, nothing should be noticed."""
        ground = self._ground
        answering = fetch_model(ground, "production")
        self._monitor = drifting.watch(ground)
        self._checks: dict[str, list[dict[str, Any]]] = {"clean": [], "changed": []}
        for number, n in enumerate(ground.sizes.clean, 1):
            boards = self._take(n)
            deliver(ground, boards)
            predict(ground, answering, boards, f"shipment {number}")
            self._checks["clean"].append(drifting.look(ground, self._monitor, f"Shipment {number}"))
        label_all(ground, "People look at what production asks them")

    def _the_world_changes(self) -> list[TruthItem]:
        """The changed boards arrive; returns those set aside for the frozen test."""
        ground = self._ground
        ground.console.say(f"    The world changes: {ground.boards.change}.")
        self._publish(RAISED_SHARE)
        answering = fetch_model(ground, "production")
        aside = drifting.set_aside(ground, ground.boards.after[: ground.sizes.n_after])
        kept = {board.name for board in aside}
        for number, n in enumerate(ground.sizes.changed, len(ground.sizes.clean) + 1):
            boards = [next(self._coming) for _ in range(n)]
            ground.after_change |= {board.name for board in boards}
            deliver(ground, boards)
            predict(ground, answering, [b for b in boards if b.name not in kept], f"shipment {number}")
            self._checks["changed"].append(drifting.look(ground, self._monitor, f"Shipment {number}"))
        label_all(ground, "People look at what production asks them")
        quality = ground.lead.get("/production/quality", every="day")
        self.report["drift"] = drifting.drift_json(self._checks, quality, change=ground.boards.change)
        return aside

    def _release(self) -> tuple[dict[str, Any], Path]:
        ground = self._ground
        with ground.console.step("A second release") as step:
            wait_until_followed(ground.lead)
            release = start_release(ground.lead)
            release = freeze_release(ground.lead, release["id"])
            release = next(iter(ground.approvers.values())).sign_release(release)
            step.note(f"{release['name']}, {release['digest'][:16]}…")
        folder = fetch_release(ground.lead, release, self._house)
        verified = verify_offline(folder)
        self.report["release"] = {
            "id": release["id"], "name": release["name"], "verified": verified, "merkle_root": release["merkle_root"],
            "digest": release["digest"], "n_items": release["n_items"], "n_marks": release["n_marks"],
        }  # fmt: skip
        return release, folder

    def _damaged(self, model: Promotion) -> None:
        """A copy with one class lost must be refused, and the gate must say on which boards it fails."""
        ground = self._ground
        counts = Counter(
            label_class
            for board in (*ground.boards.before, *ground.boards.after)
            if board.name in ground.gold
            for label_class in {o.label_class for o in board.objects}
        )
        lost = max(CLASSES, key=lambda name: counts[name])
        title = register_damaged(ground, model.model, lost)
        done = promote(ground, title, "converted for a smaller machine")
        failing = [s for s in done.gate.get("slices", []) if s["verdict"] == "fail"]
        failing.sort(key=lambda s: s["difference"]["value"])  # the worst first
        self.report["refused"] = promotion_json(done) | {
            "damage": f"its numbers for {lost} are lost",
            "failing_slice": failing[0]["name"] if failing else None,
            "failing_slices": failing,
        }

    def _drill(self, model: Promotion) -> None:
        """Go back to the model before in one step, see that it answers, and take the better one into use again."""
        ground = self._ground
        with ground.console.step("A rollback is drilled") as step:
            began = monotonic()
            back = ground.lead.post("/rollbacks", {"reason": "A drill: how long does it take to go back?"})
            took = monotonic() - began
            now = ground.lead.get("/models/production")["title"]
            step.note(f"{now} again after {took:.2f} s")
        again = promote(ground, model.model, "the drill is over")
        self.report["rollback"] = {
            "from": model.model, "to": now, "seconds": round(took, 3), "state": back["state"], "reason": back["reason"],
            "again": promotion_json(again),
        }  # fmt: skip

    def _compare(self, selection: Mapping[str, Any], folder: Path) -> None:
        ground = self._ground
        with ground.console.step("Were the chosen boards worth more than drawn ones?") as step:
            marks = released_marks(folder)
            found = selected_against_random(ground, selection["items"], selection["at_random"], marks)
            step.note(f"mAP {found['selected']['value']:.3f} against {found['random']['value']:.3f}")
        self.report["selection"] = {
            "method": selection["rules"]["method"], "n": selection["n"], "n_pool": selection["n_pool"],
            "reasons": selection["reasons"], "against_random": found,
        }  # fmt: skip

    def _both_models(self, first: Promotion, second: Promotion) -> None:
        """Both models on the whole frozen test as the server measured them, and on its old and its new boards."""
        ground = self._ground
        models = [fetch_model(ground, done.model) for done in (first, second)]
        parts = {
            "old": [ground.boards.shot(n) for n in ground.gold if n not in ground.after_change],
            "new": [ground.boards.shot(n) for n in ground.gold if n in ground.after_change],
        }
        shares = [{part: precision_of(m, shots).mean.to_json() for part, shots in parts.items()} for m in models]
        measured = [second.evaluation["against_measures"] or {}, second.evaluation["measures"]]
        self.report["models"] = [
            model_json(done, measures, share)
            for done, measures, share in zip((first, second), measured, shares, strict=True)
        ]
        self.report["frozen_test"] = {
            "n_items": second.evaluation["n_items"],
            "n_groups": len({s.truth.group_id for shots in parts.values() for s in shots}),
            "gold_digest": second.evaluation["gold_digest"],
        }


def _diagnosis_json(diagnosis: Mapping[str, Any]) -> dict[str, Any]:
    result = diagnosis["result"]
    return {
        key: result[key] for key in ("cause", "also", "observed", "effects", "action", "starts_retraining", "words")
    } | {
        "n_now": diagnosis["n_now"],
        "n_then": diagnosis["n_then"],
    }
