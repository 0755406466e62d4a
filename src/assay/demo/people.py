"""The simulated people of the demo, with the parameters they really follow. Every name is invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assay.demo.fates import expected_rate, object_table
from assay.demo.person import Kinds, SimulatedColleague, SimulatedPerson
from assay.demo.truth import TruthItem

EDGE, ECHO = "edge", "bottom"  # as findings call these features

CAREFUL = SimulatedPerson(
    "ana",
    "Ana Duarte",
    "careful: 3 in 100 marks wrong",
    0.03,
    expected_flag=False,
)
SKIPS = SimulatedPerson(
    "bo",
    "Bo Lindqvist",
    "leaves out most parts that are only partly visible, careful otherwise",
    0.03,
    skips_edge=0.85,
    skips_covered=0.6,
    habits=(EDGE,),
)
ECHOES = SimulatedPerson(
    "dewi",
    "Dewi Santoso",
    "boxes the reflection or shadow too, and leaves out some parts cut by the edge; careful otherwise",
    0.03,
    skips_edge=0.45,
    boxes_echo=0.7,
    habits=(ECHO, EDGE),
)
CONFUSES = SimulatedPerson(
    "chidi",
    "Chidi Okafor",
    "takes two classes for one another: 14 in 100 marks wrong",
    0.03,
)
SLIPS = SimulatedPerson(
    "elif",
    "Elif Kaya",
    "slips halfway: 5 in 100 marks wrong, then 17",
    0.05,
    slips_to=0.17,
)
SPAMS = SimulatedPerson(
    "farid",
    "Farid Haddad",
    "a spammer: 55 in 100 marks wrong",
    0.55,
    kinds=Kinds(missed=0.45, spurious=0.3, misclassified=0.12, mislocalised=0.13),
    jitter_ratio=0.03,
    seconds_per_mark=0.5,
)
CONFUSER_TOTAL = 0.14
ANNOTATORS = (CAREFUL, SKIPS, ECHOES, CONFUSES, SLIPS, SPAMS)

LEAD = SimulatedColleague("ines", "Ines Moreau", ("lead",), "leads the project")
REVIEWER = SimulatedColleague("marek", "Marek Nowak", ("reviewer",), "reviews answers, with the truth at hand")
EXPERT = SimulatedColleague(
    "ada", "Dr. Ada Okonkwo", ("expert",), "signs gold and settles disputes, nearly always right"
)
APPROVER = SimulatedColleague("jun", "Jun Watanabe", ("approver",), "signs releases, has labelled nothing")
SECOND_APPROVER = SimulatedColleague("rosa", "Rosa Lindt", ("approver",), "signs promotions with Jun Watanabe")
BLIND_EXPERT = SimulatedColleague(
    "tomas", "Dr. Tomás Vidal", ("expert",), "answers blind when somebody asks why quality fell; nearly always right"
)
COLLEAGUES = (LEAD, REVIEWER, EXPERT, APPROVER)
SECOND_ROUND_COLLEAGUES = (SECOND_APPROVER, BLIND_EXPERT)


def cast_for(items: Sequence[TruthItem]) -> tuple[SimulatedPerson, ...]:
    """The six annotators for a data set.

    The classes that get confused are its two most frequent ones, at the rate that makes that person's total error
    14 %. With one class only there is nothing to confuse, and the same total comes from other errors.
    """
    return (CAREFUL, SKIPS, ECHOES, _confuser(items), SLIPS, SPAMS)


def true_rate(person: SimulatedPerson, items: Sequence[TruthItem], *, slipped: bool = False) -> float:
    """The error rate this person has on these items on average, by the product's own definition.

    Units are gold marks plus spurious ones (one for an empty item left empty), errors are missed, misclassified,
    mislocalised and spurious marks. This is the parameter; `answers.exact_counts` counts what really happened.
    """
    return expected_rate(person, object_table(items, person.confuses), slipped=slipped)


def _confuser(items: Sequence[TruthItem]) -> SimulatedPerson:
    frequent = Counter(o.label_class for item in items for o in item.objects).most_common(2)
    if len(frequent) < 2:  # noqa: PLR2004 - it takes two to confuse
        return replace(CONFUSES, story="hasty: 14 in 100 marks wrong (one class, nothing to confuse)", error_rate=0.14)
    pair = (frequent[0][0], frequent[1][0])
    table = object_table(items, pair)
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        person = replace(CONFUSES, confuses=pair, confusion_rate=middle)
        low, high = (middle, high) if expected_rate(person, table) < CONFUSER_TOTAL else (low, middle)
    story = f"takes {pair[0]} and {pair[1]} for one another: 14 in 100 marks wrong"
    return replace(CONFUSES, story=story, confuses=pair, confusion_rate=low)
