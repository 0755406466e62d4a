"""`assay policy`: say in words what a policy file will do, publish it, show the one in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show

app = make_app("Say in words what a policy file will do, publish it, show the one in force.")

File = Annotated[Path, typer.Argument(help="A policy file; docs/governance.md says what it may hold.")]
MaybeProject = Annotated[
    str, typer.Option("--project", "-p", envvar="ASSAY_PROJECT", help="Check it against this project's people too.")
]


@app.command()
def check(
    file: File, *, project: MaybeProject = "", server: Server = HERE, key: Key = "", as_json: AsJson = False
) -> None:
    """Say what the file will do; refuses unknown keys, unreachable quorums and self-approval, all with their lines."""
    source, warnings = _read(file), []
    if project:
        from assay.client import deciding

        with connected(server, key) as client:
            found = client.send(deciding.check_rulebook(project, source))
        words, warnings = found.words, found.warnings
    else:
        from assay.governance import in_words, read_rulebook

        words = in_words(read_rulebook(source))
    lines = [f"{file.name} is sound. It will do this:", *[f"- {w}" for w in words], *[f"Note: {w}." for w in warnings]]
    show({"file": str(file), "words": words, "warnings": warnings}, lines, as_json=as_json)


@app.command("show")
def show_(*, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """Show the policy in force: in words, and the file as it was published."""
    from assay.client import deciding

    with connected(server, key) as client:
        found = client.send(deciding.rulebook(project))
    head = f"Version {found.version} is in force." if found.version else "Nobody has published a policy file yet."
    lines = [head, *[f"- {w}" for w in found.words], *[f"Note: {w}." for w in found.warnings]]
    lines += ["", *found.source.splitlines()] if found.source else []
    show(found.model_dump(), lines, as_json=as_json)


@app.command()
def publish(file: File, *, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """Publish the file; where the policy in force guards itself, this puts it to the people it names."""
    from assay.client import deciding

    source = _read(file)
    with connected(server, key) as client:
        now = client.send(deciding.rulebook(project)).version
        made = client.send(deciding.publish_rulebook(project, source, now))
    if made.proposal_id is None:
        said = f"Version {made.version} is in force."
    else:
        said = f"It waits for signatures as proposal {made.proposal_id}; see `assay approvals list`."
    show(made.model_dump(), [said, *[f"Note: {w}." for w in made.warnings]], as_json=as_json)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (getattr(error, "strerror", None) or "it is no UTF-8 text").lower()
        raise UsageError(f"{file} cannot be read: {why}.") from None
