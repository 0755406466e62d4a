"""Before anybody labels: pictures in, schema and guideline written, gold signed, work put into the queue."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import sleep
from typing import Any, TypedDict

import numpy as np

from assay.demo.answers import DrawnMark, exact_counts
from assay.demo.api import Api
from assay.demo.boards.model import Shot
from assay.demo.console import Console, Step
from assay.demo.errors import DemoDataError, DemoStuckError
from assay.demo.examples import example_crops
from assay.demo.guideline import clauses_tested, guideline_text, schema_classes
from assay.demo.material import N_PRACTICE_GOLD, DrawnMaterial, Material, named_like
from assay.demo.pictures import DrawnPicture
from assay.demo.seeds import rng_for
from assay.demo.truth import TruthItem

OVERLAP = 3
N_ANNOTATORS = 6
GOLD_TO_JUDGE_BY = 20
"""With fewer gold images nobody can be judged, and a release that asked for it would stay blocked for ever."""
FEW_MARKS_LOWER = 0.6
"""On boards, which have a few defects each, 36 gold pictures leave wide intervals."""
_POLL_S = 0.2
_IMPORT_S = 1800.0
_MAPPERS = 4


class TrueShare(TypedDict):
    """A share that is counted against the truth and not measured: units in error, of `n` units on `n_items` items."""

    true: float
    n: int
    n_items: int


@dataclass
class Stage:
    """What is known while the play runs.

    Attributes:
        material: pictures and truth.
        seed: of everything simulated.
        item_of: id of each imported item by the truth's name.
        truth_by_digest: truth by the hash of the picture as the server shows it; how simulated people know a picture.
        schema_version: current label schema.
        guideline_version: current guideline.
        gold: names of the gold items among the work.
        batch: id of the batch of work.
    """

    material: Material
    seed: int
    item_of: dict[str, str] = field(default_factory=dict)
    truth_by_digest: dict[str, TruthItem] = field(default_factory=dict)
    schema_version: int = 1
    guideline_version: int = 1
    gold: tuple[str, ...] = ()
    batch: str = ""

    def marks_in(self, marks: Sequence[DrawnMark]) -> list[dict[str, Any]]:
        """Marks as the API takes them."""
        ids = self.material.class_ids
        return [
            {"client_id": str(number), "label_class": ids[m.label_class], "shape": "bbox", "bbox": list(m.box)}
            for number, m in enumerate(marks)
        ]

    def marks_out(self, marks: Sequence[dict[str, Any]]) -> list[DrawnMark]:
        """Marks as they come back."""
        names = {ident: name for name, ident in self.material.class_ids.items()}
        return [
            DrawnMark(names[m["label_class"]], (m["bbox"][0], m["bbox"][1], m["bbox"][2], m["bbox"][3])) for m in marks
        ]

    def error_of(self, marks: Mapping[str, Sequence[DrawnMark]]) -> TrueShare:
        """The share of units in error when `marks` (by item id) are held against the truth; gold items are left out."""
        plain = [i for i in self.material.work if i.name not in self.gold and self.item_of.get(i.name) in marks]
        units, errors = exact_counts(plain, [marks[self.item_of[i.name]] for i in plain])
        return TrueShare(true=int(errors.sum()) / max(1, int(units.sum())), n=int(units.sum()), n_items=len(plain))

    def known(self, picture: bytes) -> TruthItem:
        """The truth about a picture that the server showed."""
        return self.truth_by_digest[_digest(picture)]


def draw_and_upload(lead: Api, drawn: DrawnMaterial, console: Console) -> Material:
    """Draw the pictures, sending each as soon as it is ready; returns what is true of them."""
    made = lead.post("/imports", {"kind": "upload", "labels": "ignore", "origin": "synthetic", "name": "drawn"})
    truths = []
    with console.step("Drawing inspection pictures", len(drawn.numbers)) as step:
        for number, picture in enumerate(drawn.draw(), 1):
            lead.upload(f"/imports/{made['id']}/files", picture.jpeg, name=picture.truth.name)
            truths.append(picture.truth)
            step.reached(number)
    _import(lead, made["id"], len(drawn.numbers), console)
    return drawn.material(truths)


def upload_boards(lead: Api, shots: Iterable[Shot], n: int, origin: str, console: Console) -> None:
    """Send boards, each with its template beside it."""
    made = lead.post("/imports", {"kind": "upload", "labels": "ignore", "origin": origin, "name": "boards"})
    with console.step("Taking pictures of boards", n) as step:
        for number, shot in enumerate(shots, 1):
            lead.upload(f"/imports/{made['id']}/files", shot.template, name=shot.template_name)
            lead.upload(f"/imports/{made['id']}/files", shot.board, name=shot.truth.name)
            step.reached(number)
    _import(lead, made["id"], 2 * n, console)


def import_folder(lead: Api, location: str, n_images: int, console: Console) -> None:
    """Let the server read the pictures of a folder; its labels stay hidden."""
    made = lead.post("/imports", {"kind": "folder", "location": location, "labels": "ignore", "origin": "real"})
    _import(lead, made["id"], n_images, console)


def _import(lead: Api, import_id: str, n: int, console: Console) -> None:
    with console.step("Importing them", n) as step:
        lead.post(f"/imports/{import_id}/start", {})
        waited = 0.0
        while (state := lead.get(f"/imports/{import_id}"))["state"] in {"open", "running"}:
            step.reached(state["n_done"])
            sleep(_POLL_S)
            waited += _POLL_S
            if waited > _IMPORT_S:
                raise DemoStuckError(f"The import is at {state['n_done']} of {n} after {waited:.0f} s.")
        step.reached(state["n_done"], f"{state['n_accepted']} taken in, {state['n_refused']} refused")
        if state["state"] == "failed":
            raise DemoDataError(f"The import failed: {state['error']}")


def recognise_items(stage: Stage, lead: Api, more: Sequence[TruthItem] = ()) -> None:
    """Learn which item is which picture, as a person would by looking; `more` are such as came later."""
    known = more or (*stage.material.work, *stage.material.practice)
    truths = {t.name: t for t in known}
    by_file: dict[str, list[str]] = {}
    for name in truths:
        by_file.setdefault(named_like(name), []).append(name)
    rows = [
        row
        for row in lead.rows("/items")
        if row["name"] in truths or len(by_file.get(named_like(row["name"]), ())) == 1
    ]
    found = {
        row["name"] if row["name"] in truths else by_file[named_like(row["name"])][0]: str(row["id"]) for row in rows
    }
    stage.item_of |= found
    with ThreadPoolExecutor(_MAPPERS) as pool:
        pictures = pool.map(lambda item: lead.image(f"/items/{item}/image"), found.values())
        for name, picture in zip(found, pictures, strict=True):
            stage.truth_by_digest[_digest(picture)] = truths[name]


def write_rules(stage: Stage, lead: Api, extra: Sequence[DrawnPicture]) -> None:
    """Write label schema and guideline, where there are none yet."""
    project = lead.get("")
    material = stage.material
    if project["schema_version"] is None:
        stage.schema_version = lead.post("/schemas", {"classes": schema_classes(material.class_ids)})["version"]
    else:
        stage.schema_version = project["schema_version"]
    if project["guideline_version"] is None:
        examples = {what: lead.upload("/guideline-examples", png)["id"] for what, png in example_crops(extra).items()}
        text = guideline_text(material.class_ids, material.things, examples)
        made = lead.post("/guidelines", {"markdown": text, "note": "first version, written for the demonstration"})
        stage.guideline_version = made["version"]
    else:
        stage.guideline_version = project["guideline_version"]


def set_policy(stage: Stage, lead: Api) -> dict[str, Any]:
    """Put the demo's policy in force: gold for everybody at the rate that makes each person meet all of it."""
    policy = lead.get("/policy")
    wanted = policy | {
        "preset": "demo",
        "overlap": OVERLAP,
        "gold_rate": gold_rate(stage.material),
        "gold_everyone": True,
        "review_share": 0.05,
        "alarm_run_length": 1000,
        "min_gold_lower": (FEW_MARKS_LOWER if stage.material.whole_groups else 0.75)
        if stage.material.n_gold >= GOLD_TO_JUDGE_BY
        else None,
        "min_agreement_lower": 0.8 if stage.material.n_gold >= GOLD_TO_JUDGE_BY else None,
        "lease_s": 600,
    }
    changed: dict[str, Any] = lead.put("/policy", wanted) if policy != wanted else policy
    return changed


