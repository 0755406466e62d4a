"""Two projects with the same people and things in each: whatever is asked for in one exists in the other too."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from tests.integration.api.governed import governed_things

from assay.access import (
    Role,
    add_member,
    cheap_passwords,
    create_account,
    directory_of,
    found_project,
    make_key_for,
    make_link,
    redeem_link,
)
from assay.active import ChosenItem, keep_selection
from assay.annotations import Mark
from assay.api.services import Services
from assay.bootstrap import Settings, build
from assay.datasets import create_release, freeze_release, gather_work
from assay.drift import keep_check, keep_question, make_monitor
from assay.gold import GoldMark, contest_verdict, scores_of_user, sign_gold
from assay.governance import policy_in
from assay.guidelines import add_example, publish_guideline
from assay.insights import find_doubts
from assay.insights.kept import body_of
from assay.insights.model import Finding, FindingSide
from assay.insights.store import add_finding
from assay.items.model import Import, ImportState, NewItem
from assay.items.store import add_import, add_item, show_items
from assay.jobs import releasing
from assay.kernel.actor import Actor, system
from assay.kernel.estimate import Estimate, nothing_measured
from assay.labels import LabelClass, publish_schema
from assay.models import NewVersion, Runner, Task, keep_evaluation, register_version, version_in
from assay.models.retraining import Trigger, ask
from assay.models.runs import start_run
from assay.models.suggesting import keep_certificate
from assay.models.suggesting.queries import CalibrationPairs
from assay.quality.certificates import Certificate
from assay.quality.drift import DriftCheck
from assay.queue import BatchPolicy, NewTask, claim_next, claim_practice, create_batch, submit
from assay.review.store import adjudications_after, reviews_after
from assay.storage import House

SETUP = system("test")
ROLES = tuple(role.value for role in Role)
SIDES = ("own", "foreign")
PASSWORD = "zebra-lamp-42-volt"  # noqa: S105 - of nobody
BOX = (10.0, 10.0, 30.0, 30.0)
ONE_MARK = [Mark("cell", "bbox", BOX)]


@dataclass
class Person:
    """Somebody and what they sign their requests with."""

    id: str
    session: str = ""
    csrf: str = ""
    key: str = ""
    key_id: str = ""


@dataclass
class World:
    """What the tests know of the house in `folder`.

    Attributes:
        people: by side and role; `second` is another annotator; the administrator is the same on both sides.
        things: by side and name of a path parameter or of a placeholder in a body.
    """

    folder: Path
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    things: dict[str, dict[str, str]] = field(default_factory=dict)


def open_world(folder: Path) -> Services:
    """Open the house in a folder; hashes cost next to nothing, and nothing follows its events by itself."""
    return build(Settings(data=folder, import_roots=(folder / "in",)), passwords=cheap_passwords())


def make_world(folder: Path) -> World:
    """Build the world and close its house."""
    services = open_world(folder)
    (folder / "in").mkdir()
    world = World(folder)
    admin = _person(services, "root", is_admin=True)
    for side in SIDES:
        world.people[side, "admin"] = admin
        _people(world, side, services)
        _things(world, side, services)
    services.close()
    return world


def _person(services: Services, login: str, *, is_admin: bool = False) -> Person:
    house = services.house
    user = create_account(SETUP, login=login, name=login.title(), is_admin=is_admin, house=house)
    link = make_link(SETUP, user, "invite", house=house)
    made = redeem_link(link.secret, PASSWORD, loopback=True, house=house, passwords=services.passwords)
    key = make_key_for(SETUP, user, "test", house=house)
    # So that the tests' own calls need not note the first use, which would look like a trace of what they refuse.
    directory_of(house).by_key(key.secret, house)
    return Person(user, made.secret, made.csrf_token, key.secret, key.id)


def _people(world: World, side: str, services: Services) -> None:
    project = found_project(SETUP, side.title(), side, house=services.house)
    world.things[side] = {"project": project.slug, "project_id": project.id}
    for role in (*ROLES, "second"):
        if role == "admin":
            continue
        person = _person(services, f"{side}-{role}")
        roles = ["annotator"] if role == "second" else [role]
        add_member(SETUP, project.id, person.id, roles, house=services.house)
        world.people[side, role] = person


def _picture(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, shade, shade)).save(buffer, "PNG")
    return buffer.getvalue()


def _items(services: Services, project: str, import_id: str, names: list[str]) -> dict[str, str]:
    found = {}
    shas = [services.blobs.put(_picture(40 + n)) for n in range(len(names))]
    with services.house.write(SETUP, project, "import") as tx:
        add_import(
            tx, Import(import_id, "upload", "pictures", "", "ignore", "real", ImportState.OPEN, SETUP.id, tx.now_us)
        )
        for n, (name, sha) in enumerate(zip(names, shas, strict=True)):
            found[name] = tx.new_id()
            new = NewItem(f"{name}.png", "real", sha, sha, None, sha, "image/png", 64, 48, 1, 100, n)
            assert add_item(tx, import_id, found[name], new)
        show_items(tx, import_id)
        tx.record("import.finished", subject=f"import/{import_id}")
    return found


def _batch(house: House, project: str, items: list[str], **policy: Any) -> str:
    tasks = [NewTask(item, 64, 48, is_gold=False) for item in items]
    practice = policy.pop("practice", False)
    chosen = BatchPolicy(**{"gold_rate": 0.0, **policy})
    return create_batch(SETUP, project, "batch", tasks, chosen, policy_version=0, house=house, practice=practice).id


def _work(house: House, project: str, user: str, marks: dict[str, list[Mark]], *, practice: bool = False) -> None:
    """Let somebody hand in everything there is for them."""
    actor = Actor(user)
    claim = claim_practice if practice else claim_next
    while (found := claim(actor, project, house=house).assignment) is not None:
        submit(
            actor,
            project,
            found.id,
            marks.get(found.item_id, ONE_MARK),
            client_key=f"key-{found.id}",
            seconds=3.0,
            schema_version=1,
            guideline_version=1,
            house=house,
        )


def _things(world: World, side: str, services: Services) -> None:
    house, things = services.house, world.things[side]
    project = things["project_id"]
    things["label_class"] = "ab"[SIDES.index(side)] * 16
    publish_schema(SETUP, project, [LabelClass("cell", "Cell"), LabelClass(things["label_class"], "Own")], house=house)
    publish_guideline(SETUP, project, "## 4.1 Cells {cell}\n\nBox each.\n", note="first", house=house)
    things["example_id"] = add_example(SETUP, project, services.blobs.put(_picture(1)), "image/png", house=house)
    import_id = f"{SIDES.index(side):032x}"
    items = _items(services, project, import_id, ["agreed", "disputed", "held", "shown", "contested", "spare"])
    things |= {"import_id": import_id, "version": "1", "place": "0", "item": items["shown"], "spare": items["spare"]}
    annotator, second = (world.people[side, role].id for role in ("annotator", "second"))
    things["user"] = second

    things["batch"] = _batch(house, project, [items["agreed"], items["disputed"]], overlap=2, review_share=1.0)
    _work(house, project, annotator, {items["disputed"]: []})
    _work(house, project, second, {})
    expert = Actor(world.people[side, "expert"].id)
    for name in ("shown", "contested"):
        marks = [GoldMark("cell", "bbox", BOX, ("4.1",))]
        sign_gold(expert, project, items[name], marks, why="sure", house=house)
    _batch(house, project, [items["shown"], items["contested"]], practice=True)
    _work(house, project, annotator, {items["shown"]: [], items["contested"]: []}, practice=True)
    services.runner.catch_up()

    with house.read(SETUP, project) as rx:
        verdicts = {score.item_id: score.id for score in scores_of_user(rx, annotator)}
        things["adjudication"] = adjudications_after(rx, "open", "", 1)[0].id
        things["review"] = reviews_after(rx, "open", None, after=(0, ""), limit=1)[0].id
    things["verdict"] = verdicts[items["shown"]]
    contest = contest_verdict(Actor(annotator), project, verdicts[items["contested"]], "I see none", house=house)
    things["contest"] = contest.id
    _batch(house, project, [items["held"]], overlap=1)
    held = claim_next(Actor(annotator), project, house=house).assignment
    assert held is not None, "the annotator holds a task"
    things["assignment"] = held.id
    things["finding"] = _finding(house, project, second)
    chosen = [
        ChosenItem(0, items["spare"], "random", {"score": None, "cluster": None, "likeliest": None, "passed_over": 0})
    ]
    facts = {"n_pool": 1, "n_labelled": 0, "embedding": "embeddings/plain-1", "model": "none", "seed": 0}
    rules = {"method": "random", "typical_start": True, "random_share": 1.0, "alike": 2.0, "quotas": {}}
    things["selection"] = keep_selection(SETUP, project, "next", chosen, rules=rules, facts=facts, house=house).id
    watch = {"embedding": "embeddings/plain-1", "window": 30, "harm_line": 0.01, "seed": 0}
    spec = {"now": [], "then": [], "experts": [], "answers": "", "match_iou": 0.5, "expert_wrong": 1, "expert_n": 9}
    things["diagnosis"] = keep_question(
        SETUP, project, "why", batch_id=things["batch"], monitor_id=None, spec=spec, house=house
    ).id
    monitor = make_monitor(SETUP, project, "line 1", reference=list(items.values()), house=house, **watch)
    things["monitor"] = monitor.id
    quiet = DriftCheck("quiet", 1, (), (), None, None, 0.01, ("as before",))
    things["check"] = keep_check(SETUP, project, monitor, quiet, list(items.values()), n_window=1, house=house).id
    things["release"] = _release(services, project)
    new = NewVersion("cells", Task.BOXES, Runner.NONE, "test", services.blobs.put(b"a model"), 7, 1, "tests")
    things["model"] = register_version(SETUP, project, new, house=house).id
    _runs_of_model(house, project, things)
    things |= governed_things(house, project, things, annotator, SETUP)
    services.runner.catch_up()
    things["doubt"] = find_doubts(SETUP, project, house=house)[0][0].id


def _runs_of_model(house: House, project: str, things: dict[str, str]) -> None:
    """A run that waits, and an evaluation."""
    things["run"] = start_run(
        SETUP, project, "evaluate", "cells", config={}, house=house, version_id=things["model"]
    ).id
    report: dict[str, Any] = {"measures": {}, "against": None, "differences": None, "failures": [], "error_kinds": {}}
    with house.write(SETUP, project, "evaluate") as tx:
        version = version_in(tx, things["model"])
        made = keep_evaluation(tx, version, [], {**report, "classes": []}, gold_digest="0" * 64, against=None)
        nothing = Certificate(0.05, 0.9, None, 0, 0, 0, None, 45, 0.0, 45, "Cannot certify yet: 45 more labels")
        refused = keep_certificate(tx, version, "*", nothing, CalibrationPairs((), (), (), ()))
        trigger = Trigger("covariate", 0.03, "propose", Estimate(0.1, 0.05, 0.15, 60, 60, "test"))
        asked = ask(tx, things["diagnosis"], trigger, "a test", rulebook_version=1)
    assert asked is not None
    things |= {"evaluation": made.id, "certificate": refused.id, "retraining": asked.id}


def _release(services: Services, project: str) -> str:
    """A frozen release of what there is, although its gates do not pass."""
    house, blobs = services.house, services.blobs
    release = create_release(SETUP, project, "first", "", (), house=house)
    with house.read(SETUP, project) as rx:
        policy = policy_in(rx)
        frozen, facts = releasing._build(rx, release, gather_work(rx, policy), policy, (), blobs)
    content = {path: blobs.put(data) for path, data in frozen.files.items()}
    freeze_release(SETUP, project, release.id, (), digest=frozen.digest, content=content, facts=facts, house=house)
    return release.id


def _finding(house: House, project: str, user: str) -> str:
    nothing = nothing_measured("test")
    with house.write(SETUP, project, "practice differs") as tx:
        finding = Finding(
            id=tx.new_id(),
            form="split",
            part="existence",
            feature="edge",
            title="Cells at the edge: one person leaves them out, one draws them",
            sides=(
                FindingSide("leave them out", (user,), nothing, nothing),
                FindingSide("draw them", (), nothing, None),
            ),
            undecided=(),
            values=((user, 1.0),),
            p_value=0.001,
            difference=0.5,
            clause_hint="edge",
            drafted_clause="Cells at the edge\n\nBox cells at the edge.",
            other_clause="Leave out cells at the edge.",
            crops=(),
            n_places=0,
            n_images=40,
            proof=None,
            state="open",
        )
        add_finding(tx, finding.id, finding.feature, body_of(finding))
        tx.record("finding.found", subject=f"finding/{finding.id}")
    return finding.id
