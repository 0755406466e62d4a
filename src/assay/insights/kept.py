"""Findings and looks as they are kept, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from assay.insights.model import Care, Crop, CropMark, Finding, FindingSide, Look, Looked, Reach
from assay.kernel.canonical import canonical_json
from assay.kernel.estimate import Estimate
from assay.quality.convention import Grade, Proof

LONGEST_KEY = 32


def key_of(feature: str) -> str:
    """What a finding's row is found by: the feature itself, or a hash of one that is too long for its column."""
    return feature if len(feature) <= LONGEST_KEY else hashlib.sha256(feature.encode()).hexdigest()[:LONGEST_KEY]


def body_of(value: Finding | Looked) -> str:
    """As it is kept."""
    return canonical_json(asdict(value)).decode()


def finding_of(row: Any) -> Finding:  # noqa: ANN401 - a database row
    """A kept finding from its row; the row's state counts."""
    body = orjson.loads(row.body)
    fields = {name: body[name] for name in _PLAIN} | {
        "id": row.id,
        "state": row.state,
        "sides": tuple(_side(side) for side in body["sides"]),
        "undecided": tuple(body["undecided"]),
        "values": tuple((user, value) for user, value in body.get("values", ())),
        "crops": tuple(_crop(crop) for crop in body["crops"]),
        "proof": None if body["proof"] is None else _proof(body["proof"]),
    }
    return Finding(**fields)


_PLAIN = (
    *("form", "part", "feature", "title", "p_value", "difference", "clause_hint"),
    *("drafted_clause", "other_clause", "n_places", "n_images"),
)


def looked_of(row: Any) -> Looked:  # noqa: ANN401 - a database row
    """The last look from its row."""
    body = orjson.loads(row.body)
    looks = tuple(_look(look) for look in body["looks"])
    care = tuple(Care(**(one | {"misses": Estimate(**one["misses"])})) for one in body["care"])
    return Looked(body["at_us"], body["n_answers"], body["n_images"], looks, care)


def _look(look: Mapping[str, Any]) -> Look:
    return Look(**{**look, "kinds": tuple(Reach(**reach) for reach in look.get("kinds", ()))})


def _side(side: Mapping[str, Any]) -> FindingSide:
    elsewhere = side["elsewhere"]
    return FindingSide(
        side["does"],
        tuple(side["people"]),
        Estimate(**side["value"]),
        None if elsewhere is None else Estimate(**elsewhere),
    )


def _crop(crop: Mapping[str, Any]) -> Crop:
    return Crop(
        crop["item_id"],
        crop["width_px"],
        crop["height_px"],
        tuple(crop["bbox"]),
        tuple(CropMark(tuple(m["bbox"]), m["label_class"], m["style"], m["author"]) for m in crop["marks"]),
        crop["caption"],
        crop["at_us"],
        tuple(crop["mark"]) if crop["mark"] else None,
        tuple((n, of) for n, of in crop["counts"]),
    )


def _proof(proof: Mapping[str, Any]) -> Proof:
    measured = {name: Estimate(**proof[name]) for name in ("within", "across", "agreement", "without")}
    grades = tuple(
        Grade(grade["label"], (Estimate(**grade["shares"][0]), Estimate(**grade["shares"][1])))
        for grade in proof["grades"]
    )
    return Proof(**measured, n_marks=proof["n_marks"], n_images=proof["n_images"], grades=grades)
