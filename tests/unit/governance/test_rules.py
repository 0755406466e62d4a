"""Which policies make sense, and who may sign."""

from __future__ import annotations

from typing import Any

import pytest

from assay.access import Role
from assay.governance import PRESETS, PolicyInvalidError, SignatureRefusedError, Signing, preset
from assay.governance.rules import check_signer, policy_from, stored_policy, why_not_sign


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_is_a_policy_that_passes_its_own_rules(name: str) -> None:
    policy = preset(name)
    assert policy_from(policy.to_json(), version=1).to_json() == policy.to_json() | {"version": 1}


def test_what_is_left_out_comes_from_the_preset() -> None:
    policy = policy_from({"preset": "strict", "overlap": 2}, version=7)
    assert (policy.version, policy.overlap, policy.signatures_needed) == (7, 2, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"preset": "lenient"},
        {"preset": 3},
        {"overlapp": 3},
        {"overlap": 0},
        {"overlap": 21},
        {"overlap": 3.0},
        {"overlap": True},
        {"overlap": "3"},
        {"overlap": None},
        {"gold_rate": -0.1},
        {"gold_rate": 0.51},
        {"gold_rate": float("nan")},
        {"gold_everyone": 1},
        {"match_iou": 0},
        {"tight_iou": 0.4},
        {"accepted_error": 0.15},
        {"max_error": 0.05},
        {"signatures_needed": 0},
        {"gold_rate": 0.0},  # while a release needs a score on gold
        {"lease_s": 59},
        {"min_gold_images": 9},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_and_the_value_named(change: dict[str, Any]) -> None:
    with pytest.raises(PolicyInvalidError) as caught:
        policy_from(change, version=1)
    assert next(iter(change)) in caught.value.message or "preset" in caught.value.message
    assert caught.value.hint


def test_a_whole_number_is_a_number() -> None:
    assert policy_from({"review_share": 1}, version=1).review_share == 1.0


def test_a_stored_policy_stays_readable_when_limits_become_tighter() -> None:
    policy = stored_policy({"preset": "standard", "overlap": 99, "forgotten": 1}, version=3)
    assert (policy.version, policy.overlap) == (3, 99)


def _roles(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


def test_an_approver_who_made_none_of_it_may_sign_once() -> None:
    policy = preset("standard")
    signing = Signing(authors=frozenset({"ben"}), signed=frozenset({"ann"}))
    assert check_signer("mia", _roles(Role.APPROVER), policy, signing) is Role.APPROVER
    for user, roles in (
        ("mia", _roles(Role.LEAD, Role.ADMIN)),
        ("ben", _roles(Role.APPROVER)),
        ("ann", _roles(Role.APPROVER)),
    ):
        with pytest.raises(SignatureRefusedError):
            check_signer(user, roles, policy, signing)
        assert why_not_sign(user, roles, policy, signing)


def test_leads_sign_only_where_the_policy_lets_them() -> None:
    signing = Signing(authors=frozenset())
    lead = _roles(Role.LEAD)
    assert why_not_sign("mia", lead, preset("standard"), signing) == "In this project approvers sign."
    allowing = policy_from({"leads_may_sign": True}, version=1)
    assert check_signer("mia", lead, allowing, signing) is Role.LEAD
    assert check_signer("mia", _roles(Role.LEAD, Role.APPROVER), allowing, signing) is Role.APPROVER


def test_nobody_signs_what_was_refused() -> None:
    signing = Signing(authors=frozenset(), refused=True)
    assert why_not_sign("mia", _roles(Role.APPROVER), preset("standard"), signing) == "It was refused."
