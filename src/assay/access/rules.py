"""What is right for names, logins, passwords, roles and times: pure decisions."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from assay.access.common import COMMON_STEMS
from assay.access.errors import BadNameError, RoleChangeRefusedError, WeakPasswordError
from assay.access.model import Role
from assay.kernel.clock import SECOND_US

IDLE_US = 30 * 60 * SECOND_US
"""A session unused for this long has ended."""
ABSOLUTE_US = 12 * 3600 * SECOND_US
"""A session ends this long after sign-in, used or not."""
TOUCH_US = 5 * 60 * SECOND_US
"""How old the stored moment of last use may become."""
LINK_US = {"invite": 7 * 86400 * SECOND_US, "reset": 24 * 3600 * SECOND_US, "demo": 12 * 3600 * SECOND_US}
MIN_PASSWORD = 12
MAX_PASSWORD = 256
MAX_NAME = 128

_LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._+@-]{0,126}[a-z0-9])?")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_ID = re.compile(r"[0-9a-f]{32}")
_LEET = str.maketrans("013457$@!", "oleastsai")


def sha256(text: str) -> str:
    """Hex SHA-256: how tokens and keys are kept, so that a stolen database opens nothing."""
    return hashlib.sha256(text.encode()).hexdigest()


def clean_login(text: str) -> str:
    """A login in its one form: NFKC, lower case, no spaces around.

    Raises:
        BadNameError: it holds anything but letters a-z, digits and `._+@-`.
    """
    login = unicodedata.normalize("NFKC", text).strip().lower()
    if not _LOGIN.fullmatch(login):
        raise BadNameError(
            f"{text[:64]!r} cannot be a login.", hint="Use letters a to z, digits and . _ + @ -, such as mia.t."
        )
    return login


def clean_name(text: str, *, what: str = "name") -> str:
    """A name people read: NFC, no control or invisible formatting characters, 1 to 128 characters."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > MAX_NAME or any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"} for c in name):
        raise BadNameError(
            f"{text[:64]!r} cannot be a {what}.", hint="Use 1 to 128 visible characters, without control characters."
        )
    return name


def clean_slug(text: str) -> str:
    """A project's short name in addresses; never looks like an id.

    Raises:
        BadNameError: it has other characters than a-z, 0-9 and inner hyphens, or is 32 hex digits.
    """
    if not _SLUG.fullmatch(text) or _ID.fullmatch(text):
        raise BadNameError(f"{text[:64]!r} cannot be a project's short name.", hint="Use a to z, digits and hyphens.")
    return text


def slug_of(name: str) -> str:
    """A short name made from a project's name; `project` when nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "project"


def clean_password(text: str, *, login: str) -> str:
    """A password in the form that is hashed (NFKC), if it is good enough.

    Raises:
        WeakPasswordError: says what is wrong, without repeating it.
    """
    password = unicodedata.normalize("NFKC", text)
    if len(password) < MIN_PASSWORD:
        raise WeakPasswordError(f"has {len(password)} characters; {MIN_PASSWORD} are needed")
    if len(password) > MAX_PASSWORD:
        raise WeakPasswordError(f"has more than {MAX_PASSWORD} characters")
    if _easily_guessed(password.lower(), login):
        raise WeakPasswordError("is among the first that anybody would try")
    return password


def _easily_guessed(password: str, login: str) -> bool:
    """Whether little is left once the login, a common word, a run of neighbours or a repetition is taken away."""
    if len(set(password)) <= 3:  # noqa: PLR2004 - aaaaaaaaaaaa, ababababab
        return True
    if any(password == (password[:n] * len(password))[: len(password)] for n in range(1, len(password) // 2 + 1)):
        return True
    steps = [ord(b) - ord(a) for a, b in pairwise(password)]
    if sum(step in {-1, 0, 1} for step in steps) >= len(steps) * 0.75:
        return True
    words = sorted({*COMMON_STEMS, login, *re.split(r"[._+@-]", login)}, key=len, reverse=True)
    return any(_only_common(spelling, words) for spelling in (password, password.translate(_LEET)))


def _only_common(spelling: str, words: list[str]) -> bool:
    rest = spelling
    for word in words:
        if len(word) > 3:  # noqa: PLR2004 - shorter pieces are everywhere
            rest = rest.replace(word, "")
    return rest != spelling and len(re.sub(r"[^a-z]", "", rest)) < 3  # noqa: PLR2004 - a few letters are no secret


def session_ends_at(created_at_us: int, seen_at_us: int) -> int:
    """When a session ends if nothing more happens: idle or absolute, whichever comes first."""
    return min(created_at_us + ABSOLUTE_US, seen_at_us + IDLE_US)


def clean_roles(roles: Iterable[str]) -> frozenset[Role]:
    """Roles a project can give.

    Raises:
        BadNameError: an unknown role, `admin`, or none at all.
    """
    wanted = list(roles)
    known = {role.value for role in Role} - {Role.ADMIN.value}
    unknown = sorted(set(wanted) - known)
    if unknown or not wanted:
        what = f"{unknown[0][:32]!r} is no role of a project." if unknown else "Somebody in a project needs a role."
        raise BadNameError(what, hint=f"The roles are {', '.join(sorted(known))}.")
    return frozenset(Role(role) for role in wanted)


def check_role_change(
    *, caller_id: str, caller_roles: frozenset[Role], target_id: str, before: frozenset[Role], after: frozenset[Role]
) -> None:
    """Let only leads and administrators change roles, and nobody add to their own.

    Raises:
        RoleChangeRefusedError: says which rule stands against it.
    """
    if caller_roles.isdisjoint({Role.LEAD, Role.ADMIN}):
        raise RoleChangeRefusedError("Only a lead or an administrator changes roles.", hint="Ask them.")
    gained = after - before
    if caller_id == target_id and gained and Role.ADMIN not in caller_roles:
        raise RoleChangeRefusedError(
            f"Nobody gives themselves a role ({', '.join(sorted(gained))}).",
            hint="Ask another lead or an administrator.",
        )
