"""Trials of the time capsule with known cause, on cifar-n: real people's noise, real embeddings, real shifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.quality.diagnosis import Archive, Cause, Packet
from assay.quality.drift import Features, calibrate, check
from assay.quality.selection.clusters import k_means
from tests.support.photos import N_TRAIN, PhotoWorld

Longs = NDArray[np.int64]

COVARIATE = ("mix", "shift_bright_0.5", "shift_blur_0.8", "shift_noise_10", "shift_rot_15")
CONCEPT = (0.6, 0.8, 1.0)
LABELS = (0.2, 0.3, 0.4)
N_ARCHIVE = 2000
EXPERT_ERROR = 0.02
N_CALIBRATED = 1000
COPIED = 0.6
FIRST_SHIFTED = 20_000
"""Place in cifar-n of the first of the thousand images that were shifted."""


@dataclass(frozen=True)
class Items:
    """Some images: their place in cifar-n, embeddings, the model's answer."""

    place: Longs
    embeddings: NDArray[np.float64]
    predicted: Longs

    def take(self, rows: Longs) -> Items:
        """Some of them."""
        return Items(self.place[rows], self.embeddings[rows], self.predicted[rows])


@dataclass(frozen=True)
class Trial:
    """One time capsule and what it should say."""

    archive: Archive
    packet: Packet


def _differs(left: Longs, right: Longs) -> NDArray[np.float64]:
    return (left != right).astype(np.float64)


class CapsuleWorld:
    """Draws trials; `truth` is what gold said at the time of the archive."""

    def __init__(self, world: PhotoWorld, seed: int) -> None:
        self.world = world
        rng = np.random.default_rng(seed)
        rest = rng.permutation(np.arange(N_TRAIN, 20_000))
        self.archive = self._train(rest[:N_ARCHIVE])
        self.later = self._train(rest[N_ARCHIVE:])
        self.truth = np.concatenate([world.truth["train"], world.truth["shift_clean"]])
        window = 400
        self.watch = calibrate(Features(embeddings=self.archive.embeddings), window, rng, replays=200)
        self.clusters = k_means(self.later.embeddings, 10, rng)

    def _train(self, place: Longs) -> Items:
        w = self.world
        return Items(place, w.embeddings["train"][place], w.predicted["train"][place])

    def trial(
        self, cause: Cause, rng: np.random.Generator, *, kind: int = 0, n_now: int = 400, n_then: int = 200
    ) -> Trial:
        """One capsule; `kind` goes through the ways in which a cause comes about."""
        items = self._current(cause, kind, rng).take
        now = items(rng.permutation(len(self._current(cause, kind, rng).place))[:n_now])
        moved = self._moved_classes(cause, kind, rng)
        truth_now = self._truth(now.place, moved)
        people = self._people(cause, kind, now, truth_now, moved, rng)
        capsule = rng.choice(N_ARCHIVE, n_then, replace=False)
        old = self.archive
        experts_then = self._experts(old.place[capsule], self._truth(old.place[capsule], moved), rng)
        experts_now = self._experts(now.place, truth_now, rng)
        gold = self.truth[old.place]
        consensus = self.world.consensus[old.place]
        archive = Archive(_differs(old.predicted, gold), _differs(consensus, gold), _differs(old.predicted, consensus))
        noticed = check(self.watch, Features(embeddings=now.embeddings)).level != "quiet"
        packet = Packet(
            _differs(now.predicted, experts_now),
            _differs(people, experts_now),
            _differs(now.predicted, people),
            _differs(old.predicted[capsule], experts_then),
            _differs(old.predicted[capsule], gold[capsule]),
            _differs(experts_then, gold[capsule]),
            expert_wrong=int(rng.binomial(N_CALIBRATED, EXPERT_ERROR)),
            expert_n=N_CALIBRATED,
            drift_noticed=noticed,
        )
        return Trial(archive, packet)

    def _current(self, cause: Cause, kind: int, rng: np.random.Generator) -> Items:
        if cause is not Cause.COVARIATE:
            return self.later
        name = COVARIATE[kind % len(COVARIATE)]
        if name != "mix":
            w = self.world
            return Items(np.arange(FIRST_SHIFTED, FIRST_SHIFTED + 1000), w.embeddings[name], w.predicted[name])
        return self.later.take(self._tilted(rng))

    def _tilted(self, rng: np.random.Generator) -> Longs:
        """More of the kinds of image in which the model is wrong."""
        wrong = _differs(self.later.predicted, self.truth[self.later.place])
        sizes = np.bincount(self.clusters)
        rate = np.bincount(self.clusters, wrong) / sizes
        weight = np.exp(4 * (rate - rate.mean()) / max(rate.std(), 1e-9) / 2)[self.clusters]
        return rng.choice(len(weight), 2000, replace=False, p=weight / weight.sum())

    def _moved_classes(self, cause: Cause, kind: int, rng: np.random.Generator) -> tuple[int, int, float] | None:
        if cause is not Cause.CONCEPT:
            return None
        source, target = rng.choice(10, 2, replace=False)
        return int(source), int(target), CONCEPT[kind % len(CONCEPT)]

    def _truth(self, place: Longs, moved: tuple[int, int, float] | None) -> Longs:
        truth = self.truth[place].copy()
        if moved is not None:
            source, target, share = moved
            # A fixed rule that anybody can apply: the same image always moves.
            rule = (place * 2_654_435_761 % 1000) / 1000 < share
            truth[(truth == source) & rule] = target
        return truth

    def _experts(self, place: Longs, truth: Longs, rng: np.random.Generator) -> Longs:
        """Right but for 2 %, where a real person's wrong label is taken if there is one."""
        answer = truth.copy()
        for row in np.flatnonzero(rng.random(len(place)) < EXPERT_ERROR):
            wrong = [label for label in self.world.people[place[row]] if label != truth[row]]
            answer[row] = wrong[0] if wrong else (truth[row] + 1 + rng.integers(9)) % 10
        return answer

    def _people(
        self,
        cause: Cause,
        kind: int,
        now: Items,
        truth: Longs,
        moved: tuple[int, int, float] | None,
        rng: np.random.Generator,
    ) -> Longs:
        people = self.world.consensus[now.place].copy()
        if moved is not None:
            right = people == self.truth[now.place]
            people[right] = truth[right]
        if cause is Cause.LABELS:
            careless = rng.random(len(people)) < LABELS[kind % len(LABELS)]
            people[careless] = self.world.worst[now.place][careless]
        if cause is Cause.ECHO:
            copied = rng.random(len(people)) < COPIED
            people[copied] = now.predicted[copied]
        return people
