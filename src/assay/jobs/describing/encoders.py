"""Turns shrunk pictures into embeddings: without a model, or by an ONNX file the project brings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from assay.jobs.suggesting import ModelShapeError, SuggesterWrongError
from assay.jobs.suggesting.onnx_model import _load as load_onnx
from assay.jobs.suggesting.settings import check_keys, choice, triple
from assay.quality.drift import FeaturesNotFiniteError
from assay.quality.selection import plain_embedding
from assay.storage import PLAIN

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

KEYS: Final = frozenset({"mean", "scale", "layout", "colours", "name"})
PLAIN_PX: Final = 64
_AXES: Final = 4


class Encoder(Protocol):
    """Something that turns pictures into embeddings."""

    dataset: str
    side_px: int

    def encode(self, pictures: Bytes, items: Sequence[str]) -> Floats:
        """(N, D) embeddings of (N, S, S, 3) pictures."""
        ...


class PlainEncoder:
    """Colours and edge directions by place; needs no model."""

    dataset = PLAIN
    side_px = PLAIN_PX

    def encode(self, pictures: Bytes, items: Sequence[str]) -> Floats:
        """(N, 176); see `plain_embedding`."""
        assert len(items) == len(pictures), "one name a picture"
        return plain_embedding(pictures)


class OnnxEncoder:
    """An ONNX file that takes pictures and gives one row of numbers for each.

    `config`: `mean` and `scale`, a number a colour, so that pixel values 0..255 become (value - mean) / scale (127 and
    128 when left out); `layout`: `nchw` or `nhwc`; `colours`: `rgb` or `bgr`. The side of the input is read from the
    file. Outputs of more than two axes are averaged over all but the first two.

    Raises:
        RuntimeMissingError: ONNX Runtime is not installed.
        ArtifactBrokenError: the file is no ONNX model, or leans on other files.
        ModelShapeError: its input is no square picture of known size.
    """

    def __init__(self, data: bytes, config: Mapping[str, Any], dataset: str) -> None:
        check_keys(config, KEYS)
        self.dataset = dataset
        self._mean = np.asarray(triple(config, "mean", (127, 127, 127)), np.float32)
        self._scale = np.asarray(triple(config, "scale", (128, 128, 128)), np.float32)
        self._layout = choice(config, "layout", "nchw", ("nchw", "nhwc"))
        self._bgr = choice(config, "colours", "rgb", ("rgb", "bgr")) == "bgr"
        _, self._session = load_onnx(data)
        self._input, self.side_px, self._one_by_one = self._look_at_input()
        grey = np.full((1, self.side_px, self.side_px, 3), 127, np.uint8)
        self.width = self.encode(grey, ["a grey picture"]).shape[1]

    def _look_at_input(self) -> tuple[str, int, bool]:
        inputs = self._session.get_inputs()
        shape = inputs[0].shape
        wanted = "[N, 3, side, side]" if self._layout == "nchw" else "[N, side, side, 3]"
        colour, rest = (1, (2, 3)) if self._layout == "nchw" else (3, (1, 2))
        good = len(inputs) == 1 and len(shape) == _AXES and inputs[0].type == "tensor(float)"
        if not good or shape[colour] not in (3, None) or not all(isinstance(shape[k], int) for k in rest):
            raise ModelShapeError(inputs[0].name, shape, f"one float picture {wanted}")
        if shape[rest[0]] != shape[rest[1]]:
            raise ModelShapeError(inputs[0].name, shape, f"a square picture {wanted}")
        return str(inputs[0].name), int(shape[rest[0]]), shape[0] == 1

    def encode(self, pictures: Bytes, items: Sequence[str]) -> Floats:
        """(N, D) embeddings.

        Raises:
            FeaturesNotFiniteError: a value is NaN or infinite; the item is named.
            SuggesterWrongError: the file fails, or gives no row for each picture.
        """
        x = (pictures.astype(np.float32)[..., ::-1] if self._bgr else pictures.astype(np.float32)) - self._mean
        x = x / self._scale
        x = np.ascontiguousarray(x.transpose(0, 3, 1, 2) if self._layout == "nchw" else x)
        blocks = [x[k : k + 1] for k in range(len(x))] if self._one_by_one else [x]
        try:
            found = np.concatenate([np.asarray(self._session.run(None, {self._input: b})[0]) for b in blocks])
        except Exception as error:
            first = (str(error).splitlines() or [type(error).__name__])[0][:200]
            raise SuggesterWrongError("The encoder", f"it failed with {first}") from error
        if found.ndim < 2 or len(found) != len(x):  # noqa: PLR2004 - one row a picture
            raise ModelShapeError(self._session.get_outputs()[0].name, list(found.shape), f"[{len(x)}, D]")
        rows = np.asarray(found.reshape(*found.shape[:2], -1).mean(axis=2), np.float64)
        bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
        if len(bad):
            raise FeaturesNotFiniteError("embeddings", items[int(bad[0])], n_bad=len(bad))
        return rows


def read_encoder(path: Path) -> tuple[bytes, dict[str, Any]]:
    """An ONNX file and its settings, from `<file>.json` beside it when there is one."""
    beside = path.with_name(path.name + ".json")
    config: Any = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
    return path.read_bytes(), dict(config)


def dataset_of(sha256: str) -> str:
    """The lake's name for the embeddings of an encoder."""
    return f"embeddings/{sha256[:16]}"
