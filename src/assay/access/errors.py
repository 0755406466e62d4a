"""What can go wrong with people, sessions, keys, links and projects."""

from __future__ import annotations

from assay.kernel.errors import (
    ConflictError,
    InvalidInputError,
    LimitError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
)


class SignInFailedError(NotSignedInError):
    """Login and password do not belong together; the words are the same whichever of the two is wrong."""

    code = "access.sign_in_failed"

    def __init__(self) -> None:
        super().__init__(
            "This login and password do not belong together.",
            hint="Check both; whoever leads your project can send you a link to set a new password.",
        )


class NotSignedInHereError(NotSignedInError):
    """No session and no key, or one that has ended."""

    code = "access.not_signed_in"

    def __init__(self) -> None:
        super().__init__("You are not signed in, or your session has ended.", hint="Sign in again.")


class LinkUnusableError(NotFoundError):
    """A link that was used, has expired, was replaced, or never was."""

    code = "access.link_unusable"

    def __init__(self) -> None:
        super().__init__(
            "This link cannot be used: it was used already, has expired, or is meant for the server's own machine.",
            hint="Ask whoever gave it to you for a new one.",
        )


class WeakPasswordError(InvalidInputError):
    """A password that is too short or too easily guessed."""

    code = "access.weak_password"

    def __init__(self, reason: str) -> None:
        super().__init__(f"This password {reason}.", hint="Use 12 characters or more; four unrelated words do well.")


class BadNameError(InvalidInputError):
    """A name, login or slug that cannot be used."""

    code = "access.bad_name"


class TooManyTriesError(LimitError):
    """Too many wrong passwords; the wait concerns only whoever made them."""

    code = "access.too_many_tries"

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__("Too many attempts to sign in from here.", hint=f"Try again in {max(1, round(wait_s))} s.")


class SignInBusyError(LimitError):
    """More people sign in at this moment than passwords can be checked."""

    code = "access.sign_in_busy"

    def __init__(self) -> None:
        super().__init__("Too many people are signing in at this moment.", hint="Try again in a few seconds.")


class RoleNeededError(NotAllowedError):
    """The caller belongs to the project but lacks the role."""

    code = "access.role_needed"

    def __init__(self, needed: list[str]) -> None:
        super().__init__(
            f"This needs the role {' or '.join(needed)} in this project.", hint="Ask whoever leads the project."
        )


class RoleChangeRefusedError(NotAllowedError):
    """A change of roles that the caller may not make."""

    code = "access.role_change_refused"


class AdminNeededError(NotAllowedError):
    """Only an administrator of this server may do this."""

    code = "access.admin_needed"

    def __init__(self, what: str) -> None:
        super().__init__(f"Only an administrator of this server may {what}.", hint="Ask your administrator.")


class KeyNotEnoughError(NotAllowedError):
    """Something that needs a person at the keyboard, not an API key."""

    code = "access.key_not_enough"

    def __init__(self, what: str) -> None:
        super().__init__(f"An API key cannot {what}.", hint="Sign in with your password in a browser.")


class ProjectNotFoundError(NotFoundError):
    """No such project among those the caller may see."""

    code = "access.project_not_found"

    def __init__(self, project: str) -> None:
        super().__init__(f"There is no project {project[:64]!r} that you may see.", hint="See your list of projects.")


class UserNotFoundError(NotFoundError):
    """No such person in this project."""

    code = "access.user_not_found"

    def __init__(self, user: str) -> None:
        super().__init__(f"There is nobody {user[:64]!r} in this project.")


class KeyNotFoundError(NotFoundError):
    """No such key among the caller's own."""

    code = "access.key_not_found"

    def __init__(self, key_id: str) -> None:
        super().__init__(f"You have no API key {key_id[:64]!r}.")


class TakenError(ConflictError):
    """A login, slug or membership that exists already."""

    code = "access.taken"

    def __init__(self, what: str, value: str) -> None:
        super().__init__(f"The {what} {value!r} is taken.", hint="Choose another.")


class MemberStateError(ConflictError):
    """Pausing somebody who is paused, or resuming somebody who is not."""

    code = "access.member_state"


class LastLeadError(ConflictError):
    """A change that would leave the project without anybody who leads it."""

    code = "access.last_lead"

    def __init__(self) -> None:
        super().__init__("Nobody would be left to lead this project.", hint="Give somebody else the role lead first.")
