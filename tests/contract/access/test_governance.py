"""Policies and signatures, on both databases."""

from __future__ import annotations

import pytest
from tests.contract.access.people import caller, event_rows, project, signed_in

from assay.access import Caller, Passwords, RoleNeededError
from assay.access.errors import KeyNotEnoughError
from assay.governance import (
    AlreadySignedError,
    AuditWanted,
    PolicyStaleError,
    SignatureRefusedError,
    Signing,
    add_signature,
    audit_events,
    every_event,
    get_policy,
    set_policy,
    signatures_of,
)
from assay.governance.errors import MeaningMissingError
from assay.governance.model import Signature
from assay.storage import House, seal

DIGEST = "ab" * 32
ALL = AuditWanted()
NOBODY = Signing(authors=frozenset())


def test_a_policy_has_versions_and_an_outdated_change_is_refused(house: House) -> None:
    project(house, "One", mia=["lead"], ben=["annotator"])
    mia = caller(house, "mia")
    one = mia.membership("one")
    start = get_policy(mia.actor, one.project_id, house=house)
    assert (start.version, start.preset) == (0, "standard")
    first = set_policy(mia, one, start.to_json() | {"overlap": 2}, house=house)
    assert first == get_policy(mia.actor, one.project_id, house=house)
    assert (first.version, first.overlap) == (1, 2)
    with pytest.raises(PolicyStaleError):
        set_policy(mia, one, start.to_json() | {"overlap": 4}, house=house)
    assert set_policy(mia, one, first.to_json() | {"overlap": 4}, house=house).version == 2
    with pytest.raises(RoleNeededError):
        set_policy(mia, caller(house, "ben").membership("one"), first.to_json(), house=house)


def test_each_project_has_a_policy_of_its_own(house: House) -> None:
    project(house, "One", mia=["lead"])
    project(house, "Two", mia=["lead"])
    mia = caller(house, "mia")
    body = get_policy(mia.actor, mia.membership("one").project_id, house=house).to_json()
    set_policy(mia, mia.membership("one"), body | {"overlap": 9}, house=house)
    assert get_policy(mia.actor, mia.membership("two").project_id, house=house).overlap == 3


def _sign(
    who: Caller, where: str, house: House, *, signing: Signing = NOBODY, digest: str = DIGEST, meaning: str = "approved"
) -> Signature:
    at = who.membership(where)
    with house.write(who.actor, at.project_id, "sign") as tx:
        return add_signature(tx, who, at, subject="release/1", digest=digest, meaning=meaning, signing=signing)


def test_a_signature_holds_name_time_and_meaning_under_exactly_these_bytes(house: House, passwords: Passwords) -> None:
    project(house, "One", eva=["approver"])
    eva = signed_in(house, "eva", passwords)
    made = _sign(eva, "one", house, meaning="approved  for\ntraining")
    assert (made.name, made.meaning, made.role, made.signed_at_us) == (
        ("Eva", "approved for training", "approver", house.clock.now_us())
    )
    with house.read(eva.actor, eva.membership("one").project_id) as rx:
        assert signatures_of(rx, "release/1", DIGEST) == [made]
        assert signatures_of(rx, "release/1", "cd" * 32) == []
    event = event_rows(house)[-1]
    assert (event.action, event.subject) == ("signature.given", "release/1")
    assert "Eva" not in event.body


def test_who_made_some_of_it_or_holds_no_such_role_or_comes_by_key_does_not_sign(
    house: House, passwords: Passwords
) -> None:
    project(house, "One", eva=["approver", "annotator"], mia=["lead"])
    eva = signed_in(house, "eva", passwords)
    with pytest.raises(SignatureRefusedError):
        _sign(eva, "one", house, signing=Signing(authors=frozenset({eva.user_id})))
    with pytest.raises(SignatureRefusedError):
        _sign(signed_in(house, "mia", passwords), "one", house)
    with pytest.raises(KeyNotEnoughError):
        _sign(caller(house, "eva"), "one", house)
    for meaning in ("", "  ", "x" * 501):
        with pytest.raises(MeaningMissingError):
            _sign(eva, "one", house, meaning=meaning)


def test_the_same_person_signs_the_same_bytes_once_even_when_asked_twice_at_once(
    house: House, passwords: Passwords
) -> None:
    project(house, "One", eva=["approver"])
    eva = signed_in(house, "eva", passwords)
    _sign(eva, "one", house)
    with pytest.raises(AlreadySignedError):
        _sign(eva, "one", house)  # the caller of this one had not seen the first
    _sign(eva, "one", house, digest="cd" * 32)


def test_the_audit_page_shows_one_project_newest_first_and_the_export_shows_all(house: House) -> None:
    project(house, "One", mia=["lead"], ben=["annotator"])
    project(house, "Two", mia=["lead"])
    mia = caller(house, "mia")
    one = mia.membership("one").project_id
    body = get_policy(mia.actor, one, house=house).to_json()
    for overlap in (4, 5, 6):
        body = set_policy(mia, mia.membership("one"), body | {"overlap": overlap}, house=house).to_json()
    with house.read(mia.actor, one) as rx:
        assert audit_events(rx, ALL, before=None, n=10) == ([], None)  # nothing is sealed yet
    seal(house)
    with house.read(mia.actor, one) as rx:
        newest, after = audit_events(rx, ALL, before=None, n=2)
        assert [e.subject for e in newest] == ["policy/3", "policy/2"]
        assert newest[1].seq == after
        older, end = audit_events(rx, AuditWanted(action="policy.set"), before=after, n=10)
        assert ([e.subject for e in older], end) == (["policy/1"], None)
        assert [e.subject for e in audit_events(rx, AuditWanted(subject="policy/2"), before=None, n=9)[0]] == [
            "policy/2"
        ]
        assert {e.project_id for e in audit_events(rx, ALL, before=None, n=99)[0]} == {one}
    every = list(every_event(house, mia.actor))
    assert [e.seq for e in every] == list(range(len(event_rows(house))))
