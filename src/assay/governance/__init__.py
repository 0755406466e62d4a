"""What a project demands of its labels, as versioned data, and who has put their name to what."""

from assay.governance.actions import add_signature, set_policy, start_policy
from assay.governance.errors import (
    AlreadySignedError,
    PolicyInvalidError,
    PolicyStaleError,
    SignatureRefusedError,
)
from assay.governance.model import Policy, Signature, Signing
from assay.governance.queries import audit_events, every_event, get_policy, policy_in, signatures_of
from assay.governance.rules import PRESETS, check_signer, list_presets, policy_from, preset, signing_role, why_not_sign

__all__ = [
    "PRESETS",
    "AlreadySignedError",
    "Policy",
    "PolicyInvalidError",
    "PolicyStaleError",
    "Signature",
    "SignatureRefusedError",
    "Signing",
    "add_signature",
    "audit_events",
    "check_signer",
    "every_event",
    "get_policy",
    "list_presets",
    "policy_from",
    "policy_in",
    "preset",
    "set_policy",
    "signatures_of",
    "signing_role",
    "start_policy",
    "why_not_sign",
]
