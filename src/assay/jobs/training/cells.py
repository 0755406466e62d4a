"""A trainer for boxes of many alike things, such as cells: a frozen backbone of yours, a small head; extra `[train]`.

    assay serve --trainer "cells=python:assay.jobs.training.cells:fit /models/backbone.onnx"

The backbone is an ONNX file of the administrator's: one picture (1, 3, H, W) in, feature maps (1, C, h, w) out, the
finest first; the first two are used. It is never trained, so each picture goes through it a few times in all. The
head finds centres and sizes (Zhou, Wang and Krähenbühl 2019, "Objects as Points", section 3). Both are joined to one
ONNX file, which needs ONNX Runtime alone. Settings: `size_px`, `mean`, `scale` (as the backbone wants them), `steps`,
`epochs`, `batch`, `rate`, `seed`. This file is loaded in a process of its own only.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from assay.jobs.training.cell_targets import Array, batches, flipped, joined, targets

Tensor: TypeAlias = Any
"""Of torch, whose types are not at hand where it is not installed."""

HIDDEN: Final = 64
FLIPS: Final = ((False, False), (True, False), (False, True))
"""Each picture is learned as it is, mirrored, and upside down."""
SIZE_WEIGHT: Final = 1.0
OPSET: Final = 17


@dataclass(frozen=True, slots=True)
class Settings:
    """What `config.json` may set."""

    size_px: tuple[int, int] = (320, 240)
    mean: tuple[float, ...] = (127.0, 127.0, 127.0)
    scale: tuple[float, ...] = (128.0, 128.0, 128.0)
    steps: int = 600
    epochs: int = 20
    batch: int = 16
    rate: float = 2e-3
    seed: int = 0

    @classmethod
    def of(cls, config: dict[str, Any]) -> Settings:
        """Those given; unknown ones are the run's own business."""
        known: dict[str, Any] = {name: config[name] for name in cls.__slots__ if name in config}
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in known.items()}
        return cls(**values)


@dataclass(slots=True)
class Learned:
    """Feature maps with what they should give, one row for each picture and flip.

    Attributes:
        maps: (N, C, h, w) float16.
        heat: (N, K, h, w) float16, 1 at centres.
        boxes: (N, 4, h, w) float16: shift of the centre and logarithm of the size, in cells.
        there: (N, h, w), whether a centre lies here.
        weights: (N,).
    """

    maps: list[NDArray[np.float16]] = field(default_factory=list)
    heat: list[NDArray[np.float16]] = field(default_factory=list)
    boxes: list[NDArray[np.float16]] = field(default_factory=list)
    there: list[NDArray[np.bool_]] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)


class Backbone:
    """The administrator's frozen network."""

    def __init__(self, file: Path, settings: Settings) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._settings = settings
        shapes = [f.shape for f in self.look(np.zeros((settings.size_px[1], settings.size_px[0], 3), np.uint8))]
        if not shapes or any(len(s) != 4 for s in shapes):  # noqa: PLR2004 - picture, channel, row, column
            raise SystemExit(f"the backbone gives {shapes}; it should give feature maps (1, C, h, w), the finest first")
        self.channels = sum(s[1] for s in shapes)
        self.cells: tuple[int, int] = shapes[0][2:]

    def look(self, rgb: NDArray[np.uint8]) -> list[Array]:
        """The first two feature maps of a picture of the input's size."""
        mean, scale = (np.array(v, np.float32) for v in (self._settings.mean, self._settings.scale))
        ready = (rgb.astype(np.float32) - mean) / scale
        found = self._session.run(None, {self._session.get_inputs()[0].name: ready.transpose(2, 0, 1)[None]})
        return [np.asarray(f, np.float32) for f in found[:2]]


