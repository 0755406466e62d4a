"""Edge cases: a question with its clause goes to an expert, whose ruling becomes label, clause and gold."""

from assay.escalations.actions import (
    Answer,
    Question,
    escalation_in,
    escalations_of,
    list_escalations,
    precedents,
    raise_escalation,
    rule_escalation,
    withdraw_escalation,
)
from assay.escalations.errors import (
    EscalationClosedError,
    EscalationInvalidError,
    EscalationNotFoundError,
    OwnQuestionError,
)
from assay.escalations.model import Escalation, Ruling, ruling_digest

__all__ = [
    "Answer",
    "Escalation",
    "EscalationClosedError",
    "EscalationInvalidError",
    "EscalationNotFoundError",
    "OwnQuestionError",
    "Question",
    "Ruling",
    "escalation_in",
    "escalations_of",
    "list_escalations",
    "precedents",
    "raise_escalation",
    "rule_escalation",
    "ruling_digest",
    "withdraw_escalation",
]
