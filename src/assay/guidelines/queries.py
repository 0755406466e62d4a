"""Reading guidelines."""

from __future__ import annotations

from assay.guidelines import store
from assay.guidelines.errors import ExampleNotFoundError, GuidelineNotFoundError
from assay.guidelines.model import Guideline
from assay.kernel.actor import Actor
from assay.storage import House, Rx


def get_guideline(actor: Actor, project: str, version: int | None = None, *, house: House) -> Guideline:
    """One version, the current one by default.

    Raises:
        GuidelineNotFoundError: the project has no such version.
    """
    with house.read(actor, project) as rx:
        return guideline_in(rx, version)


def list_guidelines(actor: Actor, project: str, *, house: House) -> list[Guideline]:
    """Every version, newest first."""
    with house.read(actor, project) as rx:
        return store.all_guidelines(rx)


def guideline_in(rx: Rx, version: int | None) -> Guideline:
    """A version inside an open transaction."""
    guideline = store.find_guideline(rx, version)
    if guideline is None:
        raise GuidelineNotFoundError("current" if version is None else version)
    return guideline


def get_example(actor: Actor, project: str, example_id: str, *, house: House) -> tuple[str, str]:
    """An example image's blob hash and media type."""
    with house.read(actor, project) as rx:
        found = store.find_example(rx, example_id)
    if found is None:
        raise ExampleNotFoundError(example_id)
    return found


current_guideline_version = store.current_guideline_version
