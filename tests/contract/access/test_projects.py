"""Projects and the people in them, on both databases."""

from __future__ import annotations

import threading

import pytest
from tests.contract.access.people import SETUP, caller, event_rows, person, project, signed_in

from assay.access import (
    Caller,
    Passwords,
    ProjectNotFoundError,
    RoleNeededError,
    UserNotFoundError,
    change_roles,
    create_project,
    directory_of,
    found_project,
    get_member,
    get_project,
    invite,
    list_members,
    list_projects,
    make_key_for,
    pause,
    reset_member,
    resume,
)
from assay.access.errors import (
    AdminNeededError,
    LastLeadError,
    MemberStateError,
    RoleChangeRefusedError,
    TakenError,
)
from assay.access.model import Role
from assay.storage import House


def test_administrators_make_projects_and_lead_them(house: House) -> None:
    person(house, "root", is_admin=True)
    root = caller(house, "root")
    made = create_project(root, "Blood cells", house=house)
    assert (made.slug, made.roles) == ("blood-cells", {Role.LEAD, Role.ADMIN})
    with pytest.raises(TakenError):
        create_project(root, "Other", "blood-cells", house=house)
    with pytest.raises(AdminNeededError):
        create_project(caller(house, "mia"), "Mine", house=house)
    assert create_project(caller(house, "mia"), "Mine", open_creation=True, house=house).roles == {Role.LEAD}


def test_a_project_of_others_cannot_be_told_from_none(house: House) -> None:
    one = project(house, "One", mia=["annotator"])
    two = project(house, "Two", ben=["lead"])
    mia = caller(house, "mia")
    assert mia.membership("one").project_id == mia.membership(one).project_id == one
    assert get_project(mia.membership("one"), house=house).name == "One"
    told = set()
    for name in ("two", two, "three", "", "ONE"):
        with pytest.raises(ProjectNotFoundError) as caught:
            mia.membership(name)
        told.add(caught.value.message.replace(repr(name), "?"))
    assert len(told) == 1
    assert [m.slug for m in list_projects(mia)] == ["one"]


def test_an_administrator_sees_every_project_with_that_role(house: House) -> None:
    person(house, "root", is_admin=True)
    project(house, "One", mia=["lead"])
    project(house, "Two", root=["expert"])
    root = caller(house, "root")
    assert {m.slug: m.roles for m in list_projects(root)} == {"one": {Role.ADMIN}, "two": {Role.ADMIN, Role.EXPERT}}


def test_roles_are_looked_up_in_each_project_by_itself(house: House) -> None:
    project(house, "One", mia=["lead"])
    project(house, "Two", mia=["annotator"])
    mia = caller(house, "mia")
    mia.membership("one").require(Role.LEAD)
    with pytest.raises(RoleNeededError):
        mia.membership("two").require(Role.LEAD, Role.ADMIN)


def test_inviting_makes_an_account_and_a_link_only_for_who_has_no_password(house: House, passwords: Passwords) -> None:
    project(house, "One", mia=["lead"])
    mia = caller(house, "mia")
    one = mia.membership("one")
    ben, link = invite(mia, one, name="Ben", login="Ben@Lab.Example", roles=["annotator"], house=house)
    assert (ben.user.login, ben.state, link is None) == ("ben@lab.example", "active", False)
    signed_in(house, "eva", passwords)
    eva, no_link = invite(mia, one, name="Somebody else", login="eva", roles=["reviewer"], house=house)
    assert (eva.user.name, no_link) == ("Eva", None)
    with pytest.raises(TakenError):
        invite(mia, one, name="Ben", login="ben@lab.example", roles=["annotator"], house=house)
    pseudonyms = {m.pseudonym for m in list_members(mia, one, house=house)}
    assert len(pseudonyms) == 3


def test_only_people_of_the_project_can_be_named(house: House) -> None:
    project(house, "One", mia=["lead"])
    project(house, "Two", ben=["annotator"])
    mia = caller(house, "mia")
    one = mia.membership("one")
    ben = caller(house, "ben").user_id
    for attempt in (
        lambda: get_member(mia, one, ben, house=house),
        lambda: change_roles(mia, one, ben, ["lead"], house=house),
        lambda: pause(mia, one, ben, why="x", house=house),
        lambda: reset_member(mia, one, ben, house=house),
    ):
        with pytest.raises(UserNotFoundError):
            attempt()


