"""A project of real pictures that are watched: blood smears, later darker and out of focus, with a model in use."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from assay.annotations import Mark
from assay.gold import GoldMark, sign_gold
from assay.items.model import NewItem
from assay.items.store import add_item, show_items
from assay.kernel.actor import Actor, system
from assay.models import (
    PRODUCTION,
    NewPrediction,
    NewVersion,
    PredictedMark,
    PredictionOrigin,
    Runner,
    Task,
    move_alias,
    register_version,
    take_in_predictions,
)
from assay.queue import BatchPolicy, NewTask, claim_next, create_batch, submit
from tests.support.live_server import Live
from tests.support.shared import shared_path

TEST = system("test")
SIDE = 96
WINDOW = 30
N_REFERENCE = 150
N_GOLD = 104
WHOLE = (0.0, 0.0, float(SIDE), float(SIDE))


def tiles(n: int, *, begin: int = 0) -> list[Image.Image]:
    """Tiles of real pictures, all different; some thirty to a picture."""
    folder = shared_path("data/bccd/BCCD/JPEGImages")
    found: list[Image.Image] = []
    for path in sorted(folder.glob("*.jpg")):
        with Image.open(path) as picture:
            rgb = picture.convert("RGB").reduce(2)
        across, down = rgb.width // SIDE, rgb.height // SIDE
        for k in range(across * down):
            x, y = SIDE * (k % across), SIDE * (k // across)
            found.append(rgb.crop((x, y, x + SIDE, y + SIDE)))
        if len(found) >= begin + n:
            break
    return found[begin : begin + n]


def spoiled(pictures: list[Image.Image]) -> list[Image.Image]:
    """The same under less light and out of focus."""
    return [ImageEnhance.Brightness(p.filter(ImageFilter.GaussianBlur(1.2))).enhance(0.8) for p in pictures]


@dataclass
class Watched:
    """The project, its model and its pictures.

    Attributes:
        items: ids of all pictures in the order they came.
    """

    server: Live
    version: str = ""
    items: list[str] = field(default_factory=list)

    def person(self, login: str) -> Actor:
        """Somebody as an author."""
        return Actor(self.server.people[login].id)

    def arrive(self, pictures: list[Image.Image], sure: float | None) -> list[str]:
        """Pictures come, and with them what the model in use says of each unless it is not asked; in one step.

        Args:
            pictures: as they come.
            sure: the model's mean confidence; None to ask it nothing.
        """
        blobs, house = self.server.services.blobs, self.server.services.house
        rng = np.random.default_rng(len(self.items))
        with house.write(TEST, self.server.project, "pictures come") as tx:
            import_id, made, said = tx.new_id(), [], []
            for picture in pictures:
                buffer = io.BytesIO()
                picture.save(buffer, "PNG")
                sha = blobs.put(buffer.getvalue())
                item = tx.new_id()
                name = f"smear-{len(self.items) + len(made):04}.png"
                new = NewItem(name, "real", sha, sha, None, sha, "image/png", orientation=1, width_px=SIDE,
                              height_px=SIDE, size_bytes=9, perceptual_hash=len(self.items) + len(made))  # fmt: skip
                assert add_item(tx, import_id, item, new)
                made.append(item)
                if sure is not None:
                    trust = float(np.clip(rng.normal(sure, 0.03), 0, 1))
                    said.append(self._prediction(item, trust))
            show_items(tx, import_id)
            if said:
                take_in_predictions(tx, said)
            tx.record("items.added", subject="test", n=len(made))
        self.items += made
        self._described()
        return made

    def _prediction(self, item: str, trust: float) -> NewPrediction:
        """The model says `cell` of most, and `dust` of every fifth."""
        label = "dust" if int(item, 16) % 5 == 0 else "cell"
        marks = (PredictedMark(Mark(label, "tag", WHOLE), trust),)
        return NewPrediction(self.version, item, PredictionOrigin.SERVED, f"key-{item}", marks, trust, 1)

    def _described(self) -> None:
        deadline = time.monotonic() + 400
        while time.monotonic() < deadline:
            rows = self.server.lead.get("/descriptions")["rows"]
            if all(row["n_described"] == len(self.items) for row in rows):
                return
            time.sleep(0.05)
        raise AssertionError(f"not described in time: {rows}")

    def label(self, items: list[str], login: str, *, careless_from: int | None = None) -> int:
        """Somebody labels whatever is handed to them; returns how many they answered.

        Args:
            items: put into a batch first; none to go on with what is there.
            login: who.
            careless_from: place among all pictures from which on every third is called dust; every picture is a cell.
        """
        house, project = self.server.services.house, self.server.project
        if items:
            tasks = [NewTask(item, SIDE, SIDE, is_gold=False) for item in items]
            policy = BatchPolicy(overlap=1, gold_rate=0.0, review_share=0.0)
            create_batch(TEST, project, "labels", tasks, policy, policy_version=0, house=house)
        who, n = self.person(login), 0
        while (held := claim_next(who, project, house=house).assignment) is not None:
            place = self.items.index(held.item_id)
            wrong = careless_from is not None and place >= careless_from and place % 3 == 0
            marks = [Mark("dust" if wrong else "cell", "tag", WHOLE)]
            submit(
                who, project, held.id, marks, client_key=f"key-{held.id}", seconds=2.0,
                schema_version=held.schema_version, guideline_version=held.guideline_version, house=house,
            )  # fmt: skip
            n += 1
        return n


def watched(server: Live) -> Watched:
    """A project with a model in use and a clean reference; nobody watches yet."""
    server.lead.post(
        "/schemas", {"classes": [{"id": c, "name": c.title(), "shapes": ["tag"]} for c in ("cell", "dust")]}
    )
    server.lead.post("/guidelines", {"markdown": "## 1.1 Cells {cell}\n\nTag what is there.\n", "note": ""})
    made = Watched(server)
    house = server.services.house
    new = NewVersion("smears", Task.TAGS, Runner.NONE, "test", None, 0, 1, "tests")
    version = register_version(TEST, server.project, new, house=house)
    made.version = version.id
    with house.write(TEST, server.project, "put in use") as tx:
        move_alias(tx, PRODUCTION, version.id, expected=None, why="test")
        tx.record("model.used", subject="test")
    made.arrive(tiles(N_REFERENCE), 0.92)
    return made


def answered(made: Watched) -> None:
    """Gold that the annotator and the model have answered, and careless current work: what a time capsule needs."""
    project, house = made.server.project, made.server.services.house
    assert made.label(made.items, "ann", careless_from=N_GOLD) == len(made.items)
    for item in made.items[:N_GOLD]:
        marks = [GoldMark("cell", "tag", WHOLE, ("1.1",))]
        sign_gold(made.person("expert"), project, item, marks, why="sure", house=house)
