"""One fresh account for each role of a demonstration's project, with a link to sign in by."""

from __future__ import annotations

from pathlib import Path

from assay.access import add_member, create_account, make_link
from assay.bootstrap import Settings, build
from assay.kernel.actor import system
from tests.support.demo_house import rows

NAMES = {
    "lead": "Ines Ota",
    "reviewer": "Kofi Mensah",
    "expert": "Lena Vogt",
    "approver": "Rafael Lima",
    "auditor": "Mina Sato",
    "annotator": "Noor Haddad",
}
"""Invented."""
ROLES = tuple(NAMES)


def role_links(home: Path, slug: str = "demo") -> dict[str, str]:
    """Make an account a role while no server runs; returns the token of each one's link."""
    project = str(rows(home, "SELECT id FROM projects WHERE slug = :slug", slug=slug)[0]["id"])
    actor, services = system("tests"), build(Settings(data=home, demo=True))
    try:
        links = {}
        for role in ROLES:
            user = create_account(actor, login=f"only-{role}", name=NAMES[role], house=services.house)
            add_member(actor, project, user, [role], house=services.house)
            links[role] = make_link(actor, user, "demo", house=services.house).secret
        return links
    finally:
        services.close()
