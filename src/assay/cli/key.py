"""`assay key`: API keys for programs."""

from __future__ import annotations

from typing import Annotated

import typer

from assay.cli.output import AsJson, make_app, show, table
from assay.cli.remote import ServerUrl, connected
from assay.cli.settings import DATA, Data, Database, account, opened
from assay.cli.settings import project as find_project

app = make_app("Make API keys.")

Login = Annotated[str, typer.Argument(help="Whose key; it may do what they may do.")]


@app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    *,
    project: Annotated[str, typer.Option(help="Narrow it to this project.")] = "",
    days: Annotated[int | None, typer.Option(help="It expires after so many days.")] = None,
    data: Data = DATA,
    database: Database = "",
    server: ServerUrl = "",
    as_json: AsJson = False,
) -> None:
    """Make a key and print it; it is shown this once. With --server it asks for the owner's password."""
    if server:
        value = _add_there(server, login, name, project or None, days)
    else:
        from assay.access import make_key_for
        from assay.kernel.actor import system

        with opened(data, database) as services:
            user = account(services, login)
            only = find_project(services, project).id if project else None
            actor = system("command line")
            secret = make_key_for(actor, user.id, name, only_project=only, expires_days=days, house=services.house)
        value = {"id": secret.id, "key": secret.secret}
    show(value, [value["key"]], as_json=as_json)


def _add_there(server: str, login: str, name: str, project: str | None, days: int | None) -> dict[str, str]:
    from assay.access import clean_name
    from assay.client.request import reader, send
    from assay.wire.session import KeyMade, KeyNew

    password = typer.prompt("Password", hide_input=True, err=True)
    body = KeyNew(name=clean_name(name), project_id=project, expires_days=days)
    with connected(server) as client:
        client.sign_in(login, password)
        made = client.send(send("POST", "/v1/keys", reader(KeyMade), body))
    return {"id": made.id, "key": made.key}


@app.command("list")
def list_(login: Login, *, data: Data = DATA, database: Database = "", as_json: AsJson = False) -> None:
    """List somebody's keys; the keys themselves are never shown again."""
    from assay.access import keys_of_account
    from assay.kernel.actor import system
    from assay.kernel.clock import iso

    with opened(data, database) as services:
        user = account(services, login)
        keys = keys_of_account(services.house, system("command line"), user.id)
    rows = [[k.id, k.name, k.prefix, iso(k.last_used_at_us) if k.last_used_at_us else "never"] for k in keys]
    value = {"keys": [{"id": k.id, "name": k.name, "prefix": k.prefix, "project_id": k.only_project} for k in keys]}
    show(value, table(rows, ["id", "name", "begins with", "last used"]), as_json=as_json)


@app.command()
def revoke(
    login: Login,
    key_id: Annotated[str, typer.Argument(help="The key's id, from `assay key list`.")],
    *,
    data: Data = DATA,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """End a key at once."""
    from assay.access import revoke_key_of
    from assay.kernel.actor import system

    with opened(data, database) as services:
        user = account(services, login)
        revoke_key_of(system("command line"), user.id, key_id, house=services.house)
    show({"id": key_id, "state": "revoked"}, [f"Key {key_id} is of no use any more."], as_json=as_json)
