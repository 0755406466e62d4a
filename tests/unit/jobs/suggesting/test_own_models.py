"""Assay's own model files: the same bytes each time, and every damage is named."""

from __future__ import annotations

import numpy as np
import pytest

from assay.jobs.suggesting import ArtifactBrokenError, Picture, pack_arrays, unpack_arrays
from assay.jobs.suggesting.linear import LinearTags, pack_linear, picture_features
from assay.quality.linear_head import fit_linear_head


def _picture(colour: tuple[int, int, int], seed: int) -> Picture:
    noise = np.random.default_rng(seed).integers(-20, 20, (40, 60, 3))
    return Picture(f"p{seed}", np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8))


def _model() -> tuple[bytes, list[Picture]]:
    pictures = [_picture((200, 40, 40), n) for n in range(10)] + [_picture((40, 40, 200), 10 + n) for n in range(10)]
    features = np.array([picture_features(p) for p in pictures])
    head = fit_linear_head(features, np.repeat([0, 1], 10), 2, l2=1.0)
    return pack_linear(head, ["red", "blue"]), pictures


def test_a_tag_model_goes_through_its_file() -> None:
    data, pictures = _model()
    answers = LinearTags(data, title="tags@1").answer(pictures)
    assert [a.marks[0].mark.label_class for a in answers] == ["red"] * 10 + ["blue"] * 10
    assert answers[0].marks[0].mark.bbox == (0, 0, 60, 40)
    assert LinearTags(data, title="tags@1").answer([]) == []


def test_the_same_model_has_the_same_bytes() -> None:
    assert _model()[0] == _model()[0]


def test_arrays_come_back_as_they_were() -> None:
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([1, 2], np.int64), "c": np.empty((0, 4))}
    meta, back = unpack_arrays(pack_arrays({"kind": "x", "n": 1}, arrays), "x")
    assert meta["n"] == 1
    for name, array in arrays.items():
        assert np.array_equal(back[name], array)


def test_every_cut_and_every_other_kind_is_refused() -> None:
    data, _ = _model()
    for end in range(0, len(data), 97):
        with pytest.raises(ArtifactBrokenError):
            LinearTags(data[:end], title="tags@1")
    for other in (data + b"x", b"PK\x03\x04", pack_arrays({"kind": "else"}, {}), b"ASSAY-MODEL-1\n{}\n"):
        with pytest.raises(ArtifactBrokenError):
            LinearTags(other, title="tags@1")
