"""`assay user`: people and their passwords."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show, table
from assay.cli.remote import ServerKey, ServerUrl, connected
from assay.cli.settings import DATA, Data, Database, account, opened
from assay.cli.settings import project as find_project

if TYPE_CHECKING:
    from assay.client import Client

app = make_app("Add people, reset passwords.")

Login = Annotated[str, typer.Argument(help="What they sign in with, such as mia.t or mia@lab.example.")]
ProjectOption = Annotated[str, typer.Option("--project", help="Id or short name of a project.")]
Address = Annotated[str, typer.Option(envvar="ASSAY_PUBLIC_URL", help="Address people use; the link begins with it.")]


def _say_link(address: str, secret: str, purpose: str) -> str:
    return f"One-use link to {purpose}: {address.rstrip('/')}/link#{secret}"


@app.command()
def add(
    login: Login,
    *,
    name: Annotated[str, typer.Option(help="What others call them.")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="Make them an administrator of the server.")] = False,
    project: ProjectOption = "",
    role: Annotated[list[str] | None, typer.Option(help="Role in that project; repeat for several.")] = None,
    address: Address = "http://127.0.0.1:8000",
    data: Data = DATA,
    database: Database = "",
    server: ServerUrl = "",
    key: ServerKey = "",
    as_json: AsJson = False,
) -> None:
    """Make an account, perhaps in a project, and print a one-use link with which its owner sets a password."""
    if bool(project) != bool(role):
        raise UsageError("A project and a role belong together.", hint="Give both --project and --role, or neither.")
    if server:
        if admin or not project:
            hint = "Give --project and --role; administrators are made on the server's own machine."
            raise UsageError("Over HTTP people are taken into a project.", hint=hint)
        url = _add_there(connected(server, key), login, name, project, role or [])
        said = f"One-use link to set a password: {url}" if url else "They have a password already."
        show({"login": login, "link": url}, [f"{login} is in {project}.", said], as_json=as_json)
        return
    secret = _add_here(login, name, project, role or [], admin=admin, data=data, database=database)
    url = f"{address.rstrip('/')}/link#{secret}"
    lines = [f"Account {login} is made.", _say_link(address, secret, "set a password")]
    show({"login": login, "link": url}, lines, as_json=as_json)


def _add_there(client: Client, login: str, name: str, project: str, roles: list[str]) -> str | None:
    from assay.access import clean_login, clean_name, clean_roles
    from assay.client import calls

    wanted = sorted(role.value for role in clean_roles(roles))
    with client:
        call = calls.invite(project, clean_name(name or login), clean_login(login), wanted)  # type: ignore[arg-type]  # checked above
        link = client.send(call).link
    return link.url if link else None


def _add_here(
    login: str,
    name: str,
    project: str,
    roles: list[str],
    *,
    admin: bool,
    data: Path,
    database: str,
) -> str:
    from assay.access import add_member, clean_roles, create_account, make_link
    from assay.kernel.actor import system

    with opened(data, database) as services:
        house, actor = services.house, system("command line")
        where = find_project(services, project) if project else None
        clean_roles(roles or ["annotator"])  # before anything is stored
        user_id = create_account(actor, login=login, name=name or login, is_admin=admin, house=house)
        if where:
            add_member(actor, where.id, user_id, roles, house=house)
        return make_link(actor, user_id, "invite", house=house).secret


@app.command()
def reset(
    login: Login,
    *,
    address: Address = "http://127.0.0.1:8000",
    data: Data = DATA,
    database: Database = "",
    project: ProjectOption = "",
    server: ServerUrl = "",
    key: ServerKey = "",
    as_json: AsJson = False,
) -> None:
    """Print a one-use link with which somebody sets a new password; with --server name a project of theirs."""
    if server:
        url = _reset_there(connected(server, key), project, login)
    else:
        from assay.access import make_link
        from assay.kernel.actor import system

        with opened(data, database) as services:
            user = account(services, login)
            made = make_link(system("command line"), user.id, "reset", house=services.house)
        url = f"{address.rstrip('/')}/link#{made.secret}"
    show({"login": login, "link": url}, [f"One-use link to set a new password: {url}"], as_json=as_json)


def _reset_there(client: Client, project: str, login: str) -> str:
    from assay.access import UserNotFoundError, clean_login
    from assay.client import calls

    if not project:
        raise UsageError("Over HTTP a password is reset in a project.", hint="Give --project.")
    wanted, cursor = clean_login(login), ""
    with client:
        while True:
            page = client.send(calls.members(project, cursor))
            for row in page.rows:
                if row.login == wanted:
                    return client.send(calls.reset(project, row.user.id)).link.url
            if page.next is None:
                raise UserNotFoundError(login)
            cursor = page.next


@app.command("list")
def list_(*, data: Data = DATA, database: Database = "", as_json: AsJson = False) -> None:
    """List all accounts."""
    from assay.access import list_accounts
    from assay.kernel.actor import system
    from assay.kernel.clock import iso

    with opened(data, database) as services:
        found = list_accounts(services.house, system("command line"))
    rows = [
        [
            u.login,
            u.name,
            "administrator" if u.is_admin else "",
            u.state,
            iso(u.last_seen_at_us) if u.last_seen_at_us else "never",
        ]
        for u in found
    ]
    names = ("id", "login", "name", "is_admin", "simulated", "state", "has_password")
    value = {"users": [{name: getattr(u, name) for name in names} for u in found]}
    show(value, table(rows, ["login", "name", "", "state", "last seen"]), as_json=as_json)


@app.command()
def disable(
    login: Login,
    *,
    why: Annotated[str, typer.Option(help="The reason, for the audit log.")],
    data: Data = DATA,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Let somebody in no more; what they did stays."""
    from assay.access import disable_account
    from assay.kernel.actor import system

    with opened(data, database) as services:
        user = account(services, login)
        disable_account(system("command line"), user.id, why=why, house=services.house)
    show({"login": login, "state": "disabled"}, [f"{login} can sign in no more."], as_json=as_json)