def test_people_come_in_pages(house: House) -> None:
    project(house, "One", mia=["lead"], **{f"p{n}": ["annotator"] for n in range(5)})
    mia = caller(house, "mia")
    one = mia.membership("one")
    everybody = [m.user.id for m in list_members(mia, one, house=house)]
    paged: list[str] = []
    while page := list_members(mia, one, house=house, after=paged[-1] if paged else "", n=2):
        paged += [m.user.id for m in page]
    assert paged == everybody == sorted(everybody)
    assert len(everybody) == 6


def test_a_change_of_roles_counts_from_the_next_request_on(house: House) -> None:
    project(house, "One", mia=["lead"], ben=["annotator"])
    mia = caller(house, "mia")
    key = make_key_for(SETUP, caller(house, "ben").user_id, "k", house=house)
    directory = directory_of(house)
    ben = directory.by_key(key.secret, house)
    assert directory.remembered(key.secret) == ben
    change_roles(mia, mia.membership("one"), ben.user_id, ["reviewer", "expert"], house=house)
    assert directory.remembered(key.secret) is None
    assert directory.by_key(key.secret, house).membership("one").roles == {Role.REVIEWER, Role.EXPERT}
    body = next(row.body for row in event_rows(house) if row.action == "member.roles_changed")
    assert body == '{"after":["expert","reviewer"],"before":["annotator"]}'


def test_nobody_raises_themselves_and_the_last_lead_stays(house: House) -> None:
    project(house, "One", mia=["lead", "expert"], ben=["annotator"])
    mia, ben = caller(house, "mia"), caller(house, "ben")
    with pytest.raises(RoleChangeRefusedError):
        change_roles(mia, mia.membership("one"), mia.user_id, ["lead", "approver"], house=house)
    with pytest.raises(RoleChangeRefusedError):
        change_roles(ben, ben.membership("one"), ben.user_id, ["lead"], house=house)
    with pytest.raises(LastLeadError):
        change_roles(mia, mia.membership("one"), mia.user_id, ["expert"], house=house)
    change_roles(mia, mia.membership("one"), ben.user_id, ["lead"], house=house)
    change_roles(mia, mia.membership("one"), mia.user_id, ["expert"], house=house)


def test_of_two_leads_who_step_down_at_one_moment_one_stays(house: House) -> None:
    for n in range(5):
        project(house, f"P{n}", mia=["lead", "expert"], ben=["lead", "expert"])
    refused = []

    def step_down(who: Caller, n: int) -> None:
        try:
            change_roles(who, who.membership(f"p{n}"), who.user_id, ["expert"], house=house)
        except LastLeadError:
            refused.append(n)

    people = [caller(house, "mia"), caller(house, "ben")]
    threads = [threading.Thread(target=step_down, args=(who, n)) for n in range(5) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refused) == list(range(5))


def test_pausing_and_resuming_say_who_when_and_why(house: House) -> None:
    project(house, "One", mia=["lead"], ben=["annotator"])
    mia = caller(house, "mia")
    one, ben = mia.membership("one"), caller(house, "ben")
    paused = pause(mia, one, ben.user_id, why="errors on gold", house=house)
    assert (paused.state, paused.paused_at_us) == ("paused", house.clock.now_us())
    assert caller(house, "ben").membership("one").paused
    with pytest.raises(MemberStateError):
        pause(mia, one, ben.user_id, why="again", house=house)
    assert resume(mia, one, ben.user_id, why="talked it over", house=house).paused_at_us is None
    with pytest.raises(MemberStateError):
        resume(mia, one, ben.user_id, why="again", house=house)
    told = [(row.action, row.why, row.actor_id) for row in event_rows(house) if row.action.startswith("member.")][-2:]
    assert told == [
        ("member.paused", "errors on gold", mia.user_id),
        ("member.resumed", "talked it over", mia.user_id),
    ]


def test_a_lead_cannot_borrow_rights_by_resetting_somebodys_password(house: House) -> None:
    person(house, "root", is_admin=True)
    project(house, "One", mia=["lead"], ben=["annotator"], eva=["approver"], root=["annotator"], tom=["annotator"])
    project(house, "Two", tom=["lead"])
    mia = caller(house, "mia")
    one = mia.membership("one")
    reset_member(mia, one, caller(house, "ben").user_id, house=house)
    for login in ("eva", "root", "tom"):
        with pytest.raises(RoleChangeRefusedError):
            reset_member(mia, one, caller(house, login).user_id, house=house)
    root = caller(house, "root")
    for login in ("eva", "tom"):
        reset_member(root, root.membership("one"), caller(house, login).user_id, house=house)


def test_two_projects_of_one_name_at_one_moment_become_one(house: House) -> None:
    made, refused = [], []

    def one() -> None:
        try:
            made.append(found_project(SETUP, "Blood cells", house=house).id)
        except TakenError:
            refused.append(1)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 5)
