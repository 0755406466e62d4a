"""What can go wrong with policies and signatures."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError


class PolicyInvalidError(InvalidInputError):
    """A policy with an unknown, missing or impossible value."""

    code = "governance.policy_invalid"


class PolicyStaleError(ConflictError):
    """A policy based on a version that is no longer the newest."""

    code = "governance.policy_stale"

    def __init__(self, based_on: int, newest: int) -> None:
        super().__init__(
            f"The policy is at version {newest} by now; this change was based on version {based_on}.",
            hint="Reload it and make the change again.",
        )


class SignatureRefusedError(NotAllowedError):
    """A signature by somebody who may not give it."""

    code = "governance.signature_refused"


class AlreadySignedError(ConflictError):
    """A second signature of the same person under the same bytes."""

    code = "governance.already_signed"

    def __init__(self, name: str, subject: str) -> None:
        super().__init__(f"{name} has signed {subject} already.", hint="Somebody else has to give the next signature.")


class MeaningMissingError(InvalidInputError):
    """A signature that does not say what it means."""

    code = "governance.meaning_missing"

    def __init__(self) -> None:
        super().__init__(
            "A signature needs a meaning of 1 to 500 characters.", hint="For example: approved for training."
        )


def _placed(fault: str) -> dict[str, int | str | None]:
    """A fault with the line it names; no line where it is about the file as a whole."""
    head, _, what = fault.partition(": ")
    line = head.removeprefix("line ")
    placed = head.startswith("line ") and line.isdecimal()
    return {"line": int(line) if placed else None, "what": what if placed else fault}


class PolicyFileError(InvalidInputError):
    """A policy file with faults; all of them are named, each with its line."""

    code = "governance.policy_file"

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        self.details = [_placed(fault) for fault in faults]
        n = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
        super().__init__(
            f"The policy has {n}: {'; '.join(faults)}.", hint="Mend it and check it again with: assay policy check FILE"
        )


class ApprovalNeededError(ConflictError):
    """Something that the policy guards, done without the signatures it asks for."""

    code = "governance.approval_needed"

    def __init__(self, what: str, signatures: int) -> None:
        n = f"{signatures} signature{'' if signatures == 1 else 's'}"
        super().__init__(
            f"In this project a change of {what} needs {n}.",
            hint=f"Propose it (POST /v1/projects/<project>/proposals, kind {what!r}); signed, it happens by itself.",
        )


class ProposalInvalidError(InvalidInputError):
    """A proposal of something that could never be done as it is written."""

    code = "governance.proposal_invalid"


class ProposalNotFoundError(NotFoundError):
    """No proposal has this id in the project."""

    code = "governance.proposal_not_found"

    def __init__(self, proposal_id: str) -> None:
        super().__init__(f"There is no proposal {proposal_id!r} in this project.")


class RulebookNotFoundError(NotFoundError):
    """No such version of the policy file in this project."""

    code = "governance.rulebook_not_found"

    def __init__(self, version: int) -> None:
        super().__init__(f"There is no version {version} of the policy file.", hint="List its versions.")


class ProposalClosedError(ConflictError):
    """A proposal that is decided, lapsed or withdrawn."""

    code = "governance.proposal_closed"

    def __init__(self, title: str, state: str) -> None:
        super().__init__(f"{title!r} is {state}.", hint="Propose it again if it is still wanted.")


class EvidenceChangedError(ConflictError):
    """A signature under other evidence than what is proposed."""

    code = "governance.evidence_changed"

    def __init__(self, given: str, now: str) -> None:
        super().__init__(
            f"What you looked at ({given[:16]}) is not what is proposed ({now[:16]}).",
            hint="Reload it, look at the evidence again, then sign.",
        )


class EvidenceMissingError(InvalidInputError):
    """A proposal without evidence that the policy asks for."""

    code = "governance.evidence_missing"

    def __init__(self, kind: str, missing: list[str]) -> None:
        super().__init__(
            f"A {kind} is put to people only with {', '.join(missing)}.",
            hint="Add it under evidence and propose again.",
        )


class BreakGlassRefusedError(NotAllowedError):
    """An emergency act that the policy does not allow, or not with this reason or by this person."""

    code = "governance.break_glass_refused"


class NotApprovedError(NotAllowedError):
    """Something guarded, done with a proposal that does not cover it."""

    code = "governance.not_approved"

    def __init__(self, proposal_id: str, why: str) -> None:
        super().__init__(f"Proposal {proposal_id} does not allow this: {why}.", hint="Look at it under Approvals.")


class NothingToApproveError(InvalidInputError):
    """A proposal of something that the policy leaves free."""

    code = "governance.nothing_to_approve"

    def __init__(self, kind: str) -> None:
        super().__init__(f"In this project a change of {kind} needs no signature.", hint="Make the change directly.")
