"""Lets a model answer the pictures that wait in the queue, so that suggestions are there when people come."""

from __future__ import annotations

from assay.jobs.running import Step, StepDone, Tools
from assay.jobs.suggesting.answer import Answer, Picture, Suggester
from assay.jobs.suggesting.asking import keep_answers, load_suggester, unanswered
from assay.jobs.suggesting.errors import SuggesterOverflowError, SuggesterWrongError
from assay.kernel.errors import AssayError
from assay.models import PredictionOrigin, version_in
from assay.models.runs import Run
from assay.queue import batched_items

MOST_FAILURES = 5
"""Pictures in a row that a model may fail on before the run ends."""


def answer_waiting(run: Run, project: str, tools: Tools) -> StepDone:
    """Ask about every picture in a batch that has no answer yet; one the model fails on is left to people."""
    with tools.house.read(tools.actor, project) as rx:
        model = version_in(rx, run.version_id or run.name)
        wanted = run.config.get("items") or sorted(batched_items(rx))
        missing = unanswered(rx, model, wanted, PredictionOrigin.SUGGESTION, "queue")
    suggester = load_suggester(model, tools)
    n, failed, in_a_row = 0, [], 0
    for chunk in tools.reader(project).chunks(missing, model.new.config):
        answers = []
        for picture in chunk:
            found = _one(suggester, picture)
            if isinstance(found, Answer):
                answers.append(found)
                in_a_row = 0
                continue
            failed.append(found.message)
            in_a_row += 1
            if in_a_row >= MOST_FAILURES:
                raise found
        n += keep_answers(model, answers, project, tools, PredictionOrigin.SUGGESTION, "queue")
    lines = [f"{model.title} answered {n} pictures; {len(wanted) - len(missing)} were answered before"]
    if failed:
        lines += [f"{len(failed)} pictures are left to people", *failed[:20]]
    return StepDone({"answered": n, "failed": len(failed)}, lines)


def _one(suggester: Suggester, picture: Picture) -> Answer | AssayError:
    """The answer to one picture, or why there is none."""
    try:
        return suggester.answer([picture])[0]
    except (SuggesterWrongError, SuggesterOverflowError) as error:
        return error


STEPS: tuple[Step, ...] = (answer_waiting,)
