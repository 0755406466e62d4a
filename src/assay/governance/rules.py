"""Which policies make sense, and who may sign: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from assay.access import Role
from assay.governance.errors import PolicyInvalidError, SignatureRefusedError
from assay.governance.model import Policy, Signing

_STANDARD: dict[str, Any] = {
    "overlap": 3,
    "gold_rate": 0.05,
    "gold_everyone": True,
    "review_share": 0.05,
    "agreement_threshold": 0.7,
    "match_iou": 0.5,
    "tight_iou": 0.7,
    "max_error": 0.15,
    "accepted_error": 0.05,
    # Production default of the calibration study: one false alarm a person in 2,000 gold images.
    "alarm_run_length": 2000,
    "min_gold_images": 10,
    "min_gold_lower": 0.85,
    "min_agreement_lower": 0.7,
    "signatures_needed": 1,
    "leads_may_sign": False,
    "lease_s": 1800,
    "blind_names": True,
}
PRESETS: dict[str, dict[str, Any]] = {
    "standard": _STANDARD,
    "strict": _STANDARD
    | {
        "overlap": 4,
        "gold_rate": 0.1,
        "review_share": 0.2,
        "agreement_threshold": 0.8,
        "tight_iou": 0.75,
        "max_error": 0.1,
        "accepted_error": 0.03,
        "min_gold_images": 22,
        "min_gold_lower": 0.9,
        "min_agreement_lower": 0.8,
        "signatures_needed": 2,
    },
    "no-gold": _STANDARD | {"gold_rate": 0.0, "min_gold_lower": None},
    # Gold 18 % of about 200 tasks a person, everybody meets all of it; one false alarm in 1,000 gold images.
    "demo": _STANDARD | {"gold_rate": 0.18, "alarm_run_length": 1000, "min_gold_lower": 0.75, "lease_s": 600},
}
LIMITS: dict[str, tuple[float, float]] = {
    "overlap": (1, 20),
    "gold_rate": (0, 0.5),
    "review_share": (0, 1),
    "agreement_threshold": (0, 1),
    "match_iou": (0.05, 1),
    "tight_iou": (0.05, 1),
    "max_error": (0.001, 0.9),
    "accepted_error": (0.001, 0.9),
    "alarm_run_length": (50, 100_000),
    "min_gold_images": (10, 1000),
    "min_gold_lower": (0, 1),
    "min_agreement_lower": (0, 1),
    "signatures_needed": (1, 5),
    "lease_s": (60, 7 * 86_400),
}
_TYPES = {field.name: str(field.type) for field in fields(Policy)}


def preset(name: str) -> Policy:
    """A policy as it comes, version 0.

    Raises:
        PolicyInvalidError: there is no preset of this name.
    """
    if name not in PRESETS:
        raise PolicyInvalidError(f"There is no preset {name[:64]!r}.", hint=f"There are {', '.join(PRESETS)}.")
    return Policy(version=0, preset=name, **PRESETS[name])


def list_presets() -> list[Policy]:
    """The presets a project may begin from; the demonstration's own is none of them."""
    return [preset(name) for name in PRESETS if name != "demo"]


def policy_from(body: Mapping[str, Any], *, version: int) -> Policy:
    """A policy from JSON, checked; a field left out comes from its preset.

    Raises:
        PolicyInvalidError: an unknown field, a value of another type or outside its range, or two that contradict.
    """
    given = {key: value for key, value in body.items() if key != "version"}
    base = preset(_text(given.pop("preset", "standard")))
    unknown = sorted(set(given) - set(_TYPES))
    if unknown:
        raise PolicyInvalidError(f"A policy has no field {unknown[0][:64]!r}.", hint=f"It has {', '.join(_TYPES)}.")
    values = {name: _checked(name, given.get(name, getattr(base, name))) for name in PRESETS["standard"]}
    policy = Policy(version=version, preset=base.preset, **values)
    _agree(policy)
    return policy


def stored_policy(body: Mapping[str, Any], *, version: int) -> Policy:
    """A policy as it was stored: checked when it was made, under the limits of that day, and not again."""
    base = preset(body["preset"])
    return replace(base, **{name: body[name] for name in PRESETS["standard"] if name in body}, version=version)


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if not isinstance(value, str):
        raise PolicyInvalidError(f"preset is {value!r}.", hint=f"There are {', '.join(PRESETS)}.")
    return value


def _checked(name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value in, the right type out
    kind = _TYPES[name]
    if value is None and "None" in kind:
        return None
    if kind == "bool":
        if not isinstance(value, bool):
            raise PolicyInvalidError(f"{name} is {value!r}.", hint="It is true or false.")
        return value
    low, high = LIMITS[name]
    whole = kind == "int"
    right = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not right or not low <= value <= high:
        hint = f"It is a {'whole number' if whole else 'number'} from {low:g} to {high:g}."
        raise PolicyInvalidError(f"{name} is {value!r}.", hint=hint)
    return value if whole else float(value)


def _agree(policy: Policy) -> None:
    """Refuse values that contradict one another."""
    if policy.accepted_error >= policy.max_error:
        raise PolicyInvalidError(
            f"accepted_error ({policy.accepted_error:g}) is not below max_error ({policy.max_error:g}).",
            hint="Good work must be told apart from work that calls for action.",
        )
    if policy.tight_iou < policy.match_iou:
        raise PolicyInvalidError(
            f"tight_iou ({policy.tight_iou:g}) is below match_iou ({policy.match_iou:g}).",
            hint="A box that is matched at all would never count as badly placed.",
        )
    if policy.min_gold_lower is not None and policy.gold_rate == 0:
        raise PolicyInvalidError(
            "min_gold_lower is set, but gold_rate is 0, so that no release could ever pass.",
            hint="Show some gold, or set min_gold_lower to null.",
        )


def signing_role(roles: frozenset[Role], policy: Policy) -> Role | None:
    """In which of their roles somebody may sign; None when in none."""
    allowed = [Role.APPROVER, *([Role.LEAD] if policy.leads_may_sign else [])]
    return next((role for role in allowed if role in roles), None)


def why_not_sign(user_id: str, roles: frozenset[Role], policy: Policy, signing: Signing) -> str | None:
    """Why somebody may not sign; None when they may."""
    if signing.refused:
        return "It was refused."
    if signing_role(roles, policy) is None:
        who = "approvers and leads sign" if policy.leads_may_sign else "approvers sign"
        return f"In this project {who}."
    if user_id in signing.authors:
        return "You made some of it; nobody approves their own work."
    if user_id in signing.signed:
        return "You have signed it already."
    return None


def check_signer(user_id: str, roles: frozenset[Role], policy: Policy, signing: Signing) -> Role:
    """The role somebody signs in.

    Raises:
        SignatureRefusedError: they may not; says why.
    """
    reason = why_not_sign(user_id, roles, policy, signing)
    role = signing_role(roles, policy)
    if reason is not None or role is None:
        raise SignatureRefusedError(reason or "", hint="Ask somebody else with the role approver.")
    return role
