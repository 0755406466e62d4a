"""A project of light and dark pictures with tags, released and with gold: what tests of models begin with."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from assay.access import Caller, directory_of, make_key_for
from assay.annotations import Mark
from assay.datasets import Release
from assay.gold import GoldMark, sign_gold
from assay.governance import policy_in, set_policy
from assay.items import items_after
from assay.jobs.intake import DecodePool
from assay.jobs.model_desk import steps_of
from assay.jobs.releasing import begin_release, release_files
from assay.jobs.running import ModelDesk, Tools
from assay.labels import LabelClass, publish_schema
from assay.models import version_in
from assay.models.runs import Run, run_in, run_log, start_run
from assay.queue import BatchPolicy, NewTask, create_batch
from assay.storage import Blobs, House
from tests.support.importing import Desk
from tests.support.projects import SETUP, Project, a_project

SIZE = (48, 40)
CLASSES = (LabelClass("light", "Light", ("tag",)), LabelClass("dark", "Dark", ("tag",)))


def shaded(seed: int, *, light: bool) -> bytes:
    """A picture of its own that is light or dark on the whole."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(140, 256, (6, 8, 3)) if light else rng.integers(0, 116, (6, 8, 3))
    buffer = io.BytesIO()
    Image.fromarray(coarse.astype(np.uint8)).resize(SIZE, Image.Resampling.BICUBIC).save(buffer, "PNG")
    return buffer.getvalue()


def tag(name: str) -> Mark:
    """A tag of the whole picture."""
    return Mark(name, "tag", (0.0, 0.0, float(SIZE[0]), float(SIZE[1])))


class ModelShop:
    """A project whose pictures are light or dark, every third of a kind gold."""

    def __init__(self, house: House, folder: Path, pool: DecodePool, n: int = 24) -> None:
        self.house = house
        self.project: Project = a_project(house, n_items=0, annotators=["ann"])
        publish_schema(SETUP, self.project.id, CLASSES, house=house)
        desk = Desk(self.project, folder, pool)
        desk.take_in({f"{k:03}-{'light' if k % 2 else 'dark'}.png": shaded(k, light=bool(k % 2)) for k in range(n)})
        self.blobs: Blobs = desk.blobs
        self.tools = Tools(house, desk.blobs, desk.places)
        with house.read(SETUP, self.project.id) as rx:
            items = items_after(rx, "", 1000)
        self.truth = {i.id: "light" if "light" in i.name else "dark" for i in items}
        self.project.items = [i.id for i in items]
        lead = self.caller("lead")
        with house.read(SETUP, self.project.id) as rx:
            now = policy_in(rx).to_json()
        body = {**now, "preset": "no-gold", "gold_rate": 0.0, "min_gold_lower": None, "min_agreement_lower": None}
        set_policy(lead, lead.membership(self.project.id), {**body, "review_share": 0.0}, house=house)

    def caller(self, name: str) -> Caller:
        """Somebody at their browser."""
        key = make_key_for(SETUP, self.project.people[name], "test", house=self.house)
        return replace(directory_of(self.house).by_key(key.secret, self.house), via="session")

    @property
    def desk(self) -> ModelDesk:
        """A fresh desk, as after a start of the server."""
        return ModelDesk(self.tools, steps_of)

    def batch(self, items: list[str], name: str = "all") -> str:
        """Put pictures into the queue, one answer each."""
        tasks = [NewTask(i, *SIZE, is_gold=False) for i in items]
        policy = BatchPolicy(overlap=1, gold_rate=0.0, review_share=0.0)
        return create_batch(SETUP, self.project.id, name, tasks, policy, policy_version=1, house=self.house, seed=1).id

    def label(self, items: list[str]) -> None:
        """Let Ann tag these pictures rightly."""
        self.batch(items)
        self.project.work("ann", {i: [tag(self.truth[i])] for i in items})
        self.project.follow()

    def gold(self, items: list[str]) -> None:
        """Let the expert sign the right tag of these pictures."""
        for item in items:
            mark = GoldMark(self.truth[item], "tag", (0.0, 0.0, float(SIZE[0]), float(SIZE[1])), ("1.1",))
            sign_gold(
                self.project.actor("expert"), self.project.id, item, [mark], why="sure", exposure_cap=None,
                house=self.house,
            )  # fmt: skip
        self.project.follow()

    def release(self) -> Release:
        """Freeze what is labelled."""
        found = begin_release(self.project.actor("lead"), self.project.id, None, "", house=self.house, blobs=self.blobs)
        assert found.digest is not None, [g.reason for g in found.gates if g.state == "block"]
        return found

    def start(self, kind: str, name: str, **options: Any) -> Run:
        """Put a run into the queue."""
        options.setdefault("config", {})
        return start_run(self.project.actor("lead"), self.project.id, kind, name, house=self.house, **options)

    def now(self, run: Run) -> Run:
        """A run as it stands."""
        with self.house.read(SETUP, self.project.id) as rx:
            return run_in(rx, run.id)

    def log(self, run: Run) -> list[str]:
        """A run's lines."""
        with self.house.read(SETUP, self.project.id) as rx:
            return [text for _, text in run_log(rx, run.id)]

    def trained(self, name: str = "shade") -> Any:
        """A model of the trainer `tags`, registered."""
        run = self.start("tags", name, release_id=self.release().id)
        self.desk.work()
        assert self.now(run).error is None, self.now(run).error
        with self.house.read(SETUP, self.project.id) as rx:
            return version_in(rx, name)

    def annotations(self, release: Release) -> list[dict[str, Any]]:
        """The rows of a release's annotations."""
        return self._table(release, "annotations.parquet")

    def splits(self, release: Release) -> dict[str, str]:
        """Each item's split in a release."""
        return {r["item"]: r["split"] for r in self._table(release, "splits.parquet")}

    def _table(self, release: Release, path: str) -> list[dict[str, Any]]:
        with self.house.read(SETUP, self.project.id) as rx:
            data = release_files(rx, release, self.blobs)[path]
        found: list[dict[str, Any]] = pq.read_table(io.BytesIO(data)).to_pylist()
        return found

    def answered(self) -> set[str]:
        """Items that somebody has answered."""
        return {e.body["item"] for e in self.project.events("submission.received")}
