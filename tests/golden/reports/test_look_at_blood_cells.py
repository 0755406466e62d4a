"""A first look at the blood-cell set BCCD (Shenggan, 2019) beside its earlier label pass finds what is known of it."""

from __future__ import annotations

import pytest
from tests.support.documents import check_document
from tests.support.shared import shared_path

import assay
from assay.reports.page.look_page import look_page


@pytest.mark.slow
def test_what_is_known_of_the_set_is_found_and_shown_on_one_page() -> None:
    folder = shared_path("data/bccd")
    found = assay.look(folder / "BCCD", who={"earlier": folder / "earlier_label_pass"})
    document = found.to_json()
    check_document(document)
    assert document["counts"]["by_class"] == {"WBC": 372, "RBC": 4155, "Platelets": 361}
    assert document["counts"]["by_split"] == {"test": 72, "train": 205, "val": 87}
    assert document["findings"]["counts"]["no_extent"] == 2
    assert document["findings"]["counts"]["duplicate"] == 7
    assert document["pictures"]["leaks"] == [["BloodImage_00037.jpg", "BloodImage_00038.jpg"]]
    f1 = document["agreement"]["pairwise"]["f1"]
    assert f1["value"] == pytest.approx(0.950, abs=0.002)
    assert f1["low"] < 0.945 < f1["high"]
    assert f1["n_items"] == 343
    page = look_page(found, command="assay look BCCD", meta=[])
    assert len(page) < 1_000_000
    assert "<script" not in page
    assert "Perhaps overlooked" in page
    assert "Twin images" in page
