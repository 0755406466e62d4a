"""Looks at practice are kept whole, and those kept before they said why are still read."""

from __future__ import annotations

from types import SimpleNamespace

import orjson

from assay.insights.kept import body_of, looked_of
from assay.insights.model import Look, Looked, Reach

REACH = Reach("edge", "cells cut by the image edge", "not_enough_evidence", False, 12, 0.4, 240, "not enough evidence")
LOOK = Look("existence", "not_enough_evidence", "too few", 240, 5, 90, {"edge": 240}, "Not enough evidence.", (REACH,))


def test_a_look_comes_back_as_it_was_kept() -> None:
    looked = Looked(7, 120, 90, (LOOK,), ())
    assert looked_of(SimpleNamespace(body=body_of(looked))) == looked


def test_a_look_that_was_kept_without_an_answer_has_none() -> None:
    body = orjson.loads(body_of(Looked(7, 120, 90, (LOOK,), ())))
    del body["looks"][0]["answer"], body["looks"][0]["kinds"]
    look = looked_of(SimpleNamespace(body=orjson.dumps(body))).looks[0]
    assert (look.answer, look.kinds) == ("", ())
    assert look.thin == {"edge": 240}
