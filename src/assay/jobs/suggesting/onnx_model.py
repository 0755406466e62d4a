"""Runs ONNX files by ONNX Runtime in the process: tags and boxes, with every shape checked and time limited."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.special import softmax

from assay.jobs.suggesting.answer import MAX_MARKS, Answer, Picture, box_answer, tag_answer
from assay.jobs.suggesting.errors import (
    ArtifactBrokenError,
    ModelSettingError,
    ModelShapeError,
    RuntimeMissingError,
    SuggesterOverflowError,
    SuggesterSlowError,
    SuggesterWrongError,
)
from assay.jobs.suggesting.settings import check_keys, choice, class_names, number, size_px, triple
from assay.models import Task
from assay.quality.matching import box_iou

Floats = NDArray[np.float64]

KEYS: Final = frozenset(
    {"classes", "size_px", "mean", "scale", "layout", "colours", "gives", "min_confidence", "nms_iou", "timeout_s"}
)
EXTERNAL: Final = b"\n\x08location"
"""How the protocol buffer of a weight begins that lies in another file: key `location`."""
LOAD_TIME_S: Final = 60.0


class OnnxModel:
    """One ONNX file.

    `config` says how pictures go in and what comes out:
    `classes`: ids in the order of the outputs. `size_px`: [width, height] of the input. `mean`, `scale`: pixel values
    0..255 become (value - mean) / scale, a number a colour. `layout`: `nchw` or `nhwc`. `colours`: `rgb` or `bgr`.
    `gives`: for tags `logits` or `probabilities`, (N, K); for boxes `boxes-scores-labels`, three tensors (1, M, 4) in
    pixels of the input, (1, M), (1, M), or `yolo`, one tensor (1, 4 + K, M) of centre, size and class scores, to which
    non-maximum suppression is applied. `min_confidence`, `nms_iou`, `timeout_s`.

    Raises:
        RuntimeMissingError: ONNX Runtime is not installed.
        ArtifactBrokenError: the file is no ONNX model, or leans on other files.
        ModelShapeError: its tensors are not those described.
    """

    def __init__(self, data: bytes, config: Mapping[str, Any], task: Task, *, title: str) -> None:
        check_keys(config, KEYS)
        self.title = title
        self.task = task
        self.classes = class_names(config)
        self.size_px = size_px(config)
        self.mean, self.scale = triple(config, "mean", (0, 0, 0)), triple(config, "scale", (255, 255, 255))
        if 0 in self.scale:
            raise ModelSettingError("scale", list(self.scale), allowed="three numbers that are not 0")
        self.layout = choice(config, "layout", "nchw", ("nchw", "nhwc"))
        self.bgr = choice(config, "colours", "rgb", ("rgb", "bgr")) == "bgr"
        outputs = ("logits", "probabilities") if task is Task.TAGS else ("boxes-scores-labels", "yolo")
        self.gives = choice(config, "gives", outputs[0], outputs)
        self.min_confidence = number(config, "min_confidence", 0.25, 0.0, 1.0)
        self.nms_iou = number(config, "nms_iou", 0.5, 0.0, 1.0)
        self.timeout_s = number(config, "timeout_s", 20.0, 0.1, 120.0)
        self._runtime, self._session = _load(data)
        self._input = self._check_input()
        self.answer([Picture("a grey picture", np.full((self.size_px[1], self.size_px[0], 3), 127, np.uint8))])

    def answer(self, pictures: Sequence[Picture]) -> list[Answer]:
        """One answer a picture; pictures go in one by one, so that none depends on another."""
        read = self._tags if self.task is Task.TAGS else self._boxes
        return [read(picture, self._run(self._prepare(picture))) for picture in pictures]

    def _check_input(self) -> str:
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise ModelShapeError(", ".join(i.name for i in inputs), f"{len(inputs)} inputs", "one input, the picture")
        width, height = self.size_px
        wanted = [1, 3, height, width] if self.layout == "nchw" else [1, height, width, 3]
        found = inputs[0].shape
        fits = len(found) == 4 and all(  # noqa: PLR2004 - picture, colour, height, width
            not isinstance(f, int) or f == w for f, w in zip(found, wanted, strict=True)
        )
        if not fits:
            raise ModelShapeError(inputs[0].name, found, f"{wanted} ({self.layout}, from config.size_px)")
        if inputs[0].type != "tensor(float)":
            raise ModelShapeError(inputs[0].name, inputs[0].type, "tensor(float)")
        return str(inputs[0].name)

    def _prepare(self, picture: Picture) -> NDArray[np.float32]:
        image = Image.fromarray(picture.rgb).resize(self.size_px, Image.Resampling.BILINEAR)
        pixels = np.asarray(image, np.float32)
        if self.bgr:
            pixels = pixels[:, :, ::-1]
        scaled = (pixels - np.asarray(self.mean, np.float32)) / np.asarray(self.scale, np.float32)
        ready = scaled if self.layout == "nhwc" else scaled.transpose(2, 0, 1)
        return np.ascontiguousarray(ready[None], np.float32)

    def _run(self, ready: NDArray[np.float32]) -> list[NDArray[Any]]:
        """All outputs, or an error after `timeout_s`: the run is told to end from another thread."""
        options = self._runtime.RunOptions()
        ended = threading.Event()

        def end() -> None:
            ended.set()
            options.terminate = True

        timer = threading.Timer(self.timeout_s, end)
        timer.daemon = True
        timer.start()
        try:
            found = self._session.run(None, {self._input: ready}, options)
        except Exception as error:
            if ended.is_set():
                raise SuggesterSlowError(self.title, self.timeout_s) from error
            raise SuggesterWrongError(self.title, f"it failed with {_short(error)}") from error
        finally:
            timer.cancel()
        return [np.asarray(f) for f in found]

    def _tags(self, picture: Picture, found: list[NDArray[Any]]) -> Answer:
        name = self._session.get_outputs()[0].name
        k = len(self.classes)
        if found[0].shape != (1, k):
            raise ModelShapeError(name, list(found[0].shape), f"[1, {k}], one number for each class in config.classes")
        row = found[0][0].astype(np.float64)
        if self.gives == "logits" and np.isfinite(row).all():
            row = softmax(row)
        return tag_answer(self.title, picture, row.tolist(), self.classes)

    def _boxes(self, picture: Picture, found: list[NDArray[Any]]) -> Answer:
        boxes, scores, numbers = self._yolo(found) if self.gives == "yolo" else self._three(found)
        if not np.isfinite(scores).all() or not np.isfinite(boxes).all():
            raise SuggesterWrongError(self.title, f"a box or confidence for item {picture.item_id} that is no number")
        keep = scores >= self.min_confidence
        boxes, scores, numbers = boxes[keep], scores[keep], numbers[keep]
        if self.gives == "yolo":
            if len(boxes) > 10 * MAX_MARKS:
                what = f"{len(boxes):,} boxes for item {picture.item_id}"
                raise SuggesterOverflowError(self.title, what, f"{MAX_MARKS:,}")
            kept = suppress(boxes, scores, numbers, self.nms_iou)
            boxes, scores, numbers = boxes[kept], scores[kept], numbers[kept]
        if len(numbers) and (numbers.min() < 0 or numbers.max() >= len(self.classes)):
            what = f"class number {int(numbers.max())}, config.classes has {len(self.classes)}"
            raise SuggesterWrongError(self.title, what)
        width, height = picture.size_px
        stretch = np.array([width / self.size_px[0], height / self.size_px[1]] * 2)
        labels = [self.classes[n] for n in numbers]
        return box_answer(self.title, picture, boxes * stretch, scores, labels)

    def _three(self, found: list[NDArray[Any]]) -> tuple[Floats, Floats, NDArray[np.int64]]:
        names = [o.name for o in self._session.get_outputs()]
        if len(found) < 3:  # noqa: PLR2004 - boxes, scores, labels
            raise ModelShapeError(", ".join(names), f"{len(found)} outputs", "three outputs: boxes, scores, labels")
        boxes, scores, numbers = (
            f[0] if f.ndim > d and len(f) == 1 else f for f, d in zip(found, (2, 1, 1), strict=False)
        )
        if boxes.ndim != 2 or boxes.shape[1] != 4:  # noqa: PLR2004 - four sides
            raise ModelShapeError(names[0], list(found[0].shape), "[1, M, 4], the sides of M boxes")
        for name, tensor in ((names[1], scores), (names[2], numbers)):
            if tensor.shape != (len(boxes),):
                raise ModelShapeError(name, list(tensor.shape), f"[1, {len(boxes)}], one number for each box")
        return boxes.astype(np.float64), scores.astype(np.float64), numbers.astype(np.int64)

    def _yolo(self, found: list[NDArray[Any]]) -> tuple[Floats, Floats, NDArray[np.int64]]:
        name, k = self._session.get_outputs()[0].name, len(self.classes)
        if found[0].ndim != 3 or found[0].shape[:2] != (1, 4 + k):  # noqa: PLR2004 - batch, rows, boxes
            raise ModelShapeError(name, list(found[0].shape), f"[1, {4 + k}, M]: centre, size and {k} class scores")
        table = found[0][0].astype(np.float64)
        centre, half = table[:2], table[2:4] / 2
        boxes = np.concatenate([centre - half, centre + half]).T
        scores = table[4:]
        return boxes, scores.max(axis=0), scores.argmax(axis=0)


def suppress(boxes: Floats, scores: Floats, numbers: NDArray[np.int64], iou: float) -> NDArray[np.int64]:
    """Rows that stay when, class by class, each surer box drops those it overlaps by more than `iou`."""
    kept: list[int] = []
    for number_ in np.unique(numbers):
        rows = np.flatnonzero(numbers == number_)
        rows = rows[np.argsort(-scores[rows], kind="stable")]
        while len(rows):
            kept.append(int(rows[0]))
            rows = rows[1:][box_iou(boxes[rows[:1]], boxes[rows[1:]])[0] <= iou]
    return np.array(sorted(kept, key=lambda r: -scores[r]), np.int64)


def _load(data: bytes) -> tuple[Any, Any]:
    """ONNX Runtime and a session for these bytes."""
    try:
        import onnxruntime  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise RuntimeMissingError("ONNX Runtime", "models") from error
    if EXTERNAL in data:
        raise ArtifactBrokenError(
            "it leans on other files for its weights", hint="Export the model as one file, without external data."
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    made: list[Any] = []

    def make() -> None:
        try:
            made.append(onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"]))
        except Exception as error:  # noqa: BLE001 - the library has no common root for its errors
            made.append(error)

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    thread.join(LOAD_TIME_S)
    if not made:
        raise SuggesterSlowError("Loading the model", LOAD_TIME_S)
    if isinstance(made[0], Exception):
        raise ArtifactBrokenError(f"ONNX Runtime says {_short(made[0])}") from made[0]
    return onnxruntime, made[0]


def _short(error: Exception) -> str:
    """The first line of a library's message, without paths of its sources."""
    text = str(error).strip().splitlines() or [type(error).__name__]
    return text[0].split(" /")[0][:200]
