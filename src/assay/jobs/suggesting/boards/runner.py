"""Runs the models of the trainer `boards`, and writes them to files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assay.jobs.suggesting.answer import Answer, Picture, box_answer
from assay.jobs.suggesting.artifact import pack_arrays, unpack_arrays
from assay.jobs.suggesting.boards.net import BOX, SmallNet, train_net
from assay.jobs.suggesting.boards.proposals import crops_of, grey, place, propose, windows_of
from assay.jobs.suggesting.errors import ArtifactBrokenError, SuggesterWrongError
from assay.jobs.suggesting.onnx_model import suppress
from assay.jobs.suggesting.settings import check_keys, number

__all__ = ["BoardBoxes", "SmallNet", "pack_boards", "train_net"]

KIND: Final = "template-difference"
KEYS: Final = frozenset({"min_confidence", "nms_iou", "template", "classes"})


def pack_boards(net: SmallNet, classes: Sequence[str], grow: float, meta: Mapping[str, Any] | None = None) -> bytes:
    """A model of boards as a file."""
    return pack_arrays({**(meta or {}), "kind": KIND, "classes": list(classes), "grow": grow}, net.weights)


class BoardBoxes:
    """A model of the trainer `boards`: each picture needs its template."""

    def __init__(self, data: bytes, config: Mapping[str, Any], *, title: str) -> None:
        check_keys(config, KEYS)
        meta, arrays = unpack_arrays(data, KIND)
        self.title = title
        self.min_confidence = number(config, "min_confidence", 0.05, 0.0, 1.0)
        self.nms_iou = number(config, "nms_iou", 0.3, 0.0, 1.0)
        try:
            self.classes = [str(c) for c in meta["classes"]]
            self.grow = float(meta["grow"])
            weights = {name: array.astype(np.float32) for name, array in arrays.items()}
            self.net = SmallNet(weights, len(self.classes))
            p, boxes = self.net.look(np.zeros((1, 40, 40, 2), np.float32))
        except (KeyError, ValueError, TypeError) as error:
            raise ArtifactBrokenError(f"its weights do not fit together ({error})") from error
        if p.shape != (1, len(self.classes) + 1) or boxes.shape != (1, BOX):
            raise ArtifactBrokenError(f"it gives {p.shape[1]} numbers for {len(self.classes)} classes")

    def answer(self, pictures: Sequence[Picture]) -> list[Answer]:
        """One answer a picture."""
        return [self._look(picture) for picture in pictures]

    def _look(self, picture: Picture) -> Answer:
        if picture.template is None:
            raise SuggesterWrongError(self.title, f"item {picture.item_id} has no template to compare with")
        if picture.template.shape != picture.rgb.shape:
            sizes = f"{picture.rgb.shape[1]} x {picture.rgb.shape[0]} px, its template {picture.template.shape[1]} x "
            raise SuggesterWrongError(self.title, f"item {picture.item_id} is {sizes}{picture.template.shape[0]}")
        board, template = grey(picture.rgb), grey(picture.template)
        windows = windows_of(propose(board, template, self.grow))
        p, encoded = self.net.look(crops_of(board, template, windows))
        boxes = place(encoded, windows)
        return self._keep(picture, p[:, :-1].astype(np.float64), boxes)

    def _keep(self, picture: Picture, p: NDArray[np.float64], boxes: NDArray[np.float64]) -> Answer:
        if len(p) == 0:
            return Answer(picture.item_id, (), 1.0)
        numbers, scores = p.argmax(axis=1), p.max(axis=1)
        keep = scores >= self.min_confidence
        numbers, scores, boxes = numbers[keep], scores[keep], boxes[keep]
        kept = suppress(boxes, scores, np.zeros_like(numbers), self.nms_iou)
        labels = [self.classes[n] for n in numbers[kept]]
        return box_answer(self.title, picture, boxes[kept], scores[kept], labels)
