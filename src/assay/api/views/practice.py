"""Practice that differs on the wire: findings with their sides, what could be judged, care."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from string import ascii_uppercase

from assay.access import Membership, Role
from assay.api.views.insights import crop_out
from assay.api.views.people import Names
from assay.governance import policy_in
from assay.guidelines import Clause, current_guideline_version, guideline_in
from assay.insights import Finding, FindingSide, Looked
from assay.quality.convention import Proof
from assay.storage import Rx
from assay.wire import insights as wire
from assay.wire.common import EstimateOut, Person, instant

SEES_NAMES = frozenset({Role.LEAD, Role.ADMIN, Role.AUDITOR})

NameOf = Callable[[str], Person]
"""Turns a user's id into how the caller may see them."""


class Practice:
    """Reads once what findings are shown with: names as the caller may see them, the guideline's clauses."""

    def __init__(self, rx: Rx, project: Membership) -> None:
        self._project, self._names = project, Names(rx)
        self._blind = policy_in(rx).blind_names and not SEES_NAMES & project.roles
        self._clauses: Sequence[Clause] = guideline_in(rx, None).clauses if current_guideline_version(rx) else ()

    def finding(self, finding: Finding) -> wire.Finding:
        """Practice that differs."""
        on_sides = [p for side in finding.sides for p in side.people]
        name = self._name_of([*on_sides, *finding.undecided, *(p for p, _ in finding.values)])
        clause = clause_of_hint(self._clauses, finding.clause_hint)
        return wire.Finding.model_construct(
            id=finding.id,
            kind="practice",
            form=finding.form,
            part=finding.part,
            title=finding.title,
            feature=finding.feature,
            sides=[_side_out(side, name) for side in finding.sides],
            undecided=[name(p) for p in finding.undecided],
            values=[wire.PersonValue.model_construct(user=name(p), value=v) for p, v in finding.values],
            p_value=finding.p_value,
            difference=finding.difference,
            n_images=finding.n_images,
            n_places=finding.n_places,
            clause_id=clause,
            next_clause_id=next_clause([c.id for c in self._clauses]),
            drafted_clause=finding.drafted_clause,
            other_clause=finding.other_clause,
            crops=[crop_out(c, self._project, self._names) for c in finding.crops],
            proof=None if finding.proof is None else _proof_out(finding.proof),
            state=finding.state,
        )

    def looked(self, looked: Looked | None) -> wire.LookedOut:
        """When practice was last compared, and what could be judged."""
        if looked is None:
            return wire.LookedOut(at=None, n_answers=0, n_images=0, looks=[], care=[])
        name = self._name_of(c.user_id for c in looked.care)
        return wire.LookedOut.model_construct(
            at=instant(looked.at_us),
            n_answers=looked.n_answers,
            n_images=looked.n_images,
            looks=[
                wire.Look.model_construct(
                    part=look.part,
                    state=look.state,
                    why=look.why,
                    needs_images=look.needs_images,
                    n_people=look.n_people,
                    n_images=look.n_images,
                    thin=look.thin,
                    answer=look.answer,
                    kinds=[wire.Reach.model_construct(**asdict(reach)) for reach in look.kinds],
                )
                for look in looked.looks
            ],
            care=[
                wire.Care.model_construct(
                    user=name(c.user_id), n_images=c.n_images, misses=EstimateOut.of(c.misses), noise=c.noise
                )
                for c in looked.care
            ],
        )

    def _name_of(self, people: Iterable[str]) -> NameOf:
        if not self._blind:
            return self._names
        letters = dict(zip(dict.fromkeys(people), _letters(), strict=False))

        def blinded(user: str) -> Person:
            letter = letters.get(user, "?")
            return Person(id=f"person-{letter.lower()}", name=f"Person {letter}", simulated=self._names(user).simulated)

        return blinded


def _letters() -> Iterable[str]:
    yield from ascii_uppercase
    yield from (a + b for a in ascii_uppercase for b in ascii_uppercase)


def _side_out(side: FindingSide, name: NameOf) -> wire.FindingSide:
    return wire.FindingSide.model_construct(
        does=side.does,
        people=[name(p) for p in side.people],
        value=EstimateOut.of(side.value),
        elsewhere=None if side.elsewhere is None else EstimateOut.of(side.elsewhere),
    )


def _proof_out(proof: Proof) -> wire.Proof:
    return wire.Proof.model_construct(
        within=EstimateOut.of(proof.within),
        across=EstimateOut.of(proof.across),
        agreement=EstimateOut.of(proof.agreement),
        without=EstimateOut.of(proof.without),
        n_marks=proof.n_marks,
        n_images=proof.n_images,
        grades=[
            wire.Grade.model_construct(label=g.label, shares=[EstimateOut.of(s) for s in g.shares])
            for g in proof.grades
        ],
    )


def clause_of_hint(clauses: Sequence[Clause], hint: str) -> str | None:
    """The clause whose title shares most words with a finding's hint, the first of equals; None when none does."""
    words = {_stem(word) for word in hint.lower().split()}
    shared = {
        clause.id: len(words & {_stem(w) for w in re.findall(r"\w+", clause.title.lower())}) for clause in clauses
    }
    best = max(shared, key=shared.__getitem__, default=None)
    return best if best is not None and shared[best] else None


def _stem(word: str) -> str:
    """A word without the ending that tells one from many."""
    return word.removesuffix("s")


def next_clause(ids: Sequence[str]) -> str:
    """The number after the last one."""
    if not ids:
        return "1.1"
    head, dot, last = max(ids, key=lambda number: [int(part) for part in number.split(".")]).rpartition(".")
    return f"{head}{dot}{int(last) + 1}"
