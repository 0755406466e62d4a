"""Reading production quality."""

from __future__ import annotations

from assay.kernel.actor import Actor
from assay.kernel.clock import SECOND_US
from assay.serving import store
from assay.serving.model import Quality
from assay.serving.rules import quality_of
from assay.storage import House, Rx

DAY_US = 86_400 * SECOND_US
MOST_POINTS = 120


def quality_in(rx: Rx, *, every_us: int, n_points: int = 12, until_us: int | None = None) -> Quality:
    """Production quality of the last stretches of time, inside an open transaction.

    Args:
        rx: an open transaction.
        every_us: length of a stretch.
        n_points: at most; none lies wholly before the first prediction.
        until_us: the end of the last; now when left out.
    """
    end = (rx.now_us if until_us is None else until_us) + 1
    first = store.first_prediction_us(rx)
    wanted = min(n_points, MOST_POINTS)
    n = wanted if first is None else max(1, min(wanted, -(-(end - first) // every_us)))
    edges = [end - every_us * k for k in range(n, -1, -1)]
    return quality_of(store.random_between(rx, edges[0], end), edges)


def production_quality(actor: Actor, project: str, *, every_us: int, n_points: int, house: House) -> Quality:
    """Production quality over time, by the random share."""
    with house.read(actor, project) as rx:
        return quality_in(rx, every_us=every_us, n_points=n_points)


checks_of_item = store.checks_of_item
checks_before = store.checks_before
check_counts = store.check_counts
