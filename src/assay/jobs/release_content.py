"""Builds what a release freezes: items, accepted marks with their evidence, submissions, splits, gold, quality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from assay.access import names_of
from assay.annotations import Mark, StoredMark, Submission, marks_of, submissions_of_item
from assay.datasets import Gate, Work, people_gold, split_items
from assay.formats.release import (
    ANNOTATIONS_SCHEMA,
    GOLD_SCHEMA,
    ITEMS_SCHEMA,
    SPLITS_SCHEMA,
    SUBMISSIONS_SCHEMA,
    ReleaseDocuments,
    ReleaseTables,
    image_path,
)
from assay.gold import Gold
from assay.governance import Policy
from assay.guidelines import guideline_in
from assay.items import Item
from assay.kernel.canonical import canonical_json
from assay.kernel.marks import BBOX, TAG
from assay.labels import class_to_json, schema_in
from assay.review import Consensus, consensus_of_item, is_unseen, letter, standings_of
from assay.storage import Rx

SUFFIX = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "image/bmp": ".bmp"}
COUNTED = ("person", "fix", "adjudication")


class Pseudonyms:
    """What releases call people: never a name."""

    def __init__(self, rx: Rx) -> None:
        self._known = {user: member.pseudonym for user, member in names_of(rx).items()}

    def __call__(self, user_id: str) -> str:
        """The pseudonym; for somebody unknown, a stable stand-in."""
        return self._known.get(user_id) or f"author-{user_id[:8]}"


class Content:
    """Rows of a release while they are gathered."""

    def __init__(self, rx: Rx, work: Work) -> None:
        self._rx = rx
        self._work = work
        self._who = Pseudonyms(rx)
        self._classes = {c.id: c.name for c in schema_in(rx, None).classes}
        self._gold = {g.item_id: g for g in work.gold if g.state.value == "live"}
        self._splits = split_items(work.items, frozenset(self._gold), work.unseen)
        self._names = _unique_names(work.items)
        self.items: list[dict[str, Any]] = []
        self.annotations: list[dict[str, Any]] = []
        self.submissions: list[dict[str, Any]] = []
        self.splits: list[dict[str, Any]] = []
        self.gold: list[dict[str, Any]] = []
        self.authors: set[str] = set()

    def gather(self) -> None:
        """Go through every item."""
        for item in self._work.items:
            self._add_item(item)
            answers = [s for s in submissions_of_item(self._rx, item.id) if s.origin.value in COUNTED]
            self._add_submissions(answers)
            gold = self._gold.get(item.id)
            if gold is not None:
                self._add_gold(gold)
            else:
                self._add_outcome(item, answers)

    def tables(self) -> ReleaseTables:
        """What is frozen."""
        return ReleaseTables(
            items=pa.Table.from_pylist(self.items, ITEMS_SCHEMA),
            annotations=pa.Table.from_pylist(self.annotations, ANNOTATIONS_SCHEMA),
            submissions=pa.Table.from_pylist(self.submissions, SUBMISSIONS_SCHEMA),
            splits=pa.Table.from_pylist(self.splits, SPLITS_SCHEMA),
            gold=pa.Table.from_pylist(self.gold, GOLD_SCHEMA) if self.gold else None,
        )

    def _add_item(self, item: Item) -> None:
        medium = item.medium
        split = self._splits[item.id]
        stored = medium.sha256
        self.items.append(
            {
                "item": item.id,
                "file_name": self._names[item.id],
                "width_px": medium.width_px,
                "height_px": medium.height_px,
                "split": split,
                "sha256": stored or medium.original_sha256,
                "image_path": image_path(stored, SUFFIX.get(medium.media_type, ".bin")) if stored else None,
                "origin": item.origin,
                "generator": generator_text(item),
                "group_id": item.group_id,
                "captured_at_us": None,
            }
        )
        self.splits.append({"item": item.id, "split": split, "group_id": item.group_id})

    def _add_submissions(self, answers: Sequence[Submission]) -> None:
        standing = standings_of(self._rx, [s.id for s in answers])
        for answer in answers:
            self.authors.add(answer.author_id)
            verdict = standing.get(answer.id)
            self.submissions.append(
                {
                    "submission": answer.id,
                    "item": answer.item_id,
                    "author": self._who(answer.author_id),
                    "guideline_version": answer.guideline_version,
                    "schema_version": answer.schema_version,
                    "submitted_at_us": answer.received_at_us,
                    "spent_s": answer.seconds,
                    "verdict": verdict.value if verdict else None,
                    "n_marks": answer.n_marks,
                }
            )

    def _add_gold(self, gold: Gold) -> None:
        self.authors.add(gold.signed_by)
        self.gold.append(
            {
                "item": gold.item_id,
                "state": gold.state.value,
                "signed_by": self._who(gold.signed_by),
                "signed_at_us": gold.signed_at_us,
                "clauses": list(gold.clauses),
            }
        )
        for no, mark in enumerate(gold.marks):
            evidence = {"gold_version": gold.version, "clauses": list(mark.clauses)}
            plain = Mark(mark.label_class, mark.shape, mark.bbox, geometry=mark.geometry)
            self._add_mark(gold.item_id, no, plain, self._who(gold.signed_by), "gold", None, evidence, None)

    def _add_outcome(self, item: Item, answers: Sequence[Submission]) -> None:
        found = [c for c in consensus_of_item(self._rx, item.id) if c.state.value in {"agreed", "settled"}]
        if not found:
            return
        by_id = {s.id: s for s in answers}
        outcome = found[-1]
        if outcome.settled_by is not None:
            settlement = by_id[outcome.settled_by]
            for no, stored in enumerate(marks_of(self._rx, [settlement.id])[settlement.id]):
                self._add_settled(item, no, stored, settlement, outcome)
            return
        versions = [by_id[s] for s in outcome.inputs if s in by_id]
        newest = versions[-1] if versions else None
        people = {letter(n): self._who(by_id[s].author_id) for n, s in enumerate(outcome.inputs) if s in by_id}
        for no, mark in enumerate(outcome.marks):
            evidence = {
                "confidence": mark.confidence,
                "n_votes": mark.n_votes,
                "n_answers": len(outcome.inputs),
                "drawn_by": [people.get(name, name) for name in mark.drawn_by],
                "mean_iou": outcome.mean_iou,
            }
            plain = Mark(mark.label_class, mark.shape, mark.bbox, mark.attributes, mark.geometry)
            author = "model" if is_unseen(outcome) else "consensus"
            self._add_mark(item.id, no, plain, author, author, None, evidence, newest)

    def _add_settled(self, item: Item, no: int, stored: StoredMark, settlement: Submission, outcome: Consensus) -> None:
        evidence = {"settles": list(outcome.inputs), "mean_iou": outcome.mean_iou}
        who = self._who(settlement.author_id)
        self._add_mark(item.id, no, stored.mark, who, "adjudication", settlement.id, evidence, settlement)

    def _add_mark(
        self,
        item_id: str,
        no: int,
        mark: Mark,
        author: str,
        origin: str,
        submission: str | None,
        evidence: Mapping[str, Any],
        made_under: Submission | None,
    ) -> None:
        row: dict[str, Any] = {
            "item": item_id,
            "mark": f"{item_id}-{no:05d}",
            "author": author,
            "label_class": self._classes.get(mark.label_class, mark.label_class),
            "shape": mark.shape,
            "rotated": None,
            "polygon": None,
            "rle": None,
            "points": None,
            "attributes": canonical_json(mark.attributes).decode() if mark.attributes else None,
            "confidence": None,
            "is_crowd": False,
            "submission": submission,
            "origin": origin,
            "guideline_version": made_under.guideline_version if made_under else None,
            "schema_version": made_under.schema_version if made_under else None,
            "evidence": canonical_json(dict(evidence)).decode(),
        }
        sides = (None,) * 4 if mark.shape == TAG else mark.bbox  # a tag is true of the whole image
        row |= dict(zip(("x_min_px", "y_min_px", "x_max_px", "y_max_px"), sides, strict=True))
        if mark.shape != BBOX and mark.geometry:
            row |= mark.geometry
        self.annotations.append(row)


def generator_text(item: Item) -> str | None:
    """What made a synthetic item, with its seed, such as `scene-v1, seed 7`; None for real ones."""
    if item.generator is None:
        return None
    return item.generator if item.seed is None else f"{item.generator}, seed {item.seed}"


def _unique_names(items: Iterable[Item]) -> dict[str, str]:
    """File names, with the item's id where another item has the same; no file system takes two for one."""
    taken: set[str] = set()
    names = {}
    for item in items:
        name = item.name
        for tail in (item.id[-8:], item.id, f"{item.id}-{item.id}"):
            if name.casefold() not in taken:
                break
            path = PurePosixPath(item.name)
            name = str(path.with_name(f"{path.stem}-{tail}{path.suffix}"))
        taken.add(name.casefold())
        names[item.id] = name
    return names


