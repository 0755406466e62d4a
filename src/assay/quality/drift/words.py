"""What a person reads about a window: what moved, since when, and whether it harms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assay.quality.drift.image_statistics import WORDS
from assay.quality.drift.model import Harm, Level, Moved, ViewResult

_MOST_NAMED: Final = 3


def describe(
    level: Level, views: Sequence[ViewResult], moved: Sequence[Moved], harm: Harm | None, *, n: int, harm_line: float
) -> tuple[str, ...]:
    """One sentence for each thing worth saying."""
    if level == "quiet":
        return (f"The newest {n} pictures look like those of the reference.",)
    lines = [_first(views, n), *_moves(moved)]
    line = f"{100 * harm_line:.3g}"
    if harm is None or harm.low is None or harm.loss.value is None:
        lines.append("Whether it harms cannot be said: label a blind sample of the new pictures.")
    elif level == "alarm":
        lines.append(
            f"{_source(harm)} quality is {100 * harm.loss.value:.1f} points lower, at least {100 * harm.low:.1f}."
        )
    else:
        lines.append(
            f"{_source(harm)} quality is {_change(harm.loss.value)}; a loss above {line} points is not shown, "
            "so this is a notice and no alarm."
        )
    return tuple(lines)


def _first(views: Sequence[ViewResult], n: int) -> str:
    what = {"statistics": "how the pictures look", "embeddings": "what the pictures show"}
    fired = " and ".join(what[v.name] for v in views if v.fired)
    return f"The newest {n} pictures differ from the reference in {fired}."


def _moves(moved: Sequence[Moved]) -> list[str]:
    named = [m for m in moved if m.significant][:_MOST_NAMED]
    if not named:
        return []
    parts = [f"{WORDS.get(m.name, m.name)} {'up' if (m.shift.value or 0) > 0 else 'down'} by "
             f"{abs(m.shift.value or 0):.2f} standard deviations" for m in named]  # fmt: skip
    return ["Moved: " + ", ".join(parts) + "."]


def _source(harm: Harm) -> str:
    return "On labelled pictures" if harm.source == "labels" else "By the model's own confidence"


def _change(loss: float) -> str:
    return f"{100 * abs(loss):.1f} points {'lower' if loss > 0 else 'higher'}"