def fit(source: Path, target: Path, backbone: str) -> None:
    """Learn the head from the folder `source` and write the joined model into `target`."""
    config = json.loads((source / "config.json").read_text())
    told = json.loads((source / "items.json").read_text())
    settings, frozen = Settings.of(config), Path(backbone)
    train = [i for i in told["items"] if i["split"] == "train"]
    drawn = {m["label_class"] for i in train for m in i["marks"] if m["shape"] == "bbox"}
    classes = [c for c in told["classes"] if c in drawn]
    if not classes:
        raise SystemExit("no train item has a box; the trainer `cells` learns boxes")
    torch.manual_seed(settings.seed)
    torch.set_num_threads(1)
    eye = Backbone(frozen, settings)
    learned = read(source, train, classes, eye, settings)
    _say(f"{len(train)} pictures, {len(learned.maps)} with their mirror images; {', '.join(classes)}")
    head = head_of(eye.channels, len(classes))
    learn(head, learned, settings)
    width, height = settings.size_px
    with tempfile.TemporaryDirectory() as scratch:
        write(head, frozen, eye, len(classes), settings, Path(scratch), target / "cells.onnx")
    said = {
        "classes": classes, "size_px": [width, height], "mean": list(settings.mean), "scale": list(settings.scale),
        "gives": "yolo", "min_confidence": 0.2, "nms_iou": 0.5,
    }  # fmt: skip
    made = {"task": "boxes", "runner": "onnx", "framework": "assay-cells", "file": "cells.onnx", "config": said}
    (target / "model.json").write_text(json.dumps(made))


def read(source: Path, items: list[dict[str, Any]], classes: list[str], eye: Backbone, settings: Settings) -> Learned:
    """Every picture and flip through the backbone, once."""
    found = Learned()
    for item in items:
        with Image.open(source / item["image"]) as opened:
            size, small = opened.size, opened.convert("RGB").resize(settings.size_px, Image.Resampling.BILINEAR)
        stretch = np.array([eye.cells[1] / size[0], eye.cells[0] / size[1]] * 2)
        marks = [m for m in item["marks"] if m["shape"] == "bbox" and m["label_class"] in classes]
        boxes = np.array([m["bbox"] for m in marks], np.float64).reshape(-1, 4) * stretch
        numbers = [classes.index(m["label_class"]) for m in marks]
        for across, down in FLIPS:
            pixels = np.asarray(small)[:: -1 if down else 1, :: -1 if across else 1]
            maps = joined(eye.look(np.ascontiguousarray(pixels)))
            turned = flipped(boxes, eye.cells, across=across, down=down)
            heat, aim, there = targets(turned, numbers, len(classes), eye.cells)
            found.maps.append(maps.astype(np.float16))
            found.heat.append(heat.astype(np.float16))
            found.boxes.append(aim.astype(np.float16))
            found.there.append(there)
            found.weights.append(float(item["weight"]))
    return found


def head_of(channels: int, n_classes: int) -> Tensor:
    """A small head; it begins believing that nothing is anywhere."""
    last = nn.Conv2d(HIDDEN, n_classes + 4, 1)
    nn.init.constant_(last.bias[:n_classes], -4.0)
    return nn.Sequential(nn.Conv2d(channels, HIDDEN, 3, padding=1), nn.ReLU(), last)


