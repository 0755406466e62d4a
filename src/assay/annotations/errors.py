"""What can go wrong with annotations and submissions."""

from __future__ import annotations

from dataclasses import dataclass

from assay.kernel.errors import ConflictError, InvalidInputError, NotFoundError


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: which mark (its place in the submission, None for the whole) and what is wrong."""

    mark_no: int | None
    rule: str
    text: str


class MarksRefusedError(InvalidInputError):
    """Marks break the label schema's rules."""

    code = "annotations.marks_refused"

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0].text
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        super().__init__(f"{first}{more}", hint="Mend the marks named and submit again; nothing was lost.")
        self.problems = problems
        self.details = {"problems": [{"mark_no": p.mark_no, "rule": p.rule, "text": p.text} for p in problems]}


class ClientKeyReusedError(ConflictError):
    """A client key came back with other work under it."""

    code = "annotations.client_key_reused"

    def __init__(self, client_key: str) -> None:
        super().__init__(
            f"The key {client_key!r} was used before for another submission.",
            hint="Make a fresh key for each submission.",
        )


class SubmissionNotFoundError(NotFoundError):
    """No such submission."""

    code = "annotations.submission_not_found"

    def __init__(self, submission_id: str) -> None:
        super().__init__(f"There is no submission {submission_id!r}.")
