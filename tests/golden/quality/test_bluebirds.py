"""Classes from votes on the bluebirds of Welinder et al. (2010): 39 people, 108 pictures.

Majority errs on 24.07 % and Dawid-Skene on about 10 %, as the literature reports.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.support.shared import shared_path

from assay.quality import Votes, dawid_skene, majority


def bluebirds() -> tuple[Votes, np.ndarray]:
    folder = shared_path("data/annotators/cubam")
    flag = re.compile(r"(\d+): (true|false)")
    truth = {item: word == "true" for item, word in flag.findall((folder / "demo_bluebirds_gt.yaml").read_text())}
    blocks = re.split(r"^(\d+): \{", (folder / "demo_bluebirds_labels.yaml").read_text(), flags=re.MULTILINE)[1:]
    items = sorted(truth)
    rows = [
        (items.index(item), author, int(word == "true"))
        for author, block in enumerate(blocks[1::2])
        for item, word in flag.findall(block)
    ]
    return Votes.of(*zip(*rows, strict=True)), np.array([truth[item] for item in items], np.int64)


def test_majority_and_dawid_skene_are_right_as_often_as_published() -> None:
    votes, truth = bluebirds()
    assert (votes.n_items, votes.n_authors, len(votes.authors)) == (108, 39, 4212)
    assert (majority(votes).classes == truth).mean() == pytest.approx(0.7593, abs=5e-5)
    assert (dawid_skene(votes).classes == truth).mean() == pytest.approx(0.8981, abs=5e-5)
    assert (dawid_skene(votes, n_rounds=50, tolerance=0).classes == truth).mean() == pytest.approx(0.8981, abs=5e-5)
