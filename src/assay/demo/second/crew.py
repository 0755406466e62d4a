"""People of the second round at work: those whose gold says they can be trusted, a reviewer, the experts."""

from __future__ import annotations

import threading
from time import sleep
from typing import Any

from assay.demo.answers import exact_counts, expert_answer
from assay.demo.errors import DemoCallError, DemoStuckError
from assay.demo.labelling import Annotator, Work, hand_in, review_all, settle_all, wait_until_followed
from assay.demo.people import ANNOTATORS, BLIND_EXPERT, cast_for
from assay.demo.second.ground import Ground
from assay.demo.watching import answers_are_in

N_AT_WORK = 3
_LOOK_S = 0.3
_ROUNDS = 12
_CONFLICT = 409


def keep_the_best(ground: Ground) -> list[dict[str, Any]]:
    """Let those three label on whose accuracy on gold is surest; the lead pauses the others. Returns their figures."""
    users = {ground.users[p.login]: p.login for p in ANNOTATORS}
    rows = [r for r in ground.lead.get("/overview")["people"] if r["user"]["id"] in users]
    best = sorted(rows, key=lambda r: r["error"]["estimate"]["high"] or 1.0)
    for row in best[N_AT_WORK:]:
        why = f"error on hidden gold {row['error']['estimate']['value']:.2f}: others label production's pictures"
        try:
            ground.lead.post(f"/members/{row['user']['id']}/pause", {"why": why})
        except DemoCallError as error:
            if error.status != _CONFLICT:  # paused already
                raise
    ground.at_work = [users[r["user"]["id"]] for r in best[:N_AT_WORK]]
    return best[:N_AT_WORK]


def label_all(ground: Ground, what: str) -> int:
    """Work through everything that waits, until it is labelled, reviewed and settled; returns answers handed in."""
    wait_until_followed(ground.lead)
    n_before = _n_answers(ground)
    with ground.console.step(what) as step:
        for _ in range(_ROUNDS):
            _annotate(ground)
            wait_until_followed(ground.lead)
            n_open = review_all(
                ground.reviewer, ground.stage, until=lambda: True, leave=lambda: False, tell=lambda _: None
            )
            wait_until_followed(ground.lead)
            n_open += settle_all(ground.expert, ground.stage, lambda _: None)
            wait_until_followed(ground.lead)
            step.note(f"{_n_answers(ground) - n_before} answers")
            if n_open == 0 and answers_are_in(ground.lead):
                return _n_answers(ground) - n_before
    raise DemoStuckError(f"After {_ROUNDS} rounds of labelling and review something is still open.")


def _n_answers(ground: Ground) -> int:
    return sum(tally.n_answers for tally in ground.memory.tallies.values())


def _annotate(ground: Ground) -> None:
    """Let the crew work until every answer that is wanted is in."""
    work = Work(tallies=ground.memory.tallies)
    cast = {p.login: p for p in cast_for(ground.stage.material.work)}
    threads = [
        threading.Thread(
            target=work.guarded(
                Annotator(cast[login], ground.apis[login], ground.stage, work, n_expected=0).run,
            )
        )
        for login in ground.at_work
    ]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads):
            if answers_are_in(ground.lead):
                work.complete.set()
            sleep(_LOOK_S)
    finally:
        work.stop.set()
        for thread in threads:
            thread.join()
    ground.memory.keep()
    if work.failed:
        raise work.failed[0]


def answer_blind(ground: Ground) -> int:
    """Let the blind expert answer everything that waits for them; returns how many items."""
    api, n = ground.apis[BLIND_EXPERT.login], 0
    while (assignment := api.post("/claims", {})["assignment"]) is not None:
        item = ground.stage.known(api.image(assignment["image_url"]))
        given = expert_answer(item, seed=ground.seed, login=BLIND_EXPERT.login)
        hand_in(api, ground.stage, assignment, given)
        if item.name in ground.gold:
            ground.expert_on_gold.append(int(exact_counts([item], [given.marks])[1][0]))
        n += 1
    return n
