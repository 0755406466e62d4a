"""A small convolutional network in plain numpy: three convolutions, one hidden layer, a class and a box; Adam."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float32]
Weights = dict[str, Array]

CONVOLUTIONS: Final = ((5, 2, 16), (3, 2, 24), (3, 1, 32))
"""Side of the filter, stride, filters."""
HIDDEN: Final = 64
BOX: Final = 4
FLAT: Final = 6 * 6 * 32
SMOOTH: Final = 0.1
"""Width within which the error of a box counts squared (in units of its window)."""
BOX_WEIGHT: Final = 5.0
BATCH: Final = 32
WARM_UP: Final = 100
"""Steps over which the rate rises, so that the first crops do not silence filters for good."""
MOST_SLOPE: Final = 5.0
"""Length beyond which a step's slopes are shortened."""


@dataclass(frozen=True, slots=True, eq=False)
class SmallNet:
    """A trained network; the last class is "nothing there"."""

    weights: Weights
    n_classes: int

    def look(self, crops: Array) -> tuple[Array, Array]:
        """(n, K + 1) probabilities and (n, 4) boxes of (n, 40, 40, 2) crops."""
        if len(crops) == 0:
            return np.empty((0, self.n_classes + 1), np.float32), np.empty((0, BOX), np.float32)
        parts = [_forward(self.weights, crops[i : i + 256])[0] for i in range(0, len(crops), 256)]
        out = np.concatenate(parts)
        return _softmax(out[:, :-BOX]), out[:, -BOX:]


def train_net(
    crops: Array,
    classes: NDArray[np.int64],
    boxes: Array,
    n_classes: int,
    *,
    rng: np.random.Generator,
    weights: Array | None = None,
    epochs: int = 20,
    log: Callable[[str], None] = lambda _: None,
    rate: float = 3e-3,
    batch: int = BATCH,
) -> SmallNet:
    """Fit by Adam with a falling rate; each crop is turned and mirrored at random, which a board allows.

    Args:
        crops: (N, 40, 40, 2).
        classes: (N,) from 0 to `n_classes`, the last meaning nothing there.
        boxes: (N, 4) encoded; not looked at where there is nothing.
        rng: the start and the order.
        weights: (N,) how much each crop counts, about 1 on average; all alike without it.
        log: is told each epoch's mean loss.
    """
    counts = np.ones(len(crops), np.float32) if weights is None else weights
    net = _start(rng, n_classes + 1 + BOX)
    first = {k: np.zeros_like(v) for k, v in net.items()}
    second = {k: np.zeros_like(v) for k, v in net.items()}
    step, total = 0, epochs * n_batches(len(crops), batch)
    for epoch in range(epochs):
        losses = []
        for rows in _batches(len(crops), batch, rng):
            x, b = _turn(crops[rows], boxes[rows], rng)
            loss, slopes = _loss(net, x, classes[rows], b, n_classes, counts[rows])
            losses.append(loss)
            step += 1
            now = rate * min(1.0, step / WARM_UP) * 0.5 * (1 + np.cos(np.pi * step / total))
            slopes = _clipped(slopes)
            for k, g in slopes.items():
                first[k] = 0.9 * first[k] + 0.1 * g
                second[k] = 0.999 * second[k] + 0.001 * g * g
                m, v = first[k] / (1 - 0.9**step), second[k] / (1 - 0.999**step)
                net[k] = (net[k] - now * (m / (np.sqrt(v) + 1e-8) + 1e-4 * net[k])).astype(np.float32)
        log(f"epoch {epoch + 1} of {epochs}: loss {np.mean(losses):.4f}")
    return SmallNet(net, n_classes)


