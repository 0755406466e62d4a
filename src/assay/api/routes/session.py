"""Signing in and out."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from assay.access import Caller as CallerValue
from assay.access import NewSecret, change_password, directory_of, list_projects, sign_in, sign_out
from assay.api.deps import Caller, Services
from assay.api.routing import make_router, public, reply
from assay.api.services import Services as ServicesValue
from assay.api.services import version
from assay.api.signing_in import hand_out_session, peer_of, take_session_back
from assay.wire.session import PasswordChange, ServerInfo, Session, SessionProject, SessionUser, SignIn

router = make_router("session")


def session_out(caller: CallerValue, services: ServicesValue) -> Session:
    """The caller's session as it travels."""
    return Session(
        user=SessionUser(
            id=caller.user_id,
            name=caller.name,
            login=caller.login,
            is_admin=caller.is_admin,
            simulated=caller.simulated,
        ),
        csrf_token=caller.csrf_token,
        projects=[
            SessionProject(id=m.project_id, slug=m.slug, name=m.project_name, roles=sorted(r.value for r in m.roles))
            for m in list_projects(caller)
        ],
        server=ServerInfo(version=version(), demo=services.settings.demo),
    )


def signed_in(made: NewSecret, services: ServicesValue) -> Response:
    """The answer that begins a session: its facts, and the cookie."""
    caller = directory_of(services.house).by_session(made.secret, services.house)
    response = reply(session_out(caller, services))
    hand_out_session(response, made, services)
    return response


@router.post("/v1/session", response_model=Session)
@public
def open_session(body: SignIn, request: Request, services: Services) -> Response:
    """Sign in; sets the session's cookie."""
    made = sign_in(
        body.login,
        body.password,
        peer=peer_of(request),
        house=services.house,
        passwords=services.passwords,
        throttle=services.throttle,
    )
    return signed_in(made, services)


@router.get("/v1/session")
def read_session(caller: Caller, services: Services) -> Session:
    """Who is signed in, and where they belong."""
    return session_out(caller, services)


@router.delete("/v1/session", status_code=204)
def end_session(caller: Caller, services: Services) -> Response:
    """Sign out."""
    sign_out(caller, house=services.house)
    response = Response(status_code=204)
    take_session_back(response, services)
    return response


@router.post("/v1/session/password", response_model=Session)
def set_password(body: PasswordChange, caller: Caller, request: Request, services: Services) -> Response:
    """Change the password; ends all other sessions of the caller."""
    made = change_password(
        caller,
        body.old_password,
        body.new_password,
        house=services.house,
        passwords=services.passwords,
        throttle=services.throttle,
        peer=peer_of(request),
    )
    return signed_in(made, services)
