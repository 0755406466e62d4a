"""Suggestions by policy: shown, withheld at random, or taken unseen under a certificate that blind audits watch."""

from assay.models.suggesting.actions import (
    judge_submission,
    keep_certificate,
    note_audit,
    set_suggestion_policy,
    suggest_for,
)
from assay.models.suggesting.automatic import accept_unseen_answers, stop_certificate
from assay.models.suggesting.errors import CertificateNotFoundError, SuggestionPolicyError
from assay.models.suggesting.model import (
    Arm,
    AuditResult,
    AutomaticLabel,
    ClassPolicy,
    Mode,
    StoredCertificate,
    Suggestion,
    SuggestionPolicy,
)
from assay.models.suggesting.queries import (
    all_certificates,
    audit_state_of,
    audits_of,
    automatic_label_of,
    automatic_labels_of,
    calibration_pairs,
    certificate_in,
    certificates_before,
    count_standing,
    figures_of,
    suggestion_policy_in,
)
from assay.models.suggesting.rules import policy_from_json

__all__ = [
    "Arm",
    "AuditResult",
    "AutomaticLabel",
    "CertificateNotFoundError",
    "ClassPolicy",
    "Mode",
    "StoredCertificate",
    "Suggestion",
    "SuggestionPolicy",
    "SuggestionPolicyError",
    "accept_unseen_answers",
    "all_certificates",
    "audit_state_of",
    "audits_of",
    "automatic_label_of",
    "automatic_labels_of",
    "calibration_pairs",
    "certificate_in",
    "certificates_before",
    "count_standing",
    "figures_of",
    "judge_submission",
    "keep_certificate",
    "note_audit",
    "policy_from_json",
    "set_suggestion_policy",
    "stop_certificate",
    "suggest_for",
    "suggestion_policy_in",
]
