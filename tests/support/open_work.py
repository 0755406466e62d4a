"""A project in the middle of its work, made through the API: a dispute, a review, a draft, a question."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np

from assay.access import add_member, create_account, found_project, make_key_for
from assay.bootstrap import Settings, build
from assay.demo.api import Api
from assay.demo.material import CLASSES as CLASS_NAMES
from assay.demo.material import DrawnMaterial
from assay.demo.truth import TruthItem
from assay.kernel.actor import system
from tests.support.demo_house import rows

SLUG = "open"
PEOPLE = ("ann", "bob", "cleo")
N_PICTURES = 6
GUIDELINE = """## 1.1 Whole parts {hex-nut, hex-bolt, bushing}

Draw one box around every part, shadow left out.

## 4.2 Cut by the edge of the picture {hex-nut}

Box what is seen of it, up to the edge.

## 5.1 Small parts

Parts below 8 px are left out.
"""


def found_open_project(home: Path, roles: dict[str, str]) -> dict[str, str]:
    """Found the project while no server runs; `roles` by login. Returns a key for each simulated person."""
    actor, services = system("tests"), build(Settings(data=home, demo=True))
    try:
        house = services.house
        project = found_project(actor, "Half-way parts", SLUG, demo=True, house=house)
        keys = {}
        for name in ("olga", *PEOPLE):
            user = create_account(actor, login=f"open-{name}", name=name.title(), simulated=True, house=house)
            add_member(actor, project.id, user, ["lead", "expert"] if name == "olga" else ["annotator"], house=house)
            keys[name] = make_key_for(actor, user, "tests", only_project=project.id, house=house).secret
        for login, role in roles.items():
            user = str(rows(home, "SELECT id FROM users WHERE login = :login", login=login)[0]["id"])
            add_member(actor, project.id, user, [role], house=house)
        return keys
    finally:
        services.close()


def play_open_project(address: str, keys: dict[str, str]) -> None:
    """Pictures in, a batch open, three people's answers: people differ, some answers wait for review."""
    material = DrawnMaterial(11, N_PICTURES, 0)
    with Api(address, SLUG, keys["olga"]) as lead:
        truths = _import(lead, material)
        classes = [{"id": name.replace(" ", "-"), "name": name, "shapes": ["bbox"]} for name in CLASS_NAMES]
        lead.post("/schemas", {"classes": classes})
        lead.post("/guidelines", {"markdown": GUIDELINE, "note": "first"})
        lead.put(
            "/policy",
            {**lead.get("/policy"), "overlap": 3, "review_share": 1.0, "gold_rate": 0.0, "min_gold_lower": None},
        )
        items = {sha256(lead.image(row["image_url"])).hexdigest(): truths[row["name"]] for row in lead.rows("/items")}
        lead.post("/batches", {"name": "First parts", "items": "unbatched", "practice": False, "policy": {}, "seed": 1})
        for number, name in enumerate(PEOPLE):
            with Api(address, SLUG, keys[name]) as person:
                _answer_all(person, items, np.random.default_rng(number), careless=number)
        while not list(lead.rows("/adjudications")):
            sleep(0.1)


def _import(lead: Api, material: DrawnMaterial) -> dict[str, TruthItem]:
    made = lead.post("/imports", {"kind": "upload", "labels": "ignore", "origin": "synthetic", "name": "parts"})
    truths = {}
    for picture in material.draw():
        truths[picture.truth.name] = picture.truth
        lead.upload(f"/imports/{made['id']}/files", picture.jpeg, name=picture.truth.name)
    lead.post(f"/imports/{made['id']}/start", {})
    while lead.get(f"/imports/{made['id']}")["state"] in {"open", "running"}:
        sleep(0.1)
    return truths


def _answer_all(person: Api, items: dict[str, TruthItem], rng: np.random.Generator, *, careless: int) -> None:
    """Hand in everything there is but the last two pictures."""
    for _ in range(N_PICTURES - 2):
        assignment = person.post("/claims", {"practice": False})["assignment"]
        truth = items[sha256(person.image(assignment["image_url"])).hexdigest()]
        size = (truth.width_px, truth.height_px)
        marks = [
            _mark(each.label_class, each.box, rng, size, careless)
            for each in truth.objects
            if rng.random() > 0.12 * careless
        ]
        versions = {name: assignment[name] for name in ("schema_version", "guideline_version")}
        body = {"client_key": f"key-{assignment['id']}", "marks": marks, "seconds": 21.0, **versions}
        person.post(f"/assignments/{assignment['id']}/submission", body)


def _mark(
    name: str, box: tuple[float, ...], rng: np.random.Generator, size: tuple[int, int], careless: int
) -> dict[str, Any]:
    moved = np.array(box) + rng.normal(0, 1 + 4 * careless, 4)
    x0, y0, x1, y1 = np.clip(moved, 0, [*size, *size]).tolist()
    bbox = [x0, y0, max(x1, x0 + 4), max(y1, y0 + 4)]
    return {
        "client_id": f"{rng.integers(1 << 62)}",
        "label_class": name.replace(" ", "-"),
        "shape": "bbox",
        "bbox": bbox,
    }
