"""Signing in over HTTP, as a browser does it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.integration.api.calls import by_key, by_session, client_of
from tests.integration.api.world import PASSWORD, World

from assay.api.services import Services, Settings

SIGN_IN = {"login": "own-lead", "password": PASSWORD}
NEW = "yonder-harp-77-mint"


def play(services: Services, story: Any, **options: Any) -> None:
    """Run a story told by one client, which keeps its cookies as a browser does."""

    async def run() -> None:
        async with client_of(services, **options) as client:
            await story(client)

    asyncio.run(run())


async def _sign_in(client: httpx.AsyncClient, **body: str) -> dict[str, Any]:
    answer = await client.post("/v1/session", json=SIGN_IN | body)
    assert answer.status_code == 200, answer.text
    client.headers["x-csrf-token"] = answer.json()["csrf_token"]
    session: dict[str, Any] = answer.json()
    return session


def test_a_session_tells_who_is_signed_in_and_where_they_belong(services: Services, world: World) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        session = await _sign_in(client)
        assert session == (await client.get("/v1/session")).json()
        assert session["user"] == {
            "id": world.people["own", "lead"].id,
            "name": "Own-Lead",
            "login": "own-lead",
            "is_admin": False,
            "simulated": False,
        }
        assert [(p["slug"], p["roles"]) for p in session["projects"]] == [("own", ["lead"])]

    play(services, story)


def test_the_cookie_is_kept_from_scripts_and_other_sites(services: Services) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        cookie = (await client.post("/v1/session", json=SIGN_IN)).headers["set-cookie"]
        assert cookie.startswith("assay_session=")
        assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=lax"}

    play(services, story)


def test_with_tls_the_cookie_is_bound_to_it_and_the_plain_one_is_worth_nothing(
    services: Services, world: World
) -> None:
    secure = replace(services, settings=replace(services.settings, public_url="https://assay.example"))

    async def story(client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/session", json=SIGN_IN)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-assay=")
        assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}
        assert "max-age" in answer.headers["strict-transport-security"]
        plain = by_session(world.people["own", "lead"])
        client.cookies.clear()
        assert (await client.get("/v1/session", headers=plain)).status_code == 401

    play(secure, story, host="assay.example")


def test_every_sign_in_begins_a_new_session_and_signing_out_ends_only_its_own(services: Services) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        await _sign_in(client)
        first = client.cookies["assay_session"]
        client.cookies.clear()
        await _sign_in(client)
        second = client.cookies["assay_session"]
        assert first != second
        assert (await client.delete("/v1/session")).status_code == 204
        assert "assay_session" not in client.cookies
        for token, status in ((first, 200), (second, 401)):
            answer = await client.get("/v1/session", headers={"cookie": f"assay_session={token}"})
            assert answer.status_code == status

    play(services, story)


def test_a_changed_password_ends_every_other_session(services: Services) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        await _sign_in(client)
        old = client.cookies["assay_session"]
        body = {"old_password": PASSWORD, "new_password": NEW}
        answer = await client.post("/v1/session/password", json=body)
        assert answer.status_code == 200, answer.text
        assert client.cookies["assay_session"] != old
        assert (await client.get("/v1/session")).json()["csrf_token"] == answer.json()["csrf_token"]
        client.cookies.clear()
        assert (await client.get("/v1/session", headers={"cookie": f"assay_session={old}"})).status_code == 401
        assert (await client.post("/v1/session", json=SIGN_IN)).status_code == 401
        await _sign_in(client, password=NEW)

    play(services, story)


def test_a_wrong_password_and_an_unknown_login_answer_alike(services: Services) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        bodies = [SIGN_IN | {"password": NEW}, {"login": "nobody", "password": NEW}, {"login": "?", "password": "x"}]
        answers = [await client.post("/v1/session", json=body) for body in bodies]
        assert {(a.status_code, a.text) for a in answers} == {(401, answers[0].text)}
        assert all("set-cookie" not in a.headers for a in answers)

    play(services, story)


def test_guessing_is_slowed_down_and_says_for_how_long(services: Services) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        for _ in range(10):
            assert (await client.post("/v1/session", json=SIGN_IN | {"password": NEW})).status_code == 401
        answer = await client.post("/v1/session", json=SIGN_IN)
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "access.too_many_tries")
        assert 1 <= int(answer.headers["retry-after"]) <= 30

    play(services, story)
    play(services, _sign_in, peer="192.0.2.9")  # the owner, elsewhere


def test_an_authorization_header_is_never_helped_out_by_a_cookie(services: Services, world: World) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        person = world.people["own", "lead"]
        for header in ("Bearer x", "Bearer ", "Basic eDp5", "Bearer " + person.session):
            answer = await client.get("/v1/session", headers=by_session(person) | {"authorization": header})
            assert answer.status_code == 401, header
        cookie = {"cookie": f"assay_session={person.key}"}
        assert (await client.get("/v1/session", headers=cookie)).status_code == 401

    play(services, story)


def test_an_invitation_takes_somebody_from_the_link_to_their_own_session(services: Services, world: World) -> None:
    lead = by_key(world.people["own", "lead"])

    async def story(client: httpx.AsyncClient) -> None:
        body = {"name": "Eva Lund", "login": "eva", "roles": ["reviewer"]}
        made = (await client.post("/v1/projects/own/members", json=body, headers=lead)).json()
        address, _, token = made["link"]["url"].partition("#")
        assert address == "http://localhost/link"
        info = await client.post("/v1/links/inspect", json={"token": token})
        assert {k: info.json()[k] for k in ("name", "login", "purpose")} == {
            "name": "Eva Lund",
            "login": "eva",
            "purpose": "invite",
        }
        weak = await client.post("/v1/links/redeem", json={"token": token, "password": "short"})
        assert (weak.status_code, weak.json()["error"]["code"]) == (422, "access.weak_password")
        session = (await client.post("/v1/links/redeem", json={"token": token, "password": NEW})).json()
        assert [p["roles"] for p in session["projects"]] == [["reviewer"]]
        assert (await client.get("/v1/projects/own/reviews")).status_code == 200
        again = await client.post("/v1/links/redeem", json={"token": token, "password": NEW})
        assert again.status_code == 404

    play(services, story)


def test_what_a_lead_changes_counts_from_the_next_call_on(services: Services, world: World) -> None:
    lead, reviewer = by_key(world.people["own", "lead"]), by_key(world.people["own", "reviewer"])
    path = f"/v1/projects/own/members/{world.people['own', 'reviewer'].id}"

    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/projects/own/items", headers=reviewer)).status_code == 200
        changed = await client.patch(path, json={"roles": ["annotator"]}, headers=lead)
        assert changed.json()["roles"] == ["annotator"]
        assert (await client.get("/v1/projects/own/items", headers=reviewer)).status_code == 403

    play(services, story)


def test_a_paused_person_gets_no_new_work_until_resumed(services: Services, world: World) -> None:
    lead, second = by_key(world.people["own", "lead"]), by_key(world.people["own", "second"])
    path = f"/v1/projects/own/members/{world.people['own', 'second'].id}"

    async def story(client: httpx.AsyncClient) -> None:
        row = (await client.post(f"{path}/pause", json={"why": "errors on gold"}, headers=lead)).json()
        assert (row["state"], row["paused_at"] is None) == ("paused", False)
        claim = await client.post("/v1/projects/own/claims", json={}, headers=second)
        assert claim.json() == {"assignment": None, "reason": "paused"}
        assert (await client.post(f"{path}/resume", json={"why": "talked"}, headers=lead)).json()["state"] == "active"

    play(services, story)


def test_everybody_makes_projects_only_where_the_settings_say_so(services: Services, world: World) -> None:
    body = {"name": "Mine"}
    person = by_key(world.people["own", "annotator"])

    async def closed(client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/projects", json=body, headers=person)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access.admin_needed")

    async def opened(client: httpx.AsyncClient) -> None:
        made = (await client.post("/v1/projects", json=body, headers=person)).json()
        assert (made["slug"], made["roles"], made["n_items"], made["schema_version"]) == ("mine", ["lead"], 0, None)
        assert (await client.get("/v1/projects/mine", headers=person)).json() == made

    play(services, closed)
    play(replace(services, settings=replace(services.settings, open_projects=True)), opened)


def test_a_policy_is_changed_from_its_newest_version_only(services: Services, world: World) -> None:
    lead = by_key(world.people["own", "lead"])
    path = "/v1/projects/own/policy"

    async def story(client: httpx.AsyncClient) -> None:
        policy = (await client.get(path, headers=lead)).json()
        changed = await client.put(path, json=policy | {"overlap": 5}, headers=lead)
        assert (changed.status_code, changed.json()["overlap"]) == (200, 5)
        stale = await client.put(path, json=policy | {"overlap": 6}, headers=lead)
        assert (stale.status_code, stale.json()["error"]["code"]) == (409, "governance.policy_stale")
        bad = await client.put(path, json=changed.json() | {"overlap": 0}, headers=lead)
        assert (bad.status_code, bad.json()["error"]["code"]) == (422, "governance.policy_invalid")

    play(services, story)


def test_the_audit_page_names_people_and_its_pages_follow_one_another(services: Services, world: World) -> None:
    auditor = by_key(world.people["own", "auditor"])

    async def story(client: httpx.AsyncClient) -> None:
        rows, cursor = [], ""
        while True:
            page = (await client.get(f"/v1/projects/own/audit?limit=7&cursor={cursor}", headers=auditor)).json()
            rows += page["rows"]
            if page["next"] is None:
                break
            cursor = page["next"]
        sequence = [row["seq"] for row in rows]
        assert sequence == sorted(sequence, reverse=True)
        assert len(set(sequence)) == len(rows) > 20
        assert "Own-Annotator" in {row["actor"]["name"] for row in rows}
        head = (await client.get("/v1/projects/own/audit/head", headers=auditor)).json()
        assert head["size"] > max(sequence)
        csv = await client.get("/v1/projects/own/audit?format=csv", headers=auditor)
        assert csv.headers["content-disposition"] == 'attachment; filename="audit.csv"'
        assert csv.text.startswith("seq,at,actor.id,actor.kind,actor.name,action,subject,why,body\r\n")
        assert csv.text.count("\r\n") == len(rows) + 1

    play(services, story)


@pytest.mark.parametrize(
    ("settings", "secure"),
    [
        (Settings(data=Path("/x")), False),
        (Settings(data=Path("/x"), public_url="https://a.example", behind_proxy=True), True),
        (Settings(data=Path("/x"), public_url="http://a.example", behind_proxy=True), False),
        (Settings(data=Path("/x"), tls_certificate="/c.pem"), True),
    ],
)
def test_cookies_insist_on_tls_wherever_browsers_use_it(settings: Settings, *, secure: bool) -> None:
    assert settings.secure_cookies is secure
