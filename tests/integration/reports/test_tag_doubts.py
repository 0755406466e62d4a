"""Tags and a model's confidences: the doubtful ones are findings, in the document, on the page and in the tasks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from tests.support.documents import check_document

import assay
from assay.kernel.marks import ITEMS_SCHEMA, MARKS_SCHEMA, LabelSet
from assay.reports.page.verb_pages import findings_page

CLASSES, N = ("cat", "dog", "eel"), 120
ITEMS = [f"{number:03}.png" for number in range(N)]


def tags(author: str, rows: list[tuple[int, int, float | None]]) -> LabelSet:
    """Tags as a set of labels: item, class, confidence."""
    columns: dict[str, list[Any]] = {name: [None] * len(rows) for name in MARKS_SCHEMA.names}
    columns |= {
        "item": [ITEMS[item] for item, _, _ in rows],
        "mark": [f"{author}/{number}" for number in range(len(rows))],
        "author": [author] * len(rows),
        "label_class": [CLASSES[c] for _, c, _ in rows],
        "shape": ["tag"] * len(rows),
        "confidence": [sure for _, _, sure in rows],
        "is_crowd": [False] * len(rows),
    }
    nothing = [None] * N
    items = dict(zip(ITEMS_SCHEMA.names, (ITEMS, ITEMS, nothing, nothing, nothing), strict=True))
    return LabelSet(pa.table(items, schema=ITEMS_SCHEMA), pa.table(columns, schema=MARKS_SCHEMA), CLASSES)


def people_and_model() -> tuple[LabelSet, LabelSet, list[int]]:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, N)
    given, wrong = truth.copy(), [4, 37, 90]
    given[wrong] = (truth[wrong] + 1) % 3
    chances = [rng.dirichlet(np.where(np.arange(3) == true, 12.0, 0.5)).tolist() for true in truth]
    for item in wrong:  # the model is sure of these
        chances[item] = [0.99 if c == truth[item] else 0.005 for c in range(3)]
    model = [(item, c, chances[item][c]) for item in range(N) for c in range(3)]
    return tags("ann", [(item, int(c), None) for item, c in enumerate(given)]), tags("model", model), wrong


def test_wrong_tags_are_found_with_the_class_that_fits() -> None:
    people, model, wrong = people_and_model()
    found = assay.findings(people, predictions=model)
    document = found.to_json()
    check_document(document)
    doubted = [one for one in document["findings"] if one["kind"] == "label_doubt"]
    assert {one["item"] for one in doubted} == {f"{item:03}.png" for item in wrong}
    assert all(one["suggested_class"] != one["label_class"] for one in doubted)
    assert all(one["mark"] is not None for one in doubted)
    assert "Perhaps another tag" in findings_page(found, command="assay findings", meta=[])
    look = assay.look(people, predictions=model, pictures=False).to_json()
    check_document(look)
    assert "Look at 3 pictures with a doubtful tag" in [task["title"] for task in look["first"]]


def test_a_model_that_agrees_doubts_nothing() -> None:
    people, _, _ = people_and_model()
    assert assay.findings(people, predictions=people).counts == {}
