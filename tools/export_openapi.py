"""Writes docs/openapi.json from the code, so that the web's types can be generated without a running server."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from assay.api.app import create_app
from assay.bootstrap import Settings, build

TARGET = Path(__file__).parent.parent / "docs" / "openapi.json"


def document() -> str:
    """The OpenAPI document as it is committed."""
    with tempfile.TemporaryDirectory() as folder:
        services = build(Settings(data=Path(folder)))
        try:
            return json.dumps(create_app(services).openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        finally:
            services.close()


if __name__ == "__main__":
    text = document()
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text() == text else "docs/openapi.json is out of date: make openapi")
    TARGET.write_text(text)
