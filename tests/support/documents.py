"""The schemas of the engine's JSON documents, as docs/schemas has them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"


@cache
def schemas() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in sorted(SCHEMAS.glob("*.json"))}


@cache
def _registry() -> Registry[Any]:
    return Registry().with_resources([(s["$id"], Resource.from_contents(s)) for s in schemas().values()])


def check_document(document: dict[str, Any]) -> None:
    """Hold a document against the schema of its kind."""
    kind = "error" if "error" in document else str(document["kind"]).removeprefix("assay.")
    validator = Draft202012Validator(schemas()[kind], registry=_registry())
    wrong = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(document)
    ]
    assert not wrong, "\n".join(wrong[:5])
    json.dumps(document, allow_nan=False)
