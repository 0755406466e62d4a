"""`consensus`, one answer from several people's labels; and `annotators`, what each of them does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from assay.formats import FolderSink, LossReport, codec
from assay.kernel.estimate import Estimate
from assay.kernel.marks import BBOX, ITEMS_SCHEMA, MARKS_SCHEMA, MASK, LabelSet
from assay.quality import AuthorSkill, Fused, FusedMasks, Masks, OverlapRule, fuse_boxes, fuse_masks
from assay.quality.author_record import AuthorRecord, AuthorTable, record_authors, skill_measured
from assay.quality.convention import PersonCare, find_conventions, flags_of
from assay.quality.ratios import share_over_items
from assay.reports import documents
from assay.reports.documents import Json, figure, listed, said
from assay.reports.errors import NoAreasError, OnePersonOnlyError
from assay.reports.score import GOLD, ScoreReport, Slice, score
from assay.reports.sources import Labels
from assay.reports.trouble import naming
from assay.reports.work import Longs, Work

CONSENSUS: Final = "consensus"
SURE_FROM: Final = OverlapRule().sure_from


@dataclass(frozen=True, eq=False)
class ConsensusReport:
    """The answer of several people together.

    Attributes:
        work: whose labels.
        fused: candidates with confidences, and skills.
        records: what each author misses, invents, misnames and misplaces, by class.
        label_set: the answer, as labels to be written.
        least_sure: pictures by how sure their least sure decision is, least first.
        written: what was written and what the format could not hold; None when nothing was.
    """

    work: Work
    fused: Fused | FusedMasks
    records: dict[str, AuthorTable]
    label_set: LabelSet
    least_sure: tuple[tuple[str, float], ...]
    written: LossReport | None = None

    def to_json(self) -> Json:
        """The document `assay.consensus`."""
        kept = self.fused.kept
        return documents.envelope("consensus", self.work) | {
            "n_candidates": len(kept),
            "n_kept": int(kept.sum()),
            "n_alone": int((self.fused.n_drawn[kept] == 1).sum()),
            "keep_from": self.fused.keep_from,
            "skills": {
                name: skill_json(skill, self.records[name].overall) for name, skill in self.fused.skills.items()
            },
            "records": {name: records_json(table, self.work.classes) for name, table in self.records.items()},
            "sure_from": SURE_FROM,
            "n_sure": int((self.fused.sureness >= SURE_FROM).sum()),
            "least_sure": [{"item": name, "sureness": sure} for name, sure in self.least_sure],
            "written": None if self.written is None else self.written.to_json(),
        }

    def lines(self) -> list[str]:
        """For people."""
        kept, drawn = int(self.fused.kept.sum()), len(self.fused.kept)
        out = [f"{kept:,} things are there, of {drawn:,} that anybody drew on {self.work.n_items:,} pictures."]
        out += [
            f"  {name}: finds {figure(s.finds)}, invents {figure(s.invents)}, right class {figure(s.right_class)}, "
            f"noise {figure(s.noise)}"
            for name, s in self.fused.skills.items()
        ]
        out += documents.refusals(self.work)
        unsure = [f"{name} ({figure(sure)})" for name, sure in self.least_sure[:5]]
        sure = int((self.fused.sureness >= SURE_FROM).sum())
        out.append(f"  Sure from {figure(SURE_FROM)} on: {sure:,} of {self.work.n_items:,} pictures; ask others first.")
        return [*out, f"  Least sure: {', '.join(unsure)}", *([] if self.written is None else _written(self.written))]


def _written(loss: LossReport) -> list[str]:
    return [
        f"  Written as {loss.format}: {loss.n_marks} marks.",
        *(f"  {x.n} x {x.what}: {x.why}" for x in loss.losses),
    ]


def skill_of(skill: AuthorSkill, table: AuthorTable) -> dict[str, Estimate]:
    """How far one person can be trusted, with intervals."""
    return skill_measured(skill, table.overall)


def skill_json(skill: AuthorSkill, record: AuthorRecord) -> Json:
    """How far one person can be trusted."""
    return {name: documents.number(one) for name, one in skill_measured(skill, record).items()}


def record_json(record: AuthorRecord, classes: Sequence[str]) -> Json:
    """What one person does on things of one class, or of all."""
    return {
        "misses": documents.number(record.misses),
        "spurious": documents.number(record.spurious),
        "right_class": documents.number(record.right_class),
        "noise": documents.number(record.noise),
        "named": {classes[c]: round(weight, 6) for c, weight in sorted(record.confusion.items())},
    }


def records_json(table: AuthorTable, classes: Sequence[str]) -> Json:
    """What one person does, in all and by class of the thing."""
    by_class = {classes[c]: record_json(record, classes) for c, record in sorted(table.by_class.items())}
    return {"overall": record_json(table.overall, classes), "by_class": by_class}


def consensus(
    work: Work, *, sink: FolderSink | None = None, to: str = "coco", keep_from: float = 0.5
) -> ConsensusReport:
    """Infer what is there from everybody's labels.

    Args:
        work: marks by at least two authors; only classes that all of their sets have take part.
        sink: where to write the answer; nothing is written when left out.
        to: format to write.
        keep_from: chance of being there from which a thing is kept.

    Raises:
        OnePersonOnlyError: there is one author.
        NoAreasError: there are no areas.
    """
    authors = _people(work)
    classes = work.common_classes(authors)
    kind = work.area_kind if work.area_kind == "masks" else "boxes"
    asked = {work.authors[a]: work.asked[a] for a in authors}
    with naming(work):
        marks = {work.authors[a]: work.areas(work.rows_of(a, classes=classes), kind) for a in authors}
        fused: Fused | FusedMasks
        if kind == "masks":
            masks = {name: one for name, one in marks.items() if isinstance(one, Masks)}
            fused = fuse_masks(masks, assigned=asked, keep_from=keep_from)
            records = record_authors(fused, masks, assigned=asked)
        else:
            boxes = {work.authors[a]: work.boxes(work.rows_of(a, classes=classes)) for a in authors}
            fused = fuse_boxes(boxes, assigned=asked, keep_from=keep_from)
            records = record_authors(fused, boxes, assigned=asked)
    answer = _label_set(work, fused)
    order = np.lexsort((np.arange(work.n_items), fused.sureness))[:50]
    least = tuple((work.items[i], float(fused.sureness[i])) for i in order.tolist())
    written = codec(to).write(answer, sink) if sink is not None else None
    return ConsensusReport(work, fused, records, answer, least, written)


def _people(work: Work) -> list[int]:
    authors = [a for a in range(len(work.authors)) if len(work.rows_of(a))]
    if not authors:
        raise NoAreasError(work.title)
    if len(authors) < 2:  # noqa: PLR2004 - one person needs no consensus
        raise OnePersonOnlyError(work.authors[authors[0]])
    return authors


def _label_set(work: Work, fused: Fused | FusedMasks) -> LabelSet:
    """The kept candidates as a table of marks, with their confidence, votes and voters."""
    items = work.sources[0].label_set.items
    kept = np.flatnonzero(fused.kept)
    masks = fused.candidates if isinstance(fused, FusedMasks) else None
    box = (
        masks.envelopes[kept]
        if masks is not None
        else fused.candidates.xyxy[kept]
        if isinstance(fused, Fused)
        else None
    )
    assert box is not None, "candidates are masks or boxes"
    texts = masks.where(fused.kept).to_rle() if masks is not None else [None] * len(kept)
    n = len(kept)
    columns: dict[str, object] = {name: [None] * n for name in MARKS_SCHEMA.names} | {
        "item": [work.items[i] for i in fused.candidates.items[kept].tolist()],
        "mark": [f"consensus/{number}" for number in range(n)],
        "author": [CONSENSUS] * n,
        "label_class": [work.classes[c] for c in fused.candidates.classes[kept].tolist()],
        "shape": [BBOX if masks is None else MASK] * n,
        "x_min_px": box[:, 0], "y_min_px": box[:, 1], "x_max_px": box[:, 2], "y_max_px": box[:, 3],
        "rle": texts,
        "attributes": [
            json.dumps({"n_drawn": int(fused.n_drawn[c]), "n_shown": int(fused.n_shown[c])}, sort_keys=True)
            for c in kept.tolist()
        ],
        "confidence": np.clip(fused.confidence[kept], 0.0, 1.0),
        "is_crowd": [False] * n,
    }  # fmt: skip
    arrays = [pa.array(columns[column.name], type=column.type) for column in MARKS_SCHEMA]
    return LabelSet(items.cast(ITEMS_SCHEMA), pa.table(arrays, schema=MARKS_SCHEMA), work.classes)


@dataclass(frozen=True, eq=False)
class Person:
    """One annotator's work.

    Attributes:
        name: who.
        n_items: pictures they were asked about, as far as the files tell.
        n_marks: marks they made.
        skill: what the others' marks say about them; None when nobody shares their pictures.
        record: the same by class: what they miss, invent, misname and misplace.
        care: misses and noise apart from any practice that differs; None below three people.
        with_others: F1 against each other person, pooled.
        against_gold: figures against gold; None without gold.
    """

    name: str
    n_items: int
    n_marks: int
    skill: AuthorSkill | None
    record: AuthorTable | None
    care: PersonCare | None
    with_others: Estimate | None
    against_gold: Slice | None

    def to_json(self, classes: Sequence[str]) -> Json:
        """The row as JSON."""
        return {
            "name": self.name,
            "n_items": self.n_items,
            "n_marks": self.n_marks,
            "skill": None if self.skill is None or self.record is None else skill_json(self.skill, self.record.overall),
            "record": None if self.record is None else records_json(self.record, classes),
            "misses": None if self.care is None else documents.number(self.care.misses),
            "noise": None if self.record is None else documents.number(self.record.overall.noise),
            "f1_with_others": documents.number(self.with_others),
            "against_gold": None if self.against_gold is None else self.against_gold.to_json(),
        }


@dataclass(frozen=True, eq=False)
class AnnotatorsReport:
    """Everybody's work, in the order of names: nobody is ranked.

    Attributes:
        work: whose labels.
        people: one row each.
        practices: practices that differ, as titles; they explain misses without anybody being careless.
        gold: the score behind `against_gold`; None without gold.
    """

    work: Work
    people: tuple[Person, ...]
    practices: tuple[str, ...]
    gold: ScoreReport | None

    def to_json(self) -> Json:
        """The document `assay.annotators`."""
        return documents.envelope("annotators", self.work) | {
            "people": [person.to_json(self.work.classes) for person in self.people],
            "practices": list(self.practices),
        }

    def lines(self) -> list[str]:
        """For people."""
        out = [f"{self.work.title}: {len(self.people)} people, in the order of their names."]
        for p in self.people:
            out.append(f"  {p.name}: {p.n_marks:,} marks on {p.n_items:,} pictures")
            if p.against_gold is not None:
                out.append(f"      error on gold  {said(p.against_gold.error)}")
            out += [f"      F1 with others {said(p.with_others)}"] if p.with_others is not None else []
            out += [f"      misses         {said(p.care.misses)}"] if p.care is not None else []
        out += [f"  Practice differs: {title}." for title in self.practices]
        return [*out, *documents.refusals(self.work)]


def annotators(
    work: Work, *, gold: Labels | None = None, answers: Labels | None = None, seed: int = 0
) -> AnnotatorsReport:
    """Describe everybody's work: against each other, and against gold where there is some.

    Args:
        work: everybody's marks.
        gold: labels taken as right.
        answers: the labels the people come from, when gold is given.
        seed: for intervals and draws.
    """
    authors = [a for a in range(len(work.authors)) if (work.author == a).any()]
    judged = score(gold, answers, seed=seed) if gold is not None and answers is not None else None
    by_name = {} if judged is None else {row.name: row for row in judged.by_author}
    several = sum(bool(len(work.rows_of(a))) for a in authors) > 1
    skills, records, care, practices, f1 = _beside_each_other(work, seed) if several else ({}, {}, {}, (), {})
    people = [
        Person(
            name=(name := work.authors[a]),
            n_items=int(work.asked[a].sum()),
            n_marks=int((work.author == a).sum()),
            skill=skills.get(name),
            record=records.get(name),
            care=care.get(name),
            with_others=f1.get(name),
            against_gold=by_name.get(name),
        )
        for a in authors
        if work.authors[a] != GOLD
    ]
    return AnnotatorsReport(work, tuple(sorted(people, key=lambda p: p.name)), practices, judged)


def _beside_each_other(
    work: Work, seed: int
) -> tuple[dict[str, AuthorSkill], dict[str, AuthorTable], dict[str, PersonCare], tuple[str, ...], dict[str, Estimate]]:
    authors = _people(work)
    names = [work.authors[a] for a in authors]
    classes = work.common_classes(authors)
    rows: dict[str, Longs] = {work.authors[a]: work.rows_of(a, classes=classes) for a in authors}
    boxes = {name: work.boxes(own) for name, own in rows.items()}
    asked = {work.authors[a]: work.asked[a] for a in authors}
    with naming(work):
        fused = fuse_boxes(boxes, assigned=asked)
        records = record_authors(fused, boxes, assigned=asked)
        report = find_conventions(
            boxes,
            rng=np.random.default_rng(seed),
            sizes_px=work.known_size_px,
            assigned=asked,
            class_names=work.classes,
            flags=flags_of({name: work.attributes(own) for name, own in rows.items()}),
        )
    care = {person.name: person for person in report.care if person.misses.n}
    rng = np.random.default_rng(seed)
    practices = tuple(c.title for c in report.conventions)
    return fused.skills, records, care, practices, {n: _f1(n, fused, work, rng) for n in names}


def _f1(name: str, fused: Fused, work: Work, rng: np.random.Generator) -> Estimate:
    """2 marks shared with another / all marks, over every pair of the person and another on a picture."""
    clusters = fused.clusters
    me = clusters.names.index(name)
    mine = np.zeros(len(clusters), bool)
    mine[clusters.owners[clusters.authors == me]] = True
    asked = np.array([work.asked[work.authors.index(n)] for n in clusters.names])
    on_item = clusters.items
    shared = asked[me][on_item]
    others = np.zeros(len(clusters))  # others who drew it and were asked with me
    np.add.at(others, clusters.owners, (clusters.authors != me).astype(float))
    n_others = (asked.sum(axis=0) - 1)[on_item]
    both = np.bincount(on_item, shared * mine * others, work.n_items)
    marks = np.bincount(on_item, shared * (others + mine * n_others), work.n_items)
    return share_over_items(2 * both, marks, rng, n=round(float(marks.sum())))


def names_of(report: AnnotatorsReport) -> str:
    """Everybody's names, for a heading."""
    return listed([person.name for person in report.people])
