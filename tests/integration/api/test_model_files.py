"""The file of a model goes in and comes out unchanged, under each of the names a version has."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.live_server import live

DATA = b"weights of some other framework"


@pytest.mark.slow
def test_a_model_is_fetched_by_name_number_or_id_byte_for_byte(tmp_path: Path) -> None:
    with live(tmp_path / "data") as server:
        server.lead.post("/schemas", {"classes": [{"id": "cell", "name": "Cell"}]})
        kept = server.lead.put("/model-files", DATA, headers={"content-type": "application/octet-stream"})
        new = {"name": "cells", "task": "boxes", "runner": "none", "framework": "other"}
        first = server.lead.post("/models", {**new, "artifact_sha256": kept["sha256"]})
        second = server.lead.post("/models", new)
        for name in ("cells@1", first["id"]):
            assert server.lead.call("GET", f"/models/{name}/file").content == DATA
        assert server.lead.get("/models/cells@2")["id"] == second["id"]
        none = server.lead.call("GET", "/models/cells/file")
        assert (none.status_code, none.json()["error"]["code"]) == (404, "models.file_not_found")