def documents_of(rx: Rx, work: Work, policy: Policy, gates: Sequence[Gate]) -> ReleaseDocuments:
    """The texts of a release."""
    schema, guideline = schema_in(rx, None), guideline_in(rx, None)
    who = Pseudonyms(rx)
    clauses = [{"id": c.id, "title": c.title, "classes": list(c.classes)} for c in guideline.clauses]
    agreement = work.agreement
    quality = {
        "policy": policy.to_json(),
        "gates": [{"id": g.id, "name": g.name, "rule": g.rule, "state": g.state, "reason": g.reason} for g in gates],
        "agreement": None
        if agreement is None
        else {
            "f1": agreement.f1.to_json(),
            "mean_iou": agreement.mean_iou.to_json(),
            "existence": agreement.existence.to_json(),
            "label_class": agreement.label_class.to_json(),
            "geometry": agreement.geometry.to_json(),
        },
        "gold": "not measured" if not work.gold else "measured",
        "people": [
            {
                "author": who(p.user_id),
                "accuracy": p.accuracy.to_json(),
                "evidence": asdict(p.evidence),
                "n_answers": p.n_answers,
            }
            for p in people_gold(work, policy)
        ],
    }
    return ReleaseDocuments(
        schema={"version": schema.version, "classes": [class_to_json(c) for c in schema.classes]},
        guideline={"version": guideline.version, "clauses": clauses},
        guideline_md=guideline.markdown,
        quality=quality,
    )