def gold_rate(material: Material) -> float:
    """The share of a person's tasks that are gold when each of six meets all gold and half of the work."""
    n_work = (len(material.work) - material.n_gold) * OVERLAP / N_ANNOTATORS
    return round(min(0.5, material.n_gold / (material.n_gold + n_work)), 4)


def n_gold_to_sign(material: Material) -> int:
    """How many gold answers the expert gives in all, the practice round's among them."""
    return material.n_gold + min(N_PRACTICE_GOLD, len(material.practice))


def sign_gold(stage: Stage, expert: Api, step: Step) -> None:
    """Let the expert sign a random share of the work, and of the practice round, as gold."""
    work = [item for item in stage.material.work if item.name in stage.item_of]
    chosen = _chosen_for_gold(stage, work)
    stage.gold = tuple(item.name for item in chosen)
    practice = [item for item in stage.material.practice if item.name in stage.item_of][:N_PRACTICE_GOLD]
    signed = {row["item_id"] for row in expert.rows("/gold")}
    for number, item in enumerate([*chosen, *practice], 1):
        if stage.item_of[item.name] not in signed:
            expert.post("/gold", gold_of(stage, item))
        step.reached(number)


def _chosen_for_gold(stage: Stage, work: Sequence[TruthItem]) -> list[TruthItem]:
    """A random share of the work; whole physical objects at a time where several pictures show one."""
    rng, n = rng_for(stage.seed, "gold"), min(stage.material.n_gold, len(work))
    if not stage.material.whole_groups:
        return [work[i] for i in np.sort(rng.choice(len(work), n, replace=False))]
    groups = list(dict.fromkeys(item.group_id for item in work))
    first: list[TruthItem] = []
    for k in rng.permutation(len(groups)):
        if len(first) < n:
            first += [item for item in work if item.group_id == groups[k]]
    return sorted(first, key=work.index)


def gold_of(stage: Stage, item: TruthItem) -> dict[str, Any]:
    """The signed answer to an item as the API takes it: the truth, with the clauses each mark tests."""
    ids = stage.material.class_ids
    marks = [
        {"label_class": ids[o.label_class], "shape": "bbox", "bbox": list(o.box), "clauses": clauses_tested(o)}
        for o in item.objects
    ]
    return {"item_id": stage.item_of[item.name], "marks": marks, "why": "every object drawn and checked twice"}


def open_batches(stage: Stage, lead: Api) -> None:
    """Put the work into the queue, and the visitor's practice round beside it."""
    known = {row["name"]: row["id"] for row in lead.rows("/batches")}
    work = [stage.item_of[item.name] for item in stage.material.work if item.name in stage.item_of]
    if "Work" not in known:
        made = lead.post("/batches", {"name": "Work", "items": work, "seed": stage.seed})
        known["Work"] = made["id"]
    stage.batch = known["Work"]
    practice = [stage.item_of[item.name] for item in stage.material.practice if item.name in stage.item_of]
    if practice and "Practice" not in known:
        lead.post("/batches", {"name": "Practice", "items": practice, "practice": True, "seed": stage.seed})


def _digest(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()
