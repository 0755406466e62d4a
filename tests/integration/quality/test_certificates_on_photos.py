"""Certificates on real photos, with the figures the product promises."""

from __future__ import annotations

import pytest
from tests.bench.certificates import answers_of, certify_splits
from tests.support.shared import shared_path


@pytest.mark.slow
def test_certificates_on_real_photos_hold_what_they_promise() -> None:
    answers = answers_of(shared_path("data/annotators"))
    figures = certify_splits(answers, target=0.1, n_splits=200, n_calibration=2000)
    assert figures.violated <= 0.1
    assert figures.certified >= 0.8
    assert figures.of_oracle >= 0.6
