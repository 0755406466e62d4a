"""When a measured rate is too thin to be shown as a number, and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from scipy.special import betainc, ndtri

from assay.kernel.estimate import Estimate
from assay.quality.intervals import z_value

IMAGES = "gold images"
IMAGES_SINCE = "gold images since the change"
MARKS = "marks"
_SEARCH_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether a figure may be read as a number; stands beside its `Estimate`.

    Attributes:
        enough: False means grey words instead of a value.
        needs: how many units are needed in all; None when enough, or when no number of them would settle it.
        unit: what is counted: `gold images`, `gold images since the change` or `marks`.
        why: a sentence such as "2 gold images, needs 10"; empty when enough.
    """

    enough: bool
    needs: int | None
    unit: str
    why: str

    def missing(self, have: int) -> int | None:
        """Count the units still needed beyond the `have` there are; None when that is not known."""
        return None if self.needs is None else max(0, self.needs - have)


ENOUGH = Evidence(enough=True, needs=None, unit=IMAGES, why="")


@dataclass(frozen=True, slots=True)
class EvidenceRules:
    """The standing rules below which a figure stays grey.

    Attributes:
        min_images: gold images in all.
        min_images_since_change: gold images since the last known change.
        max_half_width: widest acceptable half interval.
        certainty: how sure a statement about a limit must be.
        min_row_marks: own marks of a class, kind or clause row.
    """

    min_images: int = 10
    min_images_since_change: int = 8
    max_half_width: float = 0.10
    certainty: float = 0.9
    min_row_marks: int = 30


STANDING_RULES = EvidenceRules()


def judge_evidence(
    estimate: Estimate,
    *,
    n_eff: float,
    n_images: int | None = None,
    since_change: int | None = None,
    limit: float | None = None,
    rules: EvidenceRules = STANDING_RULES,
) -> Evidence:
    """Say whether a rate rests on enough gold, by the first of the standing rules it fails.

    Args:
        estimate: the rate with its interval.
        n_eff: marks it is worth after clustering.
        n_images: gold images behind it; the estimate's own count when left out.
        since_change: gold images since the last known change; None when none is known.
        limit: an error limit the figure must lie clearly on one side of; None when none is at stake.
        rules: the standing rules.
    """
    images = estimate.n_items if n_images is None else n_images
    if estimate.value is None or images < rules.min_images:
        return _short(images, rules.min_images, IMAGES)
    if since_change is not None and since_change < rules.min_images_since_change:
        return _short(since_change, rules.min_images_since_change, IMAGES_SINCE)
    half = estimate.half_width
    if half is None or half > rules.max_half_width:
        needs = max(images + 1, images_for_width(estimate.value, n_eff / images, rules))
        return Evidence(enough=False, needs=needs, unit=IMAGES, why=_width_words(images, half, needs, rules))
    if limit is not None:
        return _against_limit(estimate.value, n_eff, images, limit, rules)
    return Evidence(enough=True, needs=None, unit=IMAGES, why="")


def judge_row(estimate: Estimate, rules: EvidenceRules = STANDING_RULES) -> Evidence:
    """Say whether a class, kind or clause row rests on enough of its own marks."""
    if estimate.value is None or estimate.n < rules.min_row_marks:
        return _short(estimate.n, rules.min_row_marks, MARKS)
    return Evidence(enough=True, needs=None, unit=MARKS, why="")


def images_for_width(rate: float, n_eff_per_image: float, rules: EvidenceRules = STANDING_RULES) -> int:
    """Count the gold images at which the half interval falls to what the rules allow, at this rate and clustering."""
    needed = z_value() ** 2 * rate * (1 - rate) / (rules.max_half_width**2 * n_eff_per_image)
    return max(rules.min_images, ceil(needed))


def chance_above(limit: float, rate: float, n_eff: float) -> float:
    """Give P(true rate > limit) under Beta(1/2 + p n_eff, 1/2 + (1 - p) n_eff)."""
    return 1.0 - float(betainc(0.5 + rate * n_eff, 0.5 + (1 - rate) * n_eff, limit))


def _against_limit(rate: float, n_eff: float, images: int, limit: float, rules: EvidenceRules) -> Evidence:
    above = chance_above(limit, rate, n_eff)
    if max(above, 1 - above) >= rules.certainty:
        return Evidence(enough=True, needs=None, unit=IMAGES, why="")
    needs = _images_for_limit(rate, n_eff / images, images, limit, rules)
    wanted = "more than can be given" if needs is None else f"needs about {needs}"
    return Evidence(
        enough=False, needs=needs, unit=IMAGES, why=f"{images} {IMAGES} do not settle it against {limit:g}, {wanted}"
    )


def _images_for_limit(
    rate: float, n_eff_per_image: float, images: int, limit: float, rules: EvidenceRules
) -> int | None:
    """Estimate the images at which the same rate would settle the limit; None beyond reason (rate at the limit)."""
    gap = abs(rate - limit)
    if gap == 0.0:
        return None
    spread = float(ndtri(rules.certainty)) ** 2 * limit * (1 - limit)
    needed = max(images + 1, ceil(spread / (gap**2 * n_eff_per_image)))
    return needed if needed <= _SEARCH_LIMIT else None


def _short(have: int, needs: int, unit: str) -> Evidence:
    counted = unit.replace("images", "image").replace("marks", "mark") if have == 1 else unit
    return Evidence(enough=False, needs=needs, unit=unit, why=f"{have} {counted}, needs {needs}")


def _width_words(images: int, half: float | None, needs: int, rules: EvidenceRules) -> str:
    if half is None:
        return f"{images} {IMAGES} give no interval, needs {needs}"
    allowed = f"{rules.max_half_width:.2f}".lstrip("0")
    return f"known to ±{f'{half:.2f}'.lstrip('0')}, allowed is ±{allowed}; {images} {IMAGES}, needs about {needs}"
