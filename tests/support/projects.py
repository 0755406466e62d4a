"""A project with people, classes, a guideline and items, built straight in the house: what room tests begin with."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from assay.access import add_member, create_account, found_project
from assay.annotations import Mark, Submission
from assay.guidelines import publish_guideline
from assay.items.model import NewItem
from assay.items.store import add_item, show_items
from assay.jobs.followers import followers
from assay.kernel.actor import Actor, system
from assay.kernel.clock import FixedClock
from assay.labels import LabelClass, publish_schema
from assay.queue import Assignment, BatchPolicy, NewTask, claim_next, create_batch, submit
from assay.storage import Event, House, seal
from assay.storage.events import events
from assay.storage.house import event_of

SETUP = system("test")
WIDTH_PX, HEIGHT_PX = 200, 100
GUIDELINE = "## 1.1 Whole cells {cell}\n\nBox each.\n\n## 4.2 Cells cut by the edge {cell}\n\nBox what is seen.\n"
CLASSES = (LabelClass("cell", "Cell"), LabelClass("dust", "Dust"))


def box(x: float = 10.0, y: float = 10.0, label_class: str = "cell", size: float = 20.0) -> Mark:
    """A square mark."""
    return Mark(label_class, "bbox", (x, y, x + size, y + size))


@dataclass
class Project:
    """A project of its own in a shared house.

    Attributes:
        items: ids of its items, in the order they came.
        people: user ids by name.
    """

    house: House
    id: str
    items: list[str] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    _followed: str = ""

    @property
    def clock(self) -> FixedClock:
        """The house's clock."""
        clock = self.house.clock
        assert isinstance(clock, FixedClock)
        return clock

    def actor(self, name: str) -> Actor:
        """Somebody as an author."""
        return Actor(self.people[name])

    def add_person(self, name: str, *roles: str) -> str:
        """An account with a place in the project."""
        login = f"{name}-{secrets.token_hex(4)}"
        user = create_account(SETUP, login=login, name=name.title(), house=self.house)
        add_member(SETUP, self.id, user, list(roles), house=self.house)
        self.people[name] = user
        return user

    def add_items(self, n: int, **fields: Any) -> list[str]:
        """Pictures that are ready to be labelled; no bytes are kept."""
        new = []
        with self.house.write(SETUP, self.id, "add items") as tx:
            import_id = tx.new_id()
            for place in range(len(self.items), len(self.items) + n):
                new.append(tx.new_id())
                assert add_item(tx, import_id, new[-1], an_item(place, **fields))
            show_items(tx, import_id)
            tx.record("items.added", subject="test", n=n)
        self.items += new
        return new

    def batch(self, items: Sequence[str] | None = None, *, gold: Sequence[str] = (), **policy: Any) -> str:
        """Put items into the queue; `policy` overrides overlap 1, no gold, no reviews."""
        practice = policy.pop("practice", False)
        chosen = BatchPolicy(**{"overlap": 1, "gold_rate": 0.0, "review_share": 0.0, **policy})
        wanted = self.items if items is None else items
        tasks = [NewTask(i, WIDTH_PX, HEIGHT_PX, is_gold=i in gold) for i in wanted]
        made = create_batch(
            SETUP, self.id, "batch", tasks, chosen, policy_version=0, house=self.house, practice=practice, seed=1
        )
        return made.id

    def claim(self, name: str) -> Assignment | None:
        """What somebody gets when they ask."""
        return claim_next(self.actor(name), self.id, house=self.house).assignment

    def hand_in(
        self, name: str, assignment: Assignment, marks: Sequence[Mark] | None = None, key: str = ""
    ) -> Submission:
        """Submit work on an assignment."""
        return submit(
            self.actor(name),
            self.id,
            assignment.id,
            [box()] if marks is None else marks,
            client_key=key or f"key-{assignment.id}",
            seconds=3.0,
            schema_version=assignment.schema_version,
            guideline_version=assignment.guideline_version,
            house=self.house,
        )

    def work(self, name: str, marks: dict[str, Sequence[Mark]] | None = None, most: int = 10_000) -> list[Submission]:
        """Let somebody do whatever there is for them; `marks` by item, one box where an item is not named."""
        done: list[Submission] = []
        while len(done) < most and (assignment := self.claim(name)) is not None:
            done.append(self.hand_in(name, assignment, (marks or {}).get(assignment.item_id)))
        return done

    def events(self, *actions: str) -> list[Event]:
        """What has happened in the project, oldest first."""
        query = sa.select(events).where(events.c.project_id == self.id).order_by(events.c.seq, events.c.id)
        with self.house.database.reading() as connection:
            found = [event_of(row) for row in connection.execute(query)]
        return [e for e in found if not actions or e.action in actions]

    def follow(self) -> None:
        """Let every consumer see this project's events, round after round until nothing follows any more."""
        consumers = followers()
        while True:
            while seal(self.house):
                pass
            new = [e for e in self.events() if e.seq is not None and e.id > self._followed]
            if not new:
                return
            for consumer in consumers:
                for event in new:
                    if event.action in consumer.actions:
                        consumer.handle(self.house, event)
            self._followed = max(e.id for e in new)


def an_item(place: int, **fields: Any) -> NewItem:
    """A picture as the intake hands it over."""
    sha = f"{place:064x}"
    values: dict[str, Any] = {
        "name": f"{place}.png",
        "origin": "real",
        "original_sha256": sha,
        "sha256": sha,
        "uri": None,
        "thumb_sha256": sha,
        "media_type": "image/png",
        "width_px": WIDTH_PX,
        "height_px": HEIGHT_PX,
        "orientation": 1,
        "size_bytes": 100,
        "perceptual_hash": place,
    }
    return NewItem(**{**values, **fields})


def a_project(house: House, *, n_items: int = 3, annotators: Sequence[str] = ("ann", "bob", "cid")) -> Project:
    """A project with annotators, a reviewer, an expert, a lead and an approver."""
    project = Project(house, found_project(SETUP, f"Test {secrets.token_hex(6)}", house=house).id)
    for name in annotators:
        project.add_person(name, "annotator")
    for role in ("reviewer", "expert", "lead", "approver"):
        project.add_person(role, role)
    publish_schema(SETUP, project.id, CLASSES, house=house)
    publish_guideline(SETUP, project.id, GUIDELINE, note="first", house=house)
    if n_items:
        project.add_items(n_items)
    return project
