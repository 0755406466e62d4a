"""The durable workflows of promotions, and the consumers and the clock that begin them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assay.jobs import promoting
from assay.jobs.durable import Flows, step, workflow
from assay.jobs.promoting import Tools
from assay.kernel.clock import SECOND_US
from assay.promotions import PromotionState, list_promotions, promotion_of_proposal
from assay.storage import Consumer, Event, House

MINUTE_US = 60 * SECOND_US
_tools: Tools | None = None


def _now() -> Tools:
    """What this process's workflows work with; a workflow's own arguments are plain values that outlive a process."""
    if _tools is None:
        raise AssertionError("Workflows run only after Promoter.launch.")
    return _tools


@step("promotion.measure")
def measured(project: str, promotion_id: str) -> str:
    """See `promoting.measure`."""
    return promoting.measure(_now(), project, promotion_id)


@step("promotion.gate")
def gated(project: str, promotion_id: str) -> str:
    """See `promoting.gate`."""
    return promoting.gate(_now(), project, promotion_id)


@step("promotion.settle")
def settled(project: str, promotion_id: str) -> str:
    """See `promoting.settle`."""
    return promoting.settle(_now(), project, promotion_id)


@workflow("promotion.judge/1")
def judge(project: str, promotion_id: str) -> str:
    """Measure the challenger beside the model in use, judge it, and put it to people when it passed."""
    state = measured(project, promotion_id)
    return gated(project, promotion_id) if state == PromotionState.EVALUATED.value else state


@workflow("promotion.finish/1")
def finish(project: str, promotion_id: str) -> str:
    """Do what people decided."""
    return settled(project, promotion_id)


class Promoter:
    """Begins the workflows of promotions: on events, and by the clock what an event should have begun."""

    def __init__(self, tools: Tools, flows: Flows) -> None:
        self._tools = tools
        self._flows = flows

    def launch(self) -> None:
        """Let this process drive promotions; those that a crash interrupted go on."""
        global _tools  # noqa: PLW0603 - one process drives one set of workflows, as DBOS has one instance
        _tools = self._tools
        self._flows.launch()

    def tend(self) -> None:
        """Look after everything under way; what needs no workflow does not begin any."""
        minute = self._tools.house.clock.now_us() // MINUTE_US
        promoting.tend(self._tools, lambda p, i: self._judge(p, i, f"{minute}"), self._finish)

    def _judge(self, project: str, promotion_id: str, occasion: str) -> None:
        self._drive(judge, f"{promotion_id}/judge/{occasion}", project, promotion_id)

    def _finish(self, project: str, promotion_id: str) -> None:
        self._drive(finish, f"{promotion_id}/finish", project, promotion_id)

    def _drive(self, flow: Callable[[str, str], Any], flow_id: str, project: str, promotion_id: str) -> None:
        """Begin a workflow once; a promotion whose workflow gave up is ended, so that it does not look under way."""
        self.launch()
        if not self._flows.start(flow, flow_id, project, promotion_id) and self._flows.state(flow_id) == "failed":
            promoting.give_up(self._tools, project, promotion_id, RuntimeError("workflow failed"))

    def consumers(self) -> list[Consumer]:
        """The consumers of promotions."""

        def begin(house: House, event: Event) -> None:
            del house
            self._judge(event.project_id, event.subject.removeprefix("promotion/"), event.id)

        def measured_now(house: House, event: Event) -> None:
            with house.read(promoting.PROMOTER, event.project_id) as rx:
                waiting = list_promotions(rx, (PromotionState.REQUESTED,))
            for promotion in waiting:
                self._judge(event.project_id, promotion.id, event.id)

        def decided(house: House, event: Event) -> None:
            if event.body["kind"] != "promotion":
                return
            with house.read(promoting.PROMOTER, event.project_id) as rx:
                waiting = promotion_of_proposal(rx, event.subject.removeprefix("proposal/"))
            if waiting is not None:
                self._finish(event.project_id, waiting.id)

        def overdue(house: House, event: Event) -> None:
            promoting.undo_unseconded(house, event.project_id, event.subject.removeprefix("proposal/"))

        return [
            Consumer("promotion-begin", frozenset({"promotion.requested"}), begin),
            Consumer("promotion-measured", frozenset({"evaluation.finished", "evaluation.failed"}), measured_now),
            Consumer("promotion-decided", frozenset({"proposal.approved", "proposal.closed"}), decided),
            Consumer("promotion-overdue", frozenset({"glass.overdue"}), overdue),
        ]