def learn(head: Tensor, learned: Learned, settings: Settings) -> None:
    """Adam with a falling rate over `epochs` rounds, and at least `steps` steps."""
    n = len(learned.maps)
    rounds = max(settings.epochs, -(-settings.steps // -(-n // settings.batch)))
    total = rounds * -(-n // settings.batch)
    adam = torch.optim.AdamW(head.parameters(), lr=settings.rate, weight_decay=1e-4)
    falling = torch.optim.lr_scheduler.OneCycleLR(adam, settings.rate, total_steps=total)
    rng, losses = np.random.default_rng(settings.seed), []
    for step, rows in enumerate(batches(n, settings.batch, rounds, rng)):
        adam.zero_grad()
        loss = loss_of(head, learned, rows)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(head.parameters(), 10.0)
        adam.step()
        falling.step()
        losses.append(float(loss.detach()))
        if (step + 1) % 100 == 0:
            _say(f"step {step + 1} of {total}: loss {np.mean(losses[-100:]):.4f}")


def loss_of(head: Tensor, learned: Learned, rows: NDArray[np.int64]) -> Tensor:
    """Focal loss of the centres (the paper's equation 1), plus the error of shift and size at them."""

    def stack(parts: list[Any]) -> Tensor:
        return torch.from_numpy(np.stack([parts[r] for r in rows]).astype(np.float32))

    out, heat, there = head(stack(learned.maps)), stack(learned.heat), stack(learned.there)
    counts = torch.tensor([learned.weights[r] for r in rows])[:, None, None, None]
    said, k = out[:, : heat.shape[1]], heat.shape[1]
    p = torch.sigmoid(said).clamp(1e-4, 1 - 1e-4)
    centre = (heat == 1).float()
    hit = centre * (1 - p) ** 2 * torch.log(p)
    miss = (1 - centre) * (1 - heat) ** 4 * p**2 * torch.log(1 - p)
    off = (torch.abs(out[:, k:] - stack(learned.boxes)) * there[:, None]).sum(dim=1, keepdim=True)
    n = centre.sum().clamp(min=1)
    return (counts * (-hit - miss)).sum() / n + SIZE_WEIGHT * (counts * off).sum() / n


def write(
    head: Tensor, frozen: Path, eye: Backbone, n_classes: int, settings: Settings, scratch: Path, file: Path
) -> None:
    """Join backbone, head and decoding: (1, 4 + K, M) centres, sizes and class scores, in pixels of the input."""
    width, height = settings.size_px
    h, w = eye.cells
    stride = torch.tensor([width / w, height / h])
    grid = torch.stack(torch.meshgrid(torch.arange(w), torch.arange(h), indexing="xy")).float() + 0.5

    class Decoded(nn.Module):  # type: ignore[misc]
        """From feature maps to boxes; only local peaks keep their score."""

        def __init__(self) -> None:
            super().__init__()
            self.head = head

        def forward(self, *maps: Tensor) -> Tensor:
            fine = [maps[0], *[nn.functional.interpolate(m, size=(h, w), mode="nearest") for m in maps[1:]]]
            out = self.head(torch.cat(fine, dim=1))
            heat = torch.sigmoid(out[:, :n_classes])
            peak = (nn.functional.max_pool2d(heat, 3, stride=1, padding=1) == heat).float() * heat
            centre = (out[:, n_classes : n_classes + 2] + grid) * stride[:, None, None]
            size = torch.exp(out[:, n_classes + 2 :].clamp(max=6.0)) * stride[:, None, None]
            return torch.cat([centre, size, peak], dim=1).reshape(1, 4 + n_classes, h * w)

    body = onnx.load(str(frozen))
    given = [o.name for o in body.graph.output][:2]
    shapes = [f.shape for f in eye.look(np.zeros((height, width, 3), np.uint8))]
    names = [f"map{n}" for n in range(len(given))]
    torch.onnx.export(
        Decoded().eval(), tuple(torch.zeros(s) for s in shapes), str(scratch / "head.onnx"), opset_version=OPSET,
        input_names=names, output_names=["boxes"], dynamo=False,
    )  # fmt: skip
    top = onnx.compose.add_prefix(onnx.load(str(scratch / "head.onnx")), "head/")
    body = onnx.version_converter.convert_version(body, OPSET)
    body.ir_version = top.ir_version = min(body.ir_version, top.ir_version)
    pairs = [(a, f"head/{b}") for a, b in zip(given, names, strict=True)]
    whole = onnx.compose.merge_models(body, top, io_map=pairs, outputs=["head/boxes"])
    onnx.save(whole, str(file))


def _say(line: str) -> None:
    """What the run's log gets."""
    sys.stdout.write(f"{line}\n")
