"""A calibrated watch: replays clean windows out of the reference, then judges windows that arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from assay.quality.drift.errors import (
    FeaturesMisshapenError,
    FeaturesNotFiniteError,
    ReferenceTooSmallError,
    WindowTooSmallError,
)
from assay.quality.drift.harm import harm_by_confidence, worst
from assay.quality.drift.model import DriftCheck, Harm, Level, Moved, Since, ViewResult
from assay.quality.drift.moved import moved_statistics
from assay.quality.drift.since import scores_along, since_when
from assay.quality.drift.views import Floats, View, embeddings_view, statistics_view
from assay.quality.drift.words import describe

LEAST_WINDOWS: Final = 5
LEAST_WINDOW: Final = 30
FALSE_NOTICES: Final = 0.05
REPLAYS: Final = 400
HARM_LINE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Features:
    """Descriptions of items, one row each; at least one kind.

    Attributes:
        statistics: (N, 11) `image_statistics`; None when there are none.
        embeddings: (N, D) of one encoder; None when there are none.
        confidence: (N,) the model's calibrated probability of being right, NaN where it did not answer; None without.
        items: names for messages; positions when left out.
    """

    statistics: Floats | None = None
    embeddings: Floats | None = None
    confidence: Floats | None = None
    items: Sequence[str] | None = None

    def __len__(self) -> int:
        """How many items there are."""
        rows = self.statistics if self.statistics is not None else self.embeddings
        return 0 if rows is None else len(rows)

    def rows_of(self, what: str) -> Floats:
        """The statistics or embeddings, which must be there."""
        rows: Floats | None = getattr(self, what)
        if rows is None:
            raise FeaturesMisshapenError(f"There are no {what}.")
        return rows

    def checked(self) -> Features:
        """The same as float64, when it fits together and every value is a number.

        Raises:
            FeaturesMisshapenError: nothing there, or another number of rows.
            FeaturesNotFiniteError: NaN or infinity in statistics or embeddings; the item is named.
        """
        if self.statistics is None and self.embeddings is None:
            raise FeaturesMisshapenError("There are neither statistics nor embeddings.")
        return Features(
            self._table("statistics"),
            self._table("embeddings"),
            None if self.confidence is None else self._column(self.confidence),
            self.items,
        )

    def _table(self, what: str) -> Floats | None:
        raw: ArrayLike | None = getattr(self, what)
        if raw is None:
            return None
        rows = np.asarray(raw, np.float64)
        if rows.ndim != 2 or len(rows) != len(self):  # noqa: PLR2004 - a table has two axes
            raise FeaturesMisshapenError(f"The {what} have the shape {rows.shape} for {len(self)} items.")
        bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
        if len(bad):
            first = int(bad[0])
            name = str(first) if self.items is None else self.items[first]
            raise FeaturesNotFiniteError(what, name, n_bad=len(bad))
        return rows

    def _column(self, raw: ArrayLike) -> Floats:
        column = np.asarray(raw, np.float64)
        if column.shape != (len(self),):
            raise FeaturesMisshapenError(f"{column.shape} confidences were given for {len(self)} items.")
        return column


@dataclass(frozen=True, slots=True)
class Watch:
    """A reference with thresholds for windows of one size.

    Attributes:
        window: size the thresholds were calibrated for; a window of another size is judged by the same p values,
            which holds well within a factor of two.
        replays: (R, V) each view's values on clean windows taken out of the reference.
        limit: smallest p over the views at which clean windows are noticed at the wanted rate.
    """

    reference: Features
    window: int
    views: tuple[View, ...]
    replays: Floats
    limit: float
    harm_line: float

    def false_notices(self) -> float:
        """Share of the replayed clean windows that would be noticed."""
        return float((_p_of(self.replays, self.replays).min(axis=1) <= self.limit).mean())


def calibrate(
    reference: Features,
    window: int,
    rng: np.random.Generator,
    *,
    false_notices: float = FALSE_NOTICES,
    replays: int = REPLAYS,
    harm_line: float = HARM_LINE,
) -> Watch:
    """Learn what clean windows look like.

    Every replay takes a window out of the reference and compares it with what is left, so the error of the reference
    is part of the threshold. All views share one rate: a notice is any view at or below one common p.

    Args:
        reference: clean items; at least five windows.
        window: items in a window, at least 30.
        rng: fixes the replays and the random features.
        false_notices: wanted share of clean windows with a notice.
        replays: clean windows to replay.
        harm_line: loss of quality from which a notice is an alarm.

    Raises:
        ReferenceTooSmallError: less than five windows.
        FeaturesNotFiniteError: an item without usable values.
    """
    clean = reference.checked()
    if window < LEAST_WINDOW:
        raise WindowTooSmallError(window, least=LEAST_WINDOW)
    if len(clean) < LEAST_WINDOWS * window:
        raise ReferenceTooSmallError("The reference", len(clean), window=window, windows=LEAST_WINDOWS)
    views = _views(clean, rng)
    values = np.empty((replays, len(views)))
    for row in range(replays):
        picked = rng.choice(len(clean), window, replace=False)
        values[row] = [view.replay(picked) for view in views]
    limit = float(np.quantile(_p_of(values, values).min(axis=1), false_notices, method="lower"))
    return Watch(clean, window, views, values, limit, harm_line)


def _views(clean: Features, rng: np.random.Generator) -> tuple[View, ...]:
    found = []
    if clean.statistics is not None:
        found.append(statistics_view(clean.statistics))
    if clean.embeddings is not None:
        found.append(embeddings_view(clean.embeddings, rng))
    return tuple(found)


def _p_of(values: Floats, replays: Floats) -> Floats:
    """Share of replays at least as large, column by column; values outside the replays count themselves too."""
    p = np.empty_like(values)
    for column in range(values.shape[1]):
        order = np.sort(replays[:, column])
        p[:, column] = (len(order) - np.searchsorted(order, values[:, column])) / len(order)
    return p


def check(watch: Watch, arrived: Features, *, earlier: Features | None = None, proof: Harm | None = None) -> DriftCheck:
    """Judge items that arrived, in the order they came.

    Args:
        watch: what to hold them against.
        arrived: the newest window, with the same kinds of features as the reference.
        earlier: items since the reference that came before the window; they help to say since when, and how much
            harm there is since then.
        proof: loss measured on a blind sample that people labelled; the worse of it and the estimate counts.

    Raises:
        WindowTooSmallError: fewer than 30 items.
        FeaturesMisshapenError: features that the reference has not, or of other width.
    """
    window = arrived.checked()
    if len(window) < LEAST_WINDOW:
        raise WindowTooSmallError(len(window), least=LEAST_WINDOW)
    _check_alike(watch.reference, window)
    values = np.array([[view.value(window.rows_of(view.name)) for view in watch.views]])
    p = np.maximum(_p_of(values, watch.replays)[0], 1 / (len(watch.replays) + 1))
    results = tuple(_result(watch, k, float(values[0, k]), float(p[k])) for k in range(len(watch.views)))
    noticed = any(r.fired for r in results)
    history = window if earlier is None or not len(earlier) else _joined(watch, earlier.checked(), window)
    since = _since(watch, history, len(window)) if noticed else None
    moved: tuple[Moved, ...] = ()
    if window.statistics is not None:
        moved = moved_statistics(watch.reference.rows_of("statistics"), window.statistics)
    changed = None if history.confidence is None else history.confidence[since.best if since else -len(window) :]
    harm = worst(harm_by_confidence(watch.reference.confidence, changed), proof)
    level: Level = "quiet"
    if noticed:
        level = "alarm" if harm is not None and harm.low is not None and harm.low > watch.harm_line else "notice"
    words = describe(level, results, moved, harm, n=len(window), harm_line=watch.harm_line)
    return DriftCheck(level, len(window), results, moved, since, harm, watch.harm_line, words)


def _joined(watch: Watch, earlier: Features, window: Features) -> Features:
    _check_alike(watch.reference, earlier)

    def both(what: str) -> Floats | None:
        first, second = getattr(earlier, what), getattr(window, what)
        return None if first is None or second is None else np.concatenate([first, second])

    return Features(both("statistics"), both("embeddings"), both("confidence"))


def _result(watch: Watch, k: int, value: float, p: float) -> ViewResult:
    view = watch.views[k]
    order = np.sort(watch.replays[:, k])
    place = min(len(order) - 1, max(0, len(order) - round(watch.limit * len(order))))
    return ViewResult(view.name, view.method, value, float(order[place]), p, p <= watch.limit)


def _since(watch: Watch, history: Features, n_window: int) -> Since | None:
    """Look for the change along the direction of the view in which the newest items stand out most."""
    seen = [scores_along(view.rows, view.see(history.rows_of(view.name)), n_window) for view in watch.views]
    return since_when(max(seen, key=lambda scores: float(scores[-n_window:].mean())))


def _check_alike(reference: Features, window: Features) -> None:
    for what in ("statistics", "embeddings"):
        known: Floats | None = getattr(reference, what)
        given: Floats | None = getattr(window, what)
        if (known is None) != (given is None):
            side = "the reference" if known is None else "the window"
            raise FeaturesMisshapenError(f"There are no {what} in {side}.")
        if known is not None and given is not None and known.shape[1] != given.shape[1]:
            raise FeaturesMisshapenError(
                f"The {what} of the window have {given.shape[1]} columns, those of the reference {known.shape[1]}."
            )
