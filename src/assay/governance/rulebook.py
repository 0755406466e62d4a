"""A project's rulebook: who must agree to what, when a model may take over, which labels a person must see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from assay.kernel.canonical import digest

DAY_S = 86_400


class Guarded(StrEnum):
    """What a rulebook can guard."""

    RELEASE = "release"
    PROMOTION = "promotion"
    GUIDELINE = "guideline"
    GOLD = "gold"
    THRESHOLD = "threshold"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """How one person may act before everybody has agreed, in an emergency.

    Attributes:
        by: roles that may; never somebody who made what is decided on.
        reason_chars: characters the reason must have.
        second_s: within this time another entitled person must sign too, else it is undone or reported as overdue.
    """

    by: tuple[str, ...]
    reason_chars: int
    second_s: int


@dataclass(frozen=True, slots=True)
class Guard:
    """Who must agree before something happens.

    Attributes:
        signatures: of different people; 0 lets it happen without any.
        by: roles in which they sign.
        people: logins of those who alone may; empty for everybody in one of the roles.
        not_by: whose signature does not count beside the author's, which never does: `reviewer`.
        evidence: kinds of evidence without which nothing is put to anybody.
        expires_s: after this time an open request has lapsed.
        break_glass: the way around in an emergency; None for none.
    """

    signatures: int
    by: tuple[str, ...] = ("approver",)
    people: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ("author",)
    evidence: tuple[str, ...] = ()
    expires_s: int = 14 * DAY_S
    break_glass: BreakGlass | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON; a request keeps it, so that it is decided by the rules it was made under."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Guard:
        """Back from JSON."""
        glass = body["break_glass"]
        return cls(
            signatures=body["signatures"],
            by=tuple(body["by"]),
            people=tuple(body["people"]),
            not_by=tuple(body["not_by"]),
            evidence=tuple(body["evidence"]),
            expires_s=body["expires_s"],
            break_glass=None
            if glass is None
            else BreakGlass(tuple(glass["by"]), glass["reason_chars"], glass["second_s"]),
        )


@dataclass(frozen=True, slots=True)
class PromotionRules:
    """When a model may take the place of the one in use, and when it must give it back.

    Attributes:
        margin: how much worse it may be overall, .01 is one point of the score.
        level: error rate of the overall test, one-sided.
        slice_level: error rate of all harm tests together.
        min_items: gold items below which nothing is decided.
        min_slice_items: items below which a slice is not judged.
        open_findings: findings on the gold that may be open.
        floors: for the first model, what the lower end of each measure must reach; empty lets no first model pass.
        watch_s: how long a new model is watched.
        roll_back_below: production quality whose upper end below this rolls the model back by itself; None for never.
        watch_items: judged production items below which the watch does not act.
    """

    margin: float = 0.01
    level: float = 0.05
    slice_level: float = 0.05
    min_items: int = 100
    min_slice_items: int = 30
    open_findings: int = 0
    floors: Mapping[str, float] = field(default_factory=dict)
    watch_s: int = 7 * DAY_S
    roll_back_below: float | None = None
    watch_items: int = 50


@dataclass(frozen=True, slots=True)
class ClassRule:
    """What a model may do with one class.

    Attributes:
        human_review: `always`: a person sees every label; `sampled`: of labels above the threshold only a random share.
        automatic_above: confidence above which a certificate may let labels through unseen; None for never.
        max_error: share of wrong labels a certificate must exclude.
    """

    human_review: str = "always"
    automatic_above: float | None = None
    max_error: float = 0.05


@dataclass(frozen=True, slots=True)
class Serving:
    """What becomes work for people of what a model says in production.

    Attributes:
        ask_below: predictions less confident than this become tasks.
        random_share: and this share of all, for an honest figure.
    """

    ask_below: float = 0.5
    random_share: float = 0.05


@dataclass(frozen=True, slots=True)
class Retrain:
    """When a named cause of falling quality asks for a new training.

    Attributes:
        cause: `covariate` (the pictures changed) or `concept` (the meaning changed); never `labels`.
        drop: fall of quality from which on it does.
        act: `propose` asks a person, `start` trains at once; either way nothing is promoted by itself.
    """

    cause: str
    drop: float
    act: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A version of a project's rules.

    Attributes:
        version: counts from 1; 0 is what holds before anybody published one.
        work: settings of the queue and of release gates, as `assay.governance.Policy` has them; None leaves them.
        classes: rules by class id; `*` is every other class.
    """

    version: int
    note: str
    guards: Mapping[Guarded, Guard]
    promotion: PromotionRules = PromotionRules()
    classes: Mapping[str, ClassRule] = field(default_factory=dict)
    serving: Serving = Serving()
    retrain: tuple[Retrain, ...] = ()
    work: Mapping[str, Any] | None = None

    def guard(self, what: Guarded) -> Guard:
        """The guard of something; nothing is asked where the rulebook names none."""
        return self.guards.get(what, Guard(0))

    def class_rule(self, label_class: str) -> ClassRule:
        """The rule of a class: its own, that of `*`, else a person sees everything."""
        return self.classes.get(label_class) or self.classes.get("*") or ClassRule()

    @property
    def digest(self) -> str:
        """The hash of what it says, without its number."""
        return digest({**self.to_json(), "version": None})

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON."""
        return {
            "version": self.version,
            "note": self.note,
            "guards": {what.value: guard.to_json() for what, guard in sorted(self.guards.items())},
            "promotion": asdict(self.promotion),
            "classes": {name: asdict(rule) for name, rule in sorted(self.classes.items())},
            "serving": asdict(self.serving),
            "retrain": [asdict(rule) for rule in self.retrain],
            "work": None if self.work is None else dict(self.work),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any], *, version: int) -> Rulebook:
        """Back from JSON, as it was stored."""
        return cls(
            version=version,
            note=body["note"],
            guards={Guarded(what): Guard.from_json(guard) for what, guard in body["guards"].items()},
            promotion=PromotionRules(**body["promotion"]),
            classes={name: ClassRule(**rule) for name, rule in body["classes"].items()},
            serving=Serving(**body["serving"]),
            retrain=tuple(Retrain(**rule) for rule in body["retrain"]),
            work=body["work"],
        )


def guard_of_releases(*, signatures: int, leads_may_sign: bool) -> Guard:
    """The guard of releases that the settings of the work describe."""
    return Guard(signatures, ("approver", "lead") if leads_may_sign else ("approver",))


def rules_before_any(*, signatures: int, leads_may_sign: bool) -> Rulebook:
    """What holds in a project whose rulebook nobody has written: releases and promotions need signatures."""
    release = guard_of_releases(signatures=signatures, leads_may_sign=leads_may_sign)
    promotion = Guard(
        signatures, release.by, not_by=("author", "reviewer"), evidence=("evaluation", "gate"), expires_s=14 * DAY_S
    )
    return Rulebook(0, "", {Guarded.RELEASE: release, Guarded.PROMOTION: promotion})
