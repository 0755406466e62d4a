"""From labels to a signed release that verifies without a server."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pyarrow.parquet as pq

from assay.demo.answers import DrawnMark
from assay.demo.api import Api
from assay.demo.errors import DemoServerError, DemoStuckError

_VERIFY_S = 120
MEANING = "I have looked at the gates and their evidence; these labels may be used for training."


def start_release(lead: Api) -> dict[str, Any]:
    """Ask for a release; it says what still blocks it."""
    release: dict[str, Any] = lead.post("/releases", {"note": "made by the demonstration"})
    return release


def what_blocks(release: dict[str, Any]) -> list[str]:
    """The reasons in words, worst first."""
    return [
        f"{gate['name']}: {gate['reason'] or gate['rule']}"
        for gate in release["gates"]
        if gate["state"] in {"block", "wait"}
    ]


def freeze_release(lead: Api, release_id: str) -> dict[str, Any]:
    """Have the gates checked again; with all of them passing the release is frozen."""
    release: dict[str, Any] = lead.post(f"/releases/{release_id}/check", {})
    if release["state"] == "blocked":
        raise DemoStuckError(f"Release {release['name']} is still blocked. {'; '.join(what_blocks(release))}")
    return release


class Approver:
    """A simulated approver who sets a password by a single-use link when they first sign, and signs with it.

    Args:
        api: the API before signing in.
        link: the link's secret.
    """

    def __init__(self, api: Api, link: str) -> None:
        self._api, self._link = api, link
        self._password = ""

    @property
    def api(self) -> Api:
        """The API under their session."""
        if not self._password:
            self._password = token_urlsafe(24)
            self._api.sign_in_by_link(self._link, self._password)
        return self._api

    def sign_release(self, release: dict[str, Any]) -> dict[str, Any]:
        """Sign until the release has what its policy asks for."""
        for _ in range(release["signatures_needed"] - len(release["signatures"])):
            release = self._sign(f"/releases/{release['id']}/signatures", {"meaning": MEANING})
        return release

    def sign_proposal(self, proposal: dict[str, Any], meaning: str) -> dict[str, Any]:
        """Sign exactly what was looked at."""
        body = {"digest": proposal["digest"], "meaning": meaning}
        return self._sign(f"/proposals/{proposal['id']}/signatures", body)

    def _sign(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        api = self.api
        signed: dict[str, Any] = api.post(path, {**body, "password": self._password})
        return signed


def fetch_release(reader: Api, release: dict[str, Any], folder: Path) -> Path:
    """Download the release and unpack it; returns its folder."""
    target: Path = folder / "releases" / release["name"]
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(reader.image(f"/releases/{release['id']}/download?images=0"))) as archive:
        archive.extractall(target)
    inner = [path for path in target.iterdir() if path.is_dir()]
    wrapped = not (target / "manifest.json").exists() and len(inner) == 1
    return inner[0] if wrapped else target


def verify_offline(folder: Path) -> bool:
    """Run `assay release verify` on the folder, in a process that knows no server."""
    command = [sys.executable, "-c", "from assay.cli import main; main()", "release", "verify", str(folder), "--json"]
    done = subprocess.run(  # noqa: S603 - this interpreter, our own command
        command, capture_output=True, text=True, timeout=_VERIFY_S, check=False
    )
    if done.returncode not in {0, 10}:
        raise DemoServerError(f"`assay release verify` ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.returncode == 0 and not json.loads(done.stdout or "{}").get("error")


def released_marks(folder: Path) -> dict[str, list[DrawnMark]]:
    """The boxes of a release by item id, read from its Parquet table; items without boxes are there and empty."""
    marks: dict[str, list[DrawnMark]] = {row["item"]: [] for row in pq.read_table(folder / "items.parquet").to_pylist()}
    for row in pq.read_table(folder / "annotations.parquet").to_pylist():
        box = (row["x_min_px"], row["y_min_px"], row["x_max_px"], row["y_max_px"])
        marks[row["item"]].append(DrawnMark(row["label_class"], box))
    return marks