def n_batches(n: int, size: int = BATCH) -> int:
    """Steps of one round through `n` crops."""
    return -(-n // size)


def _clipped(slopes: Weights) -> Weights:
    length = float(np.sqrt(sum(float((g * g).sum()) for g in slopes.values())))
    return slopes if length <= MOST_SLOPE else {k: g * np.float32(MOST_SLOPE / length) for k, g in slopes.items()}


def _batches(n: int, size: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    order = rng.permutation(n)
    for i in range(0, n, size):
        yield order[i : i + size]


def _start(rng: np.random.Generator, n_out: int) -> Weights:
    weights: Weights = {}
    n_in = 2
    for no, (side, _, filters) in enumerate(CONVOLUTIONS):
        fan = side * side * n_in
        weights[f"c{no}"] = rng.normal(0, np.sqrt(2 / fan), (n_in * side * side, filters)).astype(np.float32)
        weights[f"c{no}b"] = np.zeros(filters, np.float32)
        n_in = filters
    weights["h"] = rng.normal(0, np.sqrt(2 / FLAT), (FLAT, HIDDEN)).astype(np.float32)
    weights["hb"] = np.zeros(HIDDEN, np.float32)
    weights["o"] = rng.normal(0, np.sqrt(1 / HIDDEN), (HIDDEN, n_out)).astype(np.float32)
    weights["ob"] = np.zeros(n_out, np.float32)
    return weights


def _windows(x: Array, side: int, stride: int) -> Array:
    """(N, H', W', C * side * side) the pixels under the filter at each place."""
    seen = sliding_window_view(x, (side, side), axis=(1, 2))[:, ::stride, ::stride]
    return np.ascontiguousarray(seen).reshape(*seen.shape[:3], -1)


def _forward(weights: Weights, x: Array) -> tuple[Array, list[Any]]:
    """Outputs, and what the way back needs."""
    kept: list[Any] = []
    for no, (side, stride, _) in enumerate(CONVOLUTIONS):
        columns = _windows(x, side, stride)
        y = np.maximum(columns @ weights[f"c{no}"] + weights[f"c{no}b"], 0)
        kept.append((x.shape, columns, y))
        x = y
    flat = x.reshape(len(x), -1)
    hidden = np.maximum(flat @ weights["h"] + weights["hb"], 0)
    kept.append((flat, hidden))
    return hidden @ weights["o"] + weights["ob"], kept


def _loss(
    weights: Weights, x: Array, y: NDArray[np.int64], boxes: Array, n_classes: int, counts: Array
) -> tuple[float, Weights]:
    """Cross entropy, plus a smooth error of the boxes where there is something; and the slopes. Crops by `counts`."""
    out, kept = _forward(weights, x)
    n, rows = len(x), np.arange(len(x))
    p = _softmax(out[:, :-BOX])
    there = (y < n_classes)[:, None]
    off = np.where(there, out[:, -BOX:] - boxes, 0)
    size = np.abs(off)
    bent = np.where(size < SMOOTH, 0.5 * size**2 / SMOOTH, size - SMOOTH / 2)
    each = -np.log(np.maximum(p[rows, y], 1e-12)) + BOX_WEIGHT * bent.sum(axis=1)
    loss = (counts * each).sum() / n
    slope = np.empty_like(out)
    slope[:, :-BOX] = p
    slope[rows, y] -= 1
    slope[:, -BOX:] = BOX_WEIGHT * np.clip(off / SMOOTH, -1, 1)
    return float(loss), _backward(weights, kept, (slope * counts[:, None] / n).astype(out.dtype))


def _backward(weights: Weights, kept: list[Any], slope: Array) -> Weights:
    flat, hidden = kept[-1]
    slopes: Weights = {"o": hidden.T @ slope, "ob": slope.sum(axis=0)}
    back = (slope @ weights["o"].T) * (hidden > 0)
    slopes["h"], slopes["hb"] = flat.T @ back, back.sum(axis=0)
    down = (back @ weights["h"].T).reshape(kept[-2][2].shape)
    for no in range(len(CONVOLUTIONS) - 1, -1, -1):
        side, stride, filters = CONVOLUTIONS[no]
        shape, columns, y = kept[no]
        down = down * (y > 0)
        rows = down.reshape(-1, filters)
        slopes[f"c{no}"], slopes[f"c{no}b"] = columns.reshape(len(rows), -1).T @ rows, rows.sum(axis=0)
        if no:
            spread = (rows @ weights[f"c{no}"].T).reshape(*y.shape[:3], shape[3], side, side)
            down = np.zeros(shape, spread.dtype)
            high, wide = y.shape[1], y.shape[2]
            for i in range(side):
                for j in range(side):
                    part = spread[:, :, :, :, i, j]
                    down[:, i : i + stride * high : stride, j : j + stride * wide : stride] += part
    return slopes


def _turn(crops: Array, boxes: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Each crop with its box in one of eight positions, the same for a whole batch so that it stays cheap."""
    across, down, swap = rng.random(3) < 0.5  # noqa: PLR2004 - a fair coin
    b = boxes.copy()
    if across:
        crops, b[:, 0] = crops[:, :, ::-1], -b[:, 0]
    if down:
        crops, b[:, 1] = crops[:, ::-1], -b[:, 1]
    if swap:
        crops, b = crops.transpose(0, 2, 1, 3), b[:, [1, 0, 3, 2]]
    return np.ascontiguousarray(crops), b


def _softmax(logits: Array) -> Array:
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True), logits.dtype)
