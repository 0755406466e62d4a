"""What the trainers of a server are and which settings they take, for people who choose one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a trainer.

    Attributes:
        kind: `number`, `whole` number, `flag`, or `json` for an object.
        default: what holds when it is left out; None where nothing does.
        low: least value of a number. `high` the largest.
    """

    name: str
    kind: Literal["number", "whole", "flag", "json"]
    default: float | bool | None
    words: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """A trainer in words; `added` ones are the administrator's, and take whatever settings they like."""

    name: str
    words: str
    added: bool = False
    settings: tuple[Setting, ...] = ()


MIX: Final = (
    Setting("synthetic_weight", "number", None, "All synthetic images together weigh this share.", 0, 0.999),
    Setting(
        "synthetic_share", "number", None, "So large a share of the images is synthetic, drawn at random.", 0, 0.999
    ),
)
OWN: Final = (
    Described(
        "tags",
        "One tag for each image, from statistics of the picture; seconds on one processor.",
        settings=(
            Setting("l2", "number", 10.0, "How strongly weights are held small; more for little data.", 1e-6, 1e6),
            Setting("balanced", "flag", default=False, words="Let rare classes weigh as much as frequent ones."),
            Setting("seed", "whole", 0, "Of the draw of synthetic images.", 0, 2**31),
            *MIX,
        ),
    ),
    Described(
        "boards",
        "Boxes on images that each have a defect-free template; a small network, minutes on one processor.",
        settings=(
            Setting("epochs", "whole", 20, "Rounds through the data.", 1, 200),
            Setting(
                "least_steps", "whole", 1200, "More rounds where little data would mean fewer steps.", 0, 1_000_000
            ),
            Setting("seed", "whole", 0, "The same seed on the same data gives the same model.", 0, 2**31),
            Setting("min_confidence", "number", 0.05, "Marks less sure than this are left out.", 0, 1),
            Setting("template", "json", None, 'How names of templates follow: {"replace": ["_test", "_temp"]}.'),
            *MIX,
        ),
    ),
)


def describe_trainers(added: Iterable[str]) -> list[Described]:
    """Assay's own trainers, then those the administrator added, by name; an added one of the same name counts."""
    names = sorted(added)
    own = [d for d in OWN if d.name not in names]
    return own + [Described(n, "A program that the administrator of this server added.", added=True) for n in names]
