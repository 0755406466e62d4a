"""What programs were written against: documents of version 1, kept as they were printed, fit the schemas for good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.documents import check_document, schemas

KEPT = sorted((Path(__file__).parent / "documents").glob("*.json"))


@pytest.mark.parametrize("path", KEPT, ids=[path.stem for path in KEPT])
def test_a_document_of_version_1_stays_valid(path: Path) -> None:
    check_document(json.loads(path.read_text()))


def test_every_kind_of_document_is_kept() -> None:
    assert {path.stem for path in KEPT} == set(schemas()) - {"common"}
