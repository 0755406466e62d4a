"""The second half of the loop over HTTP: pictures are described, drift is noticed, a selection becomes a batch."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.live_server import Live, live
from tests.support.onnx_files import mean_colour_encoder

N_CLEAN, N_DARK, WINDOW = 150, 32, 30


def pictures(n: int, seed: int, dim: float = 1.0) -> dict[str, bytes]:
    """Small noisy pictures of soft colours, as one archive."""
    rng = np.random.default_rng(seed)
    whole = io.BytesIO()
    archive = zipfile.ZipFile(whole, "w")
    for number in range(n):
        coarse = Image.fromarray(rng.integers(0, 256, (4, 4, 3), np.uint8)).resize((24, 24), Image.Resampling.BICUBIC)
        pixels = np.clip(dim * (np.asarray(coarse, float) + rng.normal(0, 5, (24, 24, 3))), 0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG")
        archive.writestr(f"{seed}-{number:03}.png", buffer.getvalue())
    archive.close()
    return {f"{seed}.zip": whole.getvalue()}


def described(server: Live, n: int) -> dict[str, dict[str, object]]:
    """Wait until every kind of description has `n` items."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        rows = {row["dataset"]: row for row in server.lead.get("/descriptions")["rows"]}
        if all(row["n_described"] == n for row in rows.values()):
            return rows
        time.sleep(0.1)
    raise AssertionError(f"not described in time: {rows}")


@pytest.mark.slow
def test_new_pictures_are_described_watched_and_chosen_over_http(tmp_path: Path) -> None:
    with live(tmp_path / "data") as server:
        server.lead.post("/schemas", {"classes": [{"id": "cell", "name": "Cell"}]})
        server.lead.post("/guidelines", {"markdown": "## 1.1 Cells {cell}\n\nBox each.\n", "note": ""})
        server.imported(files=pictures(N_CLEAN, 0), labels="ignore")
        assert set(described(server, N_CLEAN)) == {"statistics/1", "embeddings/plain-1"}
        monitor = server.lead.post("/monitors", {"name": "line 1", "window": WINDOW, "n_reference": N_CLEAN})
        assert (monitor["level"], monitor["n_reference"]) == ("quiet", N_CLEAN)
        early = server.lead.call("POST", f"/monitors/{monitor['id']}/checks")
        assert (early.status_code, early.json()["error"]["code"]) == (422, "drift.nothing_arrived")
        server.imported(files=pictures(N_DARK, 1, dim=0.5), labels="ignore")
        described(server, N_CLEAN + N_DARK)
        found = server.lead.post(f"/monitors/{monitor['id']}/checks")
        assert found["level"] == "notice"
        assert found["views"][0]["fired"]
        assert any("down by" in line for line in found["words"])
        assert server.auditor.get(f"/monitors/{monitor['id']}/checks")["rows"] == [found]
        assert server.lead.get("/monitors")["rows"][0]["level"] == "notice"

        encoder = server.lead.put("/encoder", mean_colour_encoder(side=8), params={"name": "colours"})
        assert (encoder["width"], encoder["side_px"]) == (3, 8)
        assert described(server, N_CLEAN + N_DARK)[encoder["dataset"]]["name"] == "colours"
        chosen = server.lead.post("/selections", {"name": "next", "n": 12, "embedding": encoder["dataset"]})
        assert (chosen["n"], chosen["reasons"]) == (12, {"random": 1, "typical": 11})
        rows = server.lead.all_rows(f"/selections/{chosen['id']}/items")
        assert [row["rank"] for row in rows] == list(range(12))
        batch = server.lead.post(f"/selections/{chosen['id']}/batch", {"policy": {"overlap": 1}})
        assert batch["n_tasks"] == 12
        again = server.lead.call("POST", f"/selections/{chosen['id']}/batch", json={})
        assert again.status_code == 409
        assert server.ann.post("/claims", {})["assignment"] is not None
