"""A project of light and dark pictures over HTTP, labelled, with gold, released: what pages of models begin with."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from assay.access import add_member, create_account, make_link, redeem_link
from tests.support.live_server import PASSWORD, SETUP, Live
from tests.support.model_shop import shaded

N_PICTURES, N_GOLD = 40, 16
MIDDLE_GREY = 128
RULES = """
assay: policy/1
approvals:
  promotion: {signatures: 2, by: [approver, lead]}
promotion:
  min_items: 10
  margin: 20 points
  first_model: {floors: {right_items: 0.5}}
  watch: {for: 7 days}
"""
GUIDELINE = "## 1.1 Light {light}\n\nMore light than not.\n\n## 1.2 Dark {dark}\n\nThe rest.\n"


def fill(server: Live) -> None:
    """Import, label and release; the policy file asks two approvers and a floor of the first model."""
    lead = server.lead
    classes = [{"id": name, "name": name.title(), "shapes": ["tag"]} for name in ("light", "dark")]
    lead.post("/schemas", {"classes": classes})
    lead.post("/guidelines", {"markdown": GUIDELINE, "note": ""})
    policy = {**lead.get("/policy"), "preset": "no-gold", "gold_rate": 0.0, "review_share": 0.0, "overlap": 1}
    lead.put("/policy", {**policy, "min_gold_lower": None, "min_agreement_lower": None})
    server.imported(files={"shades.zip": shades()}, labels="ignore")
    items = sorted(server.items().items())
    for name, item in items[:N_GOLD]:
        mark = tag(kind_of(name), item)
        server.expert.post("/gold", {"item_id": item["id"], "marks": [mark | {"clauses": ["1.1"]}], "why": "sure"})
    work = [item["id"] for _, item in items[N_GOLD:]]
    lead.post("/batches", {"name": "all", "items": work, "policy": {"overlap": 1, "gold_rate": 0.0}, "seed": 1})
    _label(server)
    server.settle()
    release = lead.post("/releases", {"name": "r1"})
    assert release["state"] == "frozen", [g["reason"] for g in release["gates"] if g["state"] == "block"]
    lead.post("/rulebook", {"source": RULES, "based_on": 0})


def add_approver(server: Live, login: str, name: str) -> None:
    """Somebody else who may sign, with a password of their own."""
    house = server.services.house
    user = create_account(SETUP, login=login, name=name, house=house)
    add_member(SETUP, server.project, user, ["approver"], house=house)
    link = make_link(SETUP, user, "invite", house=house)
    redeem_link(link.secret, PASSWORD, loopback=True, house=house, passwords=server.services.passwords)


def shades() -> bytes:
    """The pictures in one archive; their names say what they are."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for k in range(N_PICTURES):
            archive.writestr(f"{k:03}-{'light' if k % 2 else 'dark'}.png", shaded(k, light=bool(k % 2)))
    return whole.getvalue()


def kind_of(name: str) -> str:
    """What a picture is, by its name."""
    return Path(name).stem.rsplit("-", 1)[1]


def tag(name: str, item: dict[str, Any]) -> dict[str, Any]:
    """A tag of the whole picture, as it travels."""
    return {"label_class": name, "shape": "tag", "bbox": [0, 0, float(item["width_px"]), float(item["height_px"])]}


def _label(server: Live) -> None:
    """Let Ann tag everything rightly: she looks at each picture, as people do."""
    while (found := server.ann.post("/claims", {})["assignment"]) is not None:
        seen = server.ann.call("GET", f"/assignments/{found['id']}/image").content
        light = np.asarray(Image.open(io.BytesIO(seen)).convert("L")).mean() > MIDDLE_GREY
        body = {"client_key": f"key-{found['id']}", "seconds": 3.0, "schema_version": 1, "guideline_version": 1}
        marks = [{"client_id": "m", **tag("light" if light else "dark", found)}]
        server.ann.post(f"/assignments/{found['id']}/submission", {**body, "marks": marks})
